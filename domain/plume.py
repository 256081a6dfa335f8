"""What a steady source would add to the air at each sensor: Gaussian puffs carried by the wind of every minute."""

from dataclasses import dataclass, replace

import numpy as np

from domain.readings import FloatArray, IntArray
from domain.window import Float32Array

AGE_MIN = np.array([0.25, 0.75, 1.25, 1.9, 2.7, 3.75, 5.25, 7.25, 9.75, 13.0, 17.0, 22.5, 30.0])
"""Ages at which puffs are looked at: dense near the source, each about as far as a puff is long. [min]"""
STAY_MIN = np.array([0.5, 0.5, 0.55, 0.75, 0.9, 1.25, 1.75, 2.25, 3.0, 3.5, 4.75, 6.5, 8.5])
"""How long a puff of each age stands for. [min]"""

OLD_AGE_MIN = np.array([30.0, 39.5, 52.0, 68.0, 90.0])
OLD_STAY_MIN = np.array([8.5, 11.0, 14.0, 19.0, 25.0])
"""The same of old air, which a search for new sources does not look at. [min]"""

WANDER_RAD = 0.16
"""How far the wind at a place strays from the zone's, beside what plain dispersion allows for. Design value. [rad]"""
WANDER_MS = 0.3
"""The same in air that hardly moves: puffs spread by themselves. Design value. [m/s]"""
WIDENS_MOST = 3.0
"""A wind that may be amiss widens a plume by no more than this; farther out its turns are tried. Design value."""
INLET_SIGMA_M = 5.0
"""Least vertical spread: a building's wake. Design value. [m]"""
FAINTEST_EXPONENT = np.float32(-60.0)
"""Farther out nothing is left, and numbers too small to be normal would be slow."""
CACHED = 20_000
"""So many numbers at once are quickest."""


@dataclass(frozen=True, slots=True)
class Winds:
    """Where air of each age has come from, at m moments of b stretches of time (bins).

    Attributes:
        moved_m: Its displacement since it was emitted, as `trail.carried_at` tells, shape (m, a, 2). [m]
        way_m: The length of its way, shape (m, a). [m]
        bin: Which stretch each moment is of, ascending, each at least once, shape (m,).
        oldest_min: In each, puffs older than this are not there yet: the source has only just begun, shape (b,). [min]
        strays: How many times as far as usual its direction may be amiss: measured long ago, or by stations that
            disagree.
        is_blind: No direction of it is believed.
    """

    moved_m: FloatArray
    way_m: FloatArray
    bin: IntArray
    oldest_min: FloatArray
    strays: float = 1.0
    is_blind: bool = False

    def turned(self, turn_deg: float) -> "Winds":
        """Return the same winds as if they blew from elsewhere by some degrees."""
        turn = np.radians(turn_deg)
        about = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return replace(self, moved_m=self.moved_m @ about)

    @property
    def widens(self) -> float:
        """How many times as wide as usual a plume is for that."""
        return min(self.strays, WIDENS_MOST)

    def pace_ms(self, scale: float) -> float:
        """Return the mean speed of the air on its way, of all bins alike. [m/s]"""
        way_m = np.bincount(self.bin, weights=self.way_m[:, -1]) / np.bincount(self.bin)
        return float(way_m.mean()) / float(60.0 * scale * AGE_MIN[-1])


def at_once(moved_m: FloatArray, way_m: FloatArray, oldest_min: float) -> Winds:
    """Return the wind of one moment, as `trail.carried` tells: shapes (a, 2) and (a,). [m]"""
    return Winds(moved_m[np.newaxis], way_m[np.newaxis], np.zeros(1, np.int64), np.array([oldest_min]))


