"""One minute's flagged readings to one row a sensor: mean, completeness, flags and place."""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import Flag, FlagArray, MinuteField, WeatherMinute, nan_block
from domain.lag import Behind
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray, Readings
from domain.road_cells import cell_minutes, no_cell_minutes
from domain.robust import grouped_median, steady_level
from domain.rules import QualifyRules
from domain.site import Site

INVERSION_FLOOR_UGM3 = 10.0
"""Below this difference PM2.5 above PM10 is noise. [µg/m³]"""
SPARSE_READINGS = 5
"""Of so few readings a vehicle's minute is their mean, of more their steady level. Design value."""


@dataclass(frozen=True, slots=True)
class MinuteHead:
    """Which minute, the tick of the zone clock that settles it, and the weather then. [ms]"""

    minute_ms: int
    clock_ms: int
    weather: WeatherMinute


def empty_minute(head: MinuteHead) -> MinuteField:
    """Return a minute in which nobody spoke."""
    none = np.empty(0)
    return MinuteField(
        minute_ms=head.minute_ms,
        clock_ms=head.clock_ms,
        sensor=np.empty(0, np.int32),
        lon=none,
        lat=none,
        value=nan_block(0),
        completeness=nan_block(0),
        flags=np.zeros((0, N_POLLUTANTS), np.uint16),
        weather=head.weather,
    )


def with_unheard(field: MinuteField, behind: Behind, site: Site) -> MinuteField:
    """Return the minute with a flagged row for devices that spoke, but of another time."""
    if not len(behind.sensor):
        return field
    new = ~np.isin(behind.sensor, field.sensor)
    if not new.any():
        return field
    who = behind.sensor[new]
    sensor = np.concatenate([field.sensor, who])
    order = np.argsort(sensor, kind="stable")
    return replace(
        field,
        sensor=sensor[order],
        lon=np.append(field.lon, site.post_deg[who, 0])[order],
        lat=np.append(field.lat, site.post_deg[who, 1])[order],
        value=np.concatenate([field.value, nan_block(len(who))])[order],
        completeness=np.concatenate([field.completeness, np.zeros((len(who), N_POLLUTANTS))])[order],
        flags=np.concatenate([field.flags, behind.flags[new]])[order],
    )


def usual_interval(known_ms: FloatArray, rows: Readings) -> FloatArray:
    """Follow each sensor's mean time between readings within a minute, shape (sensors,). [ms]

    A minute with one reading tells nothing new.
    """
    size = len(known_ms)
    count = np.bincount(rows.sensor, minlength=size)
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.zeros(size, np.int64)
    np.minimum.at(first, rows.sensor, rows.time_ms)
    np.maximum.at(last, rows.sensor, rows.time_ms)
    several = (count > 1) & (last > first)
    gap_ms = (last[several] - first[several]) / (count[several] - 1)
    known = known_ms.copy()
    before = known[several]
    known[several] = np.where(np.isnan(before), gap_ms, before + 0.1 * (gap_ms - before))
    return known


def minute_of(
    rows: Readings, flags: FlagArray, interval_ms: FloatArray, head: MinuteHead, site: Site, rules: QualifyRules
) -> MinuteField:
    """Sum up a minute's readings.

    Args:
        rows: The minute's readings, at least one.
        flags: Their `Flag` bits, shape (n, 4).
        interval_ms: Each sensor's usual time between readings, NaN = unknown, shape (sensors,). [ms]
        head: Which minute.
        site: Whose sensors.
        rules: `inversion_ratio` counts here.
    """
    size = len(site.sensors)
    sensor = np.flatnonzero(np.bincount(rows.sensor, minlength=size)).astype(np.int32)
    value, good, minute_flags = _means(rows, flags, sensor, size)
    lon, lat = site.post_deg[sensor].T.copy()
    is_vehicle = site.is_vehicle
    moving = is_vehicle[sensor]
    driven = np.flatnonzero(is_vehicle[rows.sensor])
    road = no_cell_minutes()
    if len(driven):
        driven = driven[np.argsort(rows.sensor[driven], kind="stable")]
        tracks, marks = rows.take(driven), flags[driven]
        place, level = _on_the_way(tracks, marks)
        lon[moving], lat[moving] = place.T
        value[moving] = np.where(good[moving] > SPARSE_READINGS, level, value[moving])
        road = cell_minutes(tracks, marks)
    _flag_inversion(value, minute_flags, rules.inversion_ratio)
    return MinuteField(
        minute_ms=head.minute_ms,
        clock_ms=head.clock_ms,
        sensor=sensor,
        lon=lon,
        lat=lat,
        value=value,
        completeness=np.minimum(good / _expected(interval_ms[sensor])[:, np.newaxis], 1.0),
        flags=minute_flags,
        weather=head.weather,
        road=road,
    )


def _means(rows: Readings, flags: FlagArray, sensor: IndexArray, size: int) -> tuple[FloatArray, IntArray, FlagArray]:
    """Return mean, number and flags of each sensor's readings, shape (n, 4) each.

    One bad reading among good ones is left out; the minute is flagged where nothing good is left.
    """
    shape = (len(sensor), N_POLLUTANTS)
    cells = size * N_POLLUTANTS
    cell = rows.sensor[:, np.newaxis].astype(np.int64) * N_POLLUTANTS + np.arange(N_POLLUTANTS)
    said = rows.values[:, :N_POLLUTANTS]
    passed: BoolArray = ~np.isnan(said) & (flags == 0)
    who = cell[passed]
    good = np.bincount(who, minlength=cells).reshape(size, N_POLLUTANTS)[sensor]
    total = np.bincount(who, weights=said[passed], minlength=cells).reshape(size, N_POLLUTANTS)[sensor]
    known = good > 0
    value = np.divide(total, good, out=nan_block(len(sensor)), where=known)
    flagged = np.nonzero(flags)
    if not len(flagged[0]):
        return value, good, np.zeros(shape, np.uint16)
    bits = np.zeros(cells, np.uint16)
    np.bitwise_or.at(bits, cell[flagged], flags[flagged])
    return value, good, np.where(known, np.uint16(0), bits.reshape(size, N_POLLUTANTS)[sensor])


def _expected(interval_ms: FloatArray) -> FloatArray:
    """Return how many readings a minute should hold, at least one; one where the interval is unknown."""
    return np.where(np.isnan(interval_ms), 1.0, np.maximum(MINUTE_MS / np.maximum(interval_ms, 1.0), 1.0))


def _on_the_way(tracks: Readings, flags: FlagArray) -> tuple[FloatArray, FloatArray]:
    """Return the middle place, shape (vehicles, 2), and the steady levels, shape (vehicles, 4); rows are by vehicle.

    A vehicle's minute crosses the exhaust of the car ahead and a fix that jumped; their seconds must not move it.
    """
    begins = np.flatnonzero(np.append(True, tracks.sensor[1:] != tracks.sensor[:-1]))
    passed = np.where(flags == 0, tracks.values[:, :N_POLLUTANTS], np.nan)
    return grouped_median(tracks.position[:, :2], begins), steady_level(passed, begins)


def _flag_inversion(value: FloatArray, flags: FlagArray, ratio: float) -> None:
    pm25, pm10 = value[:, 0], value[:, 1]
    impossible = (pm25 > ratio * pm10) & (pm25 - pm10 > INVERSION_FLOOR_UGM3)
    flags[impossible, :2] |= np.uint16(Flag.INVERSION)
