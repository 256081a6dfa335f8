"""A site to what its limits are judged with: computed once, the same while it is watched."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from domain.channels import POLLUTANTS
from domain.limits.tables import Limit, limits_on
from domain.network import Network
from domain.readings import BoolArray, FloatArray, IndexArray
from domain.site import Site


@dataclass(frozen=True, slots=True)
class LimitWatch:
    """A site as limits see it.

    Attributes:
        site: Whose limits.
        zone: Its local time.
        neighbour: Nearest stations of each sensor, shape (sensors, k).
        is_near: Which of them are others than the sensor itself, shape (sensors, k).
        is_fixed: Which sensors stay where they are, shape (sensors,): a vehicle's hour is no place's hour.
        warning_ugm3: The site's own one-hour warning levels, NaN = none, shape (4,). [µg/m³]
    """

    site: Site
    zone: ZoneInfo
    neighbour: IndexArray
    is_near: BoolArray
    is_fixed: BoolArray
    warning_ugm3: FloatArray


def watch_limits(site: Site, network: Network) -> LimitWatch:
    """Make a site's limits ready.

    Raises:
        ValueError: The site names an edition or a class that is not in the tables.
    """
    limits_on(date.max, site.limits_edition, site.limits_class)
    itself = np.arange(len(site.sensors))[:, np.newaxis]
    return LimitWatch(
        site=site,
        zone=ZoneInfo(site.timezone),
        neighbour=network.neighbour,
        is_near=network.neighbour != itself,
        is_fixed=~network.is_vehicle,
        warning_ugm3=np.array([site.warning_ugm3.get(name, np.nan) for name in POLLUTANTS]),
    )


def site_limits(site: Site, day: date) -> tuple[Limit, ...]:
    """Return the limits that count for a site on a local day."""
    return limits_on(day, site.limits_edition, site.limits_class)
