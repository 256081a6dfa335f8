"""How well sources explain what all healthy sensors saw, and did not see: log-likelihood over "no source"."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.window import Float32Array

BURST = 0.03
"""How often five minutes of a quiet sensor are no noise but a burst at its foot: a kitchen, a lorry. Design value,
after half a year of eleven sensors in one town."""
BURST_DECAY = 0.9
"""Bursts grow rarer by e for so much of the inverse hyperbolic sine of their size. Design value."""
NOISE = 1.1
"""Scatter of asinh(z) in quiet air. Design value."""
STRAY = 0.8
"""Scatter of asinh(z) about a strong prediction, beside the noise: a plume's concentration at one place fluctuates by a
factor (log-normally, e.g. E. Yee & R. Chan, "A simple model for the probability density function of concentration
fluctuations in atmospheric plumes", Atmos. Environ. 31, 991-1002, 1997). Design value."""
MISSED = 0.35
"""How often the plume passes a sensor by though the zone's wind would bring it there: it meanders, it has only just
begun, or it has gaps. So one silent sensor never rules a source out. Design value."""
SHELTERED = 0.1
"""How often a sensor in the plume's way sees nothing of it at all. Design value."""
MEMORY_BINS = 3.0
"""So many bins of five minutes count as one independent look. Design value: a compromise between the autocorrelation
of a real network's residuals (0.73 at ten minutes) and the delay that waiting costs."""
RATES = 6
"""Emission rates that are tried, evenly in logarithms."""
_FAINTEST, LOUDEST = 2.0, 4.0
BEND = 6.0
LEAST_TOLD = 0.1
_LOG_ROOT_2PI = 0.9189385


def log_noise(level: Float32Array) -> Float32Array:
    """Return the log-density of asinh(z) without a source: a Gaussian core and the exponential tail of bursts."""
    core = np.log(1.0 - BURST) - 0.5 * (level / NOISE) ** 2 - np.log(NOISE) - _LOG_ROOT_2PI
    tail = np.log(BURST * BURST_DECAY) - BURST_DECAY * np.abs(level)
    both: Float32Array = np.logaddexp(core, tail).astype(np.float32)
    return both


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which source would reach which sensor, and how strongly, by bin.

    Attributes:
        source: Shape (p,).
        sensor: Shape (p,).
        told: Concentration per unit emission, shape (p, b).
    """

    source: npt.NDArray[np.intp]
    sensor: npt.NDArray[np.intp]
    told: Float32Array


def pairs_of(footprint: Float32Array, loudest: float) -> Pairs:
    """Keep what a source can tell of a sensor at its loudest; `footprint` is (s, b, n)."""
    by_sensor = footprint.max(axis=1)
    most = np.maximum(by_sensor.max(axis=1), np.float32(1e-30))
    source, sensor = np.nonzero(by_sensor > LEAST_TOLD / loudest * most[:, np.newaxis])
    return Pairs(source, sensor, footprint[source, :, sensor])


def fit(pairs: Pairs, score: Float32Array, scale: Float32Array, said: npt.NDArray[np.bool_]) -> Float32Array:
    """Return the log-density ratio of each pair's bins at the rate that suits each source best, shape (p, b).

    The level y = asinh(z) of a bin, z the excess in units of its scatter, is drawn normally about m = asinh of the
    predicted z with variance NOISE² + (STRAY tanh m)², against the noise. Where nothing is predicted both are the same
    and tell nothing: a source must not win by explaining nothing.

    Args:
        pairs: Who reaches whom.
        score: Excess in units of its scatter, shape (b, n).
        scale: That scatter, shape (b, n). [µg/m³]
        said: Where something was said, shape (b, n).
    """
    level = np.arcsinh(np.where(said, score, np.float32(0.0)))
    noise = log_noise(level).T[pairs.sensor]
    level = level.T[pairs.sensor]
    unit = pairs.told * np.where(said, 1.0 / np.maximum(scale, 1e-6), 0.0).astype(np.float32).T[pairs.sensor]
    sources = int(pairs.source.max(initial=-1)) + 1
    most = np.full(sources, 1e-30, np.float32)
    np.maximum.at(most, pairs.source, unit.max(axis=1))
    unit /= most[pairs.source, np.newaxis]
    loudest = LOUDEST * max(float(score.max(initial=0.0)), 3.0)
    total = np.full(sources, -np.inf)
    best = np.zeros_like(unit)
    for peak in np.geomspace(_FAINTEST, loudest, RATES).astype(np.float32):
        told = np.arcsinh(unit * peak)
        spread = NOISE**2 + (STRAY * np.tanh(told)) ** 2
        ratio = -0.5 * (level - told) ** 2 / spread - 0.5 * np.log(spread) - np.float32(_LOG_ROOT_2PI) - noise
        ratio = np.where(told > LEAST_TOLD, ratio, np.float32(0.0))
        gain = np.minimum(gains(ratio), BEND)
        sums = np.bincount(pairs.source, weights=gain, minlength=sources)
        better = sums > total
        total[better] = sums[better]
        mine = better[pairs.source]
        best[mine] = ratio[mine]
    return best


def gains(ratio: Float32Array) -> Float32Array:
    """Return what pairs gain over all bins, shape (p,): a plume passes by with `MISSED`, a sensor is `SHELTERED`."""
    by_bin = np.log((1.0 - MISSED) * np.exp(np.minimum(ratio, np.float32(60.0))) + np.float32(MISSED))
    by_bin = np.where(ratio == 0.0, np.float32(0.0), by_bin)
    total = by_bin.sum(axis=1) / MEMORY_BINS
    sheltered: Float32Array = np.logaddexp(total + np.log1p(-SHELTERED), np.log(SHELTERED)).astype(np.float32)
    return np.where((ratio != 0.0).any(axis=1), sheltered, np.float32(0.0))
