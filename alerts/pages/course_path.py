"""A line's points → the few of them that draw the same, written short: a day of minutes in some kilobytes."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from domain.readings import FloatArray, IntArray

COLUMN_PX = 2.0
"""Of a column this wide the least and the greatest are drawn, nothing between them. Design value. [px]"""


def kept_rows(x: FloatArray, y: FloatArray, column_px: float = COLUMN_PX) -> IntArray:
    """Return the rows, ascending: least and greatest of each column, and the line's two ends.

    Args:
        x: Ascending, shape (n,), n > 0. [px]
        y: Without NaN, shape (n,).
        column_px: How wide a column is. [px]
    """
    starts = np.flatnonzero(np.diff(np.floor(x / column_px), prepend=-np.inf))
    sizes = np.diff(starts, append=len(x))
    extremes = [_first(y, extreme.reduceat(y, starts), starts, sizes) for extreme in (np.minimum, np.maximum)]
    return np.unique(np.concatenate((*extremes, [0, len(x) - 1])))


def _first(y: FloatArray, wanted: FloatArray, starts: IntArray, sizes: IntArray) -> IntArray:
    """Return the first row of each column at which a line is what is wanted there."""
    rows = np.flatnonzero(y == np.repeat(wanted, sizes))
    return rows[np.searchsorted(rows, starts)]


def steps(points: Iterable[tuple[float, float]]) -> str:
    """Return an SVG path's data through points, to a tenth of a pixel, each told from the one before.

    >>> steps([(52, 80.04), (54, 79.5), (54.3, 80)])
    'M52 80l2 -.5 .3 .5'
    """
    tenths = [(round(10 * x), round(10 * y)) for x, y in points]
    first = f"M{_short(tenths[0][0])} {_short(tenths[0][1])}"
    told = " ".join(f"{_short(x - was_x)} {_short(y - was_y)}" for (was_x, was_y), (x, y) in pairwise(tenths))
    return f"{first}l{told}" if told else first


def _short(tenths: int) -> str:
    whole, part = divmod(abs(tenths), 10)
    number = f"{whole or ''}.{part}" if part else f"{whole}"
    return f"-{number}" if tenths < 0 else number
