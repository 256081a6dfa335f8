"""Patrol readings summed up per road segment over the last hour of the zone clock."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import substring

from domain.channels import N_POLLUTANTS
from domain.geo import Projection
from domain.readings import BoolArray, FloatArray, Readings
from domain.site import Site

SEGMENT_M = 250.0
"""A road is cut into pieces no longer than this. Design value. [m]"""
ON_ROAD_M = 40.0
"""A fix farther from every road is not on one: half a wide road and the error of a GPS fix. Design value. [m]"""
HOT_SHARE = 0.5
"""A segment is hot when more than this share of its readings was. Design value."""

_SLOT_MS = 5 * 60_000
_SLOTS = 12  # of five minutes: the last hour


@dataclass(frozen=True, slots=True)
class Segments:
    """Every road, cut; one row a segment.

    Attributes:
        road: Index into `site.roads`.
        part: Number along the road, from 0.
        lines: LineStrings in degrees WGS-84.
        tree: The same in metres, for nearest queries.
        projection: Degrees to metres.
    """

    road: tuple[int, ...]
    part: tuple[int, ...]
    lines: tuple[shapely.Geometry, ...]
    tree: shapely.STRtree
    projection: Projection | None


@dataclass(frozen=True, slots=True)
class PatrolSummary:
    """The last hour: mean [µg/m³] and number of readings, shape (segments, 4), and which segments are hot."""

    mean: FloatArray
    count: FloatArray
    hot: BoolArray


def cut_roads(site: Site) -> Segments:
    """Cut a site's roads into segments of at most `SEGMENT_M`."""
    if not site.roads:
        return Segments((), (), (), shapely.STRtree([]), None)
    middle = site.roads[0].geometry.centroid
    projection = Projection(middle.x, middle.y)
    road, part, metres = [], [], []
    for index, item in enumerate(site.roads):
        line = shapely.transform(item.geometry, lambda xy: projection.to_metres(xy[:, 0], xy[:, 1]))
        pieces = max(int(np.ceil(line.length / SEGMENT_M)), 1)
        step = line.length / pieces
        for number in range(pieces):
            road.append(index)
            part.append(number)
            metres.append(substring(line, number * step, (number + 1) * step))
    degrees = tuple(_to_degrees(line, projection) for line in metres)
    return Segments(tuple(road), tuple(part), degrees, shapely.STRtree(metres), projection)


def _to_degrees(line: shapely.Geometry, projection: Projection) -> shapely.Geometry:
    return shapely.LineString([projection.to_degrees(x, y) for x, y in line.coords])


class Patrol:
    """Sums in twelve slots of five minutes; old slots are emptied as the zone clock moves on."""

    def __init__(self, site: Site) -> None:
        self.segments = cut_roads(site)
        self._is_vehicle: BoolArray = site.is_vehicle
        shape = (_SLOTS, len(self.segments.road), N_POLLUTANTS)
        self._sum, self._count, self._hot = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self._slot = 0

    def take(self, rows: Readings, hot: BoolArray, clock_ms: int) -> None:
        """Add the vehicles' readings; `hot` says which of the values are above the band, shape (n, 4)."""
        self._move_to(clock_ms)
        if self.segments.projection is None:
            return
        chosen = np.flatnonzero(self._is_vehicle[rows.sensor] & (rows.time_ms // _SLOT_MS > self._slot - _SLOTS))
        if not len(chosen):
            return
        xy = self.segments.projection.to_metres(rows.position[chosen, 0], rows.position[chosen, 1])
        placed = ~np.isnan(xy).any(axis=1)
        points, segment = self.segments.tree.query_nearest(
            shapely.points(xy[placed]), max_distance=ON_ROAD_M, all_matches=False
        )
        self._add(rows, hot, chosen[placed][points], segment)

    def _add(self, rows: Readings, hot: BoolArray, which: np.ndarray, segment: np.ndarray) -> None:
        slot = np.minimum(rows.time_ms[which] // _SLOT_MS, self._slot) % _SLOTS
        value = rows.values[which, :N_POLLUTANTS]
        np.add.at(self._sum, (slot, segment), np.nan_to_num(value))
        np.add.at(self._count, (slot, segment), ~np.isnan(value))
        np.add.at(self._hot, (slot, segment), hot[which])

    def _move_to(self, clock_ms: int) -> None:
        slot = clock_ms // _SLOT_MS
        if slot <= self._slot:
            return
        gone = np.arange(max(self._slot + 1, slot - _SLOTS + 1), slot + 1) % _SLOTS
        self._sum[gone], self._count[gone], self._hot[gone] = 0.0, 0.0, 0.0
        self._slot = slot

    def summary(self) -> PatrolSummary:
        """Return the last hour."""
        count = self._count.sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean = self._sum.sum(axis=0) / np.where(count > 0, count, np.nan)
        hot = (self._hot.sum(axis=0) > HOT_SHARE * count).any(axis=1)
        return PatrolSummary(mean, count, hot)
