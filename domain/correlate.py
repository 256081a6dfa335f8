"""Judged minutes to incidents: breaches near each other in space and time are one, written up as one ticket."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from domain.attribution import ZoneWind, claims, zone_wind
from domain.channels import MINUTE_MS
from domain.field import ChannelState, JudgedField
from domain.incident import Incident, Member, PeakExcess
from domain.readings import FloatArray
from domain.ticket import Ticket
from domain.writeup import Zone, write_up

LONE_PAIR_MIN = 10
"""A single sensor that sees two pollutants opens a ticket after this long. Design value. [min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateState:
    """The incidents that live; `minute` is the last one seen, -1 = none. [minutes since 1970]"""

    minute: int = -1
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True)
class Breaches:
    """The breached channels of one minute as columns, shape (n,); `xy_m` is (n, 2). [m]"""

    sensor: np.ndarray
    channel: np.ndarray
    since_ms: np.ndarray
    value: FloatArray
    background: FloatArray
    xy_m: FloatArray


def advance(state: CorrelateState, judged: JudgedField, zone: Zone) -> tuple[CorrelateState, tuple[Ticket, ...]]:
    """Take a judged minute into account.

    Returns:
        The new state, and every ticket that opened or changed, in the order of its incident's onset.
    """
    minute = judged.minute_ms // MINUTE_MS
    if minute <= state.minute:
        return state, ()
    breaches = _breaches(judged, zone)
    if not len(breaches.sensor) and not state.incidents:
        return replace(state, minute=minute), ()
    wind = zone_wind(judged.weather)
    incidents = _group(state.incidents, breaches, judged.minute_ms, zone)
    incidents = tuple(_weigh(incident, breaches, judged.minute_ms, wind, zone) for incident in incidents)
    living: list[Incident] = []
    tickets: list[Ticket] = []
    for incident in incidents:
        ended = judged.minute_ms - incident.last_ms > zone.rules.memory_min * MINUTE_MS
        if incident.ticket is None and (ended or not _worth_a_ticket(incident, zone)):
            written = incident
        else:
            written = write_up(incident, judged, wind, zone, ended=ended)
        if written.ticket is not None and written.ticket is not incident.ticket:
            tickets.append(written.ticket)
        if not ended:
            living.append(written)
    return CorrelateState(minute=minute, incidents=tuple(living)), tuple(tickets)


def _breaches(judged: JudgedField, zone: Zone) -> Breaches:
    row, channel = np.nonzero(judged.state == ChannelState.BREACH)
    return Breaches(
        judged.sensor[row],
        channel,
        judged.since_ms[row, channel],
        judged.value[row, channel],
        judged.background[row, channel],
        zone.projection.to_metres(judged.lon[row], judged.lat[row]) if len(row) else np.empty((0, 2)),
    )


def _group(incidents: tuple[Incident, ...], breaches: Breaches, minute_ms: int, zone: Zone) -> tuple[Incident, ...]:
    """Put each breached channel into the nearest incident within reach, or begin a new one."""
    grown = list(incidents)
    order = np.lexsort((breaches.channel, breaches.sensor, breaches.since_ms))
    for row in order.tolist():
        member = Member(
            sensor=int(breaches.sensor[row]),
            channel=int(breaches.channel[row]),
            since_ms=int(breaches.since_ms[row]),
            last_ms=minute_ms,
            x_m=float(breaches.xy_m[row, 0]),
            y_m=float(breaches.xy_m[row, 1]),
            minutes=1,
        )
        home = _home(grown, member, zone.rules.join_m)
        if home is None:
            grown.append(_begin(member, breaches, row, minute_ms, zone))
        else:
            grown[home] = _join(grown[home], member, breaches, row, minute_ms)
    return tuple(grown)


def _home(incidents: list[Incident], member: Member, join_m: float) -> int | None:
    nearest, home = join_m, None
    for index, incident in enumerate(incidents):
        for known in incident.members:
            if (known.sensor, known.channel) == (member.sensor, member.channel):
                return index
            distance = float(np.hypot(known.x_m - member.x_m, known.y_m - member.y_m))
            if distance <= nearest:
                nearest, home = distance, index
    return home


def _begin(member: Member, breaches: Breaches, row: int, minute_ms: int, zone: Zone) -> Incident:
    return Incident(
        members=(member,),
        peak=_peak(member, breaches, row, minute_ms),
        score=np.zeros(len(zone.places.enterprise_id)),
        score_minutes=0.0,
    )


def _join(incident: Incident, member: Member, breaches: Breaches, row: int, minute_ms: int) -> Incident:
    members = list(incident.members)
    for index, known in enumerate(members):
        if (known.sensor, known.channel) == (member.sensor, member.channel):
            members[index] = replace(
                known, last_ms=minute_ms, x_m=member.x_m, y_m=member.y_m, minutes=known.minutes + 1
            )
            break
    else:
        members.append(member)
    peak = _peak(member, breaches, row, minute_ms)
    if not _excess(peak) > _excess(incident.peak):
        peak = incident.peak
    return replace(incident, members=tuple(members), peak=peak)


def _peak(member: Member, breaches: Breaches, row: int, minute_ms: int) -> PeakExcess:
    return PeakExcess(
        sensor=member.sensor,
        channel=member.channel,
        time_ms=minute_ms,
        value_ugm3=float(np.nan_to_num(breaches.value[row])),
        background_ugm3=float(np.nan_to_num(breaches.background[row])),
    )


def _excess(peak: PeakExcess) -> float:
    return peak.value_ugm3 - peak.background_ugm3


def _weigh(incident: Incident, breaches: Breaches, minute_ms: int, wind: ZoneWind, zone: Zone) -> Incident:
    """Add this minute's claims of every place for what the incident's own sensors see."""
    mine = {(member.sensor, member.channel) for member in incident.members if member.last_ms == minute_ms}
    score, minutes, evidence = incident.score, incident.score_minutes, incident.evidence
    for row in range(len(breaches.sensor)):
        sensor, channel = int(breaches.sensor[row]), int(breaches.channel[row])
        if (sensor, channel) not in mine:
            continue
        score = score + claims(zone.places, breaches.xy_m[row], channel, wind, zone.rules)
        minutes += 1.0
        seen = f"{evidence}|{minute_ms}|{sensor}|{channel}|{breaches.value[row]!r}|{breaches.background[row]!r}"
        evidence = hashlib.sha256(seen.encode()).hexdigest()
    return replace(incident, score=score, score_minutes=minutes, evidence=evidence)


def _worth_a_ticket(incident: Incident, zone: Zone) -> bool:
    if len(incident.sensors) > 1:
        return True
    longest = max(member.minutes for member in incident.members)
    if len(incident.channels) > 1:
        return longest >= LONE_PAIR_MIN
    return longest >= zone.rules.lone_sensor_min
