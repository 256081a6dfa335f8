"""Robust locations of groups of rows, all groups at once; missing values are left out."""

from collections.abc import Callable

import numpy as np

from domain.readings import FloatArray, IntArray

_TOGETHER = 64
"""Groups of up to so many rows are sorted in one table; longer ones with those of up to twice their length."""


def steady_level(block: FloatArray, begins: IntArray) -> FloatArray:
    """Return the middle of the shortest half of each group, the lowest where several are as short.

    What a lorry ahead adds is added to less than half of the readings, and scatters more than the air does: the half
    that lies closest together is free of it, and its middle stays where the clean air's is, while the median climbs
    within the clean values as more of them are covered. (Rousseeuw and Leroy 1987, Robust Regression and Outlier
    Detection, sec. 4.2: the shorth, which resists up to half of the values.)

    Args:
        block: Rows of one group next to each other, shape (n, c).
        begins: First row of each group, ascending, shape (groups,).

    Returns:
        Shape (groups, c); NaN where a group has no value.
    """
    return _by_length(block, begins, _middle_of_shortest)


def grouped_median(block: FloatArray, begins: IntArray) -> FloatArray:
    """Return the median of each group, NaN where it has no value, shape (groups, c); see `steady_level`."""
    return _by_length(block, begins, _middle_of_all)


def median(column: FloatArray) -> float:
    """Return the median of one column without missing values, at least one; numpy's own is slow on short columns."""
    low, high = (len(column) - 1) // 2, len(column) // 2
    ordered = np.partition(column, (low, high))
    return 0.5 * float(ordered[low] + ordered[high])


def _by_length(block: FloatArray, begins: IntArray, locate: Callable[[FloatArray, IntArray], FloatArray]) -> FloatArray:
    """Let `locate` see groups of about one length as ascending rows, the missing last, and how many are not missing."""
    if not len(begins):
        return np.empty((0, block.shape[1]))
    size = np.append(begins[1:], len(block)) - begins
    if size.max() <= _TOGETHER:
        return _level(block, begins, size, locate)
    level = np.empty((len(begins), block.shape[1]))
    octave = np.ceil(np.log2(np.maximum(size, _TOGETHER)))
    for length in np.unique(octave).tolist():
        mine = octave == length
        rows = np.repeat(mine, size)
        level[mine] = _level(block[rows], np.cumsum(size[mine]) - size[mine], size[mine], locate)
    return level


def _level(
    block: FloatArray, begins: IntArray, size: IntArray, locate: Callable[[FloatArray, IntArray], FloatArray]
) -> FloatArray:
    group = np.repeat(np.arange(len(begins)), size)
    table = np.full((len(begins), block.shape[1], int(size.max())), np.nan)
    table[group, :, np.arange(len(block)) - begins[group]] = block
    table.sort(axis=2)
    return locate(table, table.shape[2] - np.isnan(table).sum(axis=2))


def _middle_of_all(ordered: FloatArray, count: IntArray) -> FloatArray:
    return _middle(ordered, np.zeros_like(count), count)


def _middle_of_shortest(ordered: FloatArray, count: IntArray) -> FloatArray:
    longest = ordered.shape[2]
    half = count // 2 + 1
    first = np.arange((longest + 1) // 2)
    last = first + half[:, :, np.newaxis] - 1
    group, column = np.arange(ordered.shape[0])[:, np.newaxis], np.arange(ordered.shape[1])
    ends = ordered[group[..., np.newaxis], column[:, np.newaxis], np.minimum(last, longest - 1)]
    width = ends - ordered[:, :, : len(first)]
    width[last >= count[:, :, np.newaxis]] = np.inf
    return _middle(ordered, np.argmin(width, axis=2), half)


def _middle(ordered: FloatArray, first: IntArray, length: IntArray) -> FloatArray:
    """Return the mean of the middle one or two of `length` values from `first` on; the missing are last, and stay."""
    top = ordered.shape[2] - 1
    group, column = np.arange(ordered.shape[0])[:, np.newaxis], np.arange(ordered.shape[1])
    low = ordered[group, column, np.minimum(first + np.maximum(length - 1, 0) // 2, top)]
    middle: FloatArray = (low + ordered[group, column, np.minimum(first + length // 2, top)]) / 2.0
    return middle
