"""Readings to minutes: first arrivals only, flagged, and settled once a minute by the zone clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.dedupe import SeenMinute, first_arrivals
from domain.field import Flag, FlagArray, MinuteField
from domain.lag import Behind, Lags, follow_lags, is_ahead, no_lags, nobody_behind
from domain.late import late_rows
from domain.minute import MinuteHead, empty_minute, minutes_of, with_unheard
from domain.patience import Patience, follow_lateness, no_patience
from domain.position import LastFixes, flag_positions, no_fixes, without_places
from domain.posted import far_from_post
from domain.quality import LastReadings, flag_readings, nothing_yet
from domain.readings import (
    Arrivals,
    FloatArray,
    Readings,
    Weather,
    arrival_order,
    concat_readings,
    concat_weather,
    no_readings,
)
from domain.rules import Rules
from domain.site import Site
from domain.ticks import Ticks, in_turn, ticks_at_once
from domain.weather import LatestWeather, forget_old, no_latest, take_weather, weather_minute, weather_order


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the readings so far; `readings` counts every one that was taken.

    Attributes:
        duplicates: Brought no channel that had not arrived before.
        late: Came after their minute was settled; they go to the history, and may amend a ticket.
        too_late: Came after `late_horizon_min`; nobody knows any more whether they are repeats.
    """

    readings: int = 0
    duplicates: int = 0
    late: int = 0
    too_late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifyState:
    """All that qualify remembers; bounded by what a minute brings and `late_horizon_min`.

    Attributes:
        clock_ms: The zone clock: the greatest receive time seen. [ms]
        settled: The last settled minute; -1 before the first arrival. [minutes since 1970]
        pending: Rows received, not yet taken at a tick, in the order of messages.
        pending_weather: As `pending`.
        waiting: Rows taken whose minute is not settled yet, with their flags.
        seen: What has arrived, for the law of first arrival.
        last: Last value per channel.
        fixes: Last fix per vehicle.
        lags: Least lag per device.
        patience: How long a minute waits for its readings.
        ticked_ms: The last tick that settled a minute, 0 = none. [ms]
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
    fixes: LastFixes
    lags: Lags
    patience: Patience
    ticked_ms: int
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
        fixes=no_fixes(len(site.sensors)),
        lags=no_lags(len(site.sensors)),
        patience=no_patience(),
        ticked_ms=0,
        interval_ms=np.full(len(site.sensors), np.nan),
        weather=no_latest(),
        counts=Counts(),
    )


def decision_ms(state: QualifyState, minute: int, rules: Rules) -> int:
    """Return the tick of the zone clock at which a minute is settled. [ms]

    It is the first tick at or after the minute's end plus `settle_s` and what this network needs beyond, and not before
    the last one: where minutes begin to wait for less, several are settled at once.
    """
    due_ms = (minute + 1) * MINUTE_MS + rules.qualify.settle_s * 1000 + state.patience.wait_ms
    tick_ms = rules.tick_s * 1000
    return max(-(-due_ms // tick_ms) * tick_ms, state.ticked_ms)


def advance(
    state: QualifyState, arrivals: Arrivals, site: Site, rules: Rules
) -> tuple[QualifyState, list[MinuteField]]:
    """Take what arrived into account and settle every minute that the zone clock has passed.

    The result depends on the rows and the clock alone, not on how they were cut into messages or on their order
    between two ticks: rows wait until a decision tick has passed, and are then taken in the order of `arrival_order`.
    """
    state = _receive(state, arrivals, rules)
    if state.settled < 0 or state.clock_ms < decision_ms(state, state.settled + 1, rules):
        return state, []
    rows = arrival_order(concat_readings(list(state.pending)))
    weather = weather_order(concat_weather(list(state.pending_weather)))
    fields: list[MinuteField] = []
    taken, at_once = 0, ticks_at_once(len(site.sensors))
    while due_ms := _due(state, at_once, rules):
        state, some, ticks = _until_wait_changes(state, rows, taken, due_ms, site, rules)
        state, weather, heads = _heads(state, weather, due_ms[: ticks.count])
        state, told = _settled(state, some, ticks, heads, site, rules)
        fields += told
        taken += len(some)
    rest = rows.take(slice(taken, None))
    state = replace(
        state,
        pending=(rest,) if len(rest) else (),
        pending_weather=(weather,) if len(weather) else (),
    )
    return state, fields


def _due(state: QualifyState, at_once: int, rules: Rules) -> list[int]:
    """Return the ticks that settle the next minutes, as far as the zone clock has come. [ms]"""
    ticks_ms = (decision_ms(state, state.settled + 1 + at, rules) for at in range(at_once))
    return list(takewhile(lambda due_ms: due_ms <= state.clock_ms, ticks_ms))


def _until_wait_changes(
    state: QualifyState, rows: Readings, taken: int, due_ms: list[int], site: Site, rules: Rules
) -> tuple[QualifyState, Readings, Ticks]:
    """Return the rows of the next ticks; after one that changes how long minutes wait the next is due at another time.

    `taken` of the rows are behind.
    """
    until = np.searchsorted(rows.received_ms, due_ms, side="left")
    tick = np.searchsorted(until, np.arange(taken, until[-1]), side="right")
    some, ticks = rows.take(slice(taken, int(until[-1]))), Ticks(state.settled, len(due_ms), tick)
    settle_ms = rules.qualify.settle_s * 1000
    patience, count = follow_lateness(state.patience, some, ticks, len(site.sensors), settle_ms)
    if count < ticks.count:
        kept = int((tick < count).sum())
        some, ticks = some.take(slice(0, kept)), Ticks(state.settled, count, tick[:kept])
    return replace(state, patience=patience, ticked_ms=due_ms[count - 1]), some, ticks


def _heads(state: QualifyState, weather: Weather, due_ms: list[int]) -> tuple[QualifyState, Weather, list[MinuteHead]]:
    """Return the heads of the minutes that some ticks settle, each with the weather that was known then.

    Where minutes wait for long, weather that was measured after a minute's own waits as well; what waits is returned.
    """
    latest, heads = state.weather, []
    for at, tick_ms in enumerate(due_ms):
        begin_ms = (state.settled + 1 + at) * MINUTE_MS
        taken = (weather.received_ms < tick_ms) & (weather.time_ms < begin_ms + 2 * MINUTE_MS)
        if taken.any():
            latest, weather = (
                take_weather(latest, weather.take(np.flatnonzero(taken))),
                weather.take(np.flatnonzero(~taken)),
            )
        latest = forget_old(latest, tick_ms)
        heads.append(MinuteHead(begin_ms, tick_ms, weather_minute(latest, begin_ms + MINUTE_MS)))
    return replace(state, weather=latest), weather, heads


def _receive(state: QualifyState, arrivals: Arrivals, rules: Rules) -> QualifyState:
    settled = state.settled
    first_ms = _first_received_ms(arrivals)
    if settled < 0 and first_ms is not None:
        first_ms -= first_ms % (rules.tick_s * 1000)  # the same for every order of rows between two ticks
        settled = first_ms // MINUTE_MS - 2  # so that the minute before is still open: its readings may just arrive
    return replace(
        state,
        clock_ms=max(state.clock_ms, arrivals.clock_ms),
        settled=settled,
        pending=(*state.pending, arrivals.readings) if len(arrivals.readings) else state.pending,
        pending_weather=(*state.pending_weather, arrivals.weather) if len(arrivals.weather) else state.pending_weather,
    )


def _first_received_ms(arrivals: Arrivals) -> int | None:
    received = [int(part.received_ms.min()) for part in (arrivals.readings, arrivals.weather) if len(part)]
    return min(received, default=None)


@dataclass(frozen=True, slots=True)
class _Unheard:
    """By tick, where there are any: rows that came late, and devices that spoke of another time."""

    late: Mapping[int, Readings]
    behind: Mapping[int, Behind]


def _intake(
    state: QualifyState, rows: Readings, ticks: Ticks, site: Site, rules: Rules
) -> tuple[QualifyState, _Unheard]:
    """Take rows in order of arrival: drop repeats and the late, flag the rest, let them wait for their minute."""
    arrived = len(rows)
    course = follow_lags(state.lags, rows, ticks)
    in_time = rows.time_ms // MINUTE_MS > ticks.settled_before - rules.qualify.late_horizon_min
    oldest = [at - rules.qualify.late_horizon_min + 1 for at in (ticks.settled, int(ticks.settled_before[-1]))]
    rows, ticks = _only(rows, in_time), ticks.only(in_time)
    seen, rows, nothing_new = first_arrivals(state.seen, rows, oldest[0])
    rows, ticks = _only(rows, ~nothing_new), ticks.only(~nothing_new)
    in_open_minute = rows.time_ms // MINUTE_MS > ticks.settled_before
    late = {
        at: _late(rows.take(part), course.behind.get(at, nobody_behind()), site)
        for at, part in ticks.parts(~in_open_minute)
    }
    rows, ticks = _only(rows, in_open_minute), ticks.only(in_open_minute)
    state, rows, flags = _flagged(replace(state, lags=course.after), rows, ticks, site, rules)
    _mark(flags, rows, is_ahead(course, rows, ticks), Flag.CLOCK)
    counts = state.counts
    state = replace(
        state,
        seen=tuple(part for part in seen if part.minute >= oldest[1]),
        waiting=concat_readings([state.waiting, rows]) if len(state.waiting) else rows,
        waiting_flags=np.concatenate([state.waiting_flags, flags]) if len(state.waiting) else flags,
        counts=Counts(
            readings=counts.readings + arrived,
            duplicates=counts.duplicates + int(nothing_new.sum()),
            late=counts.late + int((~in_open_minute).sum()),
            too_late=counts.too_late + int((~in_time).sum()),
        ),
    )
    return state, _Unheard(late, course.behind)


def _late(rows: Readings, behind: Behind, site: Site) -> Readings:
    """Leave out what only seems to be late, and vehicles: where they were is over."""
    return rows.take(~np.isin(rows.sensor, behind.sensor) & ~site.is_vehicle[rows.sensor])


def _flagged(
    state: QualifyState, rows: Readings, ticks: Ticks, site: Site, rules: Rules
) -> tuple[QualifyState, Readings, FlagArray]:
    """Flag rows and leave out places that are not believed; each sensor is held against what it said before."""
    last, fixes = state.last, state.fixes
    flags, astray = np.zeros((len(rows), N_POLLUTANTS), np.uint16), np.zeros(len(rows), np.bool_)
    for part in in_turn(rows, ticks, np.maximum(last.newest_ms, fixes.newest_ms)):
        some = rows.take(part)
        last, flags[part] = flag_readings(last, some, rules.qualify)
        fixes, astray[part] = flag_positions(fixes, some, site.is_vehicle)
    _mark(flags, rows, astray | far_from_post(rows, site), Flag.POSITION)
    return replace(state, last=last, fixes=fixes), without_places(rows, astray), flags


def _mark(flags: FlagArray, rows: Readings, where: np.ndarray, flag: Flag) -> None:
    """Flag whatever the rows in question say."""
    if where.any():
        flags[where] |= ~np.isnan(rows.values[where, :N_POLLUTANTS]) * np.uint16(flag)


def _only(rows: Readings, keep: np.ndarray) -> Readings:
    return rows if keep.all() else rows.take(keep)


def _settled(
    state: QualifyState, rows: Readings, ticks: Ticks, heads: list[MinuteHead], site: Site, rules: Rules
) -> tuple[QualifyState, list[MinuteField]]:
    """Take rows, and settle the minutes of their ticks."""
    unheard = _Unheard({}, {})
    if len(rows):
        state, unheard = _intake(state, rows, ticks, site, rules)
    minute, last = state.waiting.time_ms // MINUTE_MS, ticks.settled + ticks.count
    mine = np.flatnonzero(minute <= last)
    state, fields = replace(state, settled=last), [empty_minute(head) for head in heads]
    if len(mine):
        mine = mine[np.argsort(minute[mine], kind="stable")] if ticks.count > 1 else mine
        rows, flags = state.waiting.take(mine), state.waiting_flags[mine]
        fields, interval_ms = minutes_of(rows, flags, state.interval_ms, heads, site, rules.qualify)
        rest = minute > last
        state = replace(
            state,
            waiting=state.waiting.take(rest),
            waiting_flags=state.waiting_flags[rest],
            interval_ms=interval_ms,
        )
    for at, behind in unheard.behind.items():
        fields[at] = with_unheard(fields[at], behind, site)
    for at, late in unheard.late.items():
        fields[at] = replace(fields[at], late=late_rows(late, rules.qualify, len(site.sensors)))
    return state, fields
