"""How well sources explain what all healthy sensors saw, and did not see: log-likelihood over "no source"."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.gains import MEMORY_BINS, compared, memory_of
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
RATES = 6
"""Emission rates that are tried, evenly in logarithms."""
_FAINTEST, LOUDEST = 2.0, 4.0
BEND = 6.0
LEAST_TOLD = 0.1
LEAST_Z = np.float32(np.sinh(LEAST_TOLD))
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
        memory_bins: So many bins count as one look.
    """

    source: npt.NDArray[np.intp]
    sensor: npt.NDArray[np.intp]
    told: Float32Array
    memory_bins: float = MEMORY_BINS


def pairs_of(footprint: Float32Array, loudest: float, scale: float = 1.0) -> Pairs:
    """Keep what a source can tell of a sensor at its loudest; `footprint` is (s, b, n), `scale` the network's."""
    by_sensor = footprint.max(axis=1)
    most = np.maximum(by_sensor.max(axis=1), np.float32(1e-30))
    source, sensor = np.nonzero(by_sensor > LEAST_TOLD / loudest * most[:, np.newaxis])
    return Pairs(source, sensor, footprint[source, :, sensor], memory_of(scale))


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
    level, noise = heard_of(score, said)
    unit = pairs.told * np.where(said, 1.0 / np.maximum(scale, 1e-6), 0.0).astype(np.float32).T[pairs.sensor]
    sources = int(pairs.source.max(initial=-1)) + 1
    most = np.full(sources, 1e-30, np.float32)
    np.maximum.at(most, pairs.source, unit.max(axis=1))
    unit /= most[pairs.source, np.newaxis]
    rates = rates_of(score)
    row = unit.ravel()
    where = np.flatnonzero(row > LEAST_Z / rates[-1])  # elsewhere nothing is predicted at any rate
    pair, at = np.divmod(where, unit.shape[1])
    sensor, source = pairs.sensor[pair], pairs.source[pair]
    heard = Heard(row[where], level[at, sensor], noise[at, sensor])
    total = np.full(sources, -np.inf)
    best, found = np.zeros(unit.shape, np.float32), np.zeros(len(pair), np.float32)
    for peak in rates:  # what is predicted only grows
        told, ratio = ratio_at(heard, peak)
        gain = np.minimum(compared(pair[told], ratio, len(unit), pairs.memory_bins), BEND)
        sums = np.bincount(pairs.source, weights=gain, minlength=sources)
        better = sums > total
        total[better] = sums[better]
        mine = better[source[told]]
        found[told[mine]] = ratio[mine]
    best.ravel()[where] = found
    return best


def rates_of(score: Float32Array) -> Float32Array:
    """Return the emission rates that are tried, as the greatest z that is predicted anywhere, ascending, shape (6,)."""
    loudest = LOUDEST * max(float(score.max(initial=0.0)), 3.0)
    rates: Float32Array = (_FAINTEST * (loudest / _FAINTEST) ** np.linspace(0.0, 1.0, RATES)).astype(np.float32)
    return rates


def heard_of(score: Float32Array, said: npt.NDArray[np.bool_]) -> tuple[Float32Array, Float32Array]:
    """Return the level asinh(z) of scores, and the log-density of noise there as `ratio_at` wants it, same shape."""
    level = np.arcsinh(np.where(said, score, np.float32(0.0)))
    return level, log_noise(level) + np.float32(_LOG_ROOT_2PI)


def most_said(level: Float32Array, noise: Float32Array) -> Float32Array:
    """Return the log-density ratio where just what was heard is predicted, nought where nothing was, same shape."""
    perfect = -0.5 * np.log(NOISE**2 + (STRAY * np.tanh(level)) ** 2) - noise
    return np.where(level > 0.0, np.maximum(perfect, 0.0), 0.0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is predicted at the rate 1 in units of scatter, the level and the log-density of noise, shape (k,) each."""

    unit: Float32Array
    level: Float32Array
    noise: Float32Array


def ratio_at(heard: Heard, peak: np.float32) -> tuple[npt.NDArray[np.intp], Float32Array]:
    """Return where something is predicted at a rate, and the log-density ratio there.

    For positive z asinh(z) = ln(z + sqrt(z² + 1)) and tanh²(asinh(z)) = z² / (z² + 1): several times faster.
    """
    told = np.flatnonzero(heard.unit > LEAST_Z / peak)
    z = heard.unit[told] * peak
    square = z * z
    spread = square + np.float32(1.0)
    z += np.sqrt(spread)
    ratio = heard.level[told]
    ratio -= np.log(z, out=z)
    ratio *= ratio
    np.divide(square, spread, out=spread)
    spread *= np.float32(STRAY**2)
    spread += np.float32(NOISE**2)
    ratio /= spread
    ratio += np.log(spread, out=spread)
    ratio *= np.float32(-0.5)
    ratio -= heard.noise[told]
    return told, ratio
