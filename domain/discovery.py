"""New incidents: found where loud sensors that nobody claims share a source."""

import numpy as np

from domain.hearing import Minute, after_others, begin, hear
from domain.incident import Incident, claimed_by, claiming, explained_by
from domain.joining import go_on, overlap
from domain.loudness import EVERY_MIN, MEMBER_SHARE, NOW_BINS, recent_loudness
from domain.opening import SEVERAL, convinces, costs_beside, is_usual, stands_alone
from domain.rarity import rarity, usual_size
from domain.readings import BoolArray, FloatArray, IntArray
from domain.same_source import is_known
from domain.search import FIRST_BINS, Finding, first_loud_bin, search
from domain.trail import Trail
from domain.window import Float32Array, Window
from domain.zone import Zone

SEARCHES_MOST = 4
"""New sources that are looked for in one minute, strongest first; others wait."""
LONE_SIGMA = 8.0
"""One sensor alone is looked at when it is so loud, in units of its scatter. Design value."""
HOPELESS = 2.0
"""A group so far below the odds for a ticket need not be asked at once again."""
WAITS_MIN = 1.5
"""It waits so long for each step of the logarithm that it is short of, … [min]"""
LONGEST_MIN = 8
"""… but no longer. [min]"""
LOUDER = 1.25
"""Nor does a sensor wait that has become so many times louder. Design value."""
SAME_SOURCE = 0.3
"""Beliefs that overlap this much are of one source. Design value."""
WIDE_SHARE = 0.3
"""What this share of all stations shows is no neighbour's plume. Design value."""
WIDE_SENSORS = 6
"""And fewer sensors than this are never the whole region. Design value."""


def find_new(
    known: tuple[tuple[Incident, ...], tuple[Incident, ...]],
    asked: FloatArray,
    minute: Minute,
    air: tuple[Window, Trail],
    costs: FloatArray,
    zone: Zone,
) -> tuple[tuple[Incident, ...], FloatArray]:
    """Look for sources of groups of loud sensors that nobody claims.

    Args:
        known: Incidents that live, and those that ended of late: a source that returns goes on with its ticket.
        asked: Until when each sensor need not be asked again [minutes since 1970], unless it is much louder than it was
            then [in units of its scatter], shape (sensors, 2).
        minute: This minute.
        air: What all saw, and the wind.
        costs: What more evidence each pollutant needs now (in log odds), infinite where all is raised, shape (4,).
        zone: Places and sensors.

    Returns:
        All that live, those that got new sensors and those that open now among them; and the new `asked`.
    """
    (window, _), (living, ended) = air, known
    if window.minute % EVERY_MIN:
        return living, asked
    recent = recent_loudness(window, zone)
    loud_now = window.score[-NOW_BINS:].max(axis=(0, 2)) >= zone.rules.loud_sigma
    louder = recent > LOUDER * asked[:, 1]
    left = loud_now & ~np.isnan(zone.xy_m[:, 0]) & ((asked[:, 0] <= window.minute) | louder)
    incidents, asked = list(living), asked.copy()
    claimed = claimed_by(living, len(recent))
    if not (left & ~claimed).any():
        return living, asked
    bins = np.arange(len(window.score) - FIRST_BINS, len(window.score))
    rare = rarity(usual_size(window, bins), window.loud, np.arange(len(recent)))
    needed = zone.rules.open_odds - float(zone.sources.log_prior.max())  # the most that a group can say must exceed it
    for _ in range(SEARCHES_MOST):
        seeds = np.flatnonzero(left & ~claimed)
        if not len(seeds):
            break
        seed = int(seeds[recent[seeds].argmax()])
        group = _group(seed, (recent >= MEMBER_SHARE * zone.rules.loud_sigma) & ~claimed, zone)
        left[group] = False
        alone = stands_alone(seed, minute, zone)
        if not alone and (rare[group].sum() < needed or (len(group) < SEVERAL and recent[seed] < LONE_SIGMA)):
            continue
        found, waits_min = _search_for_one((group, recent), ~claimed, air, costs, zone)
        asked[group, 0], asked[group, 1] = window.minute + waits_min, recent[group]
        dearer = costs + costs_beside(seed, incidents, zone)
        if found is not None and ((alone and is_usual(found, costs)) or convinces(found, dearer, zone)):
            sensors = explained_by(found, recent >= zone.rules.loud_sigma) or (seed,)
            if not is_known(incidents, found, sensors, air, zone):
                _take_in((incidents, ended), found, sensors, (window, minute), zone)
            claimed = claimed_by(tuple(incidents), len(recent))
    return tuple(incidents), asked


def _without_others(
    found: Finding, heard: tuple[IntArray, Float32Array], free: BoolArray, air: tuple[Window, Trail], zone: Zone
) -> Finding:
    """Return what those of a group that one source explains tell by themselves: the others may be another source's.

    Else a source is believed in by half for the sensors of its neighbour, and takes these with it. Where nobody
    measured wind no plume can be told from its neighbour's.
    """
    if not (air[1].east_ms.any() or air[1].north_ms.any()):
        return found
    group, recent = heard
    own = np.array(explained_by(found, recent >= zone.rules.loud_sigma), np.int64)
    others = np.setdiff1d(group, own)
    if not len(own) or not len(others):
        return found
    asked = free.copy()
    asked[others] = False
    return search(air, own, asked, found.first_bin, zone) or found


def _take_in(
    known: tuple[list[Incident], tuple[Incident, ...]],
    found: Finding,
    sensors: tuple[int, ...],
    now: tuple[Window, Minute],
    zone: Zone,
) -> None:
    """Let an incident begin, unless one that lives believes in the same source, or nearly all stations are in it.

    Where one that ended of late believes in it, that one goes on.
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


def _search_for_one(
    heard: tuple[IntArray, Float32Array], free: BoolArray, air: tuple[Window, Trail], costs: FloatArray, zone: Zone
) -> tuple[Finding | None, int]:
    """Return what a group of sensors (and how loud all were of late) tells of a source, and when to ask again. [min]"""
    group, _ = heard
    window, first_bin = air[0], first_loud_bin(air[0], group)
    result = search(air, group, free, first_bin, zone)
    result = _without_others(result, heard, free, air, zone) if result is not None else None
    if result is None or not result.channels or np.isinf(costs[list(result.channels)]).all():
        return None, LONGEST_MIN
    short = zone.rules.open_odds - result.belief.odds
    if short > HOPELESS:
        return None, min(round(WAITS_MIN * short), LONGEST_MIN)
    is_old = len(group) == 1 and first_bin <= window.first_bin + len(window.score) - FIRST_BINS
    return result, LONGEST_MIN if is_old else EVERY_MIN  # a minute more tells little of what lasts


def _group(seed: int, loud: BoolArray, zone: Zone) -> IntArray:
    offset = zone.xy_m - zone.xy_m[seed]
    group: IntArray = np.flatnonzero(loud & (np.hypot(offset[:, 0], offset[:, 1]) <= zone.rules.link_m))
    return group
