"""Vehicles' ways of the last hours to how often they passed a place's fence, and how often the air was raised there.

It changes no verdict: whoever decides sees whether anybody drove past a suspect at all, and what was measured there.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from domain import geofence
from domain.fence import FenceEvent, FenceRules, Fixes, grounds_of, nobody
from domain.passes import PassRows, is_raised
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray
from domain.roadside import TRACERS
from domain.ticket import PassedBy

KEPT_MS = 2 * 3600_000
"""Ways are remembered this long: a patrol comes by about once an hour. Design value. [ms]"""
BESIDE_M = 100.0
"""So near a fence a vehicle passes it: the road beside, and the error of a place on it. Design value. [m]"""
REACH_M = 300.0
"""A place so far beyond says nothing of a fence: twice the way between two of them in a town, about. [m]"""
LATE_MS = 60_000
"""A minute's part of a way counts to a visit that began or ended within it. [ms]"""
RULES = FenceRules()


@dataclass(frozen=True, slots=True)
class Ways:
    """Where vehicles were, by minute and piece of road; every column has n rows.

    Attributes:
        sensor: Index into `site.sensors`.
        time_ms: Middle of the stay there, Unix time. [ms]
        xy_m: Mean place, shape (n, 2). [m]
        raised: Whether particles or NOx stood out there.
    """

    sensor: IndexArray
    time_ms: IntArray
    xy_m: FloatArray
    raised: BoolArray


def no_ways() -> Ways:
    """Return the memory of a site where nobody drove."""
    return Ways(np.empty(0, np.int32), np.empty(0, np.int64), np.empty((0, 2)), np.empty(0, np.bool_))


def drive(known: Ways, parts: PassRows, minute_ms: int, floor_ugm3: tuple[float, ...]) -> Ways:
    """Add a minute's parts of ways, and forget what is older than `KEPT_MS`."""
    if not len(parts) and not len(known.time_ms):
        return known
    kept = _rows(known.time_ms > minute_ms - KEPT_MS)
    raised = is_raised(parts, floor_ugm3)[:, :TRACERS].any(axis=1)
    return Ways(
        np.concatenate([known.sensor[kept], parts.sensor]),
        np.concatenate([known.time_ms[kept], (parts.first_ms + parts.last_ms) // 2]),
        np.concatenate([known.xy_m[kept], parts.xy_m]),
        np.concatenate([known.raised[kept], raised]),
    )


def _rows(which: BoolArray) -> BoolArray | slice:
    """Return which rows, as a slice where they are the last: the oldest stand first but for what came out of order."""
    first = int(which.argmax()) if len(which) else 0
    return slice(first, None) if which[first:].all() else which


def passed_by(ways: Ways, ground: shapely.Geometry) -> PassedBy:
    """Return how often vehicles passed a ground that is given in metres, and on how many of these passes it was raised.

    Coming and going are told as `geofence` does: what lingers at the edge, or errs across it, passes once.
    """
    beside = shapely.buffer(ground, BESIDE_M, quad_segs=2)  # few corners: fast
    west, south, east, north = beside.bounds
    x_m, y_m = ways.xy_m.T
    reached = (x_m > west - REACH_M) & (x_m < east + REACH_M) & (y_m > south - REACH_M) & (y_m < north + REACH_M)
    near = np.flatnonzero(reached)
    who, time_ms = ways.sensor[near].astype(np.int64), ways.time_ms[near]
    fixes = Fixes(who, time_ms, ways.xy_m[near], np.full(len(near), np.nan))
    _, events = geofence.advance(nobody(), fixes, grounds_of([beside], RULES), RULES)
    came = np.flatnonzero(np.isin(events.kind, (FenceEvent.ENTER, FenceEvent.CROSSED)))
    seen = ways.raised[near] & shapely.intersects_xy(beside, ways.xy_m[near])
    raised = 0
    for row in came.tolist():
        begin_ms, end_ms = events.time_ms[row] - LATE_MS, events.known_ms[row] + LATE_MS
        if events.kind[row] == FenceEvent.ENTER:
            same = (events.who == events.who[row]) & (events.kind == FenceEvent.EXIT)
            left_ms = events.time_ms[same & (events.time_ms > events.time_ms[row])]
            end_ms = left_ms.min() if len(left_ms) else np.iinfo(np.int64).max
        raised += bool((seen & (who == events.who[row]) & (time_ms >= begin_ms) & (time_ms <= end_ms)).any())
    return PassedBy(count=len(came), raised=raised)
