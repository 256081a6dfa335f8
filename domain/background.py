"""What the air would be without a local source: neighbours' median, corrected for each sensor's slow offset."""

from dataclasses import dataclass

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.readings import BoolArray, FloatArray, IndexArray
from domain.rules import DetectRules

LOG_SHIFT_UGM3 = np.array([5.0, 10.0, 8.0, 12.0])
"""Added before taking logarithms, so that instrument noise near zero does not look like a ratio. Design values, about
the scatter of a low-cost sensor in clean air (pm25, pm10, nox, o3). [µg/m³]"""

MIN_NEIGHBOURS = 2
"""A background needs at least this many healthy neighbours."""

_ABS_TO_SIGMA = 1.2533
"""Mean absolute deviation to standard deviation of a Gaussian, sqrt(pi / 2)."""

_RESIDUAL_CLIP = 0.5
"""One minute moves an offset by no more than this (in logarithms), so that an event is not learnt as an offset."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What each channel is used to, in logarithms, shape (sensors, 4).

    Attributes:
        offset: How far it stands above its neighbours when nothing happens.
        scatter: Its usual scatter about that.
        learnt_min: Minutes it was learnt from. [min]
    """

    offset: FloatArray
    scatter: FloatArray
    learnt_min: FloatArray


def no_baseline(sensors: int) -> Baseline:
    """Return the baseline of sensors nobody knows yet."""
    shape = (sensors, N_POLLUTANTS)
    return Baseline(np.zeros(shape), np.zeros(shape), np.zeros(shape))


def to_log(value_ugm3: FloatArray) -> FloatArray:
    """Return shifted logarithms, shape (n, 4)."""
    level: FloatArray = np.log(np.maximum(value_ugm3, 0.0) + LOG_SHIFT_UGM3)
    return level


def from_log(level: FloatArray) -> FloatArray:
    """Return concentrations, shape (n, 4). [µg/m³]"""
    value: FloatArray = np.exp(level) - LOG_SHIFT_UGM3
    return value


def expected_level(level: FloatArray, offset: FloatArray, usable: BoolArray, neighbour: IndexArray) -> FloatArray:
    """Return what each channel should read by its neighbours' word.

    Args:
        level: Shifted logarithms, shape (sensors, 4).
        offset: Each channel's slow offset, shape (sensors, 4).
        usable: Channels that may speak for others: healthy, standing, and not raised themselves, shape (sensors, 4).
        neighbour: Each sensor's neighbours, shape (sensors, k).

    Returns:
        Median of the neighbours' offset-free levels plus the own offset, NaN where fewer than two neighbours may
        speak, shape (sensors, 4).
    """
    free = np.where(usable, level - offset, np.inf)[neighbour]  # (sensors, k, 4)
    free.sort(axis=1)
    count = np.isfinite(free).sum(axis=1)
    low = np.maximum(count - 1, 0) // 2
    high = np.minimum(count // 2, neighbour.shape[1] - 1)
    sensor, column = np.arange(len(count))[:, np.newaxis], np.arange(count.shape[1])
    below, above = free[sensor, low, column], free[sensor, high, column]
    enough = count >= min(MIN_NEIGHBOURS, neighbour.shape[1])
    with np.errstate(invalid="ignore"):
        median = np.where(enough, (below + above) / 2.0, np.nan)
    return median + offset


def learn(
    baseline: Baseline, residual: FloatArray, calm: BoolArray, step_min: FloatArray, rules: DetectRules
) -> Baseline:
    """Follow slow offsets and scatters where nothing happens.

    Args:
        baseline: What was known.
        residual: Level minus expected level, shape (sensors, 4).
        calm: Where to learn, shape (sensors, 4).
        step_min: Minutes that each new value stands for, shape (sensors, 1). [min]
        rules: `offset_hours` is the time constant once warmed up; until `warmup_min` every residual counts whole, so
            that a sensor with a large offset of its own is known by then.

    Returns:
        The new baseline: a running mean at first, exponential forgetting later.
    """
    learnt = baseline.learnt_min + np.where(calm, step_min, 0.0)
    share = np.where(calm, step_min / np.minimum(np.maximum(learnt, step_min), rules.offset_hours * 60.0), 0.0)
    most = np.where(learnt < rules.warmup_min, np.inf, _RESIDUAL_CLIP)
    wish = np.clip(np.where(calm, residual, 0.0), -most, most)
    offset = baseline.offset + share * wish
    told = calm & (baseline.learnt_min > 0)  # the first residual is the offset itself, no scatter
    distance = _ABS_TO_SIGMA * np.abs(np.where(told, residual, 0.0))
    scatter = baseline.scatter + share * np.where(calm, distance - baseline.scatter, 0.0)
    return Baseline(offset, scatter, learnt)


def forget(baseline: Baseline, where: BoolArray) -> Baseline:
    """Return the baseline without what was known of some channels, shape (sensors, 4)."""
    return Baseline(
        np.where(where, 0.0, baseline.offset),
        np.where(where, 0.0, baseline.scatter),
        np.where(where, 0.0, baseline.learnt_min),
    )
