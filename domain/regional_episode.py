"""The zone's level to episodes: when a pollutant is raised over the whole zone, and when that is over."""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.readings import BoolArray, FloatArray, IntArray

LIMIT_UGM3 = np.array([60.0, 120.0, 250.0, 200.0])
"""A level that matters (pm25, pm10, nox, o3): for particulates where "lightly polluted" begins (HJ 633-2026, AQI 100,
also GB 3095-2026 class 2 over 24 h; no one-hour limit exists), for gases the one-hour limits of class 2. [µg/m³]"""
RISE = np.array([1.5, 1.5, 1.0, 1.0])
"""Particulates must stand so many times above what is usual: a dirty zone is no news every day. Design value."""
UNTOLD_UGM3 = np.array([115.0, 250.0, 250.0, 200.0])
"""While nothing is known of what is usual: where "moderately polluted" begins (HJ 633-2026, AQI 150). [µg/m³]"""
STILL = 0.9
"""A rise that has begun goes on down to this part of the bar. Design value."""
OVER = 0.8
"""An episode is over below this part of the limit … Design value."""
OVER_RISE = 1.15
"""… or, for particulates, below so many times what was usual before it. Design value."""
LASTS_MIN = 60
"""A rise becomes an episode when it has lasted this long, and an episode ends when it has been over as long: an hour is
the shortest mean that any limit knows. [min]"""
_PARTICULATE = np.array([True, True, False, False])


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """How far each pollutant is into an episode, shape (4,).

    Attributes:
        raised: Whether an episode runs.
        since_ms: When the rise began, 0 = no rise. [ms]
        last_ms: When it was last seen, 0 = no rise. [ms]
        usual: What was usual when it began, NaN = unknown. [µg/m³]
    """

    raised: BoolArray
    since_ms: IntArray
    last_ms: IntArray
    usual: FloatArray


def no_episodes() -> Episodes:
    """Return a zone without any rise."""
    none = np.zeros(N_POLLUTANTS, np.int64)
    return Episodes(
        raised=np.zeros(N_POLLUTANTS, np.bool_), since_ms=none, last_ms=none, usual=np.full(N_POLLUTANTS, np.nan)
    )


def follow(known: Episodes, level: FloatArray, usual: FloatArray, minute_ms: int) -> Episodes:
    """Take the zone's level of one minute.

    Args:
        known: The episodes before.
        level: The zone's level, NaN = too few stations, shape (4,). [µg/m³]
        usual: What is usual, NaN = unknown, shape (4,). [µg/m³]
        minute_ms: Now. [ms]
    """
    bar = np.where(np.isnan(usual), UNTOLD_UGM3, np.maximum(LIMIT_UGM3, RISE * usual))
    rising = known.since_ms > 0
    over_usual = np.where(_PARTICULATE & ~np.isnan(known.usual), OVER_RISE * known.usual, 0.0)
    needed = np.where(rising, STILL * bar, bar)
    needed = np.where(known.raised, np.maximum(OVER * LIMIT_UGM3, over_usual), needed)
    stands = level >= needed  # False where no level is known
    begins = stands & ~rising
    since_ms = np.where(begins, minute_ms, known.since_ms)
    last_ms = np.where(stands, minute_ms, known.last_ms)
    lasts_ms = LASTS_MIN * MINUTE_MS
    gone = np.where(known.raised, minute_ms - last_ms >= lasts_ms, ~stands)
    raised = (known.raised | (stands & (minute_ms - since_ms >= lasts_ms))) & ~gone
    return Episodes(
        raised=raised,
        since_ms=np.where(gone, 0, since_ms),
        last_ms=np.where(gone, 0, last_ms),
        usual=np.where(begins, usual, known.usual),
    )


def stop(known: Episodes) -> Episodes:
    """Return the episodes of a zone that fell silent: none, but what was usual stays."""
    none = no_episodes()
    return replace(none, usual=known.usual)
