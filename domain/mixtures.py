"""Which pollutants a source brings: every mixture is tried on what was seen, beside what its industry is known for."""

from dataclasses import dataclass

import numpy as np

from domain.gains import gains
from domain.likelihood import BEND, Pairs
from domain.readings import BoolArray, FloatArray
from domain.roadside import TRACERS
from domain.window import Float32Array

COST = 1.0
"""What each explained pollutant costs: its emission rate was free. Design value."""
EMITS_WEIGHT = 0.7
"""How much is believed of what an industry is known to emit. Design value."""
MISSING_COSTS = 0.7
"""A source that emits less than it is known to is so much less likely (in logarithms), each pollutant. Design value."""
MIXTURES: BoolArray = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], np.bool_)
"""Which of PM2.5, PM10 and NOx a plume may bring."""
SHARED = 0.65
"""PM2.5 and PM10 share their noise: each counts so much. Design value."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What sources explain by the mixture that suits each best.

    Attributes:
        compared: Of each sensor, for comparing sources, shape (s, n).
        noticed: Of each sensor, over "no source", shape (s, n).
        cost: What that mixture costs, shape (s,).
        used: Which pollutants it holds, shape (s, 3).
    """

    compared: FloatArray
    noticed: FloatArray
    cost: FloatArray
    used: BoolArray


def explained(pairs: Pairs, ratio: Float32Array, emits: FloatArray, sensors: int) -> Explained:
    """Return what each source explains: it brings all that it emits, every mixture is tried, and the best is kept."""
    best = Explained(
        compared=np.zeros((len(emits), sensors)),
        noticed=np.zeros((len(emits), sensors)),
        cost=np.zeros(len(emits)),
        used=np.zeros((len(emits), TRACERS), np.bool_),
    )
    worth = np.full(len(emits), -np.inf)
    heard: BoolArray = np.atleast_1d(ratio.any(axis=(1, 2)))
    for number in range(len(MIXTURES)):
        mixture = MIXTURES[number]
        if not heard[mixture].all():
            continue
        gained = gains(together(ratio, mixture), pairs.memory_bins)
        gain = _by_sensor(pairs, gained.compared, best.compared)
        paid = costs_of(emits, mixture)
        sums = np.minimum(gain, BEND).sum(axis=1) + paid
        better = sums > worth
        worth[better], best.compared[better], best.cost[better] = sums[better], gain[better], paid[better]
        best.noticed[better] = _by_sensor(pairs, gained.noticed, best.noticed)[better]
        best.used[better] = mixture
    return best


def costs_of(emits: FloatArray, mixture: BoolArray) -> FloatArray:
    """Return what a mixture costs (below nought) sources that are known to emit so much of what, shape (s,)."""
    return _known_to(emits, mixture) - COST * (int(mixture[:2].any()) + int(mixture[2]))


def together(ratio: Float32Array, mixture: BoolArray) -> Float32Array:
    """Return the log-density ratio of what a mixture brings; `ratio` is that of each pollutant, shape (3, …)."""
    told: Float32Array = ratio[mixture].sum(axis=0)
    if mixture[:2].all():
        told = told - np.float32(1.0 - SHARED) * ratio[:2].sum(axis=0)
    return told


def _by_sensor(pairs: Pairs, gain: Float32Array, like: FloatArray) -> FloatArray:
    block = np.zeros_like(like)
    block[pairs.source, pairs.sensor] = gain
    return block


def _known_to(emits: FloatArray, mixture: BoolArray) -> FloatArray:
    """Return how well a mixture suits what is known of sources, shape (s,), nought where nothing is known."""
    strange = np.log(emits[:, mixture]).sum(axis=1)
    listed = (emits.min(axis=1) < 1.0)[:, np.newaxis] & (emits == 1.0)
    missing = listed[:, ~mixture].sum(axis=1)
    suits: FloatArray = EMITS_WEIGHT * strange - MISSING_COSTS * missing
    return suits
