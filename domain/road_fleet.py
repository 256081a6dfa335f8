"""What the vehicles of a fleet see everywhere just now: rush hour lifts every road, and is nobody's plume."""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.readings import FloatArray, IntArray

LOOK_BACK = 30
"""Minutes on the road that tell what is everywhere. Design value."""
KEPT_MS = 60 * MINUTE_MS
"""Older ones tell nothing of now. Design value. [ms]"""
ENOUGH = 5
"""Of fewer minutes nothing is said. Design value."""
MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a Gaussian."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The last minutes on the road, oldest first, at most `LOOK_BACK`.

    Attributes:
        minute_ms: Start of the minute, shape (m,). [ms]
        level: Median excess of the pieces of road, in logarithms, NaN = none, shape (m, 4).
        spread: Their robust standard deviation about what was everywhere then, shape (m, 4).
        everywhere: The excess that is everywhere just now, in logarithms; nought where too little is known, shape (4,).
        sigma: Its spread; nought where too little is known, shape (4,).
    """

    minute_ms: IntArray
    level: FloatArray
    spread: FloatArray
    everywhere: FloatArray
    sigma: FloatArray


def no_fleet() -> Fleet:
    """Return the memory of a fleet that has not moved."""
    block, nought = np.empty((0, N_POLLUTANTS)), np.zeros(N_POLLUTANTS)
    return Fleet(np.empty(0, np.int64), block, block, nought, nought)


def hear_fleet(fleet: Fleet, minute_ms: int, residual: FloatArray) -> Fleet:
    """Add a minute.

    Args:
        fleet: What was heard before.
        minute_ms: Start of the minute. [ms]
        residual: Excess over the background of each piece of road, in logarithms, shape (n, 4), n > 0.
    """
    now, about = np.split(_median(np.hstack([residual, np.abs(residual - fleet.everywhere)])), 2)
    begin = max(len(fleet.minute_ms) + 1 - LOOK_BACK, int(np.searchsorted(fleet.minute_ms, minute_ms - KEPT_MS)))
    level = np.concatenate([fleet.level[begin:], now[np.newaxis]])
    spread = np.concatenate([fleet.spread[begin:], MAD_TO_SIGMA * about[np.newaxis]])
    enough = (~np.isnan(level)).sum(axis=0) >= ENOUGH
    usual, usual_spread = np.split(_median(np.hstack([level, spread])), 2)
    return Fleet(
        np.append(fleet.minute_ms[begin:], minute_ms),
        level,
        spread,
        np.where(enough, usual, 0.0),
        np.where(enough, usual_spread, 0.0),
    )


def _median(block: FloatArray) -> FloatArray:
    """Return the median of each column without the missing, NaN where there is nothing, shape (columns,)."""
    if not len(block):
        return np.full(block.shape[1], np.nan)
    ordered = np.sort(block, axis=0)
    count = len(block) - np.isnan(ordered).sum(axis=0)
    column = np.arange(block.shape[1])
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(block) - 1)
    median: FloatArray = 0.5 * (ordered[low, column] + ordered[high, column])
    return median
