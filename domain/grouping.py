"""Breaches to incidents: what is near in space and time belongs together; incidents that grow together merge."""

from dataclasses import dataclass, replace

import numpy as np

from domain.attribution import ZoneWind, claims
from domain.breaches import Breaches
from domain.channels import MINUTE_MS
from domain.incident import Incident, Member
from domain.readings import FloatArray
from domain.witnesses import no_witnesses, together, weakest_claim
from domain.zone import Zone

UNLIKELY_CLAIM = 0.03
"""A claim below this explains nothing. Design value."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """The incidents after a minute's breaches; `absorbed` are those that merged, each with the incident it went to."""

    incidents: tuple[Incident, ...]
    absorbed: tuple[tuple[Incident, Incident], ...]


def group(incidents: tuple[Incident, ...], breaches: Breaches, wind: ZoneWind, zone: Zone) -> Grouped:
    """Put each breached channel into its incident, or the nearest within reach, or begin a new one."""
    grown = list(incidents)
    absorbed: list[tuple[Incident, Incident]] = []
    order = np.lexsort((breaches.channel, breaches.sensor, breaches.since_ms))
    for row in order.tolist():
        member = breaches.member(row)
        home = _known(grown, member)
        if home is None:
            near = _within_reach(grown, member, wind, zone)
            home = _merge(grown, near, absorbed) if near else None
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


def _within_reach(incidents: list[Incident], member: Member, wind: ZoneWind, zone: Zone) -> list[int]:
    """Return the incidents that a new breach may belong to, nearest first."""
    found: list[tuple[float, int]] = []
    remembered_ms = member.stood_ms - zone.rules.memory_min * MINUTE_MS
    for index, incident in enumerate(incidents):
        distance_m = min(
            (
                float(np.hypot(known.x_m - member.x_m, known.y_m - member.y_m))
                for known in incident.members
                if known.stood_ms >= remembered_ms
            ),
            default=np.inf,
        )
        if distance_m <= zone.rules.join_m and not _contradicts(incident, member, wind, zone):
            found.append((distance_m, index))
    return [index for _, index in sorted(found)]


def _contradicts(incident: Incident, member: Member, wind: ZoneWind, zone: Zone) -> bool:
    """Say whether no place could be the source of both, though each alone has one."""
    place, channel = np.array([[member.x_m, member.y_m]]), np.array([member.channel])
    return _apart(weakest_claim(incident.witnesses), claims(zone.places, place, channel, wind, zone.rules)[0])


def _apart(one: FloatArray, other: FloatArray) -> bool:
    explained = min(one.max(initial=0.0), other.max(initial=0.0)) >= UNLIKELY_CLAIM
    return bool(explained and np.minimum(one, other).max() < UNLIKELY_CLAIM)


def _merge(grown: list[Incident], near: list[int], absorbed: list[tuple[Incident, Incident]]) -> int:
    """Merge the incidents that a new breach ties together; return where the one that goes on stands.

    Those that no one source explains stay apart: the breach then goes to the nearest alone.
    """
    keep = min(near, key=lambda index: _age(grown[index], index))
    kept = weakest_claim(grown[keep].witnesses)
    ties = [index for index in near if index != keep and not _apart(kept, weakest_claim(grown[index].witnesses))]
    if not ties:
        return near[0]
    for index in sorted(ties, reverse=True):
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


def _absorb(incident: Incident, loser: Incident) -> Incident:
    tickets = (*loser.absorbed, *((loser.ticket.id,) if loser.ticket else ()))
    return replace(
        incident,
        members=(*incident.members, *loser.members),
        peak=max(incident.peak, loser.peak, key=lambda peak: peak.excess_ugm3),
        witnesses=together(incident.witnesses, loser.witnesses),
        absorbed=(*incident.absorbed, *tickets),
    )


def _begin(member: Member, breaches: Breaches, row: int, zone: Zone) -> Incident:
    nobody = no_witnesses(len(zone.places.enterprise_id))
    return Incident(members=(member,), peak=breaches.excess(row), witnesses=nobody)


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
