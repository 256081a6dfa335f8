"""Passes to the road cells that are raised again and again: what a vehicle alone may say of a source."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.passes import SAME_PASS_MS, Passes, PassRows, is_raised, joined, no_pass_rows
from domain.readings import BoolArray, FloatArray, IntArray
from domain.road_cells import CellMap, near_enterprises
from domain.road_usual import Usual, usual_of

APART_MS = 5 * MINUTE_MS
"""A pass so long after the last one is another: no car stays ahead, no queue lasts. Design value. [ms]"""
JOIN_M = 150.0
"""Raised passes this near each other are of one place: a plume swings, a fix errs, cells have borders. [m]"""
MIN_PASSES = 2
"""So many separate passes are no chance. Design value."""
RAISED_SHARE = 0.5
"""Of a cell's passes since its first raised one at least so many must be raised. Design value."""
SOURCES = tuple(POLLUTANTS.index(name) for name in ("pm25", "pm10", "nox"))
"""What a place can emit; ozone is made downwind of everything, and is high wherever there is no exhaust to eat it."""
TRAFFIC_ONLY = POLLUTANTS.index("nox")
"""What engines emit and dust does not."""
TRAFFIC_Z, TRAFFIC_PASSES = 5.0, 3
"""NOx alone is taken for traffic below this, whatever the passes. Design values: on simulated roads in a rush hour and
on roads with real residuals nearly all repeated cells of NOx alone were traffic, of particles nearly none."""
MOST_RAISED = 1_000
"""Of more raised passes the newest are looked at."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Cells that were raised on several separate passes, by (channel, cell); every column has n rows.

    Attributes:
        cell: As of `road_cells.locate`.
        xy_m: Mean place of the cell's raised passes, shape (n, 2). [m]
        channel: Index into `POLLUTANTS`.
        excess: Mean excess of the raised passes within `JOIN_M`. [µg/m³]
        z: Their mean standardised excess.
        passes: Separate raised passes within `JOIN_M`.
        first_ms: First reading of the first of them, Unix time. [ms]
        last_ms: Last reading of the last of them. [ms]
        learnt: Earlier passes that tell what the cell usually has.
        near: Whose ground lies within `road_cells.NEAR_GROUND_M`, shape (n, enterprises).
        traffic: Whether it may as well be traffic: NOx alone, and not often and strong enough.
    """

    cell: IntArray
    xy_m: FloatArray
    channel: npt.NDArray[np.intp]
    excess: FloatArray
    z: FloatArray
    passes: IntArray
    first_ms: IntArray
    last_ms: IntArray
    learnt: FloatArray
    near: BoolArray
    traffic: BoolArray

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True, slots=True)
class _Places:
    """Cells with a raised pass, and which of the raised passes belong to each, shape (places, passes)."""

    cell: IntArray
    xy_m: FloatArray
    joins: BoolArray


def repeated(state: Passes, cells: CellMap, floor_ugm3: tuple[float, ...]) -> Repeated:
    """Return the cells that are raised on `MIN_PASSES` separate passes or more.

    There can be a new one only after a minute with a raised part of a pass.
    """
    some = is_raised(state.rows, floor_ugm3).any()
    rows = joined(state.rows) if some else no_pass_rows()
    raised = is_raised(rows, floor_ugm3)
    parts = [_of_channel(rows, state.usual, raised, channel) for channel in SOURCES]
    cell, xy_m, excess, z, passes, first_ms, last_ms, learnt = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    channel = np.repeat(SOURCES, [len(part[0]) for part in parts])
    near = near_enterprises(cells, xy_m)
    traffic = _may_be_traffic(xy_m, channel, z, passes)
    return Repeated(cell, xy_m, channel, excess, z, passes, first_ms, last_ms, learnt, near, traffic)


