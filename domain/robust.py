"""Robust locations of groups of rows, all groups at once; missing values are left out."""

import numpy as np

from domain.readings import FloatArray, IntArray


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
    level = np.full((len(begins), block.shape[1]), np.nan)
    for column in range(block.shape[1]):
        value, count = _sorted_within(block[:, column], begins)
        if count.any():
            half = count // 2 + 1
            first = _shortest(value, begins, count, half)
            level[:, column] = _middle(value, first, half, count)
    return level


def grouped_median(block: FloatArray, begins: IntArray) -> FloatArray:
    """Return the median of each group, NaN where it has no value, shape (groups, c); see `steady_level`."""
    median = np.full((len(begins), block.shape[1]), np.nan)
    for column in range(block.shape[1]):
        value, count = _sorted_within(block[:, column], begins)
        median[:, column] = _middle(value, begins, count, count)
    return median


def _sorted_within(value: FloatArray, begins: IntArray) -> tuple[FloatArray, IntArray]:
    """Return values ascending within their groups, the missing last, and how many are not missing."""
    if not len(begins):
        return value, np.empty(0, np.int64)
    group = np.zeros(len(value), np.int64)
    group[begins[1:]] = 1
    group = np.cumsum(group)
    ordered = value[np.lexsort((value, group))]
    count = np.add.reduceat((~np.isnan(value)).astype(np.int64), begins)
    return ordered, count


def _shortest(value: FloatArray, begins: IntArray, count: IntArray, half: IntArray) -> IntArray:
    """Return where each group's shortest stretch of `half` values begins."""
    rows = len(value)
    size = np.diff(np.append(begins, rows))
    row = np.arange(rows)
    last = row + np.repeat(half, size) - 1
    fits = last < np.repeat(begins + count, size)
    width = np.where(fits, value[np.minimum(last, rows - 1)] - value, np.inf)
    shortest = np.minimum.reduceat(width, begins)
    found: IntArray = np.minimum.reduceat(np.where(width <= np.repeat(shortest, size), row, rows - 1), begins)
    return found


def _middle(value: FloatArray, first: IntArray, length: IntArray, count: IntArray) -> FloatArray:
    """Return the mean of the middle one or two of `length` values from `first` on, NaN where `count` is nought."""
    if not len(value):
        return np.full(len(first), np.nan)
    top = len(value) - 1
    low = np.clip(first + np.maximum(length - 1, 0) // 2, 0, top)
    high = np.clip(first + length // 2, 0, top)
    return np.where(count > 0, 0.5 * (value[low] + value[high]), np.nan)
