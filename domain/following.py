"""Incidents followed while their source emits: its sensors heard, its places weighed again, until nothing is heard."""

from dataclasses import replace

import numpy as np

from domain.channels import MINUTE_MS
from domain.finding import Finding
from domain.hearing import Minute, hear
from domain.incident import Incident, believed_in, claimed_by, explained_by
from domain.loudness import EVERY_MIN, MEMBER_SHARE, NOW_BINS, recent_loudness
from domain.readings import BoolArray, IntArray
from domain.search import Among, search
from domain.trail import Trail
from domain.window import BIN_MIN, Float32Array, Window
from domain.zone import Zone

CLAIMS_SETTLE_MIN = 10
"""So long after it was found the belief by which an incident claims sensors may change; later what joins it is more and
more of other sources' air. Design value. [min]"""
SETTLED_SHARE = 0.05
"""Then only its places above this are asked whose its sensors are, … Design value."""
OLD_EVERY_MIN = 6
"""… more rarely, … [min]"""
STILL_BINS = 6
"""… and of so many of the newest bins, as old as the oldest puff: of a source that has ended the hour before would go
on to explain what its sensors show of another. Design value."""
GONE_MIN = 55
"""But where nothing is heard of it for so long, whyever, its ticket ends; it may still come back. [min]"""
SHARPENS_MIN = 20
"""So long what its ticket says may: of the spans tried the true source led oftenest. Design value. [min]"""


def _age_min(incident: Incident, window: Window) -> int:
    """Return how long ago an incident was found, or found again, in minutes of the data. [min]"""
    return window.minute - incident.found_minute


def follow(
    incidents: tuple[Incident, ...], minute: Minute, window: Window, trail: Trail, zone: Zone
) -> tuple[Incident, ...]:
    """Hear each incident's sensors, and weigh its sources again."""
    heard = tuple(hear(incident, minute, zone) for incident in incidents)
    if window.minute % EVERY_MIN:
        return heard
    recent = recent_loudness(window, zone)
    claimed = claimed_by(heard, len(recent))
    followed: list[Incident] = []
    for incident in heard:
        if _age_min(incident, window) > SHARPENS_MIN and window.minute % OLD_EVERY_MIN:
            followed.append(incident)
            continue
        free = ~claimed
        free[list(incident.claimed)] = True
        weighed = _weigh(incident, recent, free, window, trail, zone)
        claimed[list(weighed.claimed)] = True
        followed.append(weighed)
    return tuple(followed)


def is_over(incident: Incident, window: Window, zone: Zone) -> bool:
    """Say whether an incident was not heard of for `memory_min`, and nothing stands of what slow sensors said.

    Minutes in which none of its sensors spoke tell nothing: a network that is down ends no source.
    """
    silent_min = window.minute - incident.heard_ms // MINUTE_MS
    if silent_min <= zone.rules.memory_min:
        return False
    claimed = list(incident.claimed)
    if silent_min < GONE_MIN and _spoke_min(window, claimed, silent_min) < zone.rules.memory_min:
        return False
    standing = window.score[-NOW_BINS:, claimed].max(initial=0.0)
    return bool(standing < MEMBER_SHARE * zone.rules.loud_sigma)


def _spoke_min(window: Window, sensors: list[int], minutes: int) -> float:
    """Return in how many of the newest minutes any of some sensors spoke. [min]"""
    bins = -(-minutes // BIN_MIN)
    said = window.said[-bins:, sensors] if bins < len(window.said) else window.said[:, sensors]
    return float(said.max(axis=(1, 2), initial=0.0).sum())


def _weigh(
    incident: Incident, recent: Float32Array, free: BoolArray, window: Window, trail: Trail, zone: Zone
) -> Incident:
    """Look at an incident's sources again: the belief of most evidence is kept, and what is explained is claimed.

    Once its claims have settled it lets go of sensors that its source does not explain any more.
    """
    least = MEMBER_SHARE * zone.rules.loud_sigma
    members = np.array([sensor for sensor in incident.claimed if recent[sensor] >= least], np.int64)
    if not len(members) or window.score[-NOW_BINS:, members].max() < least:
        return incident
    age_min, air = _age_min(incident, window), (window, trail)
    if age_min <= SHARPENS_MIN:
        found = search(air, members, free, incident.first_bin, zone, Among(believed_in(incident)))
        incident = _sharpened(incident, found, age_min)
        if found is not None and age_min <= CLAIMS_SETTLE_MIN:
            return replace(incident, claimed=tuple(sorted({*members.tolist(), *explained_by(found, recent >= least)})))
    if age_min <= CLAIMS_SETTLE_MIN or window.minute % OLD_EVERY_MIN:
        return incident
    found = _still(incident, members, free, air, zone)
    return incident if found is None else replace(incident, claimed=explained_by(found, recent >= least))


def _still(
    incident: Incident, members: IntArray, free: BoolArray, air: tuple[Window, Trail], zone: Zone
) -> Finding | None:
    """Return what the source of an incident still explains, by what it settled on early."""
    window = air[0]
    among = Among(believed_in(incident, SETTLED_SHARE), incident.early_belief.turn_deg, begun_bin=incident.first_bin)
    first_bin = max(incident.first_bin, window.first_bin + len(window.score) - STILL_BINS)
    return search(air, members, free, first_bin, zone, among)


def _sharpened(incident: Incident, found: Finding | None, age_min: int) -> Incident:
    """Keep the belief of the moment of most evidence."""
    if found is None:
        return incident
    if found.belief.evidence > incident.belief.evidence:
        incident = replace(incident, belief=found.belief)
    if age_min <= CLAIMS_SETTLE_MIN and found.belief.evidence > incident.early_belief.evidence:
        incident = replace(incident, early_belief=found.belief)
    return incident
