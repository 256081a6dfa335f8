"""Readings to minutes: first arrivals only, flagged, and settled once a minute by the zone clock."""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.dedupe import SeenMinute, first_arrivals
from domain.field import Flag, FlagArray, MinuteField
from domain.lag import Behind, Lags, follow_lags, is_ahead, no_lags, nobody_behind, who_is_behind
from domain.late import late_rows
from domain.minute import MinuteHead, empty_minute, minute_of, usual_interval, with_unheard
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
        late: Rows that came after their minute was settled, not told of yet.
        seen: What has arrived, for the law of first arrival.
        last: Last value per channel.
        fixes: Last fix per vehicle.
        lags: Least lag per device.
        behind: Devices of the open minute whose clock is behind.
        interval_ms: Each sensor's usual time between readings, NaN = unknown, shape (sensors,). [ms]
    """

    clock_ms: int
    settled: int
    pending: tuple[Readings, ...]
    pending_weather: tuple[Weather, ...]
    waiting: Readings
    waiting_flags: FlagArray
    late: Readings
    seen: tuple[SeenMinute, ...]
    last: LastReadings
    fixes: LastFixes
    lags: Lags
    behind: Behind
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
        late=no_readings(),
        seen=(),
        last=nothing_yet(len(site.sensors)),
        fixes=no_fixes(len(site.sensors)),
        lags=no_lags(len(site.sensors)),
        behind=nobody_behind(),
        interval_ms=np.full(len(site.sensors), np.nan),
        weather=no_latest(),
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

    The result depends on the rows and the clock alone, not on how they were cut into messages or on their order
    between two ticks: rows wait until a decision tick has passed, and are then taken in the order of `arrival_order`.
    """
    state = _receive(state, arrivals, rules)
    if state.settled < 0 or state.clock_ms < decision_ms(state.settled + 1, rules):
        return state, []
    rows = arrival_order(concat_readings(list(state.pending)))
    weather = weather_order(concat_weather(list(state.pending_weather)))
    fields: list[MinuteField] = []
    taken = taken_weather = 0
    while (due_ms := decision_ms(state.settled + 1, rules)) <= state.clock_ms:
        until = int(np.searchsorted(rows.received_ms, due_ms, side="left"))
        until_weather = int(np.searchsorted(weather.received_ms, due_ms, side="left"))
        newest = take_weather(state.weather, weather.take(slice(taken_weather, until_weather)))
        state = replace(state, weather=forget_old(newest, due_ms))
        if until > taken:
            state = _intake(state, rows.take(slice(taken, until)), site, rules)
        state, field = _settle(state, due_ms, site, rules)
        fields.append(field)
        taken, taken_weather = until, until_weather
    rest, rest_weather = rows.take(slice(taken, None)), weather.take(slice(taken_weather, None))
    state = replace(
        state,
        pending=(rest,) if len(rest) else (),
        pending_weather=(rest_weather,) if len(rest_weather) else (),
    )
    return state, fields


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


def _intake(state: QualifyState, rows: Readings, site: Site, rules: Rules) -> QualifyState:
    """Take rows in order of arrival: drop repeats and the late, flag the rest, let them wait for their minute."""
    arrived = len(rows)
    before, lags = state.lags, follow_lags(state.lags, rows)
    behind = who_is_behind(lags, rows)
    oldest = state.settled - rules.qualify.late_horizon_min
    in_time = rows.time_ms // MINUTE_MS > oldest
    rows = _only(rows, in_time)
    seen, rows, nothing_new = first_arrivals(state.seen, rows, oldest + 1)
    rows = _only(rows, ~nothing_new)
    in_open_minute = rows.time_ms // MINUTE_MS > state.settled
    late = rows.take(~in_open_minute & ~np.isin(rows.sensor, behind.sensor) & ~site.is_vehicle[rows.sensor])
    rows = _only(rows, in_open_minute)
    last, flags = flag_readings(state.last, rows, rules.qualify)
    fixes, astray = flag_positions(state.fixes, rows, site.is_vehicle)
    _mark(flags, rows, astray | far_from_post(rows, site), Flag.POSITION)
    _mark(flags, rows, is_ahead(before, rows), Flag.CLOCK)
    rows = without_places(rows, astray)
    counts = state.counts
    return replace(
        state,
        seen=seen,
        last=last,
        fixes=fixes,
        lags=lags,
        behind=behind,
        late=concat_readings([state.late, late]) if len(late) else state.late,
        waiting=concat_readings([state.waiting, rows]) if len(state.waiting) else rows,
        waiting_flags=np.concatenate([state.waiting_flags, flags]) if len(state.waiting) else flags,
        counts=Counts(
            readings=counts.readings + arrived,
            duplicates=counts.duplicates + int(nothing_new.sum()),
            late=counts.late + int((~in_open_minute).sum()),
            too_late=counts.too_late + int((~in_time).sum()),
        ),
    )


def _mark(flags: FlagArray, rows: Readings, where: np.ndarray, flag: Flag) -> None:
    """Flag whatever the rows in question say."""
    if where.any():
        flags[where] |= ~np.isnan(rows.values[where, :N_POLLUTANTS]) * np.uint16(flag)


def _only(rows: Readings, keep: np.ndarray) -> Readings:
    return rows if keep.all() else rows.take(keep)


def _settle(state: QualifyState, due_ms: int, site: Site, rules: Rules) -> tuple[QualifyState, MinuteField]:
    minute = state.settled + 1
    head = MinuteHead(minute * MINUTE_MS, due_ms, weather_minute(state.weather))
    late = late_rows(state.late, rules.qualify, len(site.sensors))
    mine = state.waiting.time_ms // MINUTE_MS <= minute
    behind = state.behind
    state = replace(state, behind=nobody_behind(), late=no_readings())
    if not mine.any():
        field = with_unheard(empty_minute(head), behind, site)
        return replace(state, settled=minute), replace(field, late=late)
    rows, flags = state.waiting.take(mine), state.waiting_flags[mine]
    state = replace(
        state,
        settled=minute,
        waiting=state.waiting.take(~mine),
        waiting_flags=state.waiting_flags[~mine],
        interval_ms=usual_interval(state.interval_ms, rows),
    )
    field = minute_of(rows, flags, state.interval_ms, head, site, rules.qualify)
    return state, replace(with_unheard(field, behind, site), late=late)
