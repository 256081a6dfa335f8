"""A zone's minute as columns: what every sensor showed, and how it stood against its background."""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt

from domain.channels import N_POLLUTANTS, WEATHER_KEYS
from domain.readings import FloatArray, IndexArray, IntArray
from domain.road_cells import CellMinutes, no_cell_minutes

FlagArray = npt.NDArray[np.uint16]
StateArray = npt.NDArray[np.uint8]


class Flag(IntFlag):
    """Why a channel's minute is not trusted (QARTOD-style; a flag never deletes a value)."""

    NONE = 0
    RANGE = 1
    SPIKE = 2
    STUCK = 4
    INVERSION = 8
    HUMIDITY = 16
    RATE = 32
    OFFLINE = 64
    CLOCK = 128
    POSITION = 256
    UNIT = 512
    DRIFT = 1024


class ChannelState(IntEnum):
    """How a channel stands after a minute was judged."""

    NORMAL = 0
    HOT = 1
    BREACH = 2
    EXCLUDED = 3
    UNJUDGED = 4


@dataclass(frozen=True, slots=True)
class WeatherMinute:
    """What each weather station last said, not older than the rules allow.

    Attributes:
        station_id: Their names.
        lon: Where they stand, shape (w,). [degrees]
        lat: As `lon`.
        values: Columns of `WEATHER_KEYS`, shape (w, 5).
        age_min: How long ago they said it, at the end of the minute, shape (w,). [min]
    """

    station_id: tuple[str, ...]
    lon: FloatArray
    lat: FloatArray
    values: FloatArray
    age_min: FloatArray

    def column(self, key: str) -> FloatArray:
        """Return one of `WEATHER_KEYS`, shape (w,)."""
        return self.values[:, WEATHER_KEYS.index(key)]


@dataclass(frozen=True, slots=True)
class LateRows:
    """Readings of stations that came after their minute was settled, in order of arrival.

    Attributes:
        sensor: Index into `site.sensors`, shape (n,).
        time_ms: When measured, Unix time, shape (n,). [ms]
        value: NaN = none or not to be trusted, shape (n, 4). [µg/m³]
    """

    sensor: IndexArray
    time_ms: IntArray
    value: FloatArray


def no_late_rows() -> LateRows:
    """Return the rows of a minute in which nothing came late."""
    return LateRows(np.empty(0, np.int32), np.empty(0, np.int64), nan_block(0))


@dataclass(frozen=True, slots=True)
class MinuteField:
    """One settled minute of a zone; only sensors that reported have a row.

    Attributes:
        minute_ms: Start of the minute, Unix time. [ms]
        clock_ms: The tick of the zone clock at which it was settled. [ms]
        sensor: Index into `site.sensors`, ascending, shape (n,).
        lon: Where it stood (vehicles: mean of the minute), shape (n,). [degrees]
        lat: As `lon`.
        value: Mean of the readings that passed, NaN = none, shape (n, 4). [µg/m³]
        completeness: Readings that passed / readings expected, 0..1, shape (n, 4).
        flags: `Flag` bits, shape (n, 4).
        weather: The weather at the end of the minute.
        road: What vehicles measured on each piece of road.
        late: What came since the minute before, too late for its own.
    """

    minute_ms: int
    clock_ms: int
    sensor: IndexArray
    lon: FloatArray
    lat: FloatArray
    value: FloatArray
    completeness: FloatArray
    flags: FlagArray
    weather: WeatherMinute
    road: CellMinutes = field(default_factory=no_cell_minutes)
    late: LateRows = field(default_factory=no_late_rows)


@dataclass(frozen=True, slots=True)
class JudgedField:
    """A minute after detection; one row for every sensor that has a value standing.

    Attributes:
        value: The value that stands (held ones included), shape (n, 4). [µg/m³]
        background: What the air would be without a local source, shape (n, 4). [µg/m³]
        upper: Upper edge of the background band; above it a reading is hot, shape (n, 4). [µg/m³]
        sigma: Scatter of the logarithm about the background, shape (n, 4).
        state: `ChannelState`, shape (n, 4).
        since_ms: First reading of the present excess, 0 = none, Unix time, shape (n, 4). [ms]
        fresh: Whether the sensor reported in this very minute, shape (n,).
        road: What vehicles measured on each piece of road; it stands against the background of their own rows.
        late: What came too late for its own minute.
    """

    minute_ms: int
    clock_ms: int
    sensor: IndexArray
    lon: FloatArray
    lat: FloatArray
    value: FloatArray
    completeness: FloatArray
    flags: FlagArray
    background: FloatArray
    upper: FloatArray
    sigma: FloatArray
    state: StateArray
    since_ms: IntArray
    fresh: npt.NDArray[np.bool_]
    weather: WeatherMinute
    road: CellMinutes = field(default_factory=no_cell_minutes)
    late: LateRows = field(default_factory=no_late_rows)


def no_weather_minute() -> WeatherMinute:
    """Return a minute without any weather."""
    return WeatherMinute((), np.empty(0), np.empty(0), np.empty((0, len(WEATHER_KEYS))), np.empty(0))


def nan_block(rows: int) -> FloatArray:
    """Return missing values, shape (rows, 4)."""
    return np.full((rows, N_POLLUTANTS), np.nan)
