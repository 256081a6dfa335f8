"""A minute of vehicles at 1 Hz to one row per vehicle and piece of road, and pieces to the site's road cells."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from domain.channels import N_POLLUTANTS
from domain.geo import EARTH_RADIUS_M, Projection
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray, Readings
from domain.robust import steady_level
from domain.site import Site

CELL_M = 100.0
"""Side of a cell, and the longest piece of a road: ten seconds of driving in a town, and the width of a plume some
hundred metres from its source. Design value. [m]"""
ON_ROAD_M = 40.0
"""A place farther from every road is not on one: half a wide road and the error of a fix. Design value. [m]"""
NEAR_GROUND_M = 300.0
"""A pass this near an enterprise's ground is told with it. Design value. [m]"""
MIN_SHARE = 0.05
"""A corner of a cell that holds less of a vehicle's minute (three seconds at 1 Hz) is no pass. Design value."""
_M_PER_DEG = np.radians(EARTH_RADIUS_M)
_HALF, _BITS = 1 << 19, 20


@dataclass(frozen=True, slots=True)
class CellMinutes:
    """What vehicles measured on each piece of road within one minute, by (sensor, place).

    Attributes:
        sensor: Index into `site.sensors`, shape (n,).
        lon: Mean of the believed fixes, shape (n,). [degrees]
        lat: As `lon`.
        first_ms: First reading, Unix time, shape (n,). [ms]
        last_ms: Last reading, Unix time, shape (n,). [ms]
        count: Readings with a believed place, shape (n,).
        value: Steady level of the readings that passed, NaN = none, shape (n, 4). [µg/m³]
    """

    sensor: IndexArray
    lon: FloatArray
    lat: FloatArray
    first_ms: IntArray
    last_ms: IntArray
    count: IntArray
    value: FloatArray

    def __len__(self) -> int:
        return len(self.sensor)

    def cut(self, rows: slice, first: int) -> "CellMinutes":
        """Return some of the rows, their sensors counted from `first` on."""
        return CellMinutes(
            self.sensor[rows] - np.int32(first),
            self.lon[rows],
            self.lat[rows],
            self.first_ms[rows],
            self.last_ms[rows],
            self.count[rows],
            self.value[rows],
        )


def no_cell_minutes() -> CellMinutes:
    """Return zero rows."""
    none, times = np.empty(0), np.empty(0, np.int64)
    return CellMinutes(np.empty(0, np.int32), none, none, times, times, times, np.empty((0, N_POLLUTANTS)))


def cell_minutes(rows: Readings, flags: npt.NDArray[np.uint16]) -> CellMinutes:
    """Sum up one minute of vehicles' readings by piece of road, on a grid of `CELL_M`; several as if of other vehicles.

    Args:
        rows: Readings of vehicles only; a place that is not believed is NaN.
        flags: Their `Flag` bits, shape (n, 4).
    """
    placed = np.flatnonzero(np.isfinite(rows.position[:, :2]).all(axis=1))
    if not len(placed):
        return no_cell_minutes()
    sensor = rows.sensor[placed].astype(np.int64)
    key = (sensor << 2 * _BITS) | _grid_degrees(rows.position[placed, 0], rows.position[placed, 1])
    order = np.lexsort((rows.time_ms[placed], key))
    placed, key = placed[order], key[order]
    begins = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    count = np.diff(np.append(begins, len(key)))
    who = rows.sensor[placed[begins]]
    values = np.where(flags[placed] == 0, rows.values[placed, :N_POLLUTANTS], np.nan)
    middle = np.add.reduceat(rows.position[placed, :2], begins, axis=0) / count[:, np.newaxis]
    level = steady_level(values, begins)
    kept = (count >= MIN_SHARE * np.bincount(who, weights=count)[who]) & ~np.isnan(level).all(axis=1)
    last = begins + count - 1
    return CellMinutes(
        who[kept],
        middle[kept, 0],
        middle[kept, 1],
        rows.time_ms[placed[begins[kept]]],
        rows.time_ms[placed[last[kept]]],
        count[kept].astype(np.int64),
        level[kept],
    )


def _grid_degrees(lon: FloatArray, lat: FloatArray) -> IntArray:
    """Return the cell of a grid whose rows follow the parallels, each with columns of its own width."""
    row = np.floor(lat * _M_PER_DEG / CELL_M)
    wide = np.cos(np.radians((row + 0.5) * CELL_M / _M_PER_DEG))
    return _packed(np.floor(lon * wide * _M_PER_DEG / CELL_M), row)


def _packed(column: FloatArray, row: FloatArray) -> IntArray:
    packed: IntArray = ((row.astype(np.int64) + _HALF) << _BITS) | (column.astype(np.int64) + _HALF)
    return packed


@dataclass(frozen=True, slots=True)
class CellMap:
    """A site's road cells, computed once: pieces of its roads, a grid where there is none, and the grounds near.

    Attributes:
        projection: Degrees to metres.
        roads: Pieces of roads no longer than `CELL_M`. [m]
        grounds: Grounds in the order of `site.enterprises`. [m]
    """

    projection: Projection
    roads: shapely.STRtree
    grounds: shapely.STRtree


def cell_map_of(site: Site, projection: Projection) -> CellMap:
    """Cut a site's roads into cells."""
    pieces = [piece for road in site.roads for piece in _cut(_metres(road.geometry, projection))]
    grounds = [_metres(place.geometry, projection) for place in site.enterprises]
    return CellMap(projection, shapely.STRtree(pieces), shapely.STRtree(grounds))


def _metres(geometry: shapely.Geometry, projection: Projection) -> shapely.Geometry:
    return shapely.transform(geometry, lambda degrees: projection.to_metres(degrees[:, 0], degrees[:, 1]))


def _cut(road: shapely.Geometry) -> list[shapely.Geometry]:
    cut: list[shapely.Geometry] = []
    for line in shapely.get_parts(road):
        bounds = np.linspace(0.0, line.length, max(int(np.ceil(line.length / CELL_M)), 1) + 1)
        cut += [substring(line, begin, end) for begin, end in pairwise(bounds.tolist())]
    return cut


def locate(cells: CellMap, xy_m: FloatArray) -> IntArray:
    """Return the cell of each place, shape (n,): a piece of road from 0 on, or a cell of the UTM grid below 0."""
    grid = np.floor(xy_m / CELL_M)
    cell = -1 - _packed(grid[:, 0], grid[:, 1])
    if len(cells.roads.geometries) and len(xy_m):
        place, piece = cells.roads.query_nearest(shapely.points(xy_m), max_distance=ON_ROAD_M, all_matches=False)
        cell[place] = piece
    return cell


def near_enterprises(cells: CellMap, xy_m: FloatArray) -> BoolArray:
    """Return whose ground lies within `NEAR_GROUND_M` of each place, shape (n, enterprises)."""
    near = np.zeros((len(xy_m), len(cells.grounds.geometries)), np.bool_)
    if near.size:
        place, ground = cells.grounds.query(shapely.points(xy_m), predicate="dwithin", distance=NEAR_GROUND_M)
        near[place, ground] = True
    return near
