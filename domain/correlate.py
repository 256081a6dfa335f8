"""Judged minutes to incidents, and incidents to tickets: opened, held back, amended, merged, ended."""

from dataclasses import dataclass, field, replace

import numpy as np

from domain import passes as road
from domain import regional as region
from domain import sensor_care
from domain.attribution import ZoneWind, zone_wind
from domain.channels import MINUTE_MS, POLLUTANTS
from domain.circumstances import crossed_by, missing_now
from domain.decisions import Decision, DecisionMade
from domain.discovery import find_new
from domain.field import ChannelState, JudgedField
from domain.following import follow, is_over
from domain.hearing import Minute, minute_of
from domain.incident import Incident, claimed_by, let_go
from domain.joining import absorb
from domain.late import hear_late
from domain.limits import crossing
from domain.readings import BoolArray, FloatArray
from domain.regional_channels import regional_channels
from domain.returning import not_back, still_known
from domain.splits import tell_splits
from domain.ticket import Ticket
from domain.times import rfc3339, to_datetime
from domain.traffic import hold_traffic
from domain.trail import Trail, blow, no_trail
from domain.visits import Ways, drive, no_ways
from domain.window import Window, forgotten, look, no_window
from domain.writeup import Beside, write_late, write_merged, write_up
from domain.zone import Zone

_HEEDED = (Decision.CALM, Decision.REGISTERED_WORKS, Decision.REGISTERED_DRILL)
DAMP_PCT, DAMP_COSTS = (80.0, 92.0), 1.0
"""From the first relative humidity on particles need more evidence, from the second on so much. Design values: optical
counts grow steeply from about 85 % (kappa-Köhler growth, see `humidity.py`). [%]"""
PARTICLES = np.array([1.0, 1.0, 0.0, 0.0])
"""Pollutants that swell."""
BLIND_COSTS = 3.0
"""Without wind no plume can be told from two bursts. Design value."""
RISING_COSTS = 0.8
"""While a pollutant rises over the whole zone its first stations look like a plume. Design value."""
Excess = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateState:
    """What correlate remembers.

    Attributes:
        minute: The last one seen, -1 = none. [minutes since 1970]
        trail: The wind of the last minutes.
        window: The excesses of the last hour.
        asked: Until when each sensor need not be asked again, and how loud it was, shape (sensors, 2).
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
    trail: Trail = field(default_factory=no_trail)
    window: Window = field(default_factory=no_window)
    asked: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a minute brought forth: tickets that opened or changed, and every decision."""

    tickets: tuple[Ticket, ...] = ()
    decisions: tuple[DecisionMade, ...] = ()


def advance(state: CorrelateState, judged: JudgedField, zone: Zone) -> tuple[CorrelateState, Outcome]:
    """Take a judged minute into account."""
    minute = judged.minute_ms // MINUTE_MS
    if minute <= state.minute:
        return state, Outcome()
    limits, crossed = crossing.advance(state.limits, judged, zone.limits)
    whole, notices, told = region.advance(state.regional, judged, zone)
    cared, (faults, suspected) = sensor_care.advance(state.care, judged, zone)
    state, outcome = _correlate(replace(state, limits=limits, regional=whole, care=cared), judged, zone)
    decisions = (*outcome.decisions, *told, *suspected, *crossing.decisions_of(crossed, judged.clock_ms, zone.limits))
    return state, Outcome((*outcome.tickets, *notices, *faults), decisions)


