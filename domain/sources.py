"""Where a plume may come from: every registered place, and a grid of places that nobody registered."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from domain.attribution import Places
from domain.readings import FloatArray, IntArray
from domain.site import PermitKind, Site
from domain.times import to_ms

GRID_M = 300.0
"""Spacing of the unregistered places. [m]"""
MARGIN_M = 1500.0
"""How far beyond the sensors and places the grid goes: a source may lie outside the zone. [m]"""
GRID_MOST = 1500
"""More grid places than this are not kept: a network that wide is looked at around its sensors. """
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
    permit_source: IntArray
    permit_ms: IntArray
    permit_weight: FloatArray

    def prior_at(self, time_ms: int) -> FloatArray:
        """Return the logarithm of each place's prior at a time: whoever has registered works is likely at work."""
        runs = (self.permit_ms[:, 0] <= time_ms) & (time_ms < self.permit_ms[:, 1])
        if not runs.any():
            return self.log_prior
        prior = self.log_prior.copy()
        np.add.at(prior, self.permit_source[runs], self.permit_weight[runs])
        return prior


def sources_of(site: Site, places: Places, station_xy_m: FloatArray) -> Sources:
    """Gather the hypotheses of a site; the rule `unknown_share` says how many sources nobody registered."""
    count = len(places.enterprise_id)
    grid = _grid(np.concatenate([places.xy_m, station_xy_m]), station_xy_m)
    heights = [place.stack_height_m or HEIGHT_M for place in site.enterprises]
    share = site.rules.correlate.unknown_share if count else 1.0
    known = np.full(count, np.log((1.0 - share) / max(count, 1)) if count else 0.0)
    free = np.full(len(grid), np.log(share / len(grid)))
    return Sources(
        xy_m=np.concatenate([places.xy_m, grid]),
        radius_m=np.concatenate([places.radius_m, np.full(len(grid), GRID_M / 2.0)]),
        height_m=np.concatenate([np.array(heights, np.float64), np.full(len(grid), HEIGHT_M)]),
        emits=np.concatenate([places.emits, np.ones((len(grid), places.emits.shape[1]))]),
        log_prior=np.concatenate([known, free]),
        registered=count,
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


def _grid(inside_xy_m: FloatArray, station_xy_m: FloatArray) -> FloatArray:
    low = np.floor((inside_xy_m.min(axis=0) - MARGIN_M) / GRID_M) * GRID_M
    high = inside_xy_m.max(axis=0) + MARGIN_M
    columns = [np.arange(low[axis], high[axis] + GRID_M, GRID_M) for axis in (0, 1)]
    if len(columns[0]) * len(columns[1]) <= GRID_MOST:
        east, north = np.meshgrid(*columns)
        return np.column_stack([east.ravel(), north.ravel()])
    around = [(m * np.cos(turn), m * np.sin(turn)) for m in (GRID_M, 3 * GRID_M) for turn in np.arange(8) * np.pi / 4]
    wide = (station_xy_m[:, np.newaxis] + np.array(around)[np.newaxis]).reshape(-1, 2)
    return np.unique(np.round(wide / GRID_M) * GRID_M, axis=0)
