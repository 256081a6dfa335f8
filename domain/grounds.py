"""Where on its ground a place emits: all over it, or at a point of it, whose plume is narrower and lies elsewhere."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray, IntArray
from domain.sources import Sources

LARGE_M = 60.0
"""Half the width of a ground on which it matters where something emits, in a zone whose stations stand 400 m apart: a
smaller one is less than what a plume's way strays by within reach of a station. Design value. [m]"""
AT_A_POINT = 0.5
"""How likely a large ground emits at a point (a stack, a gate, a fire) and not all over. Design value."""
POINTS = np.array([[0.0, 0.0], [0.5, 0.5], [-0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]])
"""The points: the middle, and those of the four quarters, in half widths."""
POINT_SHARE = 0.25
"""Half the width of what a point stands for, in half widths."""


@dataclass(frozen=True, slots=True)
class Spots:
    """Hypotheses of where something emits; one place may have several.

    Attributes:
        place: Which of the sources it belongs to, shape (n,).
        xy_m: Its middle, shape (n, 2). [m]
        radius_m: Half its width, shape (n,). [m]
        log_share: How much of the place's prior it has (in logarithms), shape (n,).
    """

    place: IntArray
    xy_m: FloatArray
    radius_m: FloatArray
    log_share: FloatArray


def whole(sources: Sources, places: IntArray) -> Spots:
    """Return places as emitting all over their grounds."""
    return Spots(places, sources.xy_m[places], sources.radius_m[places], np.zeros(len(places)))


def on_grounds(sources: Sources, places: IntArray) -> Spots:
    """Return places as emitting all over their grounds, and registered ones whose ground is large also at its points.

    The likelihood of a place is the mean over where it may emit. A plume blurred by the whole ground's width is not
    that mean: no sensor ever sees it where the source is a stack, and the place would lose to a smaller one beside it.
    """
    is_large = (places < sources.registered) & (sources.radius_m[places] > LARGE_M * sources.scale)
    large, all_over = places[is_large], whole(sources, places)
    half_m = sources.radius_m[large]
    points_m = sources.xy_m[large, np.newaxis] + POINTS * half_m[:, np.newaxis, np.newaxis]
    return Spots(
        place=np.concatenate([places, np.repeat(large, len(POINTS))]),
        xy_m=np.concatenate([all_over.xy_m, points_m.reshape(-1, 2)]),
        radius_m=np.concatenate([all_over.radius_m, np.repeat(POINT_SHARE * half_m, len(POINTS))]),
        log_share=np.concatenate(
            [
                np.where(is_large, np.log(1.0 - AT_A_POINT), 0.0),
                np.full(len(large) * len(POINTS), np.log(AT_A_POINT / len(POINTS))),
            ]
        ),
    )
