"""New incidents: found where loud sensors that nobody claims share a source."""

import numpy as np

from domain.asking import group_of, search_for_one
from domain.hearing import Minute
from domain.incident import Incident, claimed_by, explained_by
from domain.loudness import EVERY_MIN, NOW_BINS, recent_loudness
from domain.opening import SEVERAL, costs_beside, is_usual, needed, stands_alone, telling_odds
from domain.rarity import rarity, usual_size
from domain.readings import BoolArray, FloatArray, IntArray
from domain.same_source import is_known
from domain.search import FIRST_BINS
from domain.second_look import WITHIN_MIN, bursts_now, is_enough
from domain.taking_in import take_in
from domain.trail import Trail
from domain.window import Float32Array, Window
from domain.zone import Zone

SEARCHES_MOST = 4
"""New sources that are looked for in one minute, strongest first; others wait."""
LONE_SIGMA = 8.0
"""One sensor alone is looked at when it is so loud, in units of its scatter. Design value."""
LOUDER = 1.25
"""A sensor that was asked of late does not wait when it has become so many times louder. Design value."""


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
            then [in units of its scatter], and when it was first one of a group that might have opened a ticket
            [minutes since 1970], shape (sensors, 3).
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
    left = _to_ask(asked, recent, window, zone)
    incidents, asked = list(living), asked.copy()
    claimed = claimed_by(living, len(recent))
    if not (left & ~claimed).any():
        return living, asked
    bins = np.arange(len(window.score) - FIRST_BINS, len(window.score))
    rare = rarity(usual_size(window, bins), window.loud, np.arange(len(recent)))
    bursts = bursts_now(window, zone)
    for _ in range(SEARCHES_MOST):
        seeds = np.flatnonzero(left & ~claimed)
        if not len(seeds):
            break
        seed = int(seeds[recent[seeds].argmax()])
        group = group_of(seed, ~claimed, recent, zone)
        left[group] = False
        alone = stands_alone(seed, minute, zone)
        if not alone and not _may_tell(rare[group], recent[seed], float(costs.min()) + bursts, zone):
            continue
        found, waits_min = search_for_one((group, recent), ~claimed, air, costs, zone)
        asked[group, 0], asked[group, 1] = window.minute + waits_min, recent[group]
        dearer = costs + costs_beside(seed, incidents, zone) + bursts
        over = -np.inf if found is None else telling_odds(found) - needed(found, dearer, zone)
        opens = _opens(over, group, asked, window.minute, bursts)
        if found is not None and (opens or (alone and is_usual(found, costs))):
            sensors = explained_by(found, recent >= zone.rules.loud_sigma) or (seed,)
            if not is_known(incidents, found, sensors, air, zone):
                take_in((incidents, ended), found, sensors, (window, minute), zone)
            claimed = claimed_by(tuple(incidents), len(recent))
    return tuple(incidents), asked


def _opens(over: float, group: IntArray, asked: FloatArray, minute: int, bursts: float) -> bool:
    """Say whether a group's ticket opens, and note in `asked` when it first might have."""
    first_look = float(asked[group, 2].max())
    if over >= 0.0 and minute > first_look + WITHIN_MIN:
        asked[group, 2] = minute
    return is_enough(over, first_look, minute, bursts)


def _to_ask(asked: FloatArray, recent: Float32Array, window: Window, zone: Zone) -> BoolArray:
    """Return which sensors are loud now and were not asked of late, or were less loud then, shape (sensors,)."""
    loud_now = window.score[-NOW_BINS:].max(axis=(0, 2)) >= zone.rules.loud_sigma
    due = (asked[:, 0] <= window.minute) | (recent > LOUDER * asked[:, 1])
    to_ask: BoolArray = loud_now & ~np.isnan(zone.xy_m[:, 0]) & due
    return to_ask


def _may_tell(rare: FloatArray, loudest: float, dearer: float, zone: Zone) -> bool:
    """Say whether a group could open a ticket: a sensor says no more than bursts at it are `rare`, shape (n,)."""
    enough = rare.sum() >= zone.rules.open_odds + dearer - float(zone.sources.log_prior.max())
    return bool(enough and (len(rare) >= SEVERAL or loudest >= LONE_SIGMA))
