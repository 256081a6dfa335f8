"""A site's sensors as geometry: where they stand in metres, and who is whose neighbour."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from domain.geo import Projection
from domain.readings import BoolArray, FloatArray, IndexArray
from domain.site import Site


@dataclass(frozen=True, slots=True)
class Network:
    """Computed once per site.

    Attributes:
        projection: Degrees to metres.
        station: Sensors that do not move, shape (stations,).
        station_xy_m: Their places, shape (stations, 2). [m]
        tree: The same places, for nearest-neighbour queries.
        neighbour: Index of each sensor's nearest stations, nearest first, shape (sensors, k); vehicles' rows are
            filled by `neighbours_of` minute by minute.
        is_vehicle: Shape (sensors,).
    """

    projection: Projection
    station: IndexArray
    station_xy_m: FloatArray
    tree: cKDTree
    neighbour: IndexArray
    is_vehicle: BoolArray


def network_of(site: Site, neighbours: int) -> Network:
    """Build the geometry of a site.

    Raises:
        ValueError: The site has no sensor with a position.
    """
    is_vehicle = site.is_vehicle
    station = np.flatnonzero(~is_vehicle).astype(np.int32)
    if not len(station):
        raise ValueError(f"site {site.site_id}: no station with a position in sensors.csv; add at least one")
    lon = np.array([site.sensors[i].lon for i in station])
    lat = np.array([site.sensors[i].lat for i in station])
    projection = Projection(float(lon.mean()), float(lat.mean()))
    xy = projection.to_metres(lon, lat)
    tree = cKDTree(xy)
    k = min(neighbours, max(len(station) - 1, 1))
    table = np.zeros((len(site.sensors), k), np.int32)
    table[station] = _nearest(tree, xy, station, k, skip_self=len(station) > 1)
    return Network(projection, station, xy, tree, table, is_vehicle)


def neighbours_of(network: Network, xy_m: FloatArray) -> IndexArray:
    """Return the stations nearest to places, shape (n, k)."""
    k = network.neighbour.shape[1]
    return _nearest(network.tree, xy_m, network.station, k, skip_self=False)


def _nearest(tree: cKDTree, xy_m: FloatArray, station: IndexArray, k: int, *, skip_self: bool) -> IndexArray:
    asked = k + 1 if skip_self else k
    _, found = tree.query(xy_m, k=asked)
    found = np.asarray(found).reshape(len(xy_m), asked)
    nearest: IndexArray = station[found[:, 1:] if skip_self else found]
    return nearest
