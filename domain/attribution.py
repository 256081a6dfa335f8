"""Who may be the source: places upwind of the sensors that saw the excess, with an explicit "unknown"."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.field import WeatherMinute
from domain.geo import Projection, bearing_deg, turn_deg
from domain.readings import FloatArray
from domain.rules import CorrelateRules
from domain.site import Site

FETCH_SCALE_M = 1200.0
"""A source's claim falls by e over this distance: near-ground plumes dilute about as 1/x^1.5, which over 0.3-3 km is
close to this exponential. Design value. [m]"""
NEAR_M = 150.0
"""Closer than this a sensor stands at the source's own ground, whatever the wind. [m]"""
NEAR_CLAIM = 0.3
"""What such a place claims at least. Design value."""
POLLUTANT_PRIOR = 2.0
"""A place whose industry emits what was seen counts this much more than one that is not known to."""
CALM_SCALE_M = 500.0
"""In calm air only nearness speaks, over this distance. [m]"""

ChannelArray = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Places:
    """Candidate sources of a site as columns; `emits` has one column a pollutant, shape (places, 4)."""

    enterprise_id: tuple[str, ...]
    xy_m: FloatArray
    radius_m: FloatArray
    emits: FloatArray


@dataclass(frozen=True, slots=True)
class ZoneWind:
    """The zone's wind of one minute; NaN where nobody measured it."""

    speed_ms: float
    from_deg: float

    def is_calm(self, rules: CorrelateRules) -> bool:
        """Say whether no direction can be believed: too weak, or not measured."""
        return not self.speed_ms >= rules.calm_ms


def places_of(site: Site, projection: Projection, pollutants: tuple[str, ...]) -> Places:
    """Return every enterprise and construction site as columns."""
    lon = np.array([place.lon for place in site.enterprises])
    lat = np.array([place.lat for place in site.enterprises])
    xy = projection.to_metres(lon, lat) if len(lon) else np.empty((0, 2))
    radius, emits = np.zeros(len(lon)), np.ones((len(lon), len(pollutants)))
    for row, place in enumerate(site.enterprises):
        ring = np.asarray(place.geometry.envelope.exterior.coords)
        corners = projection.to_metres(ring[:, 0], ring[:, 1])
        radius[row] = 0.5 * float(np.linalg.norm(corners.max(axis=0) - corners.min(axis=0))) / np.sqrt(2.0)
        if place.pollutants:
            emits[row] = [1.0 if name in place.pollutants else 1.0 / POLLUTANT_PRIOR for name in pollutants]
    return Places(tuple(place.enterprise_id for place in site.enterprises), xy, radius, emits)


def zone_wind(weather: WeatherMinute) -> ZoneWind:
    """Return the mean wind vector of all weather stations.

    Speed is the mean of the speeds' vector sum, so stations that disagree make a weak wind.
    """
    speed, origin = weather.column("wind_speed_ms"), weather.column("wind_from_deg")
    known = ~np.isnan(speed) & ~np.isnan(origin)
    if not known.any():
        return ZoneWind(float("nan"), float("nan"))
    east = float(np.mean(speed[known] * np.sin(np.radians(origin[known]))))
    north = float(np.mean(speed[known] * np.cos(np.radians(origin[known]))))
    from_deg = float(bearing_deg(np.array([east]), np.array([north]))[0])
    return ZoneWind(float(np.hypot(east, north)), from_deg)


def claims(
    places: Places, sensor_xy_m: FloatArray, channel: ChannelArray, wind: ZoneWind, rules: CorrelateRules
) -> FloatArray:
    """Return how well each place explains an excess at each sensor in one minute, each 0..1.

    A Gaussian sector about the upwind direction, wider in weak wind, times a fall-off with distance beyond the
    place's own ground, times a soft prior for what its industry emits. In calm air only distance counts.

    Args:
        places: The candidates.
        sensor_xy_m: Where the sensors stand, shape (n, 2). [m]
        channel: Which pollutant each sees, shape (n,).
        wind: Of the minute.
        rules: Fetch and sector.

    Returns:
        Shape (n, places).
    """
    offset = places.xy_m[np.newaxis] - sensor_xy_m[:, np.newaxis]
    distance = np.maximum(np.hypot(offset[..., 0], offset[..., 1]) - places.radius_m, 0.0)
    prior = places.emits[:, channel].T
    if wind.is_calm(rules):
        return np.where(distance <= rules.fetch_m, np.exp(-distance / CALM_SCALE_M) * prior, 0.0)
    # The ground's own width opens the sector: a large yard is not a point.
    own_deg = np.degrees(np.arctan2(places.radius_m, np.maximum(distance + places.radius_m, 1.0)))
    weak_deg = rules.sector_deg * min(1.0, 1.0 / wind.speed_ms)
    sigma_deg = np.hypot(np.hypot(rules.sector_deg, weak_deg), own_deg)
    turn = turn_deg(bearing_deg(offset[..., 0], offset[..., 1]), wind.from_deg)
    upwind = np.exp(-0.5 * (turn / sigma_deg) ** 2)
    sector = np.where(distance < NEAR_M, np.maximum(upwind, NEAR_CLAIM), upwind)
    return np.where(distance <= rules.fetch_m, sector * np.exp(-distance / FETCH_SCALE_M) * prior, 0.0)
