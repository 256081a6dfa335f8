"""The names of what is kept, shared by both adapters: one field a channel, few tags."""

from collections.abc import Mapping, Sequence

import numpy as np

from domain.channels import CHANNELS, N_POLLUTANTS, POLLUTANTS, WEATHER_KEYS
from domain.field import ChannelState, JudgedField
from domain.readings import FloatArray, IntArray
from domain.series import JudgedRows, ReadingRows, WeatherRows

READING_FIELDS = ("lon", "lat", *CHANNELS)
"""Fields of a raw reading, shape of a row (14,)."""
WEATHER_FIELDS = ("lon", "lat", *WEATHER_KEYS)
"""Fields of a weather row."""
JUDGED_FLOATS = ("value", "background", "upper", "sigma")
"""Fields of a judged minute, one a pollutant: `value_pm25`, …"""
JUDGED_CODES = ("state", "flags")
"""Integer fields of a judged minute, one a pollutant: `state_pm25`, …"""
JUDGED_FIELDS = tuple(f"{name}_{pollutant}" for name in (*JUDGED_FLOATS, *JUDGED_CODES) for pollutant in POLLUTANTS)

DAY_MS = 86_400_000


def judged_columns(judged: JudgedField) -> Mapping[str, np.ndarray]:
    """Return name → column, shape (n,), in the order of `JUDGED_FIELDS`; a band that is not finite is missing."""
    return {
        f"{name}_{pollutant}": finite(block[:, channel]) if name in JUDGED_FLOATS else block[:, channel]
        for name in (*JUDGED_FLOATS, *JUDGED_CODES)
        for block in [getattr(judged, name)]
        for channel, pollutant in enumerate(POLLUTANTS)
    }


def finite(column: FloatArray) -> FloatArray:
    """Return the column with NaN for what is not finite."""
    return np.where(np.isfinite(column), column, np.nan)


def reading_rows(time_ms: IntArray, block: FloatArray) -> ReadingRows:
    """Return raw rows from columns of `READING_FIELDS`, shape (n, 14)."""
    return ReadingRows(time_ms, block[:, 0], block[:, 1], block[:, 2:])


def judged_rows(time_ms: IntArray, block: FloatArray) -> JudgedRows:
    """Return judged minutes from columns of `JUDGED_FIELDS`, shape (n, 24)."""
    value, background, upper, sigma, state, flags = (
        block[:, start : start + N_POLLUTANTS] for start in range(0, len(JUDGED_FIELDS), N_POLLUTANTS)
    )
    codes = np.nan_to_num(state, nan=ChannelState.UNJUDGED).astype(np.uint8)
    return JudgedRows(time_ms, value, background, upper, codes, np.nan_to_num(flags).astype(np.uint16), sigma)


def weather_rows(stations: Sequence[str], time_ms: IntArray, block: FloatArray) -> WeatherRows:
    """Return weather by time, then by station, from columns of `WEATHER_FIELDS`, shape (n, 7)."""
    order = np.lexsort((np.array(stations, np.str_), time_ms))
    names = tuple(stations[row] for row in order.tolist())
    return WeatherRows(names, time_ms[order], block[order, 0], block[order, 1], block[order, 2:])
