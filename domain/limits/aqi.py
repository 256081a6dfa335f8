"""Means to the individual and the common air quality index of HJ 633, with the primary pollutant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from domain.limits.tables import Averaging
from domain.readings import FloatArray

HJ_633_2012 = "HJ 633-2012"
HJ_633_2026 = "HJ 633-2026"
_SINCE_2026 = date(2026, 3, 1)
HOURLY_ITEMS = ("pm25", "pm10", "no2", "o3", "so2", "co")
"""What an hourly report needs all of; one missing leaves it out unless the index is above 100 (HJ 633-2026, 5.3.1)."""

_INDEX = np.array([0, 50, 100, 150, 200, 300, 400, 500], np.int64)
_TENTHS = frozenset({"co"})
"""In mg/m³ with one decimal; all others are whole µg/m³."""

_Key = tuple[str, Averaging]
_EIGHT = Averaging.EIGHT_HOUR_MAX
_BREAKPOINTS: Mapping[_Key, tuple[int, ...]] = {
    ("pm25", Averaging.DAY): (0, 35, 60, 115, 150, 250, 350, 500),
    ("pm10", Averaging.DAY): (0, 50, 120, 250, 350, 420, 500, 600),
    ("no2", Averaging.DAY): (0, 40, 80, 180, 280, 565, 750, 940),
    ("no2", Averaging.ONE_HOUR): (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    ("o3", Averaging.ONE_HOUR): (0, 160, 200, 300, 400, 800, 1000, 1200),
    ("o3", _EIGHT): (0, 100, 160, 215, 265, 800),
    ("so2", Averaging.DAY): (0, 50, 150, 475, 800, 1600, 2100, 2620),
    ("so2", Averaging.ONE_HOUR): (0, 150, 500, 650, 800),
    ("co", Averaging.DAY): (0, 20, 40, 140, 240, 360, 480, 600),
    ("co", Averaging.ONE_HOUR): (0, 50, 100, 350, 600, 900, 1200, 1500),
}
"""HJ 633-2026, table 1; CO in tenths of mg/m³. A row that ends early has no index above its last one: in 2026 the last
one stands (O3 of eight hours 300, SO2 of one hour 200), in 2012 none is reported."""
_OLD_BREAKPOINTS: Mapping[_Key, tuple[int, ...]] = {
    ("pm25", Averaging.DAY): (0, 35, 75, 115, 150, 250, 350, 500),
    ("pm10", Averaging.DAY): (0, 50, 150, 250, 350, 420, 500, 600),
}
"""Where HJ 633-2012 differs."""


class Level(StrEnum):
    """The six levels, as they are called."""

    GOOD = "优"
    FAIR = "良"
    LIGHT = "轻度污染"
    MEDIUM = "中度污染"
    HEAVY = "重度污染"
    SEVERE = "严重污染"


_LEVELS = ((50, Level.GOOD), (100, Level.FAIR), (150, Level.LIGHT), (200, Level.MEDIUM), (300, Level.HEAVY))


@dataclass(frozen=True, slots=True)
class AirQuality:
    """The index of one place and hour or day.

    Attributes:
        value: The AQI.
        level: Its level.
        primary: The pollutants that make it, ties all named; empty up to 50.
    """

    value: int
    level: Level
    primary: tuple[str, ...]


def edition_on(day: date) -> str:
    """Return the edition that counts on a local day: that of 2026 since 2026-03-01."""
    return HJ_633_2026 if day >= _SINCE_2026 else HJ_633_2012


def iaqi(pollutant: str, averaging: Averaging, value: FloatArray, edition: str = HJ_633_2026) -> FloatArray:
    """Return individual indices: rounded half to even to the unit (GB/T 8170), interpolated, rounded up.

    Particulates of one hour go by the breakpoints of the day, as hourly reports do (HJ 633-2026). NOx and NO have none.

    Args:
        pollutant: One of `HOURLY_ITEMS`.
        averaging: Of which mean.
        value: Means, NaN = missing, any shape; µg/m³, CO mg/m³. Below 0 counts as 0, which noise about zero is.
        edition: `HJ_633_2026` or `HJ_633_2012`.

    Raises:
        ValueError: There are no breakpoints for this pollutant and mean.
    """
    points = _points(pollutant, averaging, edition)
    known = ~np.isnan(value)
    scale = 10.0 if pollutant in _TENTHS else 1.0
    whole = np.rint(np.maximum(np.where(known, value, 0.0), 0.0) * scale)
    capped = np.minimum(whole, points[-1]).astype(np.int64)
    low = np.clip(np.searchsorted(points, capped, side="left") - 1, 0, len(points) - 2)
    rise, width = _INDEX[low + 1] - _INDEX[low], points[low + 1] - points[low]
    index = _INDEX[low] - (-(rise * (capped - points[low])) // width)  # in whole numbers: a float may round up by one
    unreported = (whole > points[-1]) & (len(points) < len(_INDEX)) & (edition == HJ_633_2012)
    found: FloatArray = np.where(known & ~unreported, index.astype(np.float64), np.nan)
    return found


def air_quality(indices: Mapping[str, float], needed: tuple[str, ...] = HOURLY_ITEMS) -> AirQuality | None:
    """Return the AQI, or None where it may not be told.

    Args:
        indices: Pollutant to individual index, NaN = missing.
        needed: Pollutants of a full report; with one missing the AQI is told only above 100 (HJ 633-2026, 5.3.1).
    """
    known = {name: int(index) for name, index in indices.items() if not np.isnan(index)}
    if not known:
        return None
    value = max(known.values())
    if value <= 100 and any(name not in known for name in needed):
        return None
    primary = tuple(name for name, index in known.items() if index == value) if value > 50 else ()
    level = next((level for top, level in _LEVELS if value <= top), Level.SEVERE)
    return AirQuality(value=value, level=level, primary=primary)


def _points(pollutant: str, averaging: Averaging, edition: str) -> np.ndarray:
    if edition not in (HJ_633_2012, HJ_633_2026):
        raise ValueError(f"no breakpoints of {edition!r}; use {HJ_633_2026} or {HJ_633_2012}")
    hourly_pm = pollutant in ("pm25", "pm10") and averaging is Averaging.ONE_HOUR
    key = (pollutant, Averaging.DAY if hourly_pm else averaging)
    old = _OLD_BREAKPOINTS if edition == HJ_633_2012 else {}
    points = old.get(key) or _BREAKPOINTS.get(key)
    if points is None:
        raise ValueError(f"{edition} has no index for {pollutant} of {averaging}")
    return np.array(points, np.int64)
