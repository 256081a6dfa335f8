"""Stations that say where they stand: far from the place in the registry → flag POSITION.

Whoever carries a station away, or swaps two, makes it speak for another place. Heals with the first reading that is
posted right, or when the registry is corrected.
"""

import numpy as np

from domain.geo import EARTH_RADIUS_M
from domain.position import NULL_ISLAND_DEG
from domain.readings import BoolArray, Readings
from domain.site import Site

FAR_M = 1000.0
"""Beyond the shift between China's map datum (GCJ-02) and WGS-84, up to 700 m: that is the registry's fault. [m]"""


def far_from_post(rows: Readings, site: Site) -> BoolArray:
    """Return which rows of stations come from far away, shape (n,); one that does not say, or says 0, 0, is not."""
    far = np.zeros(len(rows), np.bool_)
    says = ~np.isnan(rows.position[:, :2]).any(axis=1)
    says &= (np.abs(rows.position[:, :2]) >= NULL_ISLAND_DEG).any(axis=1)
    said = np.flatnonzero(says & ~site.is_vehicle[rows.sensor])
    if not len(said):
        return far
    post = site.post_deg[rows.sensor[said]]
    away = np.radians(rows.position[said, :2] - post)
    away_m = EARTH_RADIUS_M * np.hypot(away[:, 0] * np.cos(np.radians(post[:, 1])), away[:, 1])
    far[said] = away_m > FAR_M
    return far
