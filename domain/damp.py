"""Relative humidity at a sensor: what it told itself, else what the nearest weather station told."""

from dataclasses import dataclass

import numpy as np

from domain.channels import CHANNEL_INDEX, WEATHER_KEYS
from domain.readings import FloatArray
from domain.series import ReadingRows, WeatherRows

_OF_READING, _OF_WEATHER = CHANNEL_INDEX["humidity_pct"], WEATHER_KEYS.index("humidity_pct")
HIGHEST_PCT = 105.0
"""What is above can't be; a little above 100 is a sensor's error. [%]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Humidity:
    """Relative humidity at a sensor, and who measured it; `distance_m` is None where that is not known."""

    value_pct: float
    measured_by: str
    is_own: bool
    distance_m: float | None = None


def own_humidity(rows: ReadingRows, sensor_id: str) -> Humidity | None:
    """Return the last humidity that a sensor told of itself, None = none that can be; rows in ascending time."""
    value = _last(rows.values[:, _OF_READING])
    return None if value is None else Humidity(value_pct=value, measured_by=sensor_id, is_own=True)


def nearest_humidity(rows: WeatherRows, xy_m: FloatArray, place_m: FloatArray) -> Humidity | None:
    """Return what the nearest weather station last said; one of unknown place comes after all others.

    Args:
        rows: Of every station, in ascending time.
        xy_m: Where each row was measured, NaN = unknown, shape (n, 2). [m]
        place_m: Where it is asked for, NaN = unknown, shape (2,). [m]
    """
    names = np.array(rows.station_id, dtype=np.str_)
    told = []
    for station in sorted(set(rows.station_id)):
        mine = np.flatnonzero(names == station)
        value = _last(rows.values[mine, _OF_WEATHER])
        if value is not None:
            apart_m = float(np.hypot(*(xy_m[mine[-1]] - place_m)))
            told.append((apart_m if np.isfinite(apart_m) else np.inf, station, value))
    if not told:
        return None
    apart_m, station, value = min(told)
    return Humidity(
        value_pct=value, measured_by=station, is_own=False, distance_m=round(apart_m) if np.isfinite(apart_m) else None
    )


def _last(humidity: FloatArray) -> float | None:
    said = humidity[(humidity >= 0.0) & (humidity <= HIGHEST_PCT)]
    return round(float(said[-1]), 1) if len(said) else None
