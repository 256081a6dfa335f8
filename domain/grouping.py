"""Breaches to incidents: what is near in space and time belongs together; incidents that grow together merge."""

from dataclasses import dataclass, replace

import numpy as np

from domain.attribution import posterior
from domain.breaches import Breaches
from domain.incident import Incident, Member
from domain.zone import Zone


@dataclass(frozen=True, slots=True)
class Grouped:
    """The incidents after a minute's breaches; `absorbed` are those that merged, each with the incident it went to."""

    incidents: tuple[Incident, ...]
    absorbed: tuple[tuple[Incident, Incident], ...]


def group(incidents: tuple[Incident, ...], breaches: Breaches, zone: Zone) -> Grouped:
    """Put each breached channel into its incident, or the nearest within reach, or begin a new one."""
    grown = list(incidents)
    absorbed: list[tuple[Incident, Incident]] = []
    order = np.lexsort((breaches.channel, breaches.sensor, breaches.since_ms))
    for row in order.tolist():
        member = breaches.member(row)
        home = _known(grown, member)
        if home is None:
            near = _within_reach(grown, member, zone.rules.join_m)
            home = _merge(grown, near, absorbed, zone) if near else None
        if home is not None:
            grown[home] = _join(grown[home], member, breaches, row)
        elif breaches.speaks[row]:
            grown.append(_begin(member, breaches, row, zone))
    return Grouped(tuple(grown), tuple(absorbed))


def _known(incidents: list[Incident], member: Member) -> int | None:
    for index, incident in enumerate(incidents):
        if any((known.sensor, known.channel) == (member.sensor, member.channel) for known in incident.members):
            return index
    return None


def _within_reach(incidents: list[Incident], member: Member, join_m: float) -> list[int]:
    """Return the incidents within reach, nearest first."""
    found: list[tuple[float, int]] = []
    for index, incident in enumerate(incidents):
        nearest = min(np.hypot(known.x_m - member.x_m, known.y_m - member.y_m) for known in incident.members)
        if nearest <= join_m:
            found.append((float(nearest), index))
    return [index for _, index in sorted(found)]


def _merge(grown: list[Incident], near: list[int], absorbed: list[tuple[Incident, Incident]], zone: Zone) -> int:
    """Merge the incidents that a new breach ties together; return where the one that goes on stands.

    Those that point at different sources stay apart: the breach then goes to the nearest alone.
    """
    names = {_leader(grown[index], zone) for index in near} - {None}
    if len(near) == 1 or len(names) > 1:
        return near[0]
    keep = min(near, key=lambda index: _age(grown[index], index))
    for index in sorted(set(near) - {keep}, reverse=True):
        loser = grown[index]
        grown[keep] = _absorb(grown[keep], loser)
        absorbed.append((loser, grown[keep]))
        del grown[index]
        keep -= index < keep
    return keep


def _age(incident: Incident, index: int) -> tuple[bool, int, str, int]:
    """Order incidents by who goes on: an open ticket first, the earlier one, the smaller id."""
    ticket = incident.ticket
    if ticket is None:
        return True, incident.opener.since_ms, "", index
    return False, round(ticket.opened_at.timestamp() * 1000), ticket.id, index


def _leader(incident: Incident, zone: Zone) -> int | None:
    probability, unknown = posterior(incident.score, incident.score_minutes, zone.rules)
    leader = int(probability.argmax()) if len(probability) else -1
    return leader if leader >= 0 and probability[leader] > unknown else None


def _absorb(incident: Incident, loser: Incident) -> Incident:
    tickets = (*loser.absorbed, *((loser.ticket.id,) if loser.ticket else ()))
    return replace(
        incident,
        members=(*incident.members, *loser.members),
        peak=max(incident.peak, loser.peak, key=lambda peak: peak.excess_ugm3),
        score=incident.score + loser.score,
        score_minutes=incident.score_minutes + loser.score_minutes,
        absorbed=(*incident.absorbed, *tickets),
    )


def _begin(member: Member, breaches: Breaches, row: int, zone: Zone) -> Incident:
    return Incident(members=(member,), peak=breaches.excess(row), score=np.zeros(len(zone.places.enterprise_id)))


def _join(incident: Incident, member: Member, breaches: Breaches, row: int) -> Incident:
    members = list(incident.members)
    for index, known in enumerate(members):
        if (known.sensor, known.channel) == (member.sensor, member.channel):
            members[index] = _stood(known, member, speaks=bool(breaches.speaks[row]))
            break
    else:
        members.append(member)
    peak = incident.peak
    if breaches.speaks[row] and breaches.excess(row).excess_ugm3 > peak.excess_ugm3:
        peak = breaches.excess(row)
    return replace(incident, members=tuple(members), peak=peak)


def _stood(known: Member, now: Member, *, speaks: bool) -> Member:
    if not speaks:
        return replace(known, stood_ms=now.stood_ms)
    return replace(known, stood_ms=now.stood_ms, heard_ms=now.heard_ms, x_m=now.x_m, y_m=now.y_m)
