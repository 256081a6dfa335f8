"""A plain straight plume over small zones, by another formula than the product's: what tests of the search are fed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from domain.channels import CHANNEL_INDEX, MINUTE_MS
from domain.readings import Readings
from domain.site import Site
from tests.builders import LAT, LON, M_PER_DEG_LAT, M_PER_DEG_LON, START_MS

DUST: Mapping[str, float] = {"pm25": 1.0, "pm10": 1.8}
GAS: Mapping[str, float] = {"nox": 1.0}


def places_m(site: Site) -> np.ndarray:
    """Return east and north of every sensor from the zone's corner, NaN for vehicles, shape (n, 2). [m]"""
    degrees = np.array([(sensor.lon, sensor.lat) for sensor in site.sensors])
    return (degrees - (LON, LAT)) * (M_PER_DEG_LON, M_PER_DEG_LAT)


def straight_plume(to_m: np.ndarray, from_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the relative strength of a plume at offsets from its source, 1 at 500 m on its axis; and way along. [m]"""
    towards = np.radians(from_deg + 180.0)
    along = to_m @ (np.sin(towards), np.cos(towards))
    across = to_m @ (np.cos(towards), -np.sin(towards))
    way = np.maximum(along, 50.0)
    width = 0.22 * way
    share = (500.0 / way) ** 1.6 * np.exp(-0.5 * (across / width) ** 2)
    return np.where(along > 0.0, share, 0.0), along


def emit(
    rows: Readings,
    site: Site,
    source_m: tuple[float, float],
    minutes: tuple[float, float],
    peak_ugm3: float,
    *,
    from_deg: float = 225.0,
    speed_ms: float = 2.5,
    brings: Mapping[str, float] = DUST,
    seed: int = 11,
) -> Readings:
    """Return readings with a steady source's plume: it comes after its travel, and fluctuates by a factor 1.3.

    Args:
        rows: Readings of `site`.
        site: Its stations.
        source_m: East and north from the zone's corner. [m]
        minutes: When it emits.
        peak_ugm3: What it adds 500 m away, on its axis.
        from_deg: The wind.
        speed_ms: The wind.
        brings: What of `peak_ugm3` each channel gets.
        seed: Of the fluctuation.
    """
    share, along = straight_plume(np.nan_to_num(places_m(site), nan=-1e9) - source_m, from_deg)
    first_ms, last_ms = (START_MS + minute * MINUTE_MS for minute in minutes)
    travel_ms = 1000.0 * np.maximum(along, 0.0) / speed_ms
    begun = rows.time_ms - travel_ms[rows.sensor]
    factor = np.random.default_rng(seed).lognormal(0.0, 0.26, len(rows))
    added = np.where((begun >= first_ms) & (begun < last_ms), peak_ugm3 * share[rows.sensor] * factor, 0.0)
    values = rows.values.copy()
    for name, part in brings.items():
        values[:, CHANNEL_INDEX[name]] += part * added
    return replace(rows, values=values)
