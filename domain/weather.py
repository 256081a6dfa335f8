"""Weather rows to the weather that stands: the newest row of each station, while it is fresh."""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS, WEATHER_KEYS
from domain.field import WeatherMinute, no_weather_minute
from domain.readings import FloatArray, IntArray, Weather

WEATHER_MAX_AGE_MS = 3 * 3600_000
"""Hourly weather stands until the next has had time to come. [ms]"""


@dataclass(frozen=True, slots=True)
class LatestWeather:
    """The newest row of each weather station, in the order of their names.

    Attributes:
        time_ms: When it was measured, never after it was received, shape (w,). [ms]
        values: Columns of `WEATHER_KEYS`, shape (w, 5).
    """

    station_id: tuple[str, ...]
    time_ms: IntArray
    lon: FloatArray
    lat: FloatArray
    values: FloatArray


def no_latest() -> LatestWeather:
    """Return the weather of a zone that has heard of none."""
    return LatestWeather((), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, len(WEATHER_KEYS))))


def weather_order(rows: Weather) -> Weather:
    """Return rows by (received, station, time, values), so that the order of messages does not matter."""
    names = np.array(rows.station_id, dtype=np.str_)
    keys = (*(rows.values[:, column] for column in range(len(WEATHER_KEYS))), rows.lat, rows.lon)
    return rows.take(np.lexsort((*keys, rows.time_ms, names, rows.received_ms)))


def take_weather(known: LatestWeather, rows: Weather) -> LatestWeather:
    """Return what is newest of what was known and of new rows, given in `weather_order`.

    A time after the receipt counts as the receipt: a station whose clock is ahead does not outlive its next row.
    """
    if not len(rows):
        return known
    newest: dict[str, tuple[int, int]] = {
        name: (int(known.time_ms[row]), row) for row, name in enumerate(known.station_id)
    }
    time_ms = np.minimum(rows.time_ms, rows.received_ms)
    for row, name in enumerate(rows.station_id):
        at = int(time_ms[row])
        if name not in newest or at >= newest[name][0]:
            newest[name] = (at, len(known.station_id) + row)
    names = tuple(sorted(newest))
    pick = np.array([newest[name][1] for name in names], np.intp)
    return LatestWeather(
        names,
        np.concatenate([known.time_ms, time_ms])[pick],
        np.concatenate([known.lon, rows.lon])[pick],
        np.concatenate([known.lat, rows.lat])[pick],
        np.concatenate([known.values, rows.values])[pick],
    )


def forget_old(known: LatestWeather, clock_ms: int) -> LatestWeather:
    """Leave out stations not heard of for `WEATHER_MAX_AGE_MS`; so their number stays bounded."""
    fresh = clock_ms - known.time_ms <= WEATHER_MAX_AGE_MS
    if fresh.all():
        return known
    names = tuple(name for name, keep in zip(known.station_id, fresh.tolist(), strict=True) if keep)
    return LatestWeather(names, known.time_ms[fresh], known.lon[fresh], known.lat[fresh], known.values[fresh])


def weather_minute(known: LatestWeather, end_ms: int) -> WeatherMinute:
    """Return the weather as a minute that ends then carries it."""
    if not known.station_id:
        return no_weather_minute()
    age_min = np.maximum(end_ms - known.time_ms, 0) / MINUTE_MS
    return WeatherMinute(known.station_id, known.lon, known.lat, known.values, age_min)
