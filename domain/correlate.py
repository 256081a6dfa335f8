"""Judged minutes to incidents, and incidents to tickets: opened, held back, amended, merged, ended."""

from dataclasses import dataclass, field, replace

import numpy as np

from domain import passes as road
from domain import regional as region
from domain import sensor_care
from domain.attribution import ZoneWind
from domain.channels import MINUTE_MS
from domain.circumstances import crossed_by, missing_now
from domain.costs import costs_now
from domain.discovery import find_new
from domain.field import JudgedField
from domain.following import follow, is_over
from domain.hearing import Minute, minute_of
from domain.held import Excess, hold_breaches, let_pass
from domain.incident import Incident, claimed_by, let_go
from domain.joining import absorb
from domain.late import hear_late
from domain.limits import crossing
from domain.readings import FloatArray
from domain.regional_channels import regional_channels
from domain.returning import not_back, still_known
from domain.splits import tell_splits
from domain.telling import Outcome, amend_ended, tell, tell_merged
from domain.ticket import Ticket
from domain.times import to_datetime
from domain.traffic import hold_traffic
from domain.trail import Trail, blow, no_trail
from domain.vanes import Vanes, as_told, no_vanes, watch, wind_of_vanes
from domain.visits import Ways, drive, no_ways
from domain.window import Window, forgotten, look, no_window
from domain.writeup import Beside, write_up
from domain.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateState:
    """What correlate remembers.

    Attributes:
        minute: The last one seen, -1 = none. [minutes since 1970]
        vanes: What each weather station last said.
        trail: The wind of the last minutes.
        window: The excesses of the last hour.
        asked: When each sensor is asked, as `discovery.find_new` has it, shape (sensors, 3).
        incidents: Those that live, in the order of their opening.
        ended: Those that ended within `reopen_min`, the last ended last; each may still come back.
        hot: (sensor, channel, since) that are hot, but no breach yet.
        breached: The same of breaches; each was told of once.
        passes: What vehicles saw by the road.
        ways: Where they were.
        limits: Means, and crossings of limits that last.
        regional: What is remembered of the whole zone.
        jams: Pieces of road whose traffic was told of.
        care: Channels that are not believed, and the tickets of those that need care.
    """

    minute: int = -1
    vanes: Vanes = field(default_factory=no_vanes)
    trail: Trail = field(default_factory=no_trail)
    window: Window = field(default_factory=no_window)
    asked: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    incidents: tuple[Incident, ...] = ()
    ended: tuple[Incident, ...] = ()
    hot: tuple[Excess, ...] = ()
    breached: tuple[Excess, ...] = ()
    passes: road.Passes = field(default_factory=road.no_passes)
    ways: Ways = field(default_factory=no_ways)
    limits: crossing.LimitState = field(default_factory=crossing.no_crossings)
    regional: region.RegionalState = field(default_factory=region.RegionalState)
    jams: tuple[int, ...] = ()
    care: sensor_care.CareState = field(default_factory=sensor_care.CareState)


def advance(state: CorrelateState, judged: JudgedField, zone: Zone) -> tuple[CorrelateState, Outcome]:
    """Take a judged minute into account."""
    minute = judged.minute_ms // MINUTE_MS
    if minute <= state.minute:
        return state, Outcome()
    vanes = watch(state.vanes, judged.weather, _since(state, minute))
    judged = replace(judged, weather=as_told(judged.weather, vanes))
    limits, crossed = crossing.advance(state.limits, judged, zone.limits)
    whole, notices, told = region.advance(state.regional, judged, zone)
    cared, (faults, suspected) = sensor_care.advance(state.care, judged, zone)
    state = replace(state, vanes=vanes, limits=limits, regional=whole, care=cared)
    state, outcome = _correlate(state, judged, zone)
    decisions = (*outcome.decisions, *told, *suspected, *crossing.decisions_of(crossed, judged.clock_ms, zone.limits))
    return state, Outcome((*outcome.tickets, *notices, *faults), decisions)


