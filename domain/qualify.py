"""Readings to minutes: first arrivals only, flagged, and settled once a minute by the zone clock."""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS, WEATHER_KEYS
from domain.dedupe import SeenMinute, first_arrivals
from domain.field import Flag, FlagArray, MinuteField, WeatherMinute, nan_block, no_weather_minute
from domain.quality import LastReadings, flag_readings, nothing_yet
from domain.readings import (
    Arrivals,
    FloatArray,
    Readings,
    Weather,
    concat_readings,
    concat_weather,
    no_readings,
)
from domain.rules import Rules
from domain.site import Site

WEATHER_MAX_AGE_MS = 3 * 3600_000
"""Hourly weather stands until the next has had time to come. [ms]"""
INVERSION_FLOOR_UGM3 = 10.0
"""Below this difference PM2.5 above PM10 is noise. [µg/m³]"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the readings so far; `readings` counts every one that arrived."""

    readings: int = 0
    duplicates: int = 0
    late: int = 0
    too_late: int = 0


@dataclass(frozen=True, slots=True)
class LatestWeather:
    """The newest row of each weather station."""

    station_id: tuple[str, ...]
    time_ms: tuple[int, ...]
    lon: tuple[float, ...]
    lat: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifyState:
    """All that qualify remembers.

    Attributes:
        clock_ms: The zone clock: the greatest receive time seen. [ms]
        settled: The last settled minute; -1 before the first arrival. [minutes since 1970]
        pending: Rows received, not yet taken at a tick, in the order of messages.
        waiting: Rows taken whose minute is not settled yet, with their flags.
        seen: What has arrived, for the law of first arrival.
        last: Last value per channel.
        interval_ms: Each sensor's usual time between readings, NaN = unknown, shape (sensors,). [ms]
    """

    clock_ms: int
    settled: int
    pending: tuple[Readings, ...]
    pending_weather: tuple[Weather, ...]
    waiting: Readings
    waiting_flags: FlagArray
    seen: tuple[SeenMinute, ...]
    last: LastReadings
    interval_ms: FloatArray
    weather: LatestWeather
    counts: Counts


def start(site: Site) -> QualifyState:
    """Return the state of a zone that has heard nothing."""
    return QualifyState(
        clock_ms=0,
        settled=-1,
        pending=(),
        pending_weather=(),
        waiting=no_readings(),
        waiting_flags=np.zeros((0, N_POLLUTANTS), np.uint16),
        seen=(),
        last=nothing_yet(len(site.sensors)),
        interval_ms=np.full(len(site.sensors), np.nan),
        weather=LatestWeather((), (), (), (), ()),
        counts=Counts(),
    )


