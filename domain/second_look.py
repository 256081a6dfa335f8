"""Where bursts of two sensors often meet by chance a ticket needs more evidence, and mostly a second look."""

import numpy as np

from domain.rarity import HABIT_MOST
from domain.readings import FloatArray
from domain.window import Float32Array, Window
from domain.zone import Zone

USUAL = 0.8
"""Stations within `link_m` of one that are loud by themselves at any moment: of 32 stations, 2.5 %. Design value, as
`window.LOUD_SHARE`."""
MANY = 0.15
"""Bursts meet more often than usual from this on (in logarithms). Design value."""
SURE = 2.5
"""What exceeds the need of a ticket by so much (in log odds) needs no second look. Design value."""
GROWN = 1.0
"""At the second look it must by so much: the evidence of a plume grows, that of bursts decays (docs/adr/0022). Design
value."""
WITHIN_MIN = 12
"""A second look is one so soon after the first; later it is a first one again. Design value. [min]"""


def linked_of(xy_m: FloatArray, link_m: float) -> float:
    """Return how many stations stand within a distance of one, itself among them, the mean.

    Args:
        xy_m: Where they stand, at least one, shape (stations, 2). [m]
        link_m: The distance. [m]
    """
    east, north = xy_m.T
    within = [np.count_nonzero((east - x) ** 2 + (north - y) ** 2 <= link_m**2) for x, y in xy_m]
    return float(np.mean(within))


def costs_of_bursts(loud: Float32Array, linked: float) -> float:
    """Return what more evidence a ticket needs where bursts meet more often than usual (in log odds), at least nought.

    Every burst makes a group that is asked, the larger the more stations stand close. There are no more sources for it:
    the prior odds of a source in what is asked fall as fast.

    Args:
        loud: How often each station has been loud by itself of late, shape (stations,).
        linked: As of `linked_of`.
    """
    meet = float(np.log(max(linked * float(loud.mean()), 1e-6) / USUAL))
    return min(max(meet, 0.0), HABIT_MOST)


def bursts_now(window: Window, zone: Zone) -> float:
    """Return what more evidence a ticket of a zone needs now, as of `costs_of_bursts`."""
    return costs_of_bursts(window.loud[~np.isnan(zone.xy_m[:, 0])], zone.linked)


def is_enough(margin: float, first_look: float, minute: int, bursts: float) -> bool:
    """Say whether the evidence is enough for a ticket now, or waits for a second look.

    Args:
        margin: By how much the evidence exceeds what a ticket needs (in log odds).
        first_look: When it first did. [minutes since 1970]
        minute: Now. [minutes since 1970]
        bursts: As of `costs_of_bursts`: below `MANY` the first look is enough.
    """
    if margin < 0.0:
        return False
    if bursts < MANY or margin >= SURE:
        return True
    return margin >= GROWN and first_look < minute <= first_look + WITHIN_MIN
