"""Readings as they come in: repeats and the late dropped, the rest flagged, to wait for their minute."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.dedupe import first_arrivals
from domain.field import Flag, FlagArray
from domain.lag import Behind, follow_lags, is_ahead, nobody_behind
from domain.position import flag_positions, without_places
from domain.posted import far_from_post
from domain.qualify_state import Counts, QualifyState
from domain.quality import flag_readings
from domain.readings import Readings, concat_readings
from domain.rules import Rules
from domain.site import Site
from domain.ticks import Ticks, in_turn


@dataclass(frozen=True, slots=True)
class Unheard:
    """By tick, where there are any: rows that came late, and devices that spoke of another time."""

    late: Mapping[int, Readings]
    behind: Mapping[int, Behind]


def take_rows(
    state: QualifyState, rows: Readings, ticks: Ticks, site: Site, rules: Rules
) -> tuple[QualifyState, Unheard]:
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
    return state, Unheard(late, course.behind)


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
