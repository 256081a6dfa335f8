"""One minute's flagged readings to one row a sensor: mean, completeness, flags and place."""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import Flag, FlagArray, MinuteField, WeatherMinute, nan_block, no_weather_minute
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


def usual_intervals(known_ms: FloatArray, who: IndexArray, time_ms: IntArray, minutes: int) -> FloatArray:
    """Follow each sensor's mean time between readings within a minute, shape (minutes, sensors). [ms]

    A minute with one reading tells nothing new.

    Args:
        known_ms: What was known before, NaN = nothing, shape (sensors,). [ms]
        who: Minute times number of sensors plus sensor, shape (n,).
        time_ms: When each reading was measured, shape (n,). [ms]
        minutes: How many.
    """
    size = len(known_ms)
    count = np.bincount(who, minlength=minutes * size)
    first = np.full(minutes * size, np.iinfo(np.int64).max)
    last = np.zeros(minutes * size, np.int64)
    np.minimum.at(first, who, time_ms)
    np.maximum.at(last, who, time_ms)
    several = ((count > 1) & (last > first)).reshape(minutes, size)
    gap_ms = ((last - first) / np.maximum(count - 1, 1)).reshape(minutes, size)
    interval_ms = np.empty((minutes, size))
    for minute, mine in enumerate(several):
        interval_ms[minute] = known_ms
        if mine.any():
            gap, before = gap_ms[minute, mine], known_ms[mine]
            interval_ms[minute, mine] = np.where(np.isnan(before), gap, before + 0.1 * (gap - before))
        known_ms = interval_ms[minute]
    return interval_ms


def minutes_of(
    rows: Readings, flags: FlagArray, known_ms: FloatArray, heads: list[MinuteHead], site: Site, rules: QualifyRules
) -> tuple[list[MinuteField], FloatArray]:
    """Sum up the readings of minutes that follow one another.

    Args:
        rows: Their readings, ascending by minute.
        flags: Their `Flag` bits, shape (n, 4).
        known_ms: Each sensor's usual time between readings before, NaN = unknown, shape (sensors,). [ms]
        heads: Which minutes, at least one.
        site: Whose sensors.
        rules: `inversion_ratio` counts here.

    Returns:
        The minutes, and each sensor's usual time between readings after them.
    """
    size = len(site.sensors)
    minute = rows.time_ms // MINUTE_MS - heads[0].minute_ms // MINUTE_MS
    who = (np.maximum(minute, 0) * size + rows.sensor).astype(np.int32)  # a sensor's minute, as if it were a sensor
    interval_ms = usual_intervals(known_ms, who, rows.time_ms, len(heads))
    whole = _summed_up(replace(rows, sensor=who), flags, interval_ms.ravel(), site, rules)
    begins = np.arange(len(heads) + 1) * size
    cuts, road_cuts = (np.searchsorted(block.sensor, begins).tolist() for block in (whole, whole.road))
    fields = [
        _cut(whole, slice(*cuts[at : at + 2]), slice(*road_cuts[at : at + 2]), head, at * size)
        for at, head in enumerate(heads)
    ]
    return fields, interval_ms[-1].copy()


def _cut(whole: MinuteField, rows: slice, road: slice, head: MinuteHead, first: int) -> MinuteField:
    """Return one of the minutes that were summed up together; its sensors count from `first` on."""
    if rows.start == rows.stop:
        return empty_minute(head)
    return MinuteField(
        minute_ms=head.minute_ms,
        clock_ms=head.clock_ms,
        sensor=whole.sensor[rows] - np.int32(first),
        lon=whole.lon[rows],
        lat=whole.lat[rows],
        value=whole.value[rows],
        completeness=whole.completeness[rows],
        flags=whole.flags[rows],
        weather=head.weather,
        road=whole.road.cut(road, first) if road.start < road.stop else no_cell_minutes(),
    )


def _summed_up(
    rows: Readings, flags: FlagArray, interval_ms: FloatArray, site: Site, rules: QualifyRules
) -> MinuteField:
    """Return one row a sensor's minute; its number modulo that of the site's sensors is the sensor."""
    size = len(interval_ms)
    who = np.flatnonzero(np.bincount(rows.sensor, minlength=size)).astype(np.int32)
    sensor = who % np.int32(len(site.sensors))
    value, good, minute_flags = _means(rows, flags, who, size)
    lon, lat = site.post_deg[sensor].T.copy()
    driven = np.flatnonzero(site.is_vehicle[rows.sensor % np.int32(len(site.sensors))])
    road = no_cell_minutes()
    if len(driven):
        driven = driven[np.argsort(rows.sensor[driven], kind="stable")]
        tracks, marks, moving = rows.take(driven), flags[driven], site.is_vehicle[sensor]
        place, level = _on_the_way(tracks, marks)
        lon[moving], lat[moving] = place.T
        value[moving] = np.where(good[moving] > SPARSE_READINGS, level, value[moving])
        road = cell_minutes(tracks, marks)
    _flag_inversion(value, minute_flags, rules.inversion_ratio)
    return MinuteField(
        minute_ms=0,
        clock_ms=0,
        sensor=who,
        lon=lon,
        lat=lat,
        value=value,
        completeness=np.minimum(good / _expected(interval_ms[who])[:, np.newaxis], 1.0),
        flags=minute_flags,
        weather=no_weather_minute(),
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
