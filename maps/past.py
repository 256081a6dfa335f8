"""The last hours of all fixed sensors as frames: one question to the history a minute, however many desks ask."""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from domain.channels import MINUTE_MS, POLLUTANTS, UNIT
from domain.field import ChannelState
from domain.frames import EXCLUDED_RANK, Frames, FrameSpan, rank_of
from domain.site import SensorKind, Site
from domain.times import rfc3339, to_datetime
from maps.ports import HistoryReader

MOST_VALUES = 100_000
"""Frames × sensors of one answer: about 0.4 MB of JSON. Design value."""
STEPS_MIN = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Lengths that a frame may have: each divides a day. [min]"""
LONGEST_MIN = 1440
AWAY_S = 5.0
"""So long a history that did not answer is not asked again: many desks would wait for it one after another. [s]"""
_RAISED = {int(ChannelState.HOT): "hot", int(ChannelState.BREACH): "breach"}


def step_of(minutes: int, sensors: int) -> int:
    """Return the shortest length of a frame that keeps an answer within `MOST_VALUES`, one of `STEPS_MIN`. [min]

    >>> step_of(1440, 155), step_of(1440, 1000), step_of(60, 155)
    (5, 15, 1)
    """
    fitting = (step for step in STEPS_MIN if -(-minutes // step) * sensors <= MOST_VALUES)
    return next(fitting, STEPS_MIN[-1])


def span_of(minutes: int, until_ms: int, sensors: int) -> FrameSpan:
    """Return the frames of the last minutes before `until_ms`; the first begins with the clock, so perhaps earlier."""
    step_ms = step_of(minutes, sensors) * MINUTE_MS
    return FrameSpan((until_ms - minutes * MINUTE_MS) // step_ms * step_ms, until_ms, step_ms)


class Past:
    """What was told of the past, kept for as long as it stays the same.

    Vehicles are left out: a judged minute has no place, and their last value at a wrong place would be a false one.
    """

    def __init__(self, history: HistoryReader, site: Site, clock: Callable[[], float] = time.monotonic) -> None:
        self._history = history
        self._clock = clock
        self._away: tuple[float, str] | None = None
        self._fixed = [sensor for sensor in site.sensors if sensor.kind is not SensorKind.VEHICLE]
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, int], tuple[int, bytes]] = {}

    def body(self, pollutant: str, minutes: int, until_ms: int) -> bytes:
        """Return the answer as JSON text; who asks while another's question runs waits for its answer.

        Args:
            pollutant: Whose values.
            minutes: How far back. [min]
            until_ms: Frames end before this; cut to the whole minute. [ms]

        Raises:
            ConnectionError: The history does not answer.
        """
        minute = until_ms // MINUTE_MS
        with self._lock:
            known = self._kept.get((pollutant, minutes))
            if known and known[0] == minute:
                return known[1]
            text = msgspec.json.encode(self._ask(pollutant, minutes, minute * MINUTE_MS))
            if len(self._kept) > len(POLLUTANTS):  # lengths that nobody's desk asks for
                self._kept.clear()
            self._kept[pollutant, minutes] = (minute, text)
            return text

    def _frames(self, pollutant: str, span: FrameSpan) -> Frames:
        if self._away and self._clock() - self._away[0] < AWAY_S:
            raise ConnectionError(self._away[1])
        try:
            return self._history.frames([sensor.sensor_id for sensor in self._fixed], pollutant, span)
        except ConnectionError as error:
            self._away = (self._clock(), str(error))
            raise

    def _ask(self, pollutant: str, minutes: int, until_ms: int) -> dict[str, Any]:
        span = span_of(minutes, until_ms, len(self._fixed))
        frames = self._frames(pollutant, span)
        return {
            "pollutant": pollutant,
            "unit": UNIT,
            "since": rfc3339(to_datetime(span.since_ms)),
            "until": rfc3339(to_datetime(span.until_ms)),
            "step_s": span.step_ms // 1000,
            "sensors": [sensor.sensor_id for sensor in self._fixed],
            "lon": [_place(sensor.lon) for sensor in self._fixed],
            "lat": [_place(sensor.lat) for sensor in self._fixed],
            "frames": _told(frames, POLLUTANTS.index(pollutant)),
        }


def _told(frames: Frames, asked: int) -> list[dict[str, Any]]:
    """Return each frame: its start, values, who was raised and by what, excluded, or judged without such a value.

    Who has no value and is named nowhere was silent. Of several pollutants that were raised alike the one asked for is
    told.
    """
    rank = rank_of(frames.state)
    worst = rank.max(axis=2)
    leads = np.where(rank[:, :, asked] == worst, asked, rank.argmax(axis=2))
    without = (worst == 0) & np.isnan(frames.value)
    values = np.round(frames.value)
    return [
        {
            "time": rfc3339(to_datetime(time_ms)),
            "value": [None if value != value else int(value) for value in values[at].tolist()],
            "raised": [
                [one, _RAISED[int(worst[at, one])], POLLUTANTS[leads[at, one]]]
                for one in np.flatnonzero(worst[at] > 0).tolist()
            ],
            "excluded": np.flatnonzero(worst[at] == EXCLUDED_RANK).tolist(),
            "without": np.flatnonzero(without[at]).tolist(),
        }
        for at, time_ms in enumerate(frames.time_ms.tolist())
    ]


def _place(degrees: float) -> float | None:
    return None if np.isnan(degrees) else round(degrees, 6)
