"""Where a plume may come from: every registered place, and a grid of places that nobody registered."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from scipy.spatial import cKDTree

from domain.attribution import Places
from domain.readings import FloatArray, IntArray
from domain.site import PermitKind, Site
from domain.times import to_ms

GRID_M = 300.0
"""Spacing of the unregistered places in a zone whose stations stand `SPACING_M` apart. [m]"""
SPACING_M = 400.0
"""Stations of a zone stand about so far from the nearest other one; in a denser network all is looked at more finely.
Design value. [m]"""
LEAST_SCALE = 0.05
"""Nothing is looked at more finely than at this share of a zone's scale."""
MARGIN = 5.0
"""How far beyond the sensors and places the grid goes, in its spacings: a source may lie outside the zone."""
GRID_MOST = 1500
"""More grid places than this are not kept: a network that wide is looked at around its sensors. """
AFTER_MS = 3_600_000
"""Works that ended within the window of evidence still tell of it. [ms]"""
MIN_STATIONS = 3
"""Fewer stations have no density."""
HEIGHT_M = 12.0
"""Emission height where no stack is registered. Design value. [m]"""


PERMIT_WEIGHT = 2.5
"""Registered works or drills make a place so much more likely (in logarithms), a shutdown less. Design value."""


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """All hypotheses as columns, registered places first.

    Attributes:
        xy_m: Shape (s, 2). [m]
        radius_m: Shape (s,). [m]
        height_m: Shape (s,). [m]
        emits: How much each is known to emit what, shape (s, 4); 1 = known or nothing known.
        log_prior: Shape (s,).
        registered: How many of them are registered.
        scale: How dense the stations stand, 1 = as in a zone; times and places of puffs go with it.
        permit_source: Which place each permit is for, shape (p,).
        permit_ms: From when to when it runs, shape (p, 2). [ms]
        permit_weight: What it adds to the logarithm of the prior, shape (p,).
    """

    xy_m: FloatArray
    radius_m: FloatArray
    height_m: FloatArray
    emits: FloatArray
    log_prior: FloatArray
    registered: int
    scale: float
    permit_source: IntArray
    permit_ms: IntArray
    permit_weight: FloatArray

    def prior_at(self, time_ms: int) -> FloatArray:
        """Return the logarithm of each place's prior at a time: whoever has registered works is likely at work."""
        runs = (self.permit_ms[:, 0] <= time_ms) & (time_ms < self.permit_ms[:, 1] + AFTER_MS)
        if not runs.any():
            return self.log_prior
        prior = self.log_prior.copy()
        np.add.at(prior, self.permit_source[runs], self.permit_weight[runs])
        return prior


def sources_of(site: Site, places: Places, station_xy_m: FloatArray) -> Sources:
    """Gather the hypotheses of a site; the rule `unknown_share` says how many sources nobody registered."""
    count = len(places.enterprise_id)
    scale = _scale(station_xy_m)
    grid_m = GRID_M * scale
    grid = _grid(np.concatenate([places.xy_m, station_xy_m]), station_xy_m, grid_m)
    heights = [place.stack_height_m or HEIGHT_M for place in site.enterprises]
    share = site.rules.correlate.unknown_share if count else 1.0
    known = np.full(count, np.log((1.0 - share) / max(count, 1)) if count else 0.0)
    free = np.full(len(grid), np.log(share / len(grid)))
    return Sources(
        xy_m=np.concatenate([places.xy_m, grid]),
        radius_m=np.concatenate([places.radius_m, np.full(len(grid), grid_m / 2.0)]),
        height_m=np.concatenate([np.array(heights, np.float64), np.full(len(grid), HEIGHT_M)]),
        emits=np.concatenate([places.emits, np.ones((len(grid), places.emits.shape[1]))]),
        log_prior=np.concatenate([known, free]),
        registered=count,
        scale=scale,
        **_permits(site, places),
    )


class _Permits(TypedDict):
    permit_source: IntArray
    permit_ms: IntArray
    permit_weight: FloatArray


def _permits(site: Site, places: Places) -> _Permits:
    where = {place: index for index, place in enumerate(places.enterprise_id)}
    known = [permit for permit in site.permits if permit.place_id in where]
    spans = [(to_ms(permit.start), to_ms(permit.end)) for permit in known]
    weights = [-PERMIT_WEIGHT if permit.kind is PermitKind.SHUTDOWN else PERMIT_WEIGHT for permit in known]
    return _Permits(
        permit_source=np.array([where[permit.place_id] for permit in known], np.int64),
        permit_ms=np.array(spans, np.int64).reshape(-1, 2),
        permit_weight=np.array(weights, np.float64),
    )


def _scale(station_xy_m: FloatArray) -> float:
    """Return how dense stations stand: the median distance to the nearest other one against a zone's."""
    if len(station_xy_m) < MIN_STATIONS:
        return 1.0
    nearest_m, _ = cKDTree(station_xy_m).query(station_xy_m, k=2)
    return float(np.clip(np.median(nearest_m[:, 1]) / SPACING_M, LEAST_SCALE, 1.0))


def _grid(inside_xy_m: FloatArray, station_xy_m: FloatArray, grid_m: float) -> FloatArray:
    low = np.floor((inside_xy_m.min(axis=0) - MARGIN * grid_m) / grid_m) * grid_m
    high = inside_xy_m.max(axis=0) + MARGIN * grid_m
    columns = [np.arange(low[axis], high[axis] + grid_m, grid_m) for axis in (0, 1)]
    if len(columns[0]) * len(columns[1]) <= GRID_MOST:
        east, north = np.meshgrid(*columns)
        return np.column_stack([east.ravel(), north.ravel()])
    around = [(m * np.cos(turn), m * np.sin(turn)) for m in (grid_m, 3 * grid_m) for turn in np.arange(8) * np.pi / 4]
    wide = (station_xy_m[:, np.newaxis] + np.array(around)[np.newaxis]).reshape(-1, 2)
    return np.unique(np.round(wide / grid_m) * grid_m, axis=0)
