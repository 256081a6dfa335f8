"""What a group of loud sensors tells of one source, and when it need be asked again."""

import numpy as np

from domain.finding import Finding
from domain.incident import explained_by
from domain.loudness import EVERY_MIN, MEMBER_SHARE
from domain.readings import BoolArray, FloatArray, IntArray
from domain.search import FIRST_BINS, first_loud_bin, search
from domain.trail import Trail, is_blind
from domain.window import Float32Array, Window
from domain.zone import Zone

HOPELESS = 2.0
"""A group so far below the odds for a ticket (in log odds) need not be asked at once again. Design value."""
WAITS_MIN = 1.5
"""It waits so long for each step of the logarithm that it is short of, … Design value. [min]"""
LONGEST_MIN = 8
"""… but no longer. Design value. [min]"""


def group_of(seed: int, free: BoolArray, recent: Float32Array, zone: Zone) -> IntArray:
    """Return the loud sensors that are linked with one, itself among them, ascending, shape (n,).

    Args:
        seed: A loud sensor that is free.
        free: Which sensors no incident claims, shape (sensors,).
        recent: How loud each was of late, in units of its scatter, shape (sensors,).
        zone: Where they stand, and the rules `loud_sigma` and `link_m`.
    """
    loud = free & (recent >= MEMBER_SHARE * zone.rules.loud_sigma)
    offset = zone.xy_m - zone.xy_m[seed]
    group: IntArray = np.flatnonzero(loud & (np.hypot(offset[:, 0], offset[:, 1]) <= zone.rules.link_m))
    return group


def search_for_one(
    heard: tuple[IntArray, Float32Array], free: BoolArray, air: tuple[Window, Trail], costs: FloatArray, zone: Zone
) -> tuple[Finding | None, int]:
    """Return what a group of sensors tells of one source, None where of none; and in how many minutes to ask again.

    Args:
        heard: The group, as of `group_of`, and how loud all sensors were of late, shape (sensors,).
        free: Which sensors no incident claims, shape (sensors,).
        air: What all saw, and the wind.
        costs: As of `costs_now`, shape (4,): where all that is explained is raised everywhere there is no source.
        zone: Places and sensors.
    """
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


def _without_others(
    found: Finding, heard: tuple[IntArray, Float32Array], free: BoolArray, air: tuple[Window, Trail], zone: Zone
) -> Finding:
    """Return what those of a group that one source explains tell by themselves: the others may be another source's.

    Else a source is believed in by half for the sensors of its neighbour, and takes these with it. Where nobody
    measured wind no plume can be told from its neighbour's.
    """
    if is_blind(air[1]):
        return found
    group, recent = heard
    own = np.array(explained_by(found, recent >= zone.rules.loud_sigma), np.int64)
    others = np.setdiff1d(group, own)
    if not len(own) or not len(others):
        return found
    asked = free.copy()
    asked[others] = False
    return search(air, own, asked, found.first_bin, zone) or found
