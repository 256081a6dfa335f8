"""Readings and weather as columns: what arrived, in the order of arrival."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import N_CHANNELS, POSITION_KEYS, WEATHER_KEYS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
IndexArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of registered sensors, one row each; NaN = missing.

    Attributes:
        sensor: Index into `site.sensors`, shape (n,).
        time_ms: When it was measured, Unix time, shape (n,). [ms]
        received_ms: When it reached the system, Unix time, shape (n,). [ms]
        position: Columns of `POSITION_KEYS`, shape (n, 5).
        values: Columns of `CHANNELS`, shape (n, 12).
    """

    sensor: IndexArray
    time_ms: IntArray
    received_ms: IntArray
    position: FloatArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.sensor)

    def take(self, rows: npt.NDArray[np.intp] | BoolArray | slice) -> "Readings":
        """Return some of the rows, in the order given."""
        return Readings(
            self.sensor[rows],
            self.time_ms[rows],
            self.received_ms[rows],
            self.position[rows],
            self.values[rows],
        )


@dataclass(frozen=True, slots=True)
class Weather:
    """Weather rows; a station is known by `station_id`.

    Attributes:
        station_id: One name a row.
        time_ms: Unix time, shape (n,). [ms]
        received_ms: Unix time, shape (n,). [ms]
        lon: Degrees WGS-84, shape (n,).
        lat: Degrees WGS-84, shape (n,).
        values: Columns of `WEATHER_KEYS`, shape (n, 5).
    """

    station_id: tuple[str, ...]
    time_ms: IntArray
    received_ms: IntArray
    lon: FloatArray
    lat: FloatArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.station_id)

    def take(self, rows: npt.NDArray[np.intp] | slice) -> "Weather":
        """Return some of the rows, in the order given."""
        names = self.station_id
        return Weather(
            names[rows] if isinstance(rows, slice) else tuple(names[row] for row in rows.tolist()),
            self.time_ms[rows],
            self.received_ms[rows],
            self.lon[rows],
            self.lat[rows],
            self.values[rows],
        )


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What one message or one slice of a recording brought.

    `clock_ms` is the greatest receive time in it, ticks included.
    """

    readings: Readings
    weather: Weather
    clock_ms: int


def no_readings() -> Readings:
    """Return zero rows."""
    return Readings(
        np.empty(0, np.int32),
        np.empty(0, np.int64),
        np.empty(0, np.int64),
        np.empty((0, len(POSITION_KEYS))),
        np.empty((0, N_CHANNELS)),
    )


def no_weather() -> Weather:
    """Return zero rows."""
    return Weather(
        (),
        np.empty(0, np.int64),
        np.empty(0, np.int64),
        np.empty(0),
        np.empty(0),
        np.empty((0, len(WEATHER_KEYS))),
    )


def tick(clock_ms: int) -> Arrivals:
    """Return an arrival that only moves the zone clock."""
    return Arrivals(no_readings(), no_weather(), clock_ms)


def concat_readings(parts: list[Readings]) -> Readings:
    """Join rows in the order given."""
    if not parts:
        return no_readings()
    if len(parts) == 1:
        return parts[0]
    return Readings(
        np.concatenate([part.sensor for part in parts]),
        np.concatenate([part.time_ms for part in parts]),
        np.concatenate([part.received_ms for part in parts]),
        np.concatenate([part.position for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def arrival_order(rows: Readings) -> Readings:
    """Return rows by (received, sensor, time); where all three agree, by what they say.

    So the order is the same however the rows were cut into messages.
    """
    order = np.lexsort((rows.time_ms, rows.sensor, rows.received_ms))
    keys = (rows.received_ms, rows.sensor, rows.time_ms)
    tied = np.ones(max(len(rows) - 1, 0), np.bool_)
    for key in keys:
        ordered = key[order]
        tied &= ordered[1:] == ordered[:-1]
    if tied.any():
        said = (*rows.position.T[::-1], *rows.values.T[::-1])
        order = np.lexsort((*said, rows.time_ms, rows.sensor, rows.received_ms))
    return rows.take(order)


def concat_weather(parts: list[Weather]) -> Weather:
    """Join rows in the order given."""
    if not parts:
        return no_weather()
    if len(parts) == 1:
        return parts[0]
    return Weather(
        tuple(name for part in parts for name in part.station_id),
        np.concatenate([part.time_ms for part in parts]),
        np.concatenate([part.received_ms for part in parts]),
        np.concatenate([part.lon for part in parts]),
        np.concatenate([part.lat for part in parts]),
        np.concatenate([part.values for part in parts]),
    )
