"""The excesses of the last hour in bins of five minutes, as the search for sources looks at them."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from domain.background import LOG_SHIFT_UGM3
from domain.channels import MINUTE_MS
from domain.field import ChannelState, JudgedField
from domain.passes import PassRows
from domain.readings import BoolArray, FloatArray, IntArray
from domain.roadside import TRACERS, Roadside, nobody_passed, pass_by

BIN_MIN = 5
BINS = 12
LEAST_SCATTER_UGM3 = np.array([2.0, 4.0, 5.0, 5.0])
"""A low-cost sensor in clean air scatters by so much (pm25, pm10, nox, o3). Design values. [µg/m³]"""
EARLIER_SIGMA = 1.5
"""An excess began with the first bin of those above this, in units of its scatter. Design value."""
LOUD_SIGMA = 3.0
LOUD_SHARE = 0.025
HABIT_MIN = 720.0
MEAN_MIN = 15.0
"""A word is the mean since the last one where that is no longer ago; a mean of an hour is one look, and would be told
in all bins at once. Design value. [min]"""
Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """Sums over bins at fixed times of the day, the newest last and maybe partial, shape (12, sensors, 3).

    Attributes:
        minute: The newest minute, -1 = none yet. [minutes since 1970]
        loud: How often each sensor has been loud by itself of late, shape (sensors,).
        excess: Sum over the minutes in which something trusted was said. [µg/m³]
        scale: Sum of the scatter that was to be expected of it. [µg/m³]
        said: Number of these minutes.
        held: What of `excess`, `scale` and `said` only stands, since a sensor's last word, shape (3, 12, sensors, 3).
        roadside: What vehicles measured in the same time.
    """

    minute: int
    loud: Float32Array
    excess: Float32Array
    scale: Float32Array
    said: Float32Array
    held: Float32Array
    roadside: Roadside

    @property
    def score(self) -> Float32Array:
        """Mean excess in units of its scatter, nought where nothing was said, shape (12, sensors, 3)."""
        score: Float32Array = (self.excess / np.maximum(self.scale, np.float32(1e-6))).astype(np.float32)
        return score

    @property
    def first_bin(self) -> int:
        """Which bin of five minutes since 1970 stands first."""
        return self.minute // BIN_MIN - BINS + 1


def no_window() -> Window:
    """Return the window of a zone that was never judged."""
    none = np.zeros((BINS, 0, TRACERS), np.float32)
    return Window(-1, np.zeros(0, np.float32), none, none, none, nothing_held(0), nobody_passed())


def nothing_held(sensors: int) -> Float32Array:
    """Return what stands of sensors that have spoken in every minute."""
    return np.zeros((3, BINS, sensors, TRACERS), np.float32)


def look(known: Window, judged: JudgedField, passes: PassRows, claimed: BoolArray) -> Window:
    """Add a judged minute.

    What stands speaks for a sensor that reports more slowly, until its next word; one of a quarter of an hour or less
    is the mean since the last one, and takes the place of what stood.
    """
    minute = judged.minute_ms // MINUTE_MS
    sensors = len(claimed)
    loud = known.loud if len(known.loud) == sensors else np.full(sensors, LOUD_SHARE, np.float32)
    if minute // BIN_MIN != known.minute // BIN_MIN and known.excess.shape[1] == sensors:
        loud = _habit(known, loud, claimed)
    steps = minute // BIN_MIN - known.minute // BIN_MIN if known.excess.shape[1] == sensors else BINS
    steps = min(steps, BINS)
    sums = np.stack([_moved(block, steps, sensors) for block in (known.excess, known.scale, known.said)])
    held = known.held
    if held.any():
        held = np.stack([_moved(block, steps, sensors) for block in held])
    if held.shape[2] != sensors:
        held = nothing_held(sensors)
    if len(judged.sensor):
        value, background = judged.value[:, :TRACERS], judged.background[:, :TRACERS]
        scatter = scatter_ugm3(judged)[:, :TRACERS]
        trusted = (judged.flags[:, :TRACERS] == 0) & (judged.state[:, :TRACERS] < ChannelState.EXCLUDED)
        trusted &= ~np.isnan(value - background)
        says = np.stack([np.where(trusted, value - background, 0.0), np.where(trusted, scatter, 0.0), trusted])
        sums[:, -1, judged.sensor] += says
        held = _held(held, sums, judged, says)
    now_bin = minute // BIN_MIN
    roadside = pass_by(known.roadside, passes, now_bin, now_bin - BINS + 1)
    return Window(minute, loud, sums[0], sums[1], sums[2], held, roadside)


def _held(held: Float32Array, sums: Float32Array, judged: JudgedField, says: FloatArray) -> Float32Array:
    """Note what only stands, and put a sensor's new word in its place, in `sums`; `says` has the shape (3, n, 3)."""
    stands, speaks = np.flatnonzero(~judged.fresh), np.flatnonzero(judged.fresh)
    stood_min = held[2][:, judged.sensor[speaks]].sum(axis=0).max(axis=1, initial=0.0)
    waited = speaks[stood_min > 0.0]
    if not len(stands) and not len(waited):
        return held
    held = held.copy()
    held[:, -1, judged.sensor[stands]] += says[:, stands]
    told = speaks[(stood_min > 0.0) & (stood_min < MEAN_MIN)]
    rows, word = judged.sensor[told], says[:, np.newaxis, told]
    sums[:, :, rows] += (held[2][:, rows] * word - held[:, :, rows]) * (word[2] > 0)
    held[:, :, judged.sensor[waited]] = 0.0
    return held


