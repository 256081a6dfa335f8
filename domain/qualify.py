"""Readings to minutes: first arrivals only, flagged, and settled once a minute by the zone clock."""

from dataclasses import replace
from itertools import takewhile

import numpy as np

from domain.channels import MINUTE_MS
from domain.field import MinuteField
from domain.intake import Unheard, take_rows
from domain.late import late_rows
from domain.minute import MinuteHead, empty_minute, minutes_of, with_unheard
from domain.patience import follow_lateness
from domain.qualify_state import QualifyState
from domain.readings import Arrivals, Readings, Weather, arrival_order, concat_readings, concat_weather
from domain.rules import Rules
from domain.site import Site
from domain.ticks import Ticks, ticks_at_once
from domain.weather import forget_old, take_weather, weather_minute, weather_order


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
        of_ms = np.minimum(weather.time_ms, weather.received_ms)  # as `take_weather` has it
        known = (weather.received_ms < tick_ms) & (of_ms < begin_ms + 2 * MINUTE_MS)
        if known.any():
            latest = take_weather(latest, weather.take(np.flatnonzero(known)))
            weather = weather.take(np.flatnonzero(~known))
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


def _settled(
    state: QualifyState, rows: Readings, ticks: Ticks, heads: list[MinuteHead], site: Site, rules: Rules
) -> tuple[QualifyState, list[MinuteField]]:
    """Take rows, and settle the minutes of their ticks."""
    unheard = Unheard({}, {})
    if len(rows):
        state, unheard = take_rows(state, rows, ticks, site, rules)
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