def _correlate(state: CorrelateState, judged: JudgedField, zone: Zone) -> tuple[CorrelateState, Outcome]:
    heard, clock_ms = minute_of(judged, zone), judged.clock_ms
    regional = regional_channels(judged, zone)
    wind = wind_of_vanes(state.vanes)
    state, parts = _look(state, judged, wind, zone)
    state, merged = _follow(state, heard, zone)
    ended, late = amend_ended(still_known(state.ended, clock_ms, zone), heard, zone)
    state = _discover(replace(state, ended=ended), heard, costs_now(judged, regional, wind, state.regional), zone)
    jams, jammed = hold_traffic(state.jams, state.passes, parts, clock_ms, zone)
    hot, passed = let_pass(state.hot, judged, zone)
    breached, held = hold_breaches(state.breached, state.incidents, judged, regional, zone)
    state = replace(state, jams=jams, hot=hot, breached=breached)
    state, told = _write_up(state, judged, wind, (*merged.tickets, *late.tickets), zone)
    decisions = (*passed, *held, *jammed, *merged.decisions, *late.decisions, *told.decisions)
    return state, Outcome(told.tickets, decisions)


def _since(state: CorrelateState, minute: int) -> int:
    """Return how many minutes have passed since the last one."""
    return minute - state.minute if state.minute >= 0 else 1


def _look(
    state: CorrelateState, judged: JudgedField, wind: ZoneWind, zone: Zone
) -> tuple[CorrelateState, road.PassRows]:
    """Take in the wind, what vehicles passed (returned, too), and the excesses of a minute."""
    minute, floor_ugm3 = judged.minute_ms // MINUTE_MS, zone.site.rules.detect.floor_ugm3
    trail = blow(state.trail, wind, _since(state, minute))
    passes, parts = road.advance(state.passes, judged, zone.cells, floor_ugm3)
    ways = drive(state.ways, parts, judged.minute_ms, floor_ugm3)
    window = look(state.window, judged, parts, claimed_by(state.incidents, len(zone.is_vehicle)))
    return replace(state, minute=minute, trail=trail, passes=passes, ways=ways, window=window), parts


def _follow(state: CorrelateState, heard: Minute, zone: Zone) -> tuple[CorrelateState, Outcome]:
    """Hear and weigh those that live; what they let go is forgotten, and those of one place become one."""
    incidents = follow(state.incidents, heard, state.window, state.trail, zone)
    window = forgotten(state.window, let_go(state.incidents, incidents, len(zone.is_vehicle)))
    incidents, absorbed = absorb(incidents)
    incidents = tuple(hear_late(one, heard, zone) for one in incidents)
    return replace(state, incidents=incidents, window=window), tell_merged(absorbed, heard.judged.clock_ms)


def _discover(state: CorrelateState, heard: Minute, costs: FloatArray, zone: Zone) -> CorrelateState:
    """Let new ones begin."""
    asked = state.asked if len(state.asked) else np.zeros((len(zone.is_vehicle), 3))
    known, air = (state.incidents, state.ended), (state.window, state.trail)
    incidents, asked = find_new(known, asked, heard, air, costs, zone)
    return replace(state, incidents=incidents, asked=asked)


def _write_up(
    state: CorrelateState, judged: JudgedField, wind: ZoneWind, tickets: tuple[Ticket, ...], zone: Zone
) -> tuple[CorrelateState, Outcome]:
    """Write up those that live and let go of those that are over; their tickets come after others of this minute."""
    missing = missing_now(judged, state.vanes, zone) if state.incidents else ()
    over = [is_over(one, state.window, zone) for one in state.incidents]
    written = tuple(
        write_up(
            one,
            judged,
            wind,
            zone,
            beside=Beside(missing + crossed_by(state.limits, one.sensors), state.ways),
            ended=ends,
        )
        for one, ends in zip(state.incidents, over, strict=True)
    )
    news = tell(state.incidents, written, judged.clock_ms)
    living = [one for one, ends in zip(written, over, strict=True) if not ends]
    gone = [one for one, ends in zip(written, over, strict=True) if ends]
    living, told, split = tell_splits(living, [*tickets, *news.tickets], to_datetime(judged.clock_ms))
    state = replace(state, incidents=tuple(living), ended=(*not_back(state.ended, living), *gone))
    return state, Outcome(tuple(told), (*news.decisions, *split))