def footprint(  # noqa: PLR0913 - one equation
    source_xy_m: FloatArray,
    source_radius_m: FloatArray,
    height_m: FloatArray,
    sensor_xy_m: FloatArray,
    winds: Winds,
    scale: float = 1.0,
    puffs: tuple[FloatArray, FloatArray] = (AGE_MIN, STAY_MIN),
    wanders: float = 1.0,
) -> Float32Array:
    """Return concentrations per unit emission, shape (sources, bins, sensors). [µg/m³ per µg/s]

    The sum over puffs of the Gaussian puff equation with reflection at the ground, for a receptor at the ground:
    q dt 2 / ((2 pi)^1.5 sh² sz) exp(-r² / 2 sh²) exp(-H² / 2 sz²), horizontal and vertical spread after Briggs' urban
    class D (G. A. Briggs, "Diffusion estimation for small emissions", ATDL-106, 1973), the horizontal one widened by
    the source's own ground and by what the zone's wind does not tell of the wind on the way.

    Args:
        source_xy_m: Shape (s, 2). [m]
        source_radius_m: Half the width of each source's ground, shape (s,). [m]
        height_m: Where it emits, shape (s,). [m]
        sensor_xy_m: Shape (n, 2). [m]
        winds: Where air of each of the ages `scale * AGE_MIN` has come from; of several moments the mean is returned.
        scale: What ages are multiplied by, in networks denser than a zone's.
        puffs: Their ages, and how long each stands for. [min]
        wanders: How much of what the zone's wind does not tell widens them: less where the plume's turns are tried.
    """
    offsets = (  # sensors by sources: the longer axis last
        (sensor_xy_m[:, 0, np.newaxis] - source_xy_m[:, 0]).astype(np.float32),
        (sensor_xy_m[:, 1, np.newaxis] - source_xy_m[:, 1]).astype(np.float32),
    )
    ages_min, bins = scale * puffs[0], len(winds.oldest_min)
    there = np.maximum(np.searchsorted(ages_min, winds.oldest_min), 1)[winds.bin]
    moment, age = np.nonzero(np.arange(len(ages_min)) < there[:, np.newaxis])
    row_bin, moments = winds.bin[moment], np.bincount(winds.bin, minlength=bins)
    way_m, age_min = winds.way_m[moment, age], ages_min[age]
    across = 0.16 * way_m / np.sqrt(1.0 + 0.0004 * way_m)
    spread_sq = across**2 + wanders**2 * ((WANDER_RAD * way_m) ** 2 + (WANDER_MS * 60.0 * age_min) ** 2)
    up_m = INLET_SIGMA_M + 0.14 * way_m / np.sqrt(1.0 + 0.0003 * way_m) + 0.1 * WANDER_MS * 60.0 * age_min
    sigma_sq = spread_sq[:, np.newaxis] + 0.25 * source_radius_m**2
    heights_m, which = np.unique(height_m, return_inverse=True)  # few, of many sources
    lift = np.exp(-0.5 * (heights_m / up_m[:, np.newaxis]) ** 2)[:, which]
    shed = 2.0 * 60.0 * scale * puffs[1][age] / ((2.0 * np.pi) ** 1.5 * up_m) / moments[row_bin]
    strength = (shed[:, np.newaxis] * lift / sigma_sq).astype(np.float32)
    moved_m = winds.moved_m[moment, age].astype(np.float32)
    edges = np.searchsorted(row_bin, np.arange(bins + 1))
    total = np.zeros((bins, *offsets[0].shape), np.float32)
    all_puffs = _Puffs(moved_m, (-0.5 / sigma_sq).astype(np.float32), strength)
    for number in range(bins):
        _add(total[number], all_puffs, (int(edges[number]), int(edges[number + 1])), offsets)
    return np.ascontiguousarray(total.transpose(2, 0, 1))


@dataclass(frozen=True, slots=True)
class _Puffs:
    """n puffs: where they have come from (n, 2), -1 / 2 sh² and strength at their middle (n, sources)."""

    moved_m: Float32Array
    sharpness: Float32Array
    strength: Float32Array


def _add(
    total: Float32Array, puffs: _Puffs, rows: tuple[int, int], offsets_m: tuple[Float32Array, Float32Array]
) -> None:
    """Add puffs to what sensors see, shape (sensors, sources): as many at once as stay in the processor's cache."""
    step = max(CACHED // max(total.size, 1), 1)
    for first in range(rows[0], rows[1], step):
        some = slice(first, min(first + step, rows[1]))
        square, north = (
            offset - puffs.moved_m[some, axis, np.newaxis, np.newaxis] for axis, offset in enumerate(offsets_m)
        )
        square *= square
        north *= north
        square += north
        square *= puffs.sharpness[some, np.newaxis]
        np.maximum(square, FAINTEST_EXPONENT, out=square)
        np.exp(square, out=square)
        square *= puffs.strength[some, np.newaxis]
        total += square.sum(axis=0)
