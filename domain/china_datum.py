"""WGS-84 to the datums of Chinese map apps: GCJ-02 (Amap, Tencent) and BD-09 (Baidu); everything else stays WGS-84.

GCJ-02 has no public definition: these are the formulas that became known in 2013, as in googollee/eviltransform and
wandergis/coordtransform. They agree with the map services within some metres, enough to be led to a gate. Python
packages of them are unkept or bring native code for thirty lines, so they are written out here.
"""

from math import atan2, cos, hypot, pi, radians, sin, sqrt

AXIS_M = 6_378_245.0
"""Semi-major axis of the Krassovsky 1940 ellipsoid. [m]"""
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
"""First eccentricity squared of the Krassovsky 1940 ellipsoid."""
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_ORIGIN_LON, _ORIGIN_LAT = 105.0, 35.0
_BAIDU = pi * 3000 / 180


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return longitude and latitude in GCJ-02; outside of China the place stays as it is. [degrees]

    >>> tuple(round(degrees, 6) for degrees in wgs84_to_gcj02(116.377817, 39.911954))
    (116.384047, 39.913345)
    """
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    east_m, north_m = _shift(lon - _ORIGIN_LON, lat - _ORIGIN_LAT)
    flattening = 1 - ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    metres_per_lat = radians(AXIS_M * (1 - ECCENTRICITY_SQUARED) / flattening**1.5)
    metres_per_lon = radians(AXIS_M / sqrt(flattening) * cos(radians(lat)))
    return lon + east_m / metres_per_lon, lat + north_m / metres_per_lat


def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Return longitude and latitude in BD-09. [degrees]"""
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BAIDU)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def _shift(x: float, y: float) -> tuple[float, float]:
    """Return how far GCJ-02 moves a place, east and north; x, y: degrees from 105° E, 35° N. [m]"""
    both = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + both
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + both
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y / 30 * pi)) * 2 / 3
    return east, north
