"""A recording → steps for the player: what reached the system within each decision tick."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.door import door_of
from domain.readings import FloatArray, Readings, Weather
from domain.site import Site

TICK_MS = 10_000
"""Default of the zone's decision ticks. [ms]"""


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """What was received before `clock_ms`, a multiple of the tick, and not before the step before. [ms]"""

    clock_ms: int
    readings: pa.RecordBatch
    weather: pa.RecordBatch


def recorded_steps(readings: Readings, weather: Weather, site: Site, tick_ms: int = TICK_MS) -> Iterator[RecordedStep]:
    """Cut a recording, in order of receipt, into the steps that are not empty; values in the registered units again."""
    values = unsettled(readings, site)
    sensor_ids = pa.array(site.sensor_ids, type=pa.string())
    stations = pa.array(weather.station_id, type=pa.string())
    ends = np.unique(np.concatenate([readings.received_ms, weather.received_ms]) // tick_ms + 1) * tick_ms
    until = np.searchsorted(readings.received_ms, ends, side="left")
    weather_until = np.searchsorted(weather.received_ms, ends, side="left")
    row = weather_row = 0
    for end_ms, end, weather_end in zip(ends.tolist(), until.tolist(), weather_until.tolist(), strict=True):
        own, air = slice(row, end), slice(weather_row, weather_end)
        yield RecordedStep(
            end_ms,
            _batch(
                {
                    "sensor_id": sensor_ids.take(pa.array(readings.sensor[own])),
                    "time_ms": pa.array(readings.time_ms[own]),
                    "received_ms": pa.array(readings.received_ms[own]),
                },
                {**_named(POSITION_KEYS, readings.position[own]), **_named(CHANNELS, values[own])},
            ),
            _batch(
                {
                    "weather_id": stations[weather_row:weather_end],
                    "time_ms": pa.array(weather.time_ms[air]),
                    "received_ms": pa.array(weather.received_ms[air]),
                },
                {"lon": weather.lon[air], "lat": weather.lat[air], **_named(WEATHER_KEYS, weather.values[air])},
            ),
        )
        row, weather_row = end, weather_end


def _named(names: tuple[str, ...], matrix: FloatArray) -> dict[str, FloatArray]:
    return {name: matrix[:, position] for position, name in enumerate(names)}


def _batch(fixed: dict[str, pa.Array], numbers: dict[str, FloatArray]) -> pa.RecordBatch:
    given = {name: pa.array(column) for name, column in numbers.items() if not np.isnan(column).all()}
    return pa.RecordBatch.from_pydict({**fixed, **given})


def unsettled(readings: Readings, site: Site) -> FloatArray:
    """Return values as the sensors sent them, so that the door makes the very same of them again, shape (n, 12)."""
    door = door_of(site)
    if not door.settles:
        return readings.values
    factor = door.factor[readings.sensor]
    sent = readings.values / factor
    for neighbour in (np.nextafter(sent, np.inf), np.nextafter(sent, -np.inf)):
        sent = np.where((sent * factor != readings.values) & (neighbour * factor == readings.values), neighbour, sent)
    return sent
