"""A new source among those that are known: it begins, joins one that lives, or is one that ended and has come back."""

import numpy as np

from domain.finding import Finding
from domain.hearing import Minute, after_others, begin, hear
from domain.incident import Incident, claiming
from domain.joining import go_on, overlap
from domain.window import Window
from domain.zone import Zone

SAME_SOURCE = 0.3
"""Beliefs that overlap this much are of one source. Design value."""
WIDE_SHARE = 0.3
"""What this share of all stations shows is no neighbour's plume. Design value."""
WIDE_SENSORS = 6
"""And fewer sensors than this are never the whole region. Design value."""


def take_in(
    known: tuple[list[Incident], tuple[Incident, ...]],
    found: Finding,
    sensors: tuple[int, ...],
    now: tuple[Window, Minute],
    zone: Zone,
) -> None:
    """Let an incident begin, unless one that lives believes in the same source, or nearly all stations are in it.

    Where one that ended of late believes in it, that one goes on.

    Args:
        known: Incidents that live, to which the new one is added or whose claims grow; those that ended of late.
        found: What a group tells of the source.
        sensors: Those that it claims, ascending.
        now: What all saw, and this minute.
        zone: Places and sensors.
    """
    incidents, ended = known
    if len(sensors) > WIDE_SHARE * (~np.isnan(zone.xy_m[:, 0])).sum() and len(sensors) >= WIDE_SENSORS:
        return
    if _joins(incidents, found, sensors):
        return
    window, minute = now
    incident = begin(found, sensors, window, minute, zone)
    if incident is None:
        return
    incident = hear(_returned(incident, tuple(incidents), ended), minute, zone)
    incidents.append(incident if incident.ticket else after_others(incident, (*incidents, *ended)))


def _joins(incidents: list[Incident], found: Finding, sensors: tuple[int, ...]) -> bool:
    """Give sensors to an incident that believes in the same source; say whether there was one."""
    for at, incident in enumerate(incidents):
        if overlap(incident, found.belief) >= SAME_SOURCE:
            incidents[at] = claiming(incident, sensors)
            return True
    return False


def _returned(incident: Incident, living: tuple[Incident, ...], ended: tuple[Incident, ...]) -> Incident:
    """Return a new incident as the going on of an ended one of the same source, the nearest in belief, if there is."""
    alive = {one.ticket.id for one in living if one.ticket}
    shared = {
        at: overlap(one, incident.belief) for at, one in enumerate(ended) if one.ticket and one.ticket.id not in alive
    }
    at = max(shared, key=lambda place: (shared[place], place), default=-1)
    if at < 0 or shared[at] < SAME_SOURCE:
        return incident
    return go_on(ended[at], incident)
