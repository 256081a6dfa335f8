"""Judged minutes to means of clock hours, of eight hours and of local days, each with how complete it is."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS, POLLUTANTS
from domain.field import JudgedField, nan_block
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray

MIN_MINUTES = 45
"""Fewer minutes of sampling make no hourly value (GB 3095-2026, table 4, for gases; common use for particulates)."""
MIN_HOURS_OF_8 = 6
"""Hourly values for a mean of eight hours (GB 3095-2026, table 4)."""
MIN_HOURS_OF_DAY = 20
"""Hourly values for a daily mean (GB 3095-2026, table 4)."""
_HOUR_MIN = 60
_EIGHT = 8
_O3 = POLLUTANTS.index("o3")
_WEIGHT, _VALUE, _KNOWN, _BACKGROUND = range(4)
_LONGEST_GAP_HOURS = 26
"""A clock that jumps further than this leaves nothing of the day before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What is gathered of the present hour and day; its size is that of the zone, never that of the time.

    Attributes:
        hour: The hour being gathered, -1 = none. [hours since 1970, whole in local time]
        minute: Sums over the hour, shape (4, sensors, 4): weights, weighted values, weights that have a background,
            weighted backgrounds.
        heard_minute: Minute of the last word, 0 = none, shape (sensors,). [minutes since 1970]
        gap_min: Shortest time between two words in this hour, 60 = none, shape (sensors,). [min]
        step_min: For how long a word speaks, shape (sensors,). [min]
        day: Sums over the local day, shape (2, sensors, 4): number of hourly values, hourly values.
        eight: Hourly values of O3 of the last eight hours of this day, newest last, shape (8, sensors). [µg/m³]
        eight_max: Highest mean of eight hours of this day, NaN = none, shape (sensors,). [µg/m³]
    """

    hour: int = -1
    minute: FloatArray
    heard_minute: IntArray
    gap_min: FloatArray
    step_min: FloatArray
    day: FloatArray
    eight: FloatArray
    eight_max: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class HourMeans:
    """One clock hour that has ended; concentrations in µg/m³, NaN = none or not complete.

    Attributes:
        start_ms: Its first millisecond, Unix time. [ms]
        end_ms: Its end, Unix time. [ms]
        day: The local day it belongs to.
        label: How it is called: the local day and the hour at its end, 01:00 to 24:00.
        mean: Hourly means, shape (sensors, 4).
        background: Hourly means of the background, shape (sensors, 4).
        completeness: Minutes of sampling / 60, shape (sensors, 4).
        eight_hour: Means of the eight hours until its end, all of this day; of O3 only, shape (sensors, 4).
        eight_hours: Hourly values in `eight_hour`.
        day_mean: Means of the day that ends with it; no rows within the day, shape (sensors or 0, 4).
        day_hours: Hourly values in `day_mean`.
        eight_hour_max: The day's highest O3 mean of eight hours so far, shape (sensors,).
    """

    start_ms: int
    end_ms: int
    day: date
    label: str
    mean: FloatArray
    background: FloatArray
    completeness: FloatArray
    eight_hour: FloatArray
    eight_hours: FloatArray
    day_mean: FloatArray
    day_hours: FloatArray
    eight_hour_max: FloatArray


def no_sums(sensors: int = 0) -> Sums:
    """Return the sums of a zone that was never heard."""
    return Sums(
        minute=np.zeros((4, sensors, N_POLLUTANTS)),
        heard_minute=np.zeros(sensors, np.int64),
        gap_min=np.full(sensors, float(_HOUR_MIN)),
        step_min=np.ones(sensors),
        day=np.zeros((2, sensors, N_POLLUTANTS)),
        eight=np.full((_EIGHT, sensors), np.nan),
        eight_max=np.full(sensors, np.nan),
    )


def gather(state: Sums, judged: JudgedField, zone: ZoneInfo) -> tuple[Sums, tuple[HourMeans, ...]]:
    """Add a judged minute; minutes come in order.

    Only words of this very minute that nobody distrusts are summed up, each with the share of its minute that was
    sampled; a value that is only held adds nothing. An hour ends with its last minute, or, where that never came,
    with the first minute after it.

    Returns:
        The new sums and the hours that ended, oldest first.
    """
    minute = judged.minute_ms // MINUTE_MS
    shift = _shift_min(minute, zone)
    hour = (minute + shift) // _HOUR_MIN
    ended: list[HourMeans] = []
    if 0 <= state.hour < hour - _LONGEST_GAP_HOURS:
        state, means = _end_hour(state, shift, zone)
        state, ended = replace(no_sums(len(state.heard_minute)), hour=hour), [means]
    while 0 <= state.hour < hour:
        state, means = _end_hour(state, shift, zone)
        ended.append(means)
    state = _add(replace(state, hour=hour) if state.hour < 0 else state, judged, minute)
    if (minute + shift + 1) // _HOUR_MIN > state.hour:
        state, means = _end_hour(state, shift, zone)
        ended.append(means)
    return state, tuple(ended)


def _shift_min(minute: int, zone: ZoneInfo) -> int:
    """Return by how much the zone's hours begin before those of UTC; 0 but in a few zones. [min]"""
    offset = datetime.fromtimestamp(minute * 60, zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60 % _HOUR_MIN


def _add(state: Sums, judged: JudgedField, minute: int) -> Sums:
    rows = judged.sensor
    if not len(rows):
        return state
    heard = (
        (judged.flags == 0) & judged.fresh[:, np.newaxis] & (judged.value == judged.value)
    )  # NaN differs from itself
    known = heard & (judged.background == judged.background)
    added = np.zeros((4, *judged.value.shape))
    np.copyto(added[_WEIGHT], judged.completeness, where=heard)
    np.multiply(judged.completeness, judged.value, out=added[_VALUE], where=heard)
    np.copyto(added[_KNOWN], judged.completeness, where=known)
    np.multiply(judged.completeness, judged.background, out=added[_BACKGROUND], where=known)
    speaks = heard.any(axis=1)
    if len(rows) < len(state.heard_minute):
        added, speaks = _spread_out(added, speaks, rows, len(state.heard_minute))
    gap_min = np.where(speaks & (state.heard_minute > 0), minute - state.heard_minute, np.inf)
    return Sums(
        hour=state.hour,
        minute=state.minute + added,
        heard_minute=np.where(speaks, minute, state.heard_minute),
        gap_min=np.minimum(state.gap_min, gap_min),
        step_min=state.step_min,
        day=state.day,
        eight=state.eight,
        eight_max=state.eight_max,
    )


def _spread_out(added: FloatArray, speaks: BoolArray, rows: IndexArray, sensors: int) -> tuple[FloatArray, BoolArray]:
    """Return what some sensors said as rows of all of them."""
    wide, who = np.zeros((4, sensors, N_POLLUTANTS)), np.zeros(sensors, np.bool_)
    wide[:, rows], who[rows] = added, speaks
    return wide, who


def _end_hour(state: Sums, shift: int, zone: ZoneInfo) -> tuple[Sums, HourMeans]:
    start_min = state.hour * _HOUR_MIN - shift
    start_ms, end_ms = start_min * MINUTE_MS, (start_min + _HOUR_MIN) * MINUTE_MS
    begin = datetime.fromtimestamp(start_ms // 1000, zone)
    day_ends = datetime.fromtimestamp(end_ms // 1000, zone).date() > begin.date()
    step_min = _step_min(state)
    minutes = np.minimum(state.minute[_WEIGHT] * step_min[:, np.newaxis], _HOUR_MIN)
    mean = np.where(minutes >= MIN_MINUTES - 1e-9, _ratio(state.minute[_VALUE], state.minute[_WEIGHT]), np.nan)
    has_mean = ~np.isnan(mean)
    day = state.day + np.stack((has_mean.astype(np.float64), np.where(has_mean, mean, 0.0)))
    eight = np.concatenate((state.eight[1:], mean[np.newaxis, :, _O3]))
    eight_hour, eight_hours = _eight_hour(eight, begin.hour)
    eight_max = np.fmax(state.eight_max, eight_hour[:, _O3])
    means = HourMeans(
        start_ms=start_ms,
        end_ms=end_ms,
        day=begin.date(),
        label=f"{begin:%Y-%m-%d} {begin.hour + 1:02d}:{begin.minute:02d}",
        mean=mean,
        background=_ratio(state.minute[_BACKGROUND], state.minute[_KNOWN]),
        completeness=minutes / _HOUR_MIN,
        eight_hour=eight_hour,
        eight_hours=eight_hours,
        day_mean=np.where(day[0] >= MIN_HOURS_OF_DAY, _ratio(day[1], day[0]), np.nan) if day_ends else nan_block(0),
        day_hours=day[0],
        eight_hour_max=eight_max,
    )
    fresh = no_sums(len(state.heard_minute))
    return Sums(
        hour=state.hour + 1,
        minute=fresh.minute,
        heard_minute=state.heard_minute,
        gap_min=fresh.gap_min,
        step_min=step_min,
        day=fresh.day if day_ends else day,
        eight=fresh.eight if day_ends else eight,
        eight_max=fresh.eight_max if day_ends else eight_max,
    ), means


def _step_min(state: Sums) -> FloatArray:
    """Return for how long a word speaks: the shortest interval, at most twice the one known.

    A sensor of five minutes is complete with twelve words; a silence is no interval.
    """
    told = state.minute[_WEIGHT].any(axis=1)
    step_min: FloatArray = np.where(told, np.minimum(state.gap_min, 2.0 * state.step_min), state.step_min)
    return step_min


def _eight_hour(eight: FloatArray, first_hour: int) -> tuple[FloatArray, FloatArray]:
    """Return means of eight hours that all lie in one day (they end from 08:00 to 24:00), and how many each has."""
    known = ~np.isnan(eight)
    count = known.sum(axis=0).astype(np.float64)
    enough = (count >= MIN_HOURS_OF_8) & (first_hour + 1 >= _EIGHT)
    mean, hours = nan_block(eight.shape[1]), np.zeros((eight.shape[1], N_POLLUTANTS))
    mean[:, _O3] = np.where(enough, _ratio(np.where(known, eight, 0.0).sum(axis=0), count), np.nan)
    hours[:, _O3] = count
    return mean, hours


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio
