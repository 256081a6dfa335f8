"""The zone's wind of the last minutes, and where it has carried air: a plume travels through all of it."""

from dataclasses import dataclass, replace

import numpy as np

from domain.attribution import ZoneWind
from domain.readings import FloatArray

TRAIL_MIN = 160
"""How far back the wind is kept: the window of evidence and the longest travel of old air before it. [min]"""


STRAYS_DEG = 3.5
"""A wind strays from what was measured by so much times the root of the minutes since, beside the turbulence that every
minute has. Design value: at a mast with readings of every minute (controlled releases, 90 hours) half of all changes
are within 14 degrees after 10 minutes and 20 after an hour, 6 of them turbulence of the first minute; of the means of
four hourly stations (Pittsburgh) 9 after an hour. [degrees per root minute]"""
FRESH_MIN = 5.0
"""What was measured so long ago is as good as new: a bin of the window. [min]"""
SPLIT_DEG = 12.0
"""Weather stations that agree by so much tell one wind. Design value. [degrees]"""
USUAL_DEG = 9.0
"""So far the plume of a wind that was measured strays, as `plume.WANDER_RAD` and `swing` have it. [degrees]"""
STUCK_DEG = 50.0
"""The wind of a stuck vane may be amiss by so much. Design value: it may also just be steady. [degrees]"""
BLIND_DEG, ANYWHERE_DEG = 60.0, 180.0
"""A direction that may be amiss by the first is as good as none; the second is that of a wind that nobody has ever
measured. Design values. [degrees]"""
BLIND_MS = 2.0
"""What blows there. Design value. [m/s]"""


@dataclass(frozen=True, slots=True)
class Trail:
    """Wind of the last minutes, the newest last, shape (n,) each.

    Attributes:
        east_ms: Where it blows to. [m/s]
        north_ms: The same. [m/s]
        stale_deg: How far its direction may have strayed since it was measured. [degrees]
        split_deg: How far it may be amiss as weather stations disagree. [degrees]
        stood_min: For how long nobody had measured it anew. [min]
    """

    east_ms: FloatArray
    north_ms: FloatArray
    stale_deg: FloatArray
    split_deg: FloatArray
    stood_min: FloatArray


def no_trail() -> Trail:
    """Return the wind of a zone that has heard of none."""
    return Trail(*(np.empty(0) for _ in range(5)))


def blow(known: Trail, wind: ZoneWind, minutes: int) -> Trail:
    """Add the wind of a minute; where several have passed since the last one, it blew in all of them.

    One that nobody measures goes on as it was, and strays. One that had stood for a while has turned evenly to the new
    one, as far as anybody can say. One that is stuck has long been.
    """
    minutes = min(minutes, TRAIL_MIN)
    if np.isnan(wind.speed_ms):
        return _unmeasured(known, minutes)
    towards = np.radians(wind.from_deg + 180.0)
    east_ms, north_ms = wind.speed_ms * np.sin(towards), wind.speed_ms * np.cos(towards)
    if wind.stood_min == 0.0:
        known = _turned(known, float(east_ms), float(north_ms))
    back_min = np.arange(minutes)[::-1]
    stale = STRAYS_DEG * np.sqrt(np.maximum(wind.age_min - back_min - FRESH_MIN, 0.0))
    stood_min = np.maximum(wind.stood_min - back_min, 0.0)
    known = _with(known, east_ms, north_ms, stale, wind.split_deg, stood_min)
    return replace(known, stale_deg=np.maximum(known.stale_deg, STUCK_DEG)) if wind.is_stuck else known


def stray_deg(trail: Trail, minutes: int) -> float:
    """Return how far the direction of the newest minutes may be amiss, beyond what is usual. [degrees]"""
    if not len(trail.stale_deg):
        return ANYWHERE_DEG
    stale, split = trail.stale_deg[-minutes:], trail.split_deg[-minutes:]
    return float(np.sqrt(np.mean(stale**2) + max(float(np.mean(split**2)) - SPLIT_DEG**2, 0.0)))


def is_blind(trail: Trail) -> bool:
    """Say whether the direction of the newest minute is as good as none."""
    return stray_deg(trail, 1) >= BLIND_DEG


def _with(
    known: Trail, east_ms: float, north_ms: float, stale_deg: FloatArray, split_deg: float, stood_min: FloatArray
) -> Trail:
    def on(before: FloatArray, more: FloatArray | float) -> FloatArray:
        return np.append(before, np.broadcast_to(more, len(stale_deg)))[-TRAIL_MIN:]

    return Trail(
        on(known.east_ms, east_ms),
        on(known.north_ms, north_ms),
        on(known.stale_deg, stale_deg),
        on(known.split_deg, split_deg),
        on(known.stood_min, stood_min),
    )


def _unmeasured(known: Trail, minutes: int) -> Trail:
    """Let the last wind go on."""
    later_min = np.arange(1.0, minutes + 1.0)
    if not len(known.east_ms):
        return _with(known, 0.0, -BLIND_MS, np.full(minutes, ANYWHERE_DEG), 0.0, later_min)
    stale = np.minimum(np.sqrt(known.stale_deg[-1] ** 2 + STRAYS_DEG**2 * later_min), ANYWHERE_DEG)
    east_ms, north_ms, split_deg = (float(block[-1]) for block in (known.east_ms, known.north_ms, known.split_deg))
    return _with(known, east_ms, north_ms, stale, split_deg, known.stood_min[-1] + later_min)


def _turned(known: Trail, east_ms: float, north_ms: float) -> Trail:
    """Turn what has only stood evenly to a new wind; between both it strays as a Brownian bridge does.

    Where the old one is not believed any more the new one counts backwards.
    """
    stood = min(int(known.stood_min[-1]), len(known.stood_min)) if len(known.stood_min) else 0
    if stood < FRESH_MIN - 1.0:
        return known
    back_min = np.arange(stood, 0, -1)
    ahead = 1.0 - back_min / (stood + 1.0)
    bridge_min = ahead * back_min
    if known.stale_deg[-1] >= BLIND_DEG:
        ahead, bridge_min = np.ones(stood), back_min.astype(np.float64)
    east, north, stale = known.east_ms.copy(), known.north_ms.copy(), known.stale_deg.copy()
    east[-stood:] += ahead * (east_ms - east[-stood:])
    north[-stood:] += ahead * (north_ms - north[-stood:])
    stale[-stood:] = STRAYS_DEG * np.sqrt(np.maximum(bridge_min - FRESH_MIN, 0.0))
    return replace(known, east_ms=east, north_ms=north, stale_deg=stale)


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
