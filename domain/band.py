"""Between what bounds each channel should read: its background, the scatter about it, and above what it is hot."""

from dataclasses import dataclass, replace

import numpy as np

from domain.background import Baseline, expected_level, from_log, to_log
from domain.channels import N_POLLUTANTS
from domain.field import Flag, FlagArray
from domain.network import Network
from domain.readings import BoolArray, FloatArray, IndexArray
from domain.robust import median
from domain.rules import DetectRules
from domain.standing import Standing

VEHICLE_SIGMA = 0.25
"""A vehicle crosses traffic: its minutes scatter at least so much (in logarithms) about the stations'. Design value."""
MIN_SPREAD = 5
"""Fewer residuals than this tell nothing of the network's spread."""
MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a Gaussian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What each channel should read, and how far it may stray, shape (sensors, 4).

    Attributes:
        residual: Level minus expected level, in logarithms, NaN = no background.
        background: What the air would be without a local source. [µg/m³]
        upper: Above it a value is hot. [µg/m³]
        sigma: Scatter of the logarithm that is believed; wider where a channel is suspect.
        flags: `Flag` bits: of the readings themselves, and by comparison.
    """

    residual: FloatArray
    background: FloatArray
    upper: FloatArray
    sigma: FloatArray
    flags: FlagArray


def band_of(
    standing: Standing,
    baseline: Baseline,
    usable: BoolArray,
    neighbour: IndexArray,
    network: Network,
    rules: DetectRules,
) -> Band:
    """Return the band by the word of some channels, its flags still those of the readings themselves.

    Args:
        standing: The values that stand.
        baseline: What has been learnt of each channel.
        usable: Which channels may speak for the air, shape (sensors, 4).
        neighbour: Each sensor's neighbours, shape (sensors, k).
        network: Who drives.
        rules: How far a value may stray.
    """
    level = to_log(standing.value)
    expected = expected_level(level, baseline.offset, usable, neighbour)
    residual = level - expected
    sigma = np.maximum(np.maximum(baseline.scatter, _spread(residual, usable)), rules.sigma_floor)
    sigma = np.where(network.is_vehicle[:, np.newaxis], np.maximum(sigma, VEHICLE_SIGMA), sigma)
    background = np.maximum(from_log(expected), 0.0)
    upper = _upper(expected, background, sigma, rules)
    return Band(residual=residual, background=background, upper=upper, sigma=sigma, flags=standing.flags)


def doubted(band: Band, value: FloatArray, flags: FlagArray, wider: FloatArray, rules: DetectRules) -> Band:
    """Return the band with the flags of comparison, and wider where particles may be swollen.

    An excess that only the wider band holds is water for all anybody knows: the channel is flagged while that lasts.

    Args:
        band: The band as the readings have it.
        value: The values that stand, shape (sensors, 4). [µg/m³]
        flags: What comparison says against them, shape (sensors, 4).
        wider: The scatter of the logarithm that is to be believed; `band.sigma` itself where nothing is swollen,
            shape (sensors, 4).
        rules: How far a value may stray.
    """
    flags = band.flags | flags
    if wider is band.sigma:
        return replace(band, flags=flags)
    upper = _upper(to_log(band.background), band.background, wider, rules)
    with np.errstate(invalid="ignore"):
        water = (value > band.upper) & (value <= upper)
    return replace(
        band, upper=upper, sigma=wider, flags=flags | np.where(water, np.uint16(Flag.HUMIDITY), np.uint16(0))
    )


def _upper(expected: FloatArray, background: FloatArray, sigma: FloatArray, rules: DetectRules) -> FloatArray:
    upper: FloatArray = np.maximum(
        from_log(expected + rules.raise_sigma * sigma), background + np.array(rules.floor_ugm3)
    )
    return upper


def _spread(residual: FloatArray, usable: BoolArray) -> FloatArray:
    """Return the network's own scatter now, shape (4,): traffic, dust and showers move it, history does not tell."""
    now = np.zeros(N_POLLUTANTS)
    for channel in range(N_POLLUTANTS):
        column = residual[usable[:, channel], channel]
        column = column[~np.isnan(column)]
        if len(column) >= MIN_SPREAD:
            now[channel] = MAD_TO_SIGMA * median(np.abs(column))
    return now
