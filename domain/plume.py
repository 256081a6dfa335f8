"""What a steady source would add to the air at each sensor: Gaussian puffs carried by the wind of every minute."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
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
INLET_SIGMA_M = 5.0
"""Least vertical spread: a building's wake. Design value. [m]"""
FAINTEST_EXPONENT = np.float32(-60.0)
"""Farther out nothing is left, and numbers too small to be normal would be slow."""
CACHED = 20_000
"""So many numbers at once are quickest."""


def footprint(  # noqa: PLR0913 - one equation
    source_xy_m: FloatArray,
    source_radius_m: FloatArray,
    height_m: FloatArray,
    sensor_xy_m: FloatArray,
    moved: tuple[FloatArray, FloatArray],
    oldest_min: float,
    scale: float = 1.0,
    puffs: tuple[FloatArray, FloatArray] = (AGE_MIN, STAY_MIN),
) -> Float32Array:
    """Return concentrations per unit emission, shape (sources, sensors). [µg/m³ per µg/s]

    The sum over puffs of the Gaussian puff equation with reflection at the ground, for a receptor at the ground:
    q dt 2 / ((2 pi)^1.5 sh² sz) exp(-r² / 2 sh²) exp(-H² / 2 sz²), horizontal and vertical spread after Briggs' urban
    class D (G. A. Briggs, "Diffusion estimation for small emissions", ATDL-106, 1973), the horizontal one widened by
    the source's own ground and by what the zone's wind does not tell of the wind on the way.

    Args:
        source_xy_m: Shape (s, 2). [m]
        source_radius_m: Half the width of each source's ground, shape (s,). [m]
        height_m: Where it emits, shape (s,). [m]
        sensor_xy_m: Shape (n, 2). [m]
        moved: Where air of each of the ages `scale * AGE_MIN` has come from and its way, as `trail.carried` tells; of
            several moments (`trail.carried_at`) the mean is returned.
        scale: What ages are multiplied by, in networks denser than a zone's.
        oldest_min: Puffs older than this are not there yet: the source has only just begun. [min]
        puffs: Their ages, and how long each stands for. [min]
    """
    offsets = (  # sensors by sources: the longer axis last
        (sensor_xy_m[:, 0, np.newaxis] - source_xy_m[:, 0]).astype(np.float32),
        (sensor_xy_m[:, 1, np.newaxis] - source_xy_m[:, 1]).astype(np.float32),
    )
    ages_min, stay_min = puffs
    there = slice(max(int(np.searchsorted(scale * ages_min, oldest_min)), 1))
    age_min, moved_m, way_m = scale * ages_min[there], moved[0][..., there, :], moved[1][..., there]
    moments = way_m.size // len(age_min)
    across = 0.16 * way_m / np.sqrt(1.0 + 0.0004 * way_m)
    spread_sq = across**2 + (WANDER_RAD * way_m) ** 2 + (WANDER_MS * 60.0 * age_min) ** 2
    up_m = INLET_SIGMA_M + 0.14 * way_m / np.sqrt(1.0 + 0.0003 * way_m) + 0.1 * WANDER_MS * 60.0 * age_min
    sigma_sq = spread_sq.reshape(-1, 1) + 0.25 * source_radius_m**2
    heights_m, which = np.unique(height_m, return_inverse=True)  # few, of many sources
    lift = np.exp(-0.5 * (heights_m / up_m.reshape(-1, 1)) ** 2)[:, which]
    shed = 2.0 * 60.0 * scale * stay_min[there] / ((2.0 * np.pi) ** 1.5 * up_m) / moments
    strength = (shed.reshape(-1, 1) * lift / sigma_sq).astype(np.float32)
    puff_m = moved_m.reshape(-1, 2).astype(np.float32)
    return _summed(_Puffs(puff_m, (-0.5 / sigma_sq).astype(np.float32), strength), offsets).T


@dataclass(frozen=True, slots=True)
class _Puffs:
    """Puffs of n ages: where they have come from (n, 2), -1 / 2 sh² and strength at their middle (n, sources)."""

    moved_m: Float32Array
    sharpness: Float32Array
    strength: Float32Array


def _summed(puffs: _Puffs, offsets_m: tuple[Float32Array, Float32Array]) -> Float32Array:
    """Return the sum over all ages, shape (sensors, sources); as many ages at once as stay in the processor's cache."""
    total = np.zeros(offsets_m[0].shape, np.float32)
    step = max(CACHED // max(total.size, 1), 1)
    for first in range(0, len(puffs.moved_m), step):
        ages = slice(first, first + step)
        square, north = (
            offset - puffs.moved_m[ages, axis, np.newaxis, np.newaxis] for axis, offset in enumerate(offsets_m)
        )
        square *= square
        north *= north
        square += north
        square *= puffs.sharpness[ages, np.newaxis]
        np.maximum(square, FAINTEST_EXPONENT, out=square)
        np.exp(square, out=square)
        square *= puffs.strength[ages, np.newaxis]
        total += square.sum(axis=0)
    return total
