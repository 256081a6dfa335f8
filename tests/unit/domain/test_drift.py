"""What a channel that creeps away from its neighbours must do to be flagged, and how surely it is."""

from dataclasses import replace

import numpy as np
import pytest

from domain.channels import N_POLLUTANTS
from domain.drift import BLOCK_MIN, Creep, Slow, end_block, no_creep
from domain.readings import BoolArray, FloatArray

SENSORS, BLOCKS_MOST = 400, 30
NOISE = 0.05
BEGINS_MIN = 60.0
NEIGHBOUR = np.zeros((SENSORS, 1), np.int64)
"""The first sensor stays where it is, and is everybody's neighbour."""
SLOW = Slow(
    np.zeros((SENSORS, N_POLLUTANTS)), np.full((SENSORS, N_POLLUTANTS), NOISE), np.full((SENSORS, N_POLLUTANTS), 600.0)
)


def flagged(residual: FloatArray, start: Creep | None = None) -> BoolArray:
    """Follow means of blocks, shape (blocks, sensors); return the flags of PM2.5 after each, of the same shape."""
    known = start if start is not None else no_creep(SENSORS)
    said = []
    for mean in residual:
        total = np.repeat(mean[:, np.newaxis], N_POLLUTANTS, axis=1) * BLOCK_MIN
        known = end_block(replace(known, total=total, count=np.full(total.shape, BLOCK_MIN)), SLOW, NEIGHBOUR)
        said.append(known.flagged[:, 0])
    return np.array(said)


def creeping(per_hour: float) -> FloatArray:
    """Return blocks of channels that creep after an hour, by so much (in logarithms) an hour; all but the first."""
    hours = np.maximum(BLOCK_MIN * np.arange(BLOCKS_MOST) - BEGINS_MIN, 0.0) / 60.0
    noise = np.random.default_rng(5).normal(0.0, NOISE, (BLOCKS_MOST, SENSORS))
    blocks: FloatArray = noise + per_hour * hours[:, np.newaxis]
    blocks[:, 0] = 0.0
    return blocks


@pytest.mark.parametrize(("per_hour", "after_min", "share"), [(0.2, 180, 0.5), (0.25, 180, 0.9), (0.3, 160, 0.9)])
def test_a_drift_is_found_as_soon_as_is_promised(per_hour: float, after_min: int, share: float) -> None:
    by_then = flagged(creeping(per_hour))[: int(BEGINS_MIN + after_min) // BLOCK_MIN].any(axis=0)
    assert by_then[1:].mean() >= share


def test_a_slow_creep_is_left_to_the_offsets() -> None:
    assert not flagged(creeping(0.1)).any()


def test_air_that_wanders_at_a_place_is_a_drift_once_in_fifty_channels_at_most() -> None:
    """Half an hour's memory and a scatter of 0.15 over ten hours at each of 400 places."""
    rng, keeps = np.random.default_rng(6), np.exp(-BLOCK_MIN / 30.0)
    air = np.zeros((BLOCKS_MOST, SENSORS))
    for block in range(1, BLOCKS_MOST):
        air[block] = keeps * air[block - 1] + rng.normal(0.0, 0.15 * np.sqrt(1.0 - keeps**2), SENSORS)
    assert flagged(air).any(axis=0).mean() <= 0.02


def test_what_a_neighbour_does_too_is_the_air() -> None:
    blocks = creeping(0.4)
    blocks[:, 0] = blocks[:, 1]
    assert not flagged(blocks).any()


def test_a_memory_of_fewer_blocks_grows() -> None:
    nothing = no_creep(SENSORS)
    shorter = replace(nothing, blocks=nothing.blocks[:6])
    assert np.array_equal(flagged(creeping(0.3), shorter), flagged(creeping(0.3)))