def _correlate(state: CorrelateState, judged: JudgedField, zone: Zone) -> tuple[CorrelateState, Outcome]:
    minute = judged.minute_ms // MINUTE_MS
    wind = zone_wind(judged.weather)
    trail = blow(state.trail, wind, minute - state.minute if state.minute >= 0 else 1)
    floor_ugm3 = zone.site.rules.detect.floor_ugm3
    driven, parts = road.advance(state.passes, judged, zone.cells, floor_ugm3)
    ways = drive(state.ways, parts, judged.minute_ms, floor_ugm3)
    window = look(state.window, judged, parts, claimed_by(state.incidents, len(zone.is_vehicle)))
    heard = minute_of(judged, zone)
    incidents = follow(state.incidents, heard, window, trail, zone)
    window = forgotten(window, let_go(state.incidents, incidents, len(zone.is_vehicle)))
    incidents, absorbed = absorb(incidents)
    regional = regional_channels(judged, zone)
    asked = state.asked if len(state.asked) else np.zeros((len(zone.is_vehicle), 2))
    incidents = tuple(hear_late(one, heard, zone) for one in incidents)
    ended, late = amend_ended(still_known(state.ended, judged.clock_ms, zone), heard, zone)
    incidents, asked = find_new(
        (incidents, ended), asked, heard, (window, trail), _costs(judged, regional, wind, state.regional), zone
    )
    jams, jammed = hold_traffic(state.jams, driven, parts, judged.clock_ms, zone)
    hot, passed = _passing(state.hot, judged, zone)
    breached, held = _held(state.breached, incidents, judged, regional, zone)
    merged = _merged(absorbed, judged.clock_ms)
    missing = missing_now(judged, trail, zone) if incidents else ()
    beside = [Beside(missing + crossed_by(state.limits, one.sensors), ways) for one in incidents]
    over = [is_over(one, window, zone) for one in incidents]
    three = zip(incidents, beside, over, strict=True)
    written = tuple(write_up(one, judged, wind, zone, beside=told, ended=ends) for one, told, ends in three)
    tickets, news = _told(incidents, written, judged.clock_ms)
    living = [one for one, ends in zip(written, over, strict=True) if not ends]
    gone = [one for one, ends in zip(written, over, strict=True) if ends]
    living, tickets, split = tell_splits(
        living, [*merged.tickets, *late.tickets, *tickets], to_datetime(judged.clock_ms)
    )
    state = replace(
        state,
        minute=minute,
        trail=trail,
        window=window,
        asked=asked,
        incidents=tuple(living),
        ended=(*not_back(ended, living), *gone),
        hot=hot,
        breached=breached,
        passes=driven,
        ways=ways,
        jams=jams,
    )
    return state, Outcome(tuple(tickets), (*passed, *held, *jammed, *merged.decisions, *late.decisions, *news, *split))


def _costs(judged: JudgedField, regional: BoolArray, wind: ZoneWind, whole: region.RegionalState) -> FloatArray:
    """Return what more evidence a ticket needs (in log odds), shape (4,): where all rises, in fog, without wind."""
    blind = BLIND_COSTS if np.isnan(wind.speed_ms) else 0.0
    rising = np.where(whole.episodes.since_ms > 0, RISING_COSTS, 0.0)
    return np.where(regional, np.inf, blind + rising + _fog(judged) * PARTICLES)


def _fog(judged: JudgedField) -> float:
    """Return what more evidence particles need in damp air, where each device swells them by its own measure."""
    humidity_pct = judged.weather.column("humidity_pct")
    known = humidity_pct[~np.isnan(humidity_pct)]
    return float(np.interp(np.median(known), DAMP_PCT, (0.0, DAMP_COSTS))) if len(known) else 0.0


def _merged(absorbed: tuple[tuple[Incident, Incident], ...], clock_ms: int) -> Outcome:
    """Close the tickets of incidents that have become part of another."""
    closed = tuple(
        write_merged(loser.ticket, survivor.ticket.id, to_datetime(clock_ms))
        for loser, survivor in absorbed
        if loser.ticket is not None and survivor.ticket is not None
    )
    return Outcome(closed, tuple(DecisionMade(clock_ms, Decision.MERGED, ticket.id) for ticket in closed))


