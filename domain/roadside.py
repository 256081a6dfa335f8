"""What vehicles measured by the road in the last hour, as witnesses for the search for sources."""

from dataclasses import dataclass

import numpy as np

from domain.background import LOG_SHIFT_UGM3
from domain.passes import PassRows
from domain.readings import FloatArray, IntArray

TRACERS = 3
"""Pollutants that tell of a source: pm25, pm10, nox. Ozone is made and eaten on the way."""
LEAST_WEIGHT = 0.4
"""A corner of a cell that was crossed in less than four seconds is no witness. Design value."""
MOST = 1500
"""No more are remembered, the newest first."""


@dataclass(frozen=True, slots=True)
class Roadside:
    """Pieces of passes, in order of time.

    Attributes:
        bin: Bin of five minutes since 1970, shape (k,).
        xy_m: Shape (k, 2). [m]
        score: Excess in units of its scatter, nought where nothing was said, shape (k, 3).
        scale: That scatter, shape (k, 3). [µg/m³]
        said: Shape (k, 3).
    """

    bin: IntArray
    xy_m: FloatArray
    score: FloatArray
    scale: FloatArray
    said: FloatArray

    def __len__(self) -> int:
        return len(self.bin)

    def take(self, rows: slice) -> "Roadside":
        """Return some of the pieces."""
        return Roadside(self.bin[rows], self.xy_m[rows], self.score[rows], self.scale[rows], self.said[rows])


def nobody_passed() -> Roadside:
    """Return the memory of roads that nobody has driven."""
    block = np.empty((0, TRACERS))
    return Roadside(np.empty(0, np.int64), np.empty((0, 2)), block, block, block)


def pass_by(known: Roadside, parts: PassRows, now_bin: int, oldest_bin: int) -> Roadside:
    """Add a minute's pieces of passes and forget those before a bin."""
    told = np.flatnonzero(parts.weight >= LEAST_WEIGHT)
    first = int(np.searchsorted(known.bin, oldest_bin))
    if not len(told):
        return known.take(slice(first, None)) if first else known
    z, excess = parts.z[told, :TRACERS], parts.excess[told, :TRACERS]
    said = ~np.isnan(z)
    z = np.where(said, z, 0.0)
    steady = np.abs(z) > 1.0
    scale = np.where(steady, excess / np.where(steady, z, 1.0), LOG_SHIFT_UGM3[:TRACERS])
    pieces = (np.full(len(told), now_bin), parts.xy_m[told], z, np.maximum(np.abs(scale), 1.0), said.astype(float))
    before = known.take(slice(max(first, len(known) - MOST), None))
    columns = (before.bin, before.xy_m, before.score, before.scale, before.said)
    return Roadside(*(np.concatenate(pair) for pair in zip(columns, pieces, strict=True)))
