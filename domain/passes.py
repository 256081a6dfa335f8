"""Judged minutes of vehicles to passes of road cells, and to the cells that are raised again and again.

One pass tells a plume from the exhaust of the car ahead as little as a single photograph: both last for seconds. What
stays when the vehicle comes back is a place's own. An excess counts beyond what the fleet sees everywhere just now
(rush hour) and beyond what this cell usually has (a busy road).
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from domain.background import from_log, to_log
from domain.channels import MINUTE_MS, N_POLLUTANTS
from domain.field import JudgedField
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray
from domain.road_cells import CellMap, locate
from domain.road_fleet import Fleet, hear_fleet, no_fleet
from domain.road_usual import Usual, learn_usual, nothing_usual, usual_of

KEPT_MS = 4 * 3600_000
"""Passes are remembered this long. Design value. [ms]"""
TIDY_MS = 5 * MINUTE_MS
"""Passes that are over are learnt from, and forgotten, so often. [ms]"""
SAME_PASS_MS = MINUTE_MS
"""A vehicle that speaks from its cell again within this time has not left it. Design value. [ms]"""
RAISED_Z = 3.0
"""Standardised excess of a raised pass. Design value."""
MOST_PASSES = 20_000
"""No more are remembered, the newest first; reached only when a whole fleet sees everything raised."""
_WHOLE_WEIGHT = 5.0
"""Readings at which a pass has half the weight of a long one. Design value."""


@dataclass(frozen=True, slots=True)
class PassRows:
    """Passes of road cells by vehicles, or their parts within one minute; every column has n rows.

    Attributes:
        cell: As of `road_cells.locate`.
        sensor: Index into `site.sensors`.
        xy_m: Mean place, shape (n, 2). [m]
        first_ms: First reading, Unix time. [ms]
        last_ms: Last reading, Unix time. [ms]
        count: Readings.
        over: Excess in logarithms beyond the background and what the fleet sees everywhere, NaN = none, shape (n, 4).
        z: `over` beyond the cell's usual, standardised, NaN = none, shape (n, 4).
        excess: The same as a concentration, NaN = none, shape (n, 4). [µg/m³]
    """

    cell: IntArray
    sensor: IndexArray
    xy_m: FloatArray
    first_ms: IntArray
    last_ms: IntArray
    count: IntArray
    over: FloatArray
    z: FloatArray
    excess: FloatArray

    def __len__(self) -> int:
        return len(self.cell)

    def take(self, rows: npt.NDArray[np.intp] | BoolArray) -> "PassRows":
        """Return some of the rows, in the order given."""
        return PassRows(
            self.cell[rows],
            self.sensor[rows],
            self.xy_m[rows],
            self.first_ms[rows],
            self.last_ms[rows],
            self.count[rows],
            self.over[rows],
            self.z[rows],
            self.excess[rows],
        )

    @property
    def weight(self) -> FloatArray:
        """How much a pass tells as a witness of a source, by its number of readings, 0..1, shape (n,)."""
        return self.count / (self.count + _WHOLE_WEIGHT)


@dataclass(frozen=True, slots=True)
class Passes:
    """What is remembered of the vehicles' ways.

    Attributes:
        rows: Passes since the last tidying up, in parts; and those since the first raised one of cells that were
            raised within `KEPT_MS`.
        over_ms: Passes whose last reading is older have been learnt from. [ms]
        fleet: What the fleet sees everywhere.
        usual: What each cell usually has.
    """

    rows: PassRows
    over_ms: int
    fleet: Fleet
    usual: Usual


def no_passes() -> Passes:
    """Return the memory of roads that nobody has driven."""
    return Passes(no_pass_rows(), 0, no_fleet(), nothing_usual())


def no_pass_rows() -> PassRows:
    """Return zero rows."""
    none, block = np.empty(0, np.int64), np.empty((0, N_POLLUTANTS))
    return PassRows(none, np.empty(0, np.int32), np.empty((0, 2)), none, none, none, block, block, block)


def advance(
    state: Passes, judged: JudgedField, cells: CellMap, floor_ugm3: tuple[float, ...]
) -> tuple[Passes, PassRows]:
    """Take a judged minute into account.

    Args:
        state: What was remembered.
        judged: `judged.road` is what vehicles measured, against the background of the vehicle's own row.
        cells: Of the site.
        floor_ugm3: Smallest excess of a raised pass, per pollutant, shape (4,). [µg/m³]

    Returns:
        The new memory, and this minute's parts of passes: each is a witness for the search of a source.
    """
    if not len(judged.road) and not len(state.rows):
        return state, no_pass_rows()
    seen, residual = _seen(state, judged, cells)
    if len(seen):
        fleet = hear_fleet(state.fleet, judged.minute_ms, residual)
        state = Passes(_after(state.rows, seen), state.over_ms, fleet, state.usual)
    over_ms = (judged.minute_ms - SAME_PASS_MS) // TIDY_MS * TIDY_MS
    return (_tidied(state, over_ms, floor_ugm3) if over_ms > state.over_ms else state), seen


def is_raised(rows: PassRows, floor_ugm3: tuple[float, ...]) -> BoolArray:
    """Return which passes stand out, shape (n, 4)."""
    raised: BoolArray = (rows.z >= RAISED_Z) & (rows.excess >= np.array(floor_ugm3))  # False where missing
    return raised


def joined(rows: PassRows) -> PassRows:
    """Return parts of passes as whole ones, by (cell, sensor, time)."""
    rows = rows.take(np.lexsort((rows.first_ms, rows.sensor, rows.cell)))
    begin = np.ones(len(rows), np.bool_)
    begin[1:] = (rows.cell[1:] != rows.cell[:-1]) | (rows.sensor[1:] != rows.sensor[:-1])
    begin[1:] |= rows.first_ms[1:] - rows.last_ms[:-1] > SAME_PASS_MS
    begins = np.flatnonzero(begin)
    if len(begins) == len(rows):
        return rows
    count = np.add.reduceat(rows.count, begins)
    return PassRows(
        rows.cell[begins],
        rows.sensor[begins],
        np.add.reduceat(rows.xy_m * rows.count[:, np.newaxis], begins) / count[:, np.newaxis],
        rows.first_ms[begins],
        np.maximum.reduceat(rows.last_ms, begins),
        count,
        *(_mean(getattr(rows, name), rows.count, begins) for name in ("over", "z", "excess")),
    )


def _after(rows: PassRows, seen: PassRows) -> PassRows:
    if not len(rows):
        return seen
    return PassRows(*(np.concatenate([getattr(rows, item.name), getattr(seen, item.name)]) for item in fields(rows)))


def _tidied(state: Passes, over_ms: int, floor_ugm3: tuple[float, ...]) -> Passes:
    """Learn from what is over, and keep what may still matter.

    A quiet pass is learnt from when it is over, a raised one when it is forgotten: an event of hours is not usual.
    """
    rows = joined(state.rows)
    raised = is_raised(rows, floor_ugm3)
    old = rows.last_ms < over_ms - KEPT_MS
    just_over = (rows.last_ms < over_ms) & (rows.last_ms >= state.over_ms)
    told = (just_over[:, np.newaxis] & ~raised) | (old[:, np.newaxis] & raised)
    learns = told.any(axis=1)
    lesson = np.where(told[learns], rows.over[learns], np.nan)
    usual = learn_usual(state.usual, rows.cell[learns], lesson, over_ms)
    kept = ~old & ((rows.last_ms >= over_ms) | _since_raised(rows, raised & ~old[:, np.newaxis]))
    return Passes(_newest(rows.take(kept)), over_ms, state.fleet, usual)


def _seen(state: Passes, judged: JudgedField, cells: CellMap) -> tuple[PassRows, FloatArray]:
    """Return the minute's parts of passes, and their excess over the background alone, in logarithms, shape (n, 4)."""
    road = judged.road
    row = np.searchsorted(judged.sensor, road.sensor)
    value = np.where(judged.flags[row] == 0, road.value, np.nan)  # a vehicle with readings has a row
    xy_m = cells.projection.to_metres(road.lon, road.lat)
    cell = locate(cells, xy_m)
    fleet = state.fleet
    usual, _ = usual_of(state.usual, cell)
    background = to_log(judged.background[row])
    residual = to_log(value) - background
    over = residual - fleet.everywhere
    return PassRows(
        cell=cell,
        sensor=road.sensor,
        xy_m=xy_m,
        first_ms=road.first_ms,
        last_ms=road.last_ms,
        count=road.count,
        over=over,
        z=(over - usual) / np.maximum(judged.sigma[row], fleet.sigma),
        excess=value - np.maximum(from_log(background + fleet.everywhere + usual), 0.0),
    ), residual


