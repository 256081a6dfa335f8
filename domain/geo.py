"""Degrees to metres once, at the door: UTM on WGS-84, in the zone of the site."""

from functools import lru_cache
from math import cos, hypot, radians

import numpy as np
from pyproj import Transformer

from domain.readings import FloatArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG). [m]"""
DEGREE_M = 111_320.0
"""A degree of latitude, to a few parts in a thousand. [m]"""


@lru_cache(maxsize=8)
def _transformer(utm_epsg: int) -> Transformer:
    return Transformer.from_crs(4326, utm_epsg, always_xy=True)


def utm_epsg(lon: float, lat: float) -> int:
    """Return the EPSG code of the UTM zone that holds a place.

    >>> utm_epsg(116.5, 39.8)
    32650
    """
    zone = int((lon + 180.0) // 6.0) % 60 + 1
    return (32600 if lat >= 0 else 32700) + zone


class Projection:
    """Projects degrees to metres in one UTM zone."""

    def __init__(self, lon: float, lat: float) -> None:
        self._transformer = _transformer(utm_epsg(lon, lat))

    def to_metres(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return easting and northing, shape (n, 2), NaN where a position is missing. [m]"""
        x, y = self._transformer.transform(lon, lat)
        metres = np.column_stack([x, y]).astype(np.float64)
        metres[~np.isfinite(metres)] = np.nan
        return metres

    def to_degrees(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude of a place in metres. [degrees]"""
        lon, lat = self._transformer.transform(x, y, direction="INVERSE")
        return float(lon), float(lat)


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the distance between two places some kilometres apart, on a flat piece of the Earth. [m]

    >>> round(metres_between(116.5, 39.8, 116.5, 39.801))
    111
    """
    east_m = (lon - other_lon) * DEGREE_M * cos(radians(lat))
    return hypot(east_m, (lat - other_lat) * DEGREE_M)


def bearing_deg(dx_m: FloatArray, dy_m: FloatArray) -> FloatArray:
    """Return the direction of a vector (east, north), clockwise from north. [degrees 0..360)

    >>> bearing_deg(np.array([1.0, 0.0]), np.array([0.0, -1.0])).tolist()
    [90.0, 180.0]
    """
    return np.degrees(np.arctan2(dx_m, dy_m)) % 360.0


def turn_deg(a_deg: FloatArray, b_deg: FloatArray | float) -> FloatArray:
    """Return the smallest turn between two directions. [degrees 0..180]

    >>> turn_deg(np.array([350.0]), 10.0).tolist()
    [20.0]
    """
    return np.abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)