def _passing(
    before: tuple[Excess, ...], judged: JudgedField, zone: Zone
) -> tuple[tuple[Excess, ...], tuple[DecisionMade, ...]]:
    """Return the channels that are hot now, and a decision for each that ceased to be without having been a breach."""
    row, channel = np.nonzero(judged.state == ChannelState.HOT)
    since_ms = judged.since_ms[row, channel]
    hot = tuple(zip(judged.sensor[row].tolist(), channel.tolist(), since_ms.tolist(), strict=True))
    if not before:
        return hot, ()
    where = {sensor: place for place, sensor in enumerate(judged.sensor.tolist())}
    made: list[DecisionMade] = []
    for sensor, column, began_ms in before:
        place = where.get(sensor)
        now = ChannelState.UNJUDGED if place is None else ChannelState(judged.state[place, column])
        if now not in (ChannelState.HOT, ChannelState.BREACH):
            name = Decision.SENSOR_SUSPECT if now is ChannelState.EXCLUDED else Decision.BELOW_DURATION
            made.append(DecisionMade(judged.clock_ms, name, _excess_key(sensor, column, began_ms, zone)))
    return hot, tuple(made)


def _held(
    before: tuple[Excess, ...], incidents: tuple[Incident, ...], judged: JudgedField, regional: BoolArray, zone: Zone
) -> tuple[tuple[Excess, ...], tuple[DecisionMade, ...]]:
    """Return the channels in breach now, and why each new one that no incident claims opens nothing."""
    row, channel = np.nonzero(judged.state == ChannelState.BREACH)
    since_ms = judged.since_ms[row, channel]
    now = tuple(zip(judged.sensor[row].tolist(), channel.tolist(), since_ms.tolist(), strict=True))
    claimed = {sensor for incident in incidents for sensor in incident.claimed}
    told = set(before)
    made = tuple(
        DecisionMade(
            judged.clock_ms,
            Decision.REGIONAL if regional[column] else Decision.SINGLE_SENSOR_SHORT,
            _excess_key(sensor, column, began_ms, zone),
        )
        for sensor, column, began_ms in now
        if (sensor, column, began_ms) not in told and sensor not in claimed
    )
    return now, made


def amend_ended(ended: tuple[Incident, ...], minute: Minute, zone: Zone) -> tuple[tuple[Incident, ...], Outcome]:
    """Let incidents that have ended hear what came late."""
    clock_ms = minute.judged.clock_ms
    after = tuple(write_late(hear_late(one, minute, zone), clock_ms, zone) for one in ended)
    tickets, made = _told(ended, after, clock_ms)
    return after, Outcome(tuple(tickets), tuple(made))


def _told(
    before: tuple[Incident, ...], after: tuple[Incident, ...], clock_ms: int
) -> tuple[list[Ticket], list[DecisionMade]]:
    """Return the tickets that opened or changed in this minute, and what was decided about them."""
    pairs = list(zip(before, after, strict=True))
    tickets = [now.ticket for was, now in pairs if now.ticket is not None and now.ticket is not was.ticket]
    return tickets, [made for was, now in pairs for made in _decisions(was, now, clock_ms)]


def _decisions(before: Incident, after: Incident, clock_ms: int) -> list[DecisionMade]:
    """Name what changed about one incident in this minute."""
    if after.ticket is None or after.ticket is before.ticket:
        return []
    told = len(before.ticket.history) if before.ticket else 0
    names = [Decision(entry.what) for entry in after.ticket.history[told:]]
    old = before.ticket.recommendation.reasons if before.ticket else ()
    new = after.ticket.recommendation.reasons
    names += [name for name in _HEEDED if _reason(name) in new and _reason(name) not in old]
    return [DecisionMade(clock_ms, name, after.ticket.id) for name in names]


def _reason(name: Decision) -> str:
    return "calm_no_direction" if name is Decision.CALM else name.value


def _excess_key(sensor: int, channel: int, since_ms: int, zone: Zone) -> str:
    return f"{zone.site.sensor_ids[sensor]}/{POLLUTANTS[channel]}/{rfc3339(to_datetime(since_ms))}"
