"""A recording → arrivals in order of receipt, cut anywhere: where the cuts fall can't change a ticket."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from domain.readings import Arrivals
from simulators.recording import Recording


@dataclass(frozen=True, slots=True)
class Slicing:
    """How much one advance takes at most.

    Attributes:
        rows: Readings; more only where they were received in the same millisecond.
        span_ms: Stretch of the zone clock; cuts fall on its multiples. [ms]
    """

    rows: int
    span_ms: int


def slices(recording: Recording, slicing: Slicing) -> Iterator[Arrivals]:
    """Cut a recording; the clock of each slice stands just before the next one begins."""
    readings, weather = recording.readings, recording.weather
    received_ms, weather_ms = readings.received_ms, weather.received_ms
    last_ms = recording.last_ms
    row = weather_row = 0
    begin_ms = recording.first_ms
    while begin_ms <= last_ms:
        end_ms = (begin_ms // slicing.span_ms + 1) * slicing.span_ms
        if row + slicing.rows < len(readings):
            end_ms = min(end_ms, max(int(received_ms[row + slicing.rows]), begin_ms + 1))
        until = int(np.searchsorted(received_ms, end_ms, side="left"))
        weather_until = int(np.searchsorted(weather_ms, end_ms, side="left"))
        yield Arrivals(
            readings.take(slice(row, until)),
            weather.take(np.arange(weather_row, weather_until)),
            min(end_ms - 1, last_ms),
        )
        row, weather_row, begin_ms = until, weather_until, end_ms
