"""`weather.parquet` → weather rows in order of receipt."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from domain.channels import WEATHER_KEYS
from domain.door import FUTURE_MS
from domain.readings import BoolArray, FloatArray, Weather, no_weather
from domain.site import Site
from simulators.recording.columns import Columns, need, numbers, open_columns, texts, times

WEATHER = "weather.parquet"
_KEYS = ("time", "received_at", "weather_id", "lon", "lat")
_NAMELESS = "weather"
"""The one station of a table that tells neither an id nor a position."""


@dataclass(frozen=True, slots=True)
class WeatherRows:
    """Weather that may enter, sorted by (received, station, time), and what was refused or unknown."""

    weather: Weather
    refused: Mapping[str, int]
    unknown: tuple[str, ...]


def read_weather(folder: Path, site: Site) -> WeatherRows:
    """Read `weather.parquet`; a recording without one has no weather.

    Raises:
        RecordingRefused: With one line.
    """
    path = folder / WEATHER
    if not path.exists():
        return WeatherRows(no_weather(), {}, ())
    columns = open_columns(path, (*_KEYS, *WEATHER_KEYS))
    need(columns, ("time",))
    time_ms, present = times(columns, "time")
    received_ms = time_ms
    if "received_at" in columns:
        stamped_ms, stamped = times(columns, "received_at")
        received_ms = np.where(stamped, stamped_ms, time_ms)
    values = np.column_stack([numbers(columns, key) for key in WEATHER_KEYS])
    lon, lat = numbers(columns, "lon"), numbers(columns, "lat")
    rows = Weather(_stations(columns, lon, lat), time_ms, received_ms, *_at_centre(lon, lat, site), values)
    reasons = {
        "no_time": ~present,
        "future_time": time_ms > received_ms + FUTURE_MS,
        "not_a_number": np.isinf(values).any(axis=1) | np.isinf(lon) | np.isinf(lat),
    }
    refused, outside = Counter[str](), np.zeros(len(rows), np.bool_)
    for reason, mask in reasons.items():
        refused[reason] += int((mask & ~outside).sum())
        outside |= mask
    return WeatherRows(_in_order(rows, ~outside), +refused, columns.unknown)


def _stations(columns: Columns, lon: FloatArray, lat: FloatArray) -> tuple[str, ...]:
    by_place = [_NAMELESS if x != x or y != y else f"{x:.6f},{y:.6f}" for x, y in zip(lon, lat, strict=True)]
    if "weather_id" not in columns:
        return tuple(by_place)
    codes, words = texts(columns, "weather_id")
    return tuple(words[code] or place for code, place in zip(codes, by_place, strict=True))


def _at_centre(lon: FloatArray, lat: FloatArray, site: Site) -> tuple[FloatArray, FloatArray]:
    """Put weather without a position at the middle of the site's stations."""
    nowhere = np.isnan(lon) | np.isnan(lat)
    if not nowhere.any():
        return lon, lat
    stations = [(sensor.lon, sensor.lat) for sensor in site.sensors if sensor.lon == sensor.lon]
    centre = np.mean(stations, axis=0) if stations else (np.nan, np.nan)
    return np.where(nowhere, centre[0], lon), np.where(nowhere, centre[1], lat)


def _in_order(rows: Weather, inside: BoolArray) -> Weather:
    _, station = np.unique(np.array(rows.station_id, dtype=object).astype(str), return_inverse=True)
    tie_breaks = tuple(rows.values[:, column] for column in range(rows.values.shape[1]))
    order = np.lexsort((*tie_breaks, rows.time_ms, station, rows.received_ms))
    return rows.take(order[inside[order]])
