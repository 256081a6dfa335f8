"""What stays of a site's geography for attribution: its places as columns, and the zone's wind of one minute."""

from dataclasses import dataclass

import numpy as np

from domain.field import WeatherMinute
from domain.geo import Projection, bearing_deg
from domain.readings import FloatArray
from domain.rules import CorrelateRules
from domain.site import Site

POLLUTANT_PRIOR = 5.0
"""A place whose industry emits what was seen counts this much more than one that is not known to."""


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
