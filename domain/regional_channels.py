"""A judged minute to the pollutants whose excess is spread over the whole zone: weather's edge, not a neighbour."""

import math

import numpy as np

from domain.attribution import zone_wind
from domain.channels import N_POLLUTANTS
from domain.field import JudgedField
from domain.onset import is_raised
from domain.readings import BoolArray, FloatArray
from domain.zone import Zone

STATIONS = 6
"""Fewer raised stations are never the whole zone. Design value."""
SHARE = 0.25
"""So much of the stations is raised when weather has come over the zone. Design value."""
SPREAD = 0.4
"""The area of the raised stations (that of their scatter ellipse) is so much of the area of all: a plume's stations lie
on a line, a neighbourhood's in a corner, weather's everywhere. Design value."""
FRONT_SHARE = 0.12
"""At a front's edge so few are raised, but on its whole length across the wind. Design value."""
STRIPS = 5
"""The zone is cut along the wind into so many strips with equally many stations. Design value."""
_BLUR_M = 200.0
"""Added to both axes of an ellipse, so that stations along one road have an area. [m]"""


def regional_channels(judged: JudgedField, zone: Zone) -> BoolArray:
    """Return for which pollutants stations all over the zone stand above their background at once, shape (4,).

    The background has taken out what all have in common, so these are stations that weather reached before or left
    after their neighbours: a front, a shower, traffic at rush hour. Raised stations in one part of the zone, or along
    one line down the wind, are no such thing however many they are.
    """
    found = np.zeros(N_POLLUTANTS, np.bool_)
    if not len(judged.sensor):
        return found
    station = ~zone.is_vehicle[judged.sensor][:, np.newaxis]
    raised = is_raised(judged.state) & station
    for channel in np.flatnonzero(raised.sum(axis=0) >= STATIONS).tolist():
        speaking = station[:, 0] & ~np.isnan(judged.background[:, channel])
        speaking |= raised[:, channel]
        xy_m = zone.xy_m[judged.sensor[speaking]]
        found[channel] = _spread_over(xy_m, raised[speaking, channel], judged, zone)
    return found


def _spread_over(xy_m: FloatArray, raised: BoolArray, judged: JudgedField, zone: Zone) -> bool:
    share = float(raised.mean())
    if share < FRONT_SHARE:
        return False
    if share >= SHARE and _area_m2(xy_m[raised]) >= SPREAD * _area_m2(xy_m):
        return True
    wind = zone_wind(judged.weather)
    return not wind.is_calm(zone.rules) and _crosses(xy_m, raised, wind.from_deg)


def _area_m2(xy_m: FloatArray) -> float:
    """Return the product of the axes of the scatter ellipse. [m²]"""
    east, north = (xy_m - xy_m.mean(axis=0)).T
    blur_m2 = _BLUR_M**2
    wide, high, leaning = (float(part) / len(xy_m) for part in (east @ east, north @ north, east @ north))
    return math.sqrt((wide + blur_m2) * (high + blur_m2) - leaning**2)


def _crosses(xy_m: FloatArray, raised: BoolArray, from_deg: float) -> bool:
    """Say whether raised stations are found in every strip of the zone along the wind."""
    turned = np.radians(from_deg)
    across_m = xy_m[:, 0] * np.cos(turned) - xy_m[:, 1] * np.sin(turned)
    order = np.argsort(across_m, kind="stable")
    return all(part.any() for part in np.array_split(raised[order], STRIPS))
