"""What a source gains of a sensor over many bins, whose noise remembers the one before: how many looks they are."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray, IntArray
from domain.window import BINS, Float32Array

MISSED = 0.35
"""How often the plume passes a sensor by though the zone's wind would bring it there: it meanders, it has only just
begun, or it has gaps. So one silent sensor never rules a source out. Design value."""
SHELTERED = 0.1
"""How often a sensor in the plume's way sees nothing of it at all. Design value."""
MEMORY_BINS = 3.0
"""So many bins of five minutes count as one independent look in the long run. Design value: a compromise between the
autocorrelation of a real network's residuals (0.73 at ten minutes) and the delay that waiting costs."""
CLOSE_SCALE = 0.5
"""In networks denser than this share of a zone's the wind's eddies carry a plume over a sensor and away again faster
than they do there: the memory shrinks with their spacing, to one bin. Design value."""
_MOST_RATIO = np.float32(60.0)


@dataclass(frozen=True, slots=True)
class Gains:
    """What is gained over "no source", shape (p,) each.

    Attributes:
        compared: For comparing sources with each other: each bin is the same part of a look, `1 / memory_bins`, so
            that none wins by predicting less.
        noticed: For comparing one with "no source": the first bin is a whole look, as the noise has nothing to
            remember yet, and each further one a part, so that both are the same after an hour.
    """

    compared: Float32Array
    noticed: Float32Array


def memory_of(scale: float) -> float:
    """Return how many bins count as one look in a network so dense, 1 = as in a zone.

    >>> memory_of(1.0), memory_of(0.25), memory_of(0.05)
    (3.0, 1.5, 1.0)
    """
    return max(MEMORY_BINS * lasting(scale), 1.0)


def lasting(scale: float) -> float:
    """Return how much of what eddies do lasts for bins in a network so dense, 1 = as in a zone."""
    return min(scale / CLOSE_SCALE, 1.0)


def gains(ratio: Float32Array, memory_bins: float = MEMORY_BINS) -> Gains:
    """Return what pairs gain over all bins: a plume passes by with `MISSED`, a sensor is `SHELTERED`.

    Args:
        ratio: Log-density ratio of each pair's bins, nought where nothing is predicted, shape (p, b).
        memory_bins: So many bins are one look in the long run.
    """
    row = ratio.ravel()
    told = np.flatnonzero(row)  # several times faster than by pair and bin
    total, bins = _passed(told // ratio.shape[1], row[told], len(ratio))
    return Gains(may_shelter(total / memory_bins, bins), may_shelter(total * look_of_each(bins, memory_bins), bins))


def look_of_each(bins: IntArray, memory_bins: float) -> FloatArray:
    """Return which part of a look each of so many bins is, same shape, as `Gains.noticed` has it.

    >>> look_of_each(np.array([1, 12]), 3.0).round(3).tolist()
    [1.0, 0.333]
    """
    further = (BINS / memory_bins - 1.0) / (BINS - 1.0)
    part: FloatArray = (1.0 + further * (bins - 1.0)) / np.maximum(bins, 1)
    return part


def compared(pair: IntArray, ratio: Float32Array, pairs: int, memory_bins: float) -> Float32Array:
    """Return `Gains.compared` of ratios that are told bin by bin: of `pair`, shape (k,)."""
    total, bins = _passed(pair, ratio, pairs)
    return may_shelter(total / memory_bins, bins)


def _passed(pair: IntArray, ratio: Float32Array, pairs: int) -> tuple[FloatArray, IntArray]:
    """Return the sum over each pair's bins, and how many they are, shape (pairs,): each is `MISSED` by the plume."""
    total = np.bincount(pair, weights=may_miss(ratio), minlength=pairs).astype(np.float64)
    return total, np.bincount(pair, minlength=pairs).astype(np.int64)


def may_miss(ratio: Float32Array) -> Float32Array:
    """Return log-density ratios of bins where the plume may pass the sensor by, same shape."""
    by_bin = np.exp(np.minimum(ratio, _MOST_RATIO))
    by_bin *= np.float32(1.0 - MISSED)
    by_bin += np.float32(MISSED)
    missed: Float32Array = np.log(by_bin, out=by_bin)
    return missed


def may_shelter(total: FloatArray, bins: IntArray) -> Float32Array:
    """Return what sensors say over all bins where each may be sheltered, nought where nothing is predicted."""
    some = np.logaddexp(total + np.log1p(-SHELTERED), np.log(SHELTERED))
    return np.where(bins > 0, some, 0.0).astype(np.float32)
