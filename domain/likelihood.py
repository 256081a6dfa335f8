"""How well a source explains what all healthy sensors saw, and did not see: its log-likelihood over "no source"."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray

TAIL = 3.5
"""Degrees of freedom of the noise (Student's t). A real network's residuals have such tails: a kitchen, a lorry. Design
value, after half a year of eleven sensors in one town."""
DOUBT = 0.5
"""A prediction may be wrong by this share: dispersion, wind and emission are never known better. Design value."""
MEMORY_BINS = 3.0
"""So many bins of five minutes count as one independent look: noise lasts about half an hour. Design value."""
COST = 1.0
"""What a free emission rate costs: a pollutant is only explained where it buys more. Design value."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Fit:
    """One pollutant's best emission rate of each source and what it explains.

    Attributes:
        rate: Shape (s,); in excess per footprint.
        gain: Log-likelihood over "no source", by sensor, shape (s, n).
    """

    rate: FloatArray
    gain: FloatArray


def fit(footprint: FloatArray, excess: FloatArray, scale: FloatArray) -> Fit:
    """Fit each source's steady emission of one pollutant.

    The weighted least-squares rate, its weights allowing for an error of the prediction itself, and never for one where
    nothing is predicted: a source that predicts no plume where none is seen must not win by explaining nothing.

    Args:
        footprint: Shape (s, b, n).
        excess: NaN = nothing said, shape (b, n). [µg/m³]
        scale: Shape (b, n). [µg/m³]
    """
    said = ~np.isnan(excess)
    seen = np.where(said, excess, 0.0)
    noise = np.where(said, scale, np.inf) ** 2
    robust = noise * (1.0 + seen**2 / (TAIL * np.where(said, noise, 1.0)))
    variance = np.broadcast_to(noise, footprint.shape)
    rate = np.zeros(len(footprint))
    for _ in range(ROUNDS):
        weight = footprint / variance
        below = (weight * footprint).sum(axis=(1, 2))
        rate = np.maximum((weight * seen).sum(axis=(1, 2)) / np.maximum(below, 1e-300), 0.0)
        variance = noise + (DOUBT * rate[:, np.newaxis, np.newaxis] * footprint) ** 2
    told = rate[:, np.newaxis, np.newaxis] * footprint
    finite = np.where(said, noise, 1.0)
    spread = 1.0 + (DOUBT * told) ** 2 / finite
    half = 0.5 * (TAIL + 1.0)
    with_source = -half * np.log1p((seen - told) ** 2 / (TAIL * finite * spread)) - 0.5 * np.log(spread)
    without = -half * np.log1p(seen**2 / (TAIL * finite))
    gain = np.where(said, with_source - without, 0.0).sum(axis=1) / MEMORY_BINS
    del robust
    return Fit(rate, gain)
