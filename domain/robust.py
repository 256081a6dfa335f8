"""Robust locations of groups of rows, all groups at once; missing values are left out."""

from collections.abc import Callable

import numpy as np

from domain.readings import FloatArray, IntArray

_TOGETHER = 6
"""Groups of up to 2^6 rows are sorted in one block; longer ones with those of up to twice their length."""


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


def _by_length(block: FloatArray, begins: IntArray, locate: Callable[[FloatArray, IntArray], FloatArray]) -> FloatArray:
    """Let `locate` see groups of about one length as ascending rows, the missing last, and how many are not missing."""
    level = np.full((len(begins), block.shape[1]), np.nan)
    if not len(begins):
        return level
    size = np.diff(begins, append=len(block))
    group = np.repeat(np.arange(len(begins)), size)
    place = np.arange(len(block)) - begins[group]
    octave = np.maximum(np.ceil(np.log2(size)), _TOGETHER)
    for length in np.unique(octave).tolist():
        mine = octave == length
        rows = mine[group]
        table = np.full((int(mine.sum()), int(size[mine].max()), block.shape[1]), np.nan)
        table[(np.cumsum(mine) - 1)[group[rows]], place[rows]] = block[rows]
        ordered = np.sort(table.transpose(0, 2, 1), axis=2)
        level[mine] = locate(ordered, ordered.shape[2] - np.isnan(ordered).sum(axis=2))
    return level


def _middle_of_all(ordered: FloatArray, count: IntArray) -> FloatArray:
    return _middle(ordered, np.zeros_like(count), count)


def _middle_of_shortest(ordered: FloatArray, count: IntArray) -> FloatArray:
    longest = ordered.shape[2]
    half = count // 2 + 1
    first = np.arange((longest + 1) // 2)
    last = first + half[:, :, np.newaxis] - 1
    width = np.take_along_axis(ordered, np.minimum(last, longest - 1), axis=2) - ordered[:, :, : len(first)]
    width[(last >= count[:, :, np.newaxis])] = np.inf
    return _middle(ordered, np.argmin(width, axis=2), half)


def _middle(ordered: FloatArray, first: IntArray, length: IntArray) -> FloatArray:
    """Return the mean of the middle one or two of `length` values from `first` on; the missing are last, and stay."""
    top = ordered.shape[2] - 1
    picked = np.stack([first + np.maximum(length - 1, 0) // 2, first + length // 2], axis=2)
    middle: FloatArray = np.take_along_axis(ordered, np.minimum(picked, top), axis=2).mean(axis=2)
    return middle
