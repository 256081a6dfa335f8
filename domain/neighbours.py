"""A sensor's minutes beside its neighbours' → who rose with it, and how well they usually agree with it.

Agreement is Spearman's rank correlation of the minutes that both have: it asks whether two sensors rise and fall
together, whatever the gain of either, and a short plume over one of them hardly moves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS
from domain.field import ChannelState
from domain.readings import FloatArray, IndexArray
from domain.series import JudgedRows

LEAST_PAIRS = 60
"""Of fewer common minutes no correlation is told. Design value."""
RISE_MIN = 10
"""So long before and after a moment a neighbour is asked whether it rose. Design value. [min]"""
_RAISED = (ChannelState.HOT, ChannelState.BREACH)
_UNASKED = (ChannelState.EXCLUDED, ChannelState.UNJUDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well two sensors agree.

    Attributes:
        r: Spearman's, -1..1; None = too few pairs, or one of them did not change at all.
        pairs: Minutes that both have.
    """

    r: float | None
    pairs: int


def agreement(own: JudgedRows, other: JudgedRows, channel: int) -> Agreement:
    """Return how well two sensors agree in one pollutant.

    Args:
        own: Minutes of one, in ascending time.
        other: Minutes of the other, in ascending time.
        channel: Index into `POLLUTANTS`.
    """
    mine, theirs = own.series(channel), other.series(channel)
    _, at, there = np.intersect1d(mine.time_ms, theirs.time_ms, assume_unique=True, return_indices=True)
    if len(at) < LEAST_PAIRS:
        return Agreement(r=None, pairs=len(at))
    return Agreement(r=rank_correlation(mine.value[at], theirs.value[there]), pairs=len(at))


def rank_correlation(one: FloatArray, other: FloatArray) -> float | None:
    """Return Spearman's rank correlation with mean ranks for ties; None where one does not change.

    >>> rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([10.0, 11.0, 12.0]))
    1.0
    """
    ranks = np.array([_ranks(one), _ranks(other)])
    about = ranks - ranks.mean(axis=1, keepdims=True)
    spread = float(np.sqrt((about**2).sum(axis=1).prod()))
    return round(float(about[0] @ about[1]) / spread, 3) if spread > 0.0 else None


def _ranks(values: FloatArray) -> FloatArray:
    """Return ranks from 1 on, equal values sharing their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (count.cumsum() - (count - 1) / 2.0)[place]


def overall(agreements: Sequence[Agreement]) -> Agreement:
    """Return the median of what is known, with the fewest pairs that any of it rests on."""
    known = [one for one in agreements if one.r is not None]
    if not known:
        return Agreement(r=None, pairs=max((one.pairs for one in agreements), default=0))
    median = float(np.median([one.r for one in known]))
    return Agreement(r=round(median, 3), pairs=min(one.pairs for one in known))


def rose(rows: JudgedRows, channel: int, at_ms: int) -> bool | None:
    """Return whether a pollutant was hot or in breach about a moment; None where nobody can say."""
    about = np.abs(rows.time_ms - at_ms) <= RISE_MIN * MINUTE_MS
    states = rows.state[about, channel]
    states = states[~np.isin(states, _UNASKED)]
    return bool(np.isin(states, _RAISED).any()) if len(states) else None


def nearest(xy_m: FloatArray, place_m: FloatArray, most: int) -> tuple[IndexArray, FloatArray]:
    """Return which of some places are nearest to one, nearest first, and how far they are; unknown places are left out.

    Args:
        xy_m: Shape (n, 2). [m]
        place_m: Shape (2,). [m]
        most: How many at most.

    Returns:
        Indices and distances, shape (most or fewer,). [m]
    """
    apart_m = np.hypot(*(xy_m - place_m).T)
    order = np.argsort(apart_m, kind="stable")[:most]
    kept = order[np.isfinite(apart_m[order])].astype(np.int32)
    return kept, apart_m[kept]
