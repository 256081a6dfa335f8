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
SPLIT_MOST_DEG = 25.0
"""A mean direction that may be amiss by so much is not believed: two vanes are twice as far apart. Design value."""
OLD_MIN = 90.0
"""A wind of so long ago is not believed: an hourly one, with half an hour to come. Design value. [min]"""


@dataclass(frozen=True, slots=True)
class Places:
    """Candidate sources of a site as columns; `emits` has one column a pollutant, shape (places, 4)."""

    enterprise_id: tuple[str, ...]
    xy_m: FloatArray
    radius_m: FloatArray
    emits: FloatArray


@dataclass(frozen=True, slots=True)
class ZoneWind:
    """The zone's wind of one minute; NaN where nobody measured it.

    Attributes:
        speed_ms: How fast. [m/s]
        from_deg: Where it blows from, clockwise from north. [degrees]
        age_min: How long ago it was measured. [min]
        stood_min: For how long nobody has measured it anew. [min]
        split_deg: How far the direction may be amiss as its stations disagree. [degrees]
        is_stuck: It has not changed at all for too long.
    """

    speed_ms: float
    from_deg: float
    age_min: float = 0.0
    stood_min: float = 0.0
    split_deg: float = 0.0
    is_stuck: bool = False

    @property
    def is_measured(self) -> bool:
        """Whether anybody measured it."""
        return self.speed_ms >= 0.0

    @property
    def is_split(self) -> bool:
        """Whether weather stations disagree so far that nobody knows which of them is right."""
        return self.split_deg >= SPLIT_MOST_DEG

    @property
    def is_old(self) -> bool:
        """Whether nobody has measured it for longer than an hourly one takes to come."""
        return self.age_min > OLD_MIN

    @property
    def is_believed(self) -> bool:
        """Whether it was measured, of late, by a vane that moves, and by stations that agree."""
        return self.is_measured and not (self.is_stuck or self.is_split or self.is_old)

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
    """Return the mean wind vector of all weather stations."""
    speed, origin = weather.column("wind_speed_ms"), weather.column("wind_from_deg")
    known = ~np.isnan(speed) & ~np.isnan(origin)
    if not known.any():
        return ZoneWind(float("nan"), float("nan"))
    east_ms, north_ms = vectors_ms(speed[known], origin[known])
    return mean_wind(east_ms, north_ms)


def vectors_ms(speed_ms: FloatArray, from_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return winds as vectors towards east and north, shape (n,) each. [m/s]"""
    origin = np.radians(from_deg)
    return -speed_ms * np.sin(origin), -speed_ms * np.cos(origin)


def mean_wind(east_ms: FloatArray, north_ms: FloatArray) -> ZoneWind:
    """Return the mean of wind vectors, at least one; those that disagree make a weak wind. Shape (n,) each. [m/s]"""
    east, north = float(np.mean(east_ms)), float(np.mean(north_ms))
    from_deg = float(bearing_deg(np.array([-east]), np.array([-north]))[0])
    return ZoneWind(float(np.hypot(east, north)), from_deg)