def _mean(block: FloatArray, count: IntArray, begins: IntArray) -> FloatArray:
    """Return the mean of each group by number of readings, NaN where nothing is known, shape (groups, 4)."""
    weight = np.where(np.isnan(block), 0, count[:, np.newaxis])
    total = np.add.reduceat(weight, begins)
    mean = np.add.reduceat(np.nan_to_num(block) * weight, begins) / np.maximum(total, 1)
    return np.where(total > 0, mean, np.nan)


def _since_raised(rows: PassRows, raised: BoolArray) -> BoolArray:
    """Return which passes are of a cell's time since its first raised one, shape (n,)."""
    stands_out = np.flatnonzero(raised.any(axis=1))
    if not len(stands_out):
        return np.zeros(len(rows), np.bool_)
    names, which = np.unique(rows.cell[stands_out], return_inverse=True)
    first_ms = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first_ms, which, rows.first_ms[stands_out])
    row = np.minimum(np.searchsorted(names, rows.cell), len(names) - 1)
    since: BoolArray = (names[row] == rows.cell) & (rows.last_ms >= first_ms[row])
    return since


def _newest(rows: PassRows) -> PassRows:
    if len(rows) <= MOST_PASSES:
        return rows
    return rows.take(np.sort(np.argsort(-rows.last_ms, kind="stable")[:MOST_PASSES]))
