"""Fixes of vehicles to those that are believed: a jump is a glitch until a second fix agrees with it."""

from dataclasses import dataclass

import numpy as np

from domain.geo import EARTH_RADIUS_M
from domain.readings import BoolArray, FloatArray, IntArray, Readings

MAX_ACCURACY_M = 60.0
"""A fix that owns to a greater error names no road. Design value. [m]"""
USUAL_ACCURACY_M = 15.0
"""Of a fix that does not say: what a receiver between houses reaches. Design value. [m]"""
MAX_SPEED_MS = 35.0
"""No patrol vehicle is faster (126 km/h), with the error of both fixes on top. Design value. [m/s]"""
MIN_SLACK_M = 30.0
"""Fixes this near agree whatever accuracy they claim: a glitch has been seen to claim 1.7 m. Design value. [m]"""
NULL_ISLAND_DEG = 0.01
"""A receiver without a fix says 0, 0. [degrees]"""


@dataclass(frozen=True, slots=True)
class LastFixes:
    """What each vehicle's receiver said last, shape (sensors, 4): lon, lat [degrees], accuracy [m], time [ms].

    Attributes:
        believed: The last fix that was believed, NaN = none yet.
        doubted: A later one that was not, NaN = none.
    """

    believed: FloatArray
    doubted: FloatArray

    @property
    def newest_ms(self) -> IntArray:
        """The time of each vehicle's newest fix, 0 = none yet, shape (sensors,). [ms]"""
        newest = np.nan_to_num(np.fmax(self.believed[:, 3], self.doubted[:, 3]))
        return newest.astype(np.int64)


def no_fixes(sensors: int) -> LastFixes:
    """Return the memory of vehicles that have not been heard."""
    return LastFixes(np.full((sensors, 4), np.nan), np.full((sensors, 4), np.nan))


def flag_positions(last: LastFixes, rows: Readings, is_vehicle: BoolArray) -> tuple[LastFixes, BoolArray]:
    """Say which readings of vehicles come with a place that can't be believed.

    A fix is believed that can be reached from the last believed one, or from the fix just before it: so a single
    glitch is left out, and a jump that stays is believed from its second fix on. The first fix ever is believed.

    Args:
        last: Memory of what came before.
        rows: New rows in the order of arrival.
        is_vehicle: Shape (sensors,).

    Returns:
        The new memory, and which rows are astray, shape (n,); never one of a station.
    """
    astray = np.zeros(len(rows), np.bool_)
    moving = np.flatnonzero(is_vehicle[rows.sensor])
    if not len(moving):
        return last, astray
    moving = moving[np.lexsort((rows.time_ms[moving], rows.sensor[moving]))]
    fix = np.column_stack([rows.position[moving, :3], rows.time_ms[moving].astype(np.float64)])
    fix[np.isnan(fix[:, 2]), 2] = USUAL_ACCURACY_M
    usable = _usable(fix)
    astray[moving[~usable]] = True
    moving, fix = moving[usable], fix[usable]
    if not len(moving):
        return last, astray
    memory = LastFixes(last.believed.copy(), last.doubted.copy())
    astray[moving[_unbelieved(memory, rows.sensor[moving].astype(np.int64), fix)]] = True
    return memory, astray


def without_places(rows: Readings, astray: BoolArray) -> Readings:
    """Return the rows with the places blanked that are not believed."""
    if not astray.any():
        return rows
    position = np.where(astray[:, np.newaxis], np.nan, rows.position)
    return Readings(rows.sensor, rows.time_ms, rows.received_ms, position, rows.values)


def _usable(fix: FloatArray) -> BoolArray:
    placed = np.isfinite(fix[:, 0]) & (np.abs(fix[:, 1]) <= 90.0)
    nowhere = (np.abs(fix[:, 0]) < NULL_ISLAND_DEG) & (np.abs(fix[:, 1]) < NULL_ISLAND_DEG)
    usable: BoolArray = placed & ~nowhere & (fix[:, 2] <= MAX_ACCURACY_M)
    return usable


def _reachable(one: FloatArray, other: FloatArray) -> BoolArray:
    """Return whether a vehicle can have driven from one fix to the other, shape (n,); rows of two arrays (n, 4)."""
    lon_m = np.radians(other[:, 0] - one[:, 0]) * np.cos(np.radians(0.5 * (one[:, 1] + other[:, 1])))
    lat_m = np.radians(other[:, 1] - one[:, 1])
    distance_m = EARTH_RADIUS_M * np.hypot(lon_m, lat_m)
    slack_m = np.maximum(one[:, 2] + other[:, 2], MIN_SLACK_M)
    within: BoolArray = distance_m <= slack_m + MAX_SPEED_MS * np.abs(other[:, 3] - one[:, 3]) / 1000.0
    return within


def _unbelieved(memory: LastFixes, sensor: IntArray, fix: FloatArray) -> IntArray:
    """Return the places of fixes that are not believed, and bring `memory` up to date; all by (sensor, time).

    Fixes fall into runs, in each of which every one can be reached from the one before. Only the first of a run may
    be in doubt.
    """
    new_run = np.ones(len(fix), np.bool_)
    new_run[1:] = (sensor[1:] != sensor[:-1]) | ~_reachable(fix[:-1], fix[1:])
    begins = np.flatnonzero(new_run)
    ends = np.append(begins[1:], len(fix)) - 1
    doubtful: list[int] = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        who = int(sensor[begin])
        known = _from_memory(memory, who, fix[begin : begin + 1])
        if not known:
            doubtful.append(begin)
        if not known and begin == end:
            memory.doubted[who] = fix[end]
            continue
        memory.doubted[who] = np.nan
        if not fix[end, 3] < memory.believed[who, 3]:
            memory.believed[who] = fix[end]
    return np.array(doubtful, np.int64)


def _from_memory(memory: LastFixes, who: int, fix: FloatArray) -> bool:
    believed, doubted = memory.believed[who : who + 1], memory.doubted[who : who + 1]
    if np.isnan(believed[0, 3]):
        return True
    return bool(_reachable(believed, fix)[0] or _reachable(doubted, fix)[0])
