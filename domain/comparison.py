"""Quality control against the neighbours: a minute's values beside their backgrounds → flags that only others can tell.

A flag of this stage excludes the channel (QARTOD "fail"): it opens nothing and serves nobody as background. What is
merely suspect keeps its voice and has its `sigma` widened instead (see `domain.humidity`).
"""

from dataclasses import dataclass

import numpy as np

from domain.drift import BLOCK_MIN, Creep, Slow, end_block, follow_residual, no_creep
from domain.field import Flag, FlagArray
from domain.frozen import Stillness, follow_value, no_stillness
from domain.readings import BoolArray, FloatArray, IndexArray
from domain.unit_slip import WITNESS_SIGMA, Others, RatioRun, follow_ratio, no_run, ratio_to


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison remembers of each channel."""

    run: RatioRun
    creep: Creep
    still: Stillness

    @property
    def flags(self) -> FlagArray:
        """`Flag` bits as of the last minute, shape (sensors, 4)."""
        return (
            self.run.held * np.uint16(Flag.UNIT)
            | self.creep.flagged * np.uint16(Flag.DRIFT)
            | self.still.held * np.uint16(Flag.STUCK)
        ).astype(np.uint16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A minute's channels beside their backgrounds, shape (sensors, 4); `step_min` and `stays` are (sensors, 1).

    Attributes:
        value: Values that stand. [µg/m³]
        background: By the neighbours' word and the own offset. [µg/m³]
        residual: Level minus expected level, in logarithms, NaN = no background.
        sigma: Scatter that is believed.
        fresh: The value is of this minute, and of a channel that has been learnt.
        step_min: Time between a sensor's readings. [min]
        stays: It does not drive: a vehicle's residual follows its road, not its age.
    """

    value: FloatArray
    background: FloatArray
    residual: FloatArray
    sigma: FloatArray
    fresh: BoolArray
    step_min: FloatArray
    stays: BoolArray


def nothing_compared(sensors: int) -> Compared:
    """Return the memory of a network that has not spoken."""
    return Compared(no_run(sensors), no_creep(sensors), no_stillness(sensors))


def compare(known: Compared, beside: Beside, slow: Slow, neighbour: IndexArray, minute: int) -> Compared:
    """Take one more minute.

    Args:
        known: What was remembered; its `flags` are the verdicts.
        beside: The minute.
        slow: Offsets and scatters learnt so far.
        neighbour: Each sensor's neighbours, shape (sensors, k).
        minute: Which. [minutes since 1970]
    """
    told = beside.fresh & ~np.isnan(beside.residual)
    ratio, speaks = ratio_to(beside.value, beside.background)
    stands_out = told & (beside.residual > WITNESS_SIGMA * beside.sigma)
    run = follow_ratio(known.run, ratio, told & speaks, slow.scatter, Others(stands_out, neighbour))
    told = told & beside.stays
    still = follow_value(known.still, beside.value, beside.background, told, beside.step_min)
    moves = told & (still.repeats == 0)  # a frozen channel creeps, too: that is the neighbours' doing
    creep = follow_residual(known.creep, beside.residual, moves, beside.sigma)
    if minute % BLOCK_MIN == 0:
        creep = end_block(creep, slow, neighbour)
    return Compared(run, creep, still)
