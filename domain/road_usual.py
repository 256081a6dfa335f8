"""What each road cell usually has beyond its surroundings, learnt from its own passes: a busy road is no clue."""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.readings import FloatArray, IntArray

DOUBT_PASSES = 4.0
"""A cell's first passes are believed as if so many without any excess had gone before. Design value."""
LONGEST_PASSES = 30.0
"""Number of passes after which old ones are forgotten as new ones come. Design value."""
CLIP = 0.5
"""One pass moves the usual by a share of no more than this (in logarithms). Design value."""
REST_MS = 15 * MINUTE_MS
"""A cell learns no more often: a fleet that comes by every minute must not learn an event as usual. Design value."""
MOST_CELLS = 50_000
"""No more are remembered, those driven last first: a city of 5,000 km of roads."""


@dataclass(frozen=True, slots=True)
class Usual:
    """One row a cell that was driven, in the order of `cell`.

    Attributes:
        cell: As of `road_cells.locate`, shape (m,).
        level: Usual excess over background and fleet, in logarithms, shape (m, 4).
        passes: Passes it was learnt from, shape (m, 4).
        learnt_ms: When last, shape (m,). [ms]
    """

    cell: IntArray
    level: FloatArray
    passes: FloatArray
    learnt_ms: IntArray


def nothing_usual() -> Usual:
    """Return the memory of roads that nobody has driven."""
    block = np.empty((0, N_POLLUTANTS))
    return Usual(np.empty(0, np.int64), block, block, np.empty(0, np.int64))


def usual_of(usual: Usual, cell: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the usual excess of cells, and the passes it rests on, shape (n, 4) each; nought where unknown."""
    if not len(usual.cell) or not len(cell):
        return np.zeros((len(cell), N_POLLUTANTS)), np.zeros((len(cell), N_POLLUTANTS))
    row = np.minimum(np.searchsorted(usual.cell, cell), len(usual.cell) - 1)
    known = (usual.cell[row] == cell)[:, np.newaxis]
    return np.where(known, usual.level[row], 0.0), np.where(known, usual.passes[row], 0.0)


def learn_usual(usual: Usual, cell: IntArray, over: FloatArray, now_ms: int) -> Usual:
    """Follow the passes of a minute.

    Args:
        usual: What was known.
        cell: Cells that were passed, shape (n,); several passes of one cell are one.
        over: Their excess, in logarithms; what is NaN is not learnt, shape (n, 4).
        now_ms: When. [ms]
    """
    if not len(cell):
        return usual
    names, which = np.unique(cell, return_inverse=True)
    told = ~np.isnan(over)
    number, total = np.zeros((2, len(names), N_POLLUTANTS))
    np.add.at(number, which, told)
    np.add.at(total, which, np.where(told, over, 0.0))
    usual = _with_rows(usual, names)
    row = np.searchsorted(usual.cell, names)
    due = (number > 0) & (now_ms - usual.learnt_ms[row] >= REST_MS)[:, np.newaxis]
    level, passes, learnt_ms = usual.level.copy(), usual.passes.copy(), usual.learnt_ms.copy()
    passes[row] += due
    share = 1.0 / np.minimum(DOUBT_PASSES + passes[row], LONGEST_PASSES)
    wish = np.clip(total / np.maximum(number, 1.0) - level[row], -CLIP, CLIP)
    level[row] += np.where(due, share * wish, 0.0)
    learnt_ms[row[due.any(axis=1)]] = now_ms
    return _newest(Usual(usual.cell, level, passes, learnt_ms))


def _with_rows(usual: Usual, names: IntArray) -> Usual:
    where = np.searchsorted(usual.cell, names)
    new = np.append(usual.cell, names[:1] - 1)[where] != names  # beyond the last cell stands one that is not asked for
    if not new.any():
        return usual
    where, new = where[new], names[new]
    return Usual(
        np.insert(usual.cell, where, new),
        np.insert(usual.level, where, 0.0, axis=0),
        np.insert(usual.passes, where, 0.0, axis=0),
        np.insert(usual.learnt_ms, where, 0),
    )


def _newest(usual: Usual) -> Usual:
    if len(usual.cell) <= MOST_CELLS:
        return usual
    kept = np.sort(np.argsort(-usual.learnt_ms, kind="stable")[:MOST_CELLS])
    return Usual(usual.cell[kept], usual.level[kept], usual.passes[kept], usual.learnt_ms[kept])
