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
    size = len(trail.east_ms)
    if not size:
        return np.zeros((len(age_min), 2)), np.zeros(len(age_min))
    steps = int(np.ceil(age_min.max())) + 1
    rows = np.maximum(size - 1 - back_min - np.arange(steps), 0)
    east, north = 60.0 * trail.east_ms[rows], 60.0 * trail.north_ms[rows]
    edges = np.arange(steps + 1, dtype=np.float64)
    columns = [np.interp(age_min, edges, np.r_[0.0, np.cumsum(part)]) for part in (east, north, np.hypot(east, north))]
    return np.column_stack(columns[:2]), columns[2]


def carried_at(trail: Trail, backs_min: list[int], age_min: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same of m moments: displacements of shape (m, a, 2) and ways of shape (m, a) [m]; of one as above."""
    if len(backs_min) == 1:
        return carried(trail, backs_min[0], age_min)
    parts = [carried(trail, back, age_min) for back in backs_min]
    return np.stack([moved for moved, _ in parts]), np.stack([way for _, way in parts])
