"""A flat plane in metres about a place, and back to degrees; good to a metre over a zone."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray

_EQUATOR_M, _ECCENTRICITY2 = 6_378_137.0, 0.00669437999014
"""WGS-84: semi-major axis and first eccentricity squared."""


@dataclass(frozen=True, slots=True)
class Plane:
    """East and north in metres from (`lon`, `lat`) in degrees WGS-84."""

    lon: float
    lat: float

    def metres_per_degree(self) -> tuple[float, float]:
        """Return metres east per degree of longitude and north per degree of latitude, by the radii of curvature."""
        sine = np.sin(np.radians(self.lat))
        root = np.sqrt(1.0 - _ECCENTRICITY2 * sine * sine)
        north_m = _EQUATOR_M * (1.0 - _ECCENTRICITY2) / root**3
        east_m = _EQUATOR_M / root * np.cos(np.radians(self.lat))
        return float(np.radians(east_m)), float(np.radians(north_m))

    def to_degrees(self, xy_m: FloatArray) -> FloatArray:
        """Return longitude and latitude rounded to 1e-6, shape (..., 2)."""
        east, north = self.metres_per_degree()
        degrees = np.empty_like(xy_m)
        degrees[..., 0] = self.lon + xy_m[..., 0] / east
        degrees[..., 1] = self.lat + xy_m[..., 1] / north
        return np.round(degrees, 6)


def segment_distance(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Return how far points lie from segments, shape (points, segments). [m]"""
    along = end - start
    length2 = np.maximum((along**2).sum(axis=1), 1e-9)
    offset = points[:, np.newaxis, :] - start[np.newaxis]
    share = np.clip((offset * along).sum(axis=2) / length2, 0.0, 1.0)
    return np.asarray(np.linalg.norm(offset - share[..., np.newaxis] * along, axis=2))
