"""Judged minutes to incidents, and incidents to tickets: opened, held back, amended, merged, ended."""

from dataclasses import dataclass, field, replace

import numpy as np

from domain import regional as region
from domain.attribution import ZoneWind, claims, zone_wind
from domain.breaches import Breaches, breaches_of, regional_channels, silent_xy_m
from domain.channels import MINUTE_MS, POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.evidence import add_evidence, evidence_row
from domain.field import ChannelState, JudgedField
from domain.grouping import group
from domain.incident import Incident
from domain.limits import crossing
from domain.readings import BoolArray
from domain.recommend import is_strong
from domain.ticket import Ticket
from domain.times import rfc3339, to_datetime
from domain.witnesses import hear
from domain.writeup import write_merged, write_up
from domain.zone import Zone

LONE_PAIR_MIN = 10
"""A single sensor that sees two pollutants rise strongly opens a ticket after this long. Design value. [min]"""
LONE_FAINT_MIN = 90
"""A single sensor that sees a faint rise: a kitchen, a smoker or a lorry at its foot rarely lasts so long, and a real
network of low-cost sensors has several of those an hour. Design value. [min]"""
_HEEDED = (Decision.CALM, Decision.REGISTERED_WORKS, Decision.REGISTERED_DRILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateState:
    """What correlate remembers.

    Attributes:
        minute: The last one seen, -1 = none. [minutes since 1970]
        incidents: Those that live, in the order of their onset.
        hot: (sensor, channel, since) that are hot, but no breach yet.
        limits: Means, and crossings of limits that last.
        regional: What is remembered of the whole zone.
    """

    minute: int = -1
    incidents: tuple[Incident, ...] = ()
    hot: tuple[tuple[int, int, int], ...] = ()
    limits: crossing.LimitState = field(default_factory=crossing.no_crossings)
    regional: region.RegionalState = field(default_factory=region.RegionalState)


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
    state, outcome = _correlate(state, judged, zone)
    decisions = (*outcome.decisions, *told, *crossing.decisions_of(crossed, judged.clock_ms, zone.limits))
    return replace(state, limits=limits, regional=whole), Outcome((*outcome.tickets, *notices), decisions)


def _correlate(state: CorrelateState, judged: JudgedField, zone: Zone) -> tuple[CorrelateState, Outcome]:
    minute = judged.minute_ms // MINUTE_MS
    if not len(judged.sensor) and not state.incidents and not state.hot:
        return replace(state, minute=minute), Outcome()
    hot, passed = _passing(state.hot, judged, zone)
    breaches = breaches_of(judged, zone)
    if not len(breaches) and not state.incidents:
        return CorrelateState(minute=minute, hot=hot), Outcome((), passed)
    wind = zone_wind(judged.weather)
    grouped = group(state.incidents, breaches, wind, zone)
    merged = _merged(grouped.absorbed, judged.clock_ms, zone)
    tickets, decisions = list(merged.tickets), [*passed, *merged.decisions]
    living: list[Incident] = []
    regional = regional_channels(judged, zone)
    for before in grouped.incidents:
        ended = judged.minute_ms - before.stood_ms > zone.rules.memory_min * MINUTE_MS
        after = _judge(_weigh(before, breaches, judged, wind, zone), judged, wind, zone, regional, ended=ended)
        decisions.extend(_decisions(before, after, judged.clock_ms, zone))
        if after.ticket is not None and after.ticket is not before.ticket:
            tickets.append(after.ticket)
        if not ended:
            living.append(after)
    return CorrelateState(minute=minute, incidents=tuple(living), hot=hot), Outcome(tuple(tickets), tuple(decisions))


def _merged(absorbed: tuple[tuple[Incident, Incident], ...], clock_ms: int, zone: Zone) -> Outcome:
    """Close the tickets of incidents that have become part of another."""
    closed = tuple(
        write_merged(loser.ticket, _key(survivor, zone), to_datetime(clock_ms))
        for loser, survivor in absorbed
        if loser.ticket is not None
    )
    return Outcome(closed, tuple(DecisionMade(clock_ms, Decision.MERGED, _key(loser, zone)) for loser, _ in absorbed))


def _passing(
    before: tuple[tuple[int, int, int], ...], judged: JudgedField, zone: Zone
) -> tuple[tuple[tuple[int, int, int], ...], tuple[DecisionMade, ...]]:
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


def _weigh(incident: Incident, breaches: Breaches, judged: JudgedField, wind: ZoneWind, zone: Zone) -> Incident:
    """Hear what the incident's own sensors see in this minute, and what others near do not see."""
    mine = {(member.sensor, member.channel) for member in incident.members}
    rows = [
        row
        for row in np.flatnonzero(breaches.speaks).tolist()
        if (int(breaches.sensor[row]), int(breaches.channel[row])) in mine
    ]
    if not rows:
        return incident
    evidence = incident.evidence
    for row in rows:
        name, pollutant = zone.site.sensor_ids[breaches.sensor[row]], POLLUTANTS[breaches.channel[row]]
        value, background = float(breaches.value[row]), float(breaches.background[row])
        evidence = add_evidence(evidence, evidence_row(breaches.minute_ms, name, pollutant, value, background))
    seen = claims(zone.places, breaches.xy_m[rows], breaches.channel[rows], wind, zone.rules)
    channel = incident.peak.channel
    quiet = silent_xy_m(judged, channel, zone)
    unseen = claims(zone.places, quiet, np.full(len(quiet), channel), wind, zone.rules).sum(axis=0)
    sensors = tuple(breaches.sensor[rows].tolist())
    return replace(incident, witnesses=hear(incident.witnesses, sensors, seen, unseen), evidence=evidence)


def _judge(
    incident: Incident, judged: JudgedField, wind: ZoneWind, zone: Zone, regional: BoolArray, *, ended: bool
) -> Incident:
    """Write the incident up, or hold it back with a name."""
    if incident.ticket is None:
        if ended:
            return incident
        held = _reason_to_hold(incident, zone, regional)
        if held is not None:
            return replace(incident, held=held)
    return write_up(incident, judged, wind, zone, ended=ended)


def _reason_to_hold(incident: Incident, zone: Zone, regional: BoolArray) -> Decision | None:
    if incident.held is Decision.REGIONAL or all(regional[channel] for channel in incident.channels):
        return Decision.REGIONAL  # once part of the weather it stays so: its last sensors to clear are no source
    if len(incident.sensors) > 1:
        return None
    longest_min = max(member.heard_ms - member.since_ms for member in incident.members) // MINUTE_MS + 1
    return None if longest_min >= _lone_min(incident, zone) else Decision.SINGLE_SENSOR_SHORT


def _lone_min(incident: Incident, zone: Zone) -> int:
    if not is_strong(incident):
        return LONE_FAINT_MIN
    return LONE_PAIR_MIN if len(incident.channels) > 1 else zone.rules.lone_sensor_min


def _decisions(before: Incident, after: Incident, clock_ms: int, zone: Zone) -> list[DecisionMade]:
    """Name what changed about one incident in this minute."""
    key = _key(after, zone)
    if after.ticket is None:
        return [DecisionMade(clock_ms, after.held, key)] if after.held and after.held is not before.held else []
    if after.ticket is before.ticket:
        return []
    told = len(before.ticket.history) if before.ticket else 0
    names = [Decision(entry.what) for entry in after.ticket.history[told:]]
    old = before.ticket.recommendation.reasons if before.ticket else ()
    new = after.ticket.recommendation.reasons
    names += [name for name in _HEEDED if _reason(name) in new and _reason(name) not in old]
    return [DecisionMade(clock_ms, name, key) for name in names]


def _reason(name: Decision) -> str:
    return "calm_no_direction" if name is Decision.CALM else name.value


def _key(incident: Incident, zone: Zone) -> str:
    if incident.ticket is not None:
        return incident.ticket.id
    opener = incident.opener
    return _excess_key(opener.sensor, opener.channel, opener.since_ms, zone)


def _excess_key(sensor: int, channel: int, since_ms: int, zone: Zone) -> str:
    return f"{zone.site.sensor_ids[sensor]}/{POLLUTANTS[channel]}/{rfc3339(to_datetime(since_ms))}"
