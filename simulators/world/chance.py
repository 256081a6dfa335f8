"""One seed → an independent generator for every part of the world, so that a new part changes no old one."""

import zlib

import numpy as np
from scipy.signal import lfilter

from domain.readings import FloatArray


def generator(seed: int, part: str) -> np.random.Generator:
    """Return the generator of a part; the same (seed, part) gives the same numbers."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(part.encode()),)))


def wander(
    rng: np.random.Generator, steps: int, columns: int, memory_steps: float, spread: float | np.ndarray = 1.0
) -> FloatArray:
    """Return stationary first-order autoregressive series with mean 0, shape (steps, columns).

    Args:
        rng: Where chance comes from.
        steps: How many.
        columns: How many independent series.
        memory_steps: Steps after which the correlation has fallen to 1/e.
        spread: Standard deviation.
    """
    keep = float(np.exp(-1.0 / memory_steps))
    shocks = rng.standard_normal((steps, columns))
    shocks[1:] *= np.sqrt(1.0 - keep * keep)
    series = lfilter([1.0], [1.0, -keep], shocks, axis=0)
    return np.asarray(series * spread, dtype=np.float64)


class Wander:
    """The same series, drawn as the world goes on; `take` continues where it left off."""

    def __init__(self, rng: np.random.Generator, columns: int, memory_steps: float, spread: float = 1.0) -> None:
        self._rng = rng
        self._spread = spread
        self._keep = float(np.exp(-1.0 / memory_steps))
        self._last = rng.standard_normal(columns)

    def take(self, steps: int) -> FloatArray:
        """Return the next values, shape (steps, columns)."""
        shocks = self._rng.standard_normal((steps, len(self._last))) * np.sqrt(1.0 - self._keep**2)
        series, _ = lfilter([1.0], [1.0, -self._keep], shocks, axis=0, zi=self._keep * self._last[np.newaxis])
        self._last = series[-1]
        return np.asarray(series * self._spread, dtype=np.float64)