def _may_be_traffic(xy_m: FloatArray, channel: npt.NDArray[np.intp], z: FloatArray, passes: IntArray) -> BoolArray:
    dust = xy_m[channel != TRAFFIC_ONLY]
    apart_m = np.hypot(*(xy_m[:, np.newaxis] - dust).transpose(2, 0, 1))
    alone = (channel == TRAFFIC_ONLY) & ~(apart_m <= JOIN_M).any(axis=1)
    traffic: BoolArray = alone & ((z < TRAFFIC_Z) | (passes < TRAFFIC_PASSES))
    return traffic


def _of_channel(every: PassRows, usual: Usual, raised: BoolArray, channel: int) -> tuple[npt.NDArray[np.generic], ...]:
    which = np.flatnonzero(raised[:, channel])
    which = which[np.argsort(every.first_ms[which], kind="stable")][-MOST_RAISED:]
    rows = every.take(which)
    places = _places(rows)
    passes = _separate(rows, places.joins)
    kept = (passes >= MIN_PASSES) & (_raised_share(every, raised[:, channel], channel, places) >= RAISED_SHARE)
    joins = places.joins[kept]
    number = joins.sum(axis=1)
    _, learnt = usual_of(usual, places.cell[kept])
    late = np.iinfo(np.int64).max
    return (
        places.cell[kept],
        places.xy_m[kept],
        (joins * rows.excess[:, channel]).sum(axis=1) / number,
        (joins * rows.z[:, channel]).sum(axis=1) / number,
        passes[kept],
        np.where(joins, rows.first_ms, late).min(axis=1, initial=late),
        np.where(joins, rows.last_ms, 0).max(axis=1, initial=0),
        learnt[:, channel],
    )


def _places(rows: PassRows) -> _Places:
    names, which = np.unique(rows.cell, return_inverse=True)
    number = np.bincount(which, minlength=len(names))
    x_m = np.bincount(which, rows.xy_m[:, 0], len(names)) / number
    y_m = np.bincount(which, rows.xy_m[:, 1], len(names)) / number
    apart_sq = x_m[:, np.newaxis] - rows.xy_m[:, 0]
    apart_sq *= apart_sq
    north_m = y_m[:, np.newaxis] - rows.xy_m[:, 1]
    north_m *= north_m
    apart_sq += north_m
    joins = apart_sq <= JOIN_M**2
    joins[which, np.arange(len(which))] = True  # a cell's own
    return _Places(names, np.column_stack([x_m, y_m]), joins)


def _separate(rows: PassRows, joins: BoolArray) -> IntArray:
    """Return how many passes follow each other by `APART_MS` or more at each place, shape (places,)."""
    place, which = np.nonzero(joins)  # of each place in order of time
    first = np.searchsorted(place, np.arange(len(joins)))
    number = np.bincount(place, minlength=len(joins))
    passes = np.zeros(len(joins), np.int64)
    over_ms = np.full(len(joins), -APART_MS)
    for rank in range(int(number.max(initial=0))):  # the first pass of every place at once, then the second
        still = np.flatnonzero(number > rank)
        now = which[first[still] + rank]
        gap_ms = rows.first_ms[now] - over_ms[still]
        counts = gap_ms >= APART_MS
        stays = gap_ms <= SAME_PASS_MS  # a vehicle that waits between two cells
        passes[still] += counts
        over_ms[still] = np.where(counts | stays, np.maximum(over_ms[still], rows.last_ms[now]), over_ms[still])
    return passes


def _raised_share(rows: PassRows, raised: BoolArray, channel: int, places: _Places) -> FloatArray:
    """Return how many of each cell's own passes are raised, of those that measured the pollutant, shape (places,)."""
    row = np.minimum(np.searchsorted(places.cell, rows.cell), max(len(places.cell) - 1, 0))
    known = ~np.isnan(rows.z[:, channel])
    mine = known & (places.cell[row] == rows.cell) if len(places.cell) else np.zeros(len(rows), np.bool_)
    of_all = np.bincount(row[mine], minlength=len(places.cell))
    of_raised = np.bincount(row[mine & raised], minlength=len(places.cell))
    share: FloatArray = of_raised / np.maximum(of_all, 1)
    return share
