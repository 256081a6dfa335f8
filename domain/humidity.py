"""Particles swollen by humid air: how much wider a PM band is then, and which excess is water for all we know.

An optical sensor sees the water that particles take up. By the kappa-Köhler relation (Petters and Kreidenweis 2007;
for optical PM sensors Crilley et al. 2018, Atmos. Meas. Tech. 11, eq. 7) it reads too high by
C = 1 + (kappa / 1.65) / (100 / RH - 1). The network shares most of that, and it cancels against the neighbours; what
does not cancel is how much more one sensor swells than another (inlet, heating, age).
"""

import numpy as np

from domain.field import WeatherMinute
from domain.readings import BoolArray, FloatArray

KAPPA = 0.3
"""Hygroscopicity of urban particles, north China (Wu et al. 2016: 0.2 to 0.4)."""
FROM_PCT = 85.0
"""Below this humidity the growth does not tell sensors apart. Design value. [%]"""
HIGHEST_PCT = 98.0
"""Humidity sensors saturate; beyond it is fog. [%]"""
SENSORS_DIFFER = 0.12
"""Share of the growth (in logarithms) by which one sensor's differs from another's, one sigma. Design value."""
ALONE = 2.0
"""A neighbour this many sigma above its own background makes it a plume's doing."""


def growth(humidity_pct: float) -> float:
    """Return the logarithm of C, 0 below 85 % or where nobody knows the humidity.

    >>> round(growth(90.0), 2)
    0.97
    """
    if not humidity_pct >= FROM_PCT:
        return 0.0
    activity = min(humidity_pct, HIGHEST_PCT) / 100.0
    return float(np.log1p(KAPPA / 1.65 * activity / (1.0 - activity)))


def zone_humidity(weather: WeatherMinute) -> float:
    """Return the median of the weather stations, NaN = unknown. [%]"""
    said = weather.column("humidity_pct")
    said = said[(said >= 0.0) & (said <= 105.0)]
    return float(np.median(said)) if len(said) else float("nan")


def swollen_sigma(sigma: FloatArray, residual: FloatArray, neighbour: np.ndarray, humidity_pct: float) -> FloatArray:
    """Return the scatter with what humidity adds to the PM channels of sensors that stand alone, shape (sensors, 4).

    Args:
        sigma: Scatter that is believed, shape (sensors, 4).
        residual: Level minus expected level, NaN = no background, shape (sensors, 4).
        neighbour: Each sensor's neighbours, shape (sensors, k).
        humidity_pct: Of the zone. [%]
    """
    added = SENSORS_DIFFER * growth(humidity_pct)
    if added == 0.0:
        return sigma
    with np.errstate(invalid="ignore"):
        up: BoolArray = residual > ALONE * sigma
    gas_too = up[:, 2]
    alone = ~up[neighbour, :2].any(axis=1) & ~gas_too[:, np.newaxis]
    wider = sigma.copy()
    wider[:, :2] = np.where(alone, np.hypot(sigma[:, :2], added), sigma[:, :2])
    return wider
