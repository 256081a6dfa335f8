"""Two incidents to one: a later one that believes in the same place, or one that ended and is seen again."""

from dataclasses import replace

import numpy as np

from domain.finding import Belief
from domain.incident import Incident, Member

SAME_PLACE_P = 0.5
"""Two incidents are one when both believe this much in the same place."""


def absorb(incidents: tuple[Incident, ...]) -> tuple[tuple[Incident, ...], tuple[tuple[Incident, Incident], ...]]:
    """Merge later incidents into the earlier one that believes in the same place.

    Returns:
        Those that go on, and those that do not, each with the one it went to.
    """
    kept: list[Incident] = []
    gone: list[tuple[Incident, Incident]] = []
    for incident in incidents:
        place = _sure_of(incident)
        same = [at for at, other in enumerate(kept) if place >= 0 and _sure_of(other) == place]
        if not same:
            kept.append(incident)
            continue
        kept[same[0]] = _joined(kept[same[0]], incident)
        gone.append((incident, kept[same[0]]))
    return tuple(kept), tuple(gone)


def _sure_of(incident: Incident) -> int:
    probability = incident.belief.probability
    place = int(probability.argmax()) if len(probability) else -1
    return place if place >= 0 and probability[place] >= SAME_PLACE_P else -1


def overlap(incident: Incident, belief: Belief) -> float:
    """Return how much of a belief an incident shares by what its ticket says, or by what it believed early, 0 to 1."""
    both = (incident.belief, incident.early_belief)
    return max(float(np.minimum(mine.share, belief.share).sum()) for mine in both)


def go_on(ended: Incident, again: Incident) -> Incident:
    """Return an ended incident that goes on with what is seen again: its ticket, members and rows, newer beliefs."""
    now = {(member.sensor, member.channel): member for member in again.members}
    known = tuple(
        replace(member, heard_ms=max(member.heard_ms, now[key].heard_ms)) if (key := _key(member)) in now else member
        for member in ended.members
    )
    more = tuple(member for key, member in now.items() if key not in {_key(member) for member in known})
    return replace(
        again,
        members=(*known, *more),
        peak=max(ended.peak, again.peak, key=lambda peak: peak.excess_ugm3),
        evidence=ended.evidence,
        ticket=ended.ticket,
    )


def _key(member: Member) -> tuple[int, int]:
    return member.sensor, member.channel


def _joined(incident: Incident, loser: Incident) -> Incident:
    known = {(member.sensor, member.channel) for member in incident.members}
    more = tuple(member for member in loser.members if (member.sensor, member.channel) not in known)
    return replace(
        incident,
        members=(*incident.members, *more),
        peak=max(incident.peak, loser.peak, key=lambda peak: peak.excess_ugm3),
        belief=_surer(incident.belief, loser.belief),
        early_belief=_surer(incident.early_belief, loser.early_belief),
        claimed=tuple(sorted({*incident.claimed, *loser.claimed})),
        absorbed=(*incident.absorbed, *loser.absorbed, *((loser.ticket.id,) if loser.ticket else ())),
    )


def _surer(belief: Belief, other: Belief) -> Belief:
    return other if other.evidence > belief.evidence else belief
