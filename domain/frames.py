"""All sensors over time in frames of equal length: what the history gives back for a look at the past."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, StateArray
from domain.readings import FloatArray, IndexArray, IntArray

RankArray = npt.NDArray[np.int8]
EXCLUDED_RANK, UNJUDGED_RANK = -1, -2
"""The least of what `rank_of` gives."""


@dataclass(frozen=True, slots=True)
class FrameSpan:
    """Frames of `step_ms` from `since_ms`, a multiple of it, on; the last one is cut at `until_ms`. Unix time [ms]

    Raises:
        ValueError: `since_ms` is no multiple of `step_ms`, or the span is empty.
    """

    since_ms: int
    until_ms: int
    step_ms: int

    def __post_init__(self) -> None:
        if self.step_ms <= 0 or self.since_ms % self.step_ms or self.until_ms <= self.since_ms:
            raise ValueError(f"no frames of {self.step_ms} ms in [{self.since_ms}, {self.until_ms})")

    def __len__(self) -> int:
        return -(-(self.until_ms - self.since_ms) // self.step_ms)

    @property
    def time_ms(self) -> IntArray:
        """Start of each frame, Unix time, shape (frames,). [ms]"""
        return self.since_ms + self.step_ms * np.arange(len(self), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Frames:
    """What the judged minutes of a frame said; one row a frame, one column a sensor.

    Attributes:
        time_ms: Start of each frame, Unix time, shape (frames,). [ms]
        value: The greatest minute of the pollutant asked for, NaN = none, shape (frames, sensors). [µg/m³]
        state: `ChannelState` of all pollutants, shape (frames, sensors, 4): breach where one minute was, then hot, then
            normal, then excluded; a frame without any minute is not judged.
    """

    time_ms: IntArray
    value: FloatArray
    state: StateArray


@dataclass(frozen=True, slots=True)
class FrameCells:
    """Some of the cells of frames, in any order, the same one perhaps several times.

    Attributes:
        frame: Number of the frame, shape (n,).
        sensor: Number of the sensor, shape (n,).
        value: NaN = none, shape (n,). [µg/m³]
        rank: `rank_of` the states, NaN = none, shape (n, 4).
    """

    frame: IndexArray
    sensor: IndexArray
    value: FloatArray
    rank: FloatArray


def rank_of(state: npt.ArrayLike) -> RankArray:
    """Return how much a `ChannelState` says: breach 2, hot 1, normal 0, excluded −1, not judged −2.

    >>> rank_of([ChannelState.BREACH, ChannelState.EXCLUDED, ChannelState.UNJUDGED]).tolist()
    [2, -1, -2]
    """
    code = np.asarray(state, np.int8)
    return np.where(code > ChannelState.BREACH, ChannelState.BREACH - code, code).astype(np.int8)


def state_of(rank: RankArray) -> StateArray:
    """Return the `ChannelState` of a rank."""
    return np.where(rank < 0, ChannelState.BREACH - rank, rank).astype(np.uint8)


def to_frames(span: FrameSpan, sensors: int, cells: FrameCells) -> Frames:
    """Put cells together; of a cell that comes twice the greatest value and rank count."""
    at = (cells.frame, cells.sensor)
    value = np.full((len(span), sensors), np.nan)
    rank = np.full((len(span), sensors, N_POLLUTANTS), UNJUDGED_RANK, np.int8)
    np.fmax.at(value, at, cells.value)
    np.maximum.at(rank, at, np.nan_to_num(cells.rank, nan=UNJUDGED_RANK).astype(np.int8))
    return Frames(span.time_ms, value, state_of(rank))