def decision_ms(minute: int, rules: Rules) -> int:
    """Return the tick of the zone clock at which a minute is settled. [ms]

    It is the first tick at or after the minute's end plus `settle_s`.
    """
    due_ms = (minute + 1) * MINUTE_MS + rules.qualify.settle_s * 1000
    tick_ms = rules.tick_s * 1000
    return -(-due_ms // tick_ms) * tick_ms


def advance(
    state: QualifyState, arrivals: Arrivals, site: Site, rules: Rules
) -> tuple[QualifyState, list[MinuteField]]:
    """Take what arrived into account and settle every minute that the zone clock has passed.

    The result depends on the rows and the clock alone, not on how they were cut into messages: rows wait until a
    decision tick has passed, and are then taken in the order (received, sensor, time).
    """
    state = _receive(state, arrivals)
    if state.settled < 0 or state.clock_ms < decision_ms(state.settled + 1, rules):
        return state, []
    rows = concat_readings(list(state.pending))
    rows = rows.take(np.lexsort((rows.time_ms, rows.sensor, rows.received_ms)))
    weather = concat_weather(list(state.pending_weather))
    fields: list[MinuteField] = []
    taken = taken_weather = 0
    weather_order = np.argsort(weather.received_ms, kind="stable")
    weather_ms = weather.received_ms[weather_order]
    while (due_ms := decision_ms(state.settled + 1, rules)) <= state.clock_ms:
        until = int(np.searchsorted(rows.received_ms, due_ms, side="left"))
        until_weather = int(np.searchsorted(weather_ms, due_ms, side="left"))
        if until_weather > taken_weather:
            newest = weather.take(weather_order[taken_weather:until_weather])
            state = replace(state, weather=_latest(state.weather, newest))
        if until > taken:
            state = _intake(state, rows.take(slice(taken, until)), rules)
        state, field = _settle(state, due_ms, site, rules)
        fields.append(field)
        taken, taken_weather = until, until_weather
    rest = rows.take(slice(taken, None))
    rest_weather = weather.take(weather_order[taken_weather:])
    state = replace(
        state,
        pending=(rest,) if len(rest) else (),
        pending_weather=(rest_weather,) if len(rest_weather) else (),
    )
    return state, fields


def _receive(state: QualifyState, arrivals: Arrivals) -> QualifyState:
    settled = state.settled
    first_ms = _first_received_ms(arrivals)
    if settled < 0 and first_ms is not None:
        settled = first_ms // MINUTE_MS - 2  # settled late enough that the first row's minute is still open
    return replace(
        state,
        clock_ms=max(state.clock_ms, arrivals.clock_ms),
        settled=settled,
        pending=(*state.pending, arrivals.readings) if len(arrivals.readings) else state.pending,
        pending_weather=(*state.pending_weather, arrivals.weather) if len(arrivals.weather) else state.pending_weather,
    )


def _first_received_ms(arrivals: Arrivals) -> int | None:
    received = [part.received_ms.min() for part in (arrivals.readings, arrivals.weather) if len(part)]
    return int(min(received)) if received else None


def _latest(known: LatestWeather, rows: Weather) -> LatestWeather:
    stations = {
        name: (known.time_ms[i], known.lon[i], known.lat[i], known.values[i]) for i, name in enumerate(known.station_id)
    }
    for i, name in enumerate(rows.station_id):
        time_ms = int(rows.time_ms[i])
        if name not in stations or time_ms >= stations[name][0]:
            values = tuple(rows.values[i].tolist())
            stations[name] = (time_ms, float(rows.lon[i]), float(rows.lat[i]), values)
    names = tuple(sorted(stations))
    return LatestWeather(
        names,
        tuple(stations[name][0] for name in names),
        tuple(stations[name][1] for name in names),
        tuple(stations[name][2] for name in names),
        tuple(stations[name][3] for name in names),
    )


def _intake(state: QualifyState, rows: Readings, rules: Rules) -> QualifyState:
    """Take rows in order of arrival: drop repeats and the very late, flag the rest, let them wait for their minute."""
    arrived = len(rows)
    oldest = state.settled - rules.qualify.late_horizon_min
    minute = rows.time_ms // MINUTE_MS
    in_time = minute > oldest
    if not in_time.all():
        rows = rows.take(in_time)
    seen, rows, nothing_new = first_arrivals(state.seen, rows, oldest + 1)
    repeated = int(nothing_new.sum())
    if repeated:
        rows = rows.take(~nothing_new)
    last, flags = flag_readings(state.last, rows, rules.qualify)
    open_minute = rows.time_ms // MINUTE_MS > state.settled
    late = len(rows) - int(open_minute.sum())
    if late:
        rows, flags = rows.take(open_minute), flags[open_minute]
    counts = state.counts
    return replace(
        state,
        seen=seen,
        last=last,
        waiting=concat_readings([state.waiting, rows]) if len(state.waiting) else rows,
        waiting_flags=np.concatenate([state.waiting_flags, flags]) if len(state.waiting) else flags,
        counts=Counts(
            readings=counts.readings + arrived,
            duplicates=counts.duplicates + repeated,
            late=counts.late + late,
            too_late=counts.too_late + int((~in_time).sum()),
        ),
    )


def _settle(state: QualifyState, due_ms: int, site: Site, rules: Rules) -> tuple[QualifyState, MinuteField]:
    minute = state.settled + 1
    weather = _weather_minute(state.weather, due_ms)
    if not len(state.waiting):
        return replace(state, settled=minute), _empty_minute(minute, due_ms, weather)
    mine = state.waiting.time_ms // MINUTE_MS <= minute
    rows, flags = state.waiting.take(mine), state.waiting_flags[mine]
    state = replace(
        state,
        settled=minute,
        waiting=state.waiting.take(~mine),
        waiting_flags=state.waiting_flags[~mine],
        interval_ms=_usual_interval(state.interval_ms, rows),
    )
    if not len(rows):
        return state, _empty_minute(minute, due_ms, weather)
    return state, _minute_of(rows, flags, state.interval_ms, site, rules, (minute, due_ms, weather))


def _usual_interval(known_ms: FloatArray, rows: Readings) -> FloatArray:
    """Follow each sensor's mean time between readings within the minute; minutes with one reading tell nothing new."""
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


def _minute_of(
    rows: Readings,
    flags: FlagArray,
    interval_ms: FloatArray,
    site: Site,
    rules: Rules,
    when: tuple[int, int, WeatherMinute],
) -> MinuteField:
    size = len(site.sensors)
    count = np.bincount(rows.sensor, minlength=size)
    sensor = np.flatnonzero(count).astype(np.int32)
    value, completeness = nan_block(len(sensor)), np.zeros((len(sensor), N_POLLUTANTS))
    minute_flags = np.zeros((len(sensor), N_POLLUTANTS), np.uint16)
    usual_ms = interval_ms[sensor]
    expected = np.where(np.isnan(usual_ms), 1.0, np.maximum(MINUTE_MS / np.maximum(usual_ms, 1.0), 1.0))
    for channel in range(N_POLLUTANTS):
        column = rows.values[:, channel]
        passed = ~np.isnan(column) & (flags[:, channel] == 0)
        who = rows.sensor[passed]
        good = np.bincount(who, minlength=size)[sensor]
        total = np.bincount(who, weights=column[passed], minlength=size)[sensor]
        value[good > 0, channel] = total[good > 0] / good[good > 0]
        completeness[:, channel] = np.minimum(good / expected, 1.0)
        bits = np.zeros(size, np.uint16)
        flagged = np.flatnonzero(flags[:, channel])
        np.bitwise_or.at(bits, rows.sensor[flagged], flags[flagged, channel])
        # One bad reading among good ones is left out; the minute is flagged when nothing good is left.
        minute_flags[:, channel] = np.where(good > 0, 0, bits[sensor])
    _flag_inversion(value, minute_flags, rules.qualify.inversion_ratio)
    minute, due_ms, weather = when
    lon, lat = _place(rows, sensor, count[sensor], site)
    return MinuteField(minute * MINUTE_MS, due_ms, sensor, lon, lat, value, completeness, minute_flags, weather)


def _flag_inversion(value: FloatArray, flags: FlagArray, ratio: float) -> None:
    pm25, pm10 = value[:, 0], value[:, 1]
    impossible = (pm25 > ratio * pm10) & (pm25 - pm10 > INVERSION_FLOOR_UGM3)
    flags[impossible, :2] |= np.uint16(Flag.INVERSION)


def _place(rows: Readings, sensor: np.ndarray, count: np.ndarray, site: Site) -> tuple[FloatArray, FloatArray]:
    """Return where each sensor stood: the registry for stations, the mean of the minute for vehicles."""
    lon = np.array([site.sensors[i].lon for i in sensor])
    lat = np.array([site.sensors[i].lat for i in sensor])
    moving = np.isnan(lon)
    if moving.any():
        size = len(site.sensors)
        known = ~np.isnan(rows.position[:, 0]) & ~np.isnan(rows.position[:, 1])
        who = rows.sensor[known]
        fixes = np.maximum(np.bincount(who, minlength=size)[sensor], 1)
        mean_lon = np.bincount(who, weights=rows.position[known, 0], minlength=size)[sensor] / fixes
        mean_lat = np.bincount(who, weights=rows.position[known, 1], minlength=size)[sensor] / fixes
        lon, lat = np.where(moving, mean_lon, lon), np.where(moving, mean_lat, lat)
    return lon, lat


def _weather_minute(weather: LatestWeather, clock_ms: int) -> WeatherMinute:
    fresh = [i for i, time_ms in enumerate(weather.time_ms) if clock_ms - time_ms <= WEATHER_MAX_AGE_MS]
    if not fresh:
        return no_weather_minute()
    return WeatherMinute(
        tuple(weather.station_id[i] for i in fresh),
        np.array([weather.lon[i] for i in fresh]),
        np.array([weather.lat[i] for i in fresh]),
        np.array([weather.values[i] for i in fresh]).reshape(len(fresh), len(WEATHER_KEYS)),
    )


def _empty_minute(minute: int, due_ms: int, weather: WeatherMinute) -> MinuteField:
    none = np.empty(0)
    return MinuteField(
        minute * MINUTE_MS,
        due_ms,
        np.empty(0, np.int32),
        none,
        none,
        nan_block(0),
        nan_block(0),
        np.zeros((0, N_POLLUTANTS), np.uint16),
        weather,
    )
