"""The zone's wind of the last minutes, and where it has carried air: a plume travels through all of it."""

from dataclasses import dataclass

import numpy as np

from domain.attribution import ZoneWind
from domain.readings import FloatArray

TRAIL_MIN = 160
"""How far back the wind is kept: the window of evidence and the longest travel of old air before it. [min]"""


@dataclass(frozen=True, slots=True)
class Trail:
    """Wind of the last minutes, the newest last, shape (n,); towards east and north, nought where unknown. [m/s]"""

    east_ms: FloatArray
    north_ms: FloatArray


def no_trail() -> Trail:
    """Return the wind of a zone that has heard of none."""
    return Trail(np.empty(0), np.empty(0))


def blow(known: Trail, wind: ZoneWind, minutes: int) -> Trail:
    """Add the wind of a minute; where several have passed since the last one, it blew in all of them."""
    minutes = min(minutes, TRAIL_MIN)
    speed_ms = 0.0 if np.isnan(wind.speed_ms) else wind.speed_ms
    towards = np.radians(0.0 if np.isnan(wind.from_deg) else wind.from_deg + 180.0)
    return Trail(
        np.append(known.east_ms, np.full(minutes, speed_ms * np.sin(towards)))[-TRAIL_MIN:],
        np.append(known.north_ms, np.full(minutes, speed_ms * np.cos(towards)))[-TRAIL_MIN:],
    )


def carried(trail: Trail, back_min: int, age_min: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where air that is here `back_min` minutes ago has come from.

    Args:
        trail: The wind.
        back_min: 0 = the newest minute. [min]
        age_min: How long the air had travelled, shape (a,), ascending. [min]

    Returns:
        The displacement since it was emitted, shape (a, 2) [m]; and the length of its way, shape (a,). [m] Before the
        trail begins its oldest wind counts.
    """
    moved_m, way_m = carried_at(trail, [back_min], age_min)
    return moved_m[0], way_m[0]


def carried_at(trail: Trail, backs_min: list[int], age_min: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same of m moments: displacements of shape (m, a, 2) and ways of shape (m, a). [m]"""
    size = len(trail.east_ms)
    back_min = np.array(backs_min, np.int64)
    if not size:
        return np.zeros((len(back_min), len(age_min), 2)), np.zeros((len(back_min), len(age_min)))
    steps = int(back_min.max() + np.ceil(age_min.max())) + 1
    rows = np.maximum(size - 1 - np.arange(steps), 0)
    by_minute = 60.0 * np.stack([trail.east_ms[rows], trail.north_ms[rows], np.zeros(steps)])
    by_minute[2] = np.hypot(by_minute[0], by_minute[1])
    summed = np.zeros((3, steps + 1))
    np.cumsum(by_minute, axis=1, out=summed[:, 1:])
    since = back_min[:, np.newaxis] + age_min
    whole = since.astype(np.int64)
    way = summed[:, whole] + (since - whole) * by_minute[:, np.minimum(whole, steps - 1)]
    way -= summed[:, back_min, np.newaxis]
    return np.moveaxis(way[:2], 0, -1), way[2]
