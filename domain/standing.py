"""The values that stand: what each channel said last, for as long as it may still speak."""

from dataclasses import dataclass

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.field import Flag, FlagArray, MinuteField, nan_block
from domain.readings import BoolArray, FloatArray, IntArray
from domain.site import Site

_STEP_SHARE = 0.3
"""How much of a new gap goes into a sensor's usual one. Design value."""
_STEP_GROWTH = 1.5
"""One gap lengthens the usual one by no more than this: a silence is no reporting interval. Design value."""

OFFLINE_MIN = 15
"""A silence this long is no late packet. Design value. [min]"""
OFFLINE_STEPS = 5
OFFLINE_TOLD_MIN = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One row a sensor.

    Attributes:
        value: Last values, shape (sensors, 4). [µg/m³]
        value_minute: Minute each value is from, 0 = none, shape (sensors, 4). [minutes since 1970]
        heard_minute: Minute of the last word, trusted or flagged, 0 = none, shape (sensors, 4). [minutes since 1970]
        completeness: Of the last minute reported, shape (sensors, 4).
        flags: `Flag` bits of the last minute reported, shape (sensors, 4).
        lon: Where it last stood, shape (sensors,). [degrees]
        lat: As `lon`.
        step_min: Usual time between a sensor's words, shape (sensors,). [min]
    """

    value: FloatArray
    value_minute: IntArray
    heard_minute: IntArray
    completeness: FloatArray
    flags: FlagArray
    lon: FloatArray
    lat: FloatArray
    step_min: FloatArray


def nothing_stands(site: Site) -> Standing:
    """Return the values of a zone that was never heard."""
    rows = len(site.sensors)
    shape = (rows, N_POLLUTANTS)
    return Standing(
        value=nan_block(rows),
        value_minute=np.zeros(shape, np.int64),
        heard_minute=np.zeros(shape, np.int64),
        completeness=np.zeros(shape),
        flags=np.zeros(shape, np.uint16),
        lon=np.array([sensor.lon for sensor in site.sensors]),
        lat=np.array([sensor.lat for sensor in site.sensors]),
        step_min=np.ones(rows),
    )


def take(known: Standing, field: MinuteField, minute: int) -> Standing:
    """Return the values that stand after a minute."""
    sensor = field.sensor
    if not len(sensor):
        return known
    has_value = ~np.isnan(field.value)
    reported = has_value | (field.flags != 0)
    value, value_minute, heard_minute = known.value.copy(), known.value_minute.copy(), known.heard_minute.copy()
    completeness, flags = known.completeness.copy(), known.flags.copy()
    lon, lat = known.lon.copy(), known.lat.copy()
    value[sensor] = np.where(has_value, field.value, value[sensor])
    value_minute[sensor] = np.where(has_value, minute, value_minute[sensor])
    heard_minute[sensor] = np.where(reported, minute, heard_minute[sensor])
    completeness[sensor] = np.where(reported, field.completeness, completeness[sensor])
    flags[sensor] = np.where(reported, field.flags, flags[sensor])
    placed = ~np.isnan(field.lon)
    lon[sensor[placed]], lat[sensor[placed]] = field.lon[placed], field.lat[placed]
    return Standing(
        value=value,
        value_minute=value_minute,
        heard_minute=heard_minute,
        completeness=completeness,
        flags=flags,
        lon=lon,
        lat=lat,
        step_min=_usual_steps(known, field, minute),
    )


def stands(known: Standing, minute: int, hold_min: int) -> BoolArray:
    """Return which values still speak, shape (sensors, 4): `hold_min`, or 1.5 intervals of a slower sensor."""
    return ~np.isnan(known.value) & (minute - known.value_minute <= _longest(known, hold_min))


def flagged(known: Standing, flags: FlagArray, minute: int, hold_min: int) -> BoolArray:
    """Return which channels speak but are not trusted, or have fallen silent, shape (sensors, 4)."""
    recent = minute - known.heard_minute <= _longest(known, hold_min)
    untrusted: BoolArray = ((flags != 0) & recent) | ((flags & np.uint16(Flag.OFFLINE)) != 0)
    return untrusted


def offline(known: Standing, minute: int) -> FlagArray:
    """Flag channels that spoke once and have fallen silent, whether their device goes on or not, shape (sensors, 4).

    After `OFFLINE_MIN`, or `OFFLINE_STEPS` of a slower sensor's intervals; told for a day, then it is simply not there.
    Heals with the next word. (QARTOD's gap test.)
    """
    silent_min = minute - known.heard_minute
    longest_min = np.maximum(OFFLINE_MIN, OFFLINE_STEPS * known.step_min)[:, np.newaxis]
    gone = (known.heard_minute > 0) & (silent_min > longest_min) & (silent_min <= OFFLINE_TOLD_MIN + longest_min)
    return gone * np.uint16(Flag.OFFLINE)


def _longest(known: Standing, hold_min: int) -> FloatArray:
    longest_min: FloatArray = np.maximum(hold_min, 1.5 * known.step_min)[:, np.newaxis]
    return longest_min


def usual_step(step_min: FloatArray, gap_min: FloatArray) -> FloatArray:
    """Return a sensor's usual time between words after one more gap: it follows slowly, so a silence is none. [min]

    >>> usual_step(np.array([60.0, 1.0]), np.array([60.0, 600.0]))
    array([60. ,  1.5])
    """
    followed: FloatArray = np.clip(step_min + _STEP_SHARE * (gap_min - step_min), 1.0, _STEP_GROWTH * step_min)
    return followed


def _usual_steps(known: Standing, field: MinuteField, minute: int) -> FloatArray:
    speaking = field.sensor
    before = known.heard_minute[speaking].max(axis=1)
    gap_min = np.where(before > 0, minute - before, 1).astype(np.float64)
    step_min = known.step_min.copy()
    step_min[speaking] = usual_step(known.step_min[speaking], gap_min)
    return step_min
