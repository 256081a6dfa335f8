"""What more evidence a ticket needs than usual: while all rises, in fog, without wind."""

import numpy as np

from domain.attribution import ZoneWind
from domain.field import JudgedField
from domain.readings import BoolArray, FloatArray
from domain.regional import RegionalState

DAMP_PCT, DAMP_COSTS = (80.0, 92.0), 1.0
"""From the first relative humidity on particles need more evidence, from the second on so much. Design values: optical
counts grow steeply from about 85 % (kappa-Köhler growth, see `humidity.py`). [%]"""
PARTICLES = np.array([1.0, 1.0, 0.0, 0.0])
"""Pollutants that swell."""
BLIND_COSTS = 3.0
"""Without wind no plume can be told from two bursts. Design value."""
RISING_COSTS = 0.8
"""While a pollutant rises over the whole zone its first stations look like a plume. Design value."""


def costs_now(judged: JudgedField, regional: BoolArray, wind: ZoneWind, whole: RegionalState) -> FloatArray:
    """Return what more evidence a ticket needs of each pollutant (in log odds), infinite where all is raised, (4,).

    Args:
        judged: This minute, with its humidity.
        regional: Which pollutants the whole zone shows, shape (4,).
        wind: The zone's.
        whole: What is remembered of the whole zone.
    """
    blind = 0.0 if wind.is_measured else BLIND_COSTS
    rising = np.where(whole.episodes.since_ms > 0, RISING_COSTS, 0.0)
    return np.where(regional, np.inf, blind + rising + _fog(judged) * PARTICLES)


def _fog(judged: JudgedField) -> float:
    """Return what more evidence particles need in damp air, where each device swells them by its own measure."""
    humidity_pct = judged.weather.column("humidity_pct")
    known = humidity_pct[~np.isnan(humidity_pct)]
    return float(np.interp(np.median(known), DAMP_PCT, (0.0, DAMP_COSTS))) if len(known) else 0.0
