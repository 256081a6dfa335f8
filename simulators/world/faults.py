"""What goes wrong with devices, as functions on rows that can be put one behind the other.

`received_ms` still holds the true moment of measuring here: the network has not carried the rows yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.channels import CHANNEL_INDEX, POLLUTANTS
from domain.readings import BoolArray, FloatArray, Readings
from simulators.scenario_types import FaultTable

Fault = Callable[[Readings], Readings]

GLITCH_M = (300.0, 3000.0)
"""How far a GPS glitch throws a fix. Design values; one in four says 0, 0 instead, as cheap receivers do. [m]"""
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Which rows and columns a fault touches; times in Unix milliseconds."""

    sensor: np.ndarray
    channel: np.ndarray
    start_ms: int
    end_ms: int

    def rows(self, rows: Readings) -> BoolArray:
        """Say which rows it touches, shape (n,)."""
        now = (rows.received_ms >= self.start_ms) & (rows.received_ms < self.end_ms)
        return np.asarray(now & np.isin(rows.sensor, self.sensor))


def fault_of(table: FaultTable, sensor_id: Sequence[str], start_ms: int, rng: np.random.Generator) -> Fault:
    """Return the function that a fault of the scenario is; `start_ms` is the scenario's start."""
    channels = table.channels or POLLUTANTS
    reach = Reach(
        np.array([sensor_id.index(name) for name in table.sensors]),
        np.array([CHANNEL_INDEX[name] for name in channels]),
        start_ms + round(table.start_min * 60_000),
        start_ms + round((table.start_min + table.duration_min) * 60_000),
    )
    makers: dict[str, Callable[[], Fault]] = {
        "stuck": lambda: _Stuck(reach, len(sensor_id)),
        "spike": lambda: _scaled(reach, lambda size: np.where(rng.random(size) < table.rate, table.factor, 1.0)),
        "drift": lambda: _drifting(reach, table.rate),
        "offline": lambda: _blank(reach) if table.channels else lambda rows: rows.take(~reach.rows(rows)),
        "clock_skew": lambda: _skewed(reach, round(table.skew_s * 1000)),
        "gps_glitch": lambda: _thrown(reach, table.rate, rng),
        "unit_slip": lambda: _scaled(reach, lambda size: np.full(size, table.factor)),
    }
    return makers[table.kind]()


def apply_faults(faults: Sequence[Fault], rows: Readings) -> Readings:
    """Let every fault do its work, in the order of the scenario."""
    for fault in faults:
        rows = fault(rows)
    return rows


class _Stuck:
    """Each channel repeats the first value that it showed within the fault's time."""

    def __init__(self, reach: Reach, sensors: int) -> None:
        self._reach = reach
        self._held = np.full((sensors, len(CHANNEL_INDEX)), np.nan)

    def __call__(self, rows: Readings) -> Readings:
        hit = np.flatnonzero(self._reach.rows(rows))
        if not len(hit):
            return rows
        sensor, first = np.unique(rows.sensor[hit], return_index=True)
        known = self._held[sensor]
        self._held[sensor] = np.where(np.isnan(known), rows.values[hit[first]], known)
        values = rows.values.copy()
        cells = np.ix_(hit, self._reach.channel)
        values[cells] = self._held[rows.sensor[hit]][:, self._reach.channel]
        return replace(rows, values=values)


def _blank(reach: Reach) -> Fault:
    def blank(rows: Readings) -> Readings:
        hit = np.flatnonzero(reach.rows(rows))
        if not len(hit):
            return rows
        values = rows.values.copy()
        values[np.ix_(hit, reach.channel)] = np.nan
        return replace(rows, values=values)

    return blank


def _scaled(reach: Reach, factor: Callable[[int], FloatArray]) -> Fault:
    def scale(rows: Readings) -> Readings:
        hit = np.flatnonzero(reach.rows(rows))
        if not len(hit):
            return rows
        return _multiplied(rows, hit, reach.channel, factor(len(hit)))

    return scale


def _drifting(reach: Reach, per_hour: float) -> Fault:
    def drift(rows: Readings) -> Readings:
        hit = np.flatnonzero(reach.rows(rows))
        if not len(hit):
            return rows
        hours = (rows.received_ms[hit] - reach.start_ms) / 3_600_000
        return _multiplied(rows, hit, reach.channel, np.maximum(1.0 + per_hour * hours, 0.0))

    return drift


def _multiplied(rows: Readings, hit: np.ndarray, channel: np.ndarray, factor: FloatArray) -> Readings:
    values = rows.values.copy()
    cells = np.ix_(hit, channel)
    values[cells] = np.round(values[cells] * factor[:, np.newaxis], 6)
    values[cells] = np.where(np.abs(values[cells]) >= 1.0, np.round(values[cells], 1), values[cells])
    return replace(rows, values=values)


def _skewed(reach: Reach, skew_ms: int) -> Fault:
    def skew(rows: Readings) -> Readings:
        return replace(rows, time_ms=rows.time_ms + np.where(reach.rows(rows), skew_ms, 0))

    return skew


def _thrown(reach: Reach, share: float, rng: np.random.Generator) -> Fault:
    def throw(rows: Readings) -> Readings:
        near = np.flatnonzero(reach.rows(rows))
        hit = near[rng.random(len(near)) < share]
        if not len(hit):
            return rows
        far_m, direction = rng.uniform(*GLITCH_M, len(hit)), rng.uniform(0, 2 * np.pi, len(hit))
        position = rows.position.copy()
        lost = rng.random(len(hit)) < 0.25  # no fix at all
        position[hit, 0] += far_m * np.sin(direction) / _METRES_PER_DEGREE
        position[hit, 1] += far_m * np.cos(direction) / _METRES_PER_DEGREE
        position[hit[lost], :2] = 0.0
        position[hit, :2] = np.round(position[hit, :2], 6)
        return replace(rows, position=position)

    return throw