def forgotten(window: Window, sensors: BoolArray) -> Window:
    """Return the window as if some sensors had said nothing until now; `sensors` has the shape (sensors,)."""
    if not sensors.any():
        return window
    said = ~sensors[:, np.newaxis]
    kept = {name: getattr(window, name) * said for name in ("excess", "scale", "said", "held")}
    return replace(window, **kept)


def _habit(known: Window, loud: Float32Array, claimed: BoolArray) -> Float32Array:
    """Follow how often each sensor is loud without a source; what an incident claims is no habit."""
    heard = (known.said[-1] > 0).any(axis=1) & ~claimed
    now = (known.score[-1] > LOUD_SIGMA).any(axis=1)
    step = np.float32(BIN_MIN / HABIT_MIN)
    return np.where(heard, loud + step * (now - loud), loud).astype(np.float32)


def moments_min(window: Window, bins: IntArray, scale: float) -> list[list[int]]:
    """Return the minutes in whose wind each bin is looked at, counted back from the newest one. [min]

    Where a plume travels for many minutes its puffs tell of as many winds, and the middle of a bin will do. In a
    network denser than a zone (`scale` < 1) it is under way for a minute or less, and a bin shows the mean of its
    minutes' plumes.
    """
    first = BIN_MIN * (window.first_bin + bins)
    minutes = np.minimum(first + BIN_MIN, window.minute + 1) - first
    some = np.minimum(max(round(1.0 / scale), 1), minutes)
    return [
        [window.minute - begun - ((2 * at + 1) * size - 1) // (2 * count) for at in range(count)]
        for begun, size, count in zip(first.tolist(), minutes.tolist(), some.tolist(), strict=True)
    ]


def scatter_ugm3(judged: JudgedField) -> FloatArray:
    """Return what scatter about its background is to be expected of each channel, shape (n, 4). [µg/m³]"""
    expected: FloatArray = np.fmax(judged.sigma * (judged.background + LOG_SHIFT_UGM3), LEAST_SCATTER_UGM3)
    return expected


def _moved(block: Float32Array, steps: int, sensors: int) -> Float32Array:
    if not steps:
        return block.copy()
    moved = np.zeros((BINS, sensors, TRACERS), np.float32)
    if steps < BINS:
        moved[: BINS - steps] = block[steps:]
    return moved
