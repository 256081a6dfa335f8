"""Channels that creep away from their neighbours over hours or days → flag DRIFT.

Three kinds of evidence, none of which a plume gives: a residual that climbs (or falls) in a straight line for three
hours without fluctuating and alone; a slow offset that has left its own of the last week; and an offset that no place
explains. (QARTOD calls it attenuated or drifting signal; gain against neighbours: Miskell et al. 2018, "Reliable
long-term data from low-cost gas sensor networks", Sens. Actuators B 255.)

Power of the straight line for dust: a drift of 0.25 an hour (in logarithms, 28 %) is found after three hours in nine of
ten cases, one of 0.2 in half; one of 40 % of the level an hour after 140 to 160 minutes; below 0.15
an hour it is left to the offsets. In nine worlds without drift, 70 hours of 130 stations, it flagged nothing; air that
wanders at a place by 0.15 with a memory of half an hour makes it flag one channel in fifty in ten hours.
"""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.healing import follow_agreement, still_held
from domain.readings import BoolArray, FloatArray, IndexArray, IntArray

BLOCK_MIN = 20
BLOCKS = 9
"""Three hours are looked at, in means of 20 minutes: those of a real network scatter by 0.05. Design values."""
LEAST_READINGS = 5
"""A block of fewer readings says nothing: slow sensors are judged by their offsets alone."""
CREEP = np.array([0.5, 0.5, 0.7, 0.7])
"""So far (in logarithms) its straight line must have gone: the air wanders by 0.4 at a place. Design values."""
STRAIGHT = 0.95
"""And so well the line must fit (correlation with time): means of air that wanders hardly ever do. Design value."""
SHARED = 0.5
"""A neighbour that went this share of the way with it makes it the air's doing. Design value."""
HEALS_READINGS = 30
"""A channel that crept is believed again after so many readings that agree; its offset is learnt meanwhile."""
SHIFT = np.array([0.5, 0.5, 0.9, 0.9])
"""An offset this far from its own of the last week is drift; gases change more with the wind. Design values."""
PLAUSIBLE = np.array([2.0, 2.0, 2.5, 2.5])
"""No place stands this far above or below its neighbours: 7 and 12 times. Design values."""
WEEK_MIN = 7 * 1440.0
KNOWN_MIN = 3 * 1440.0
"""A week's offset is believed after three days."""
_HYSTERESIS = 0.7
"""A shifted offset heals below this share of the limit; the week's own follows it, so within about ten days."""
_ROUGHEST = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Creep:
    """How each channel's residual went, in logarithms, shape (sensors, 4).

    Attributes:
        total: Sum of this block's residuals.
        moved: Sum of the steps from reading to reading in it.
        count: Readings of it.
        last: The last residual, NaN = none.
        blocks: Means of residual and offset together, oldest first, NaN = too few readings, shape (9, sensors, 4).
        week: The offset over a week.
        known_min: How long that was followed. [min]
        crept: Flagged for creeping.
        agrees: Readings in a row that agree.
        shifted: Flagged for an offset out of place.
    """

    total: FloatArray
    moved: FloatArray
    count: IntArray
    last: FloatArray
    blocks: FloatArray
    week: FloatArray
    known_min: FloatArray
    crept: BoolArray
    agrees: IntArray
    shifted: BoolArray

    @property
    def flagged(self) -> BoolArray:
        """Which channels drift, shape (sensors, 4)."""
        return self.crept | self.shifted


@dataclass(frozen=True, slots=True)
class Slow:
    """What detect has learnt of each channel, shape (sensors, 4): offset, scatter (logarithms), and for how long."""

    offset: FloatArray
    scatter: FloatArray
    learnt_min: FloatArray


def no_creep(sensors: int) -> Creep:
    """Return channels that never spoke."""
    shape = (sensors, N_POLLUTANTS)
    return Creep(
        total=np.zeros(shape),
        moved=np.zeros(shape),
        count=np.zeros(shape, np.int64),
        last=np.full(shape, np.nan),
        blocks=np.full((BLOCKS, *shape), np.nan),
        week=np.zeros(shape),
        known_min=np.zeros(shape),
        crept=np.zeros(shape, np.bool_),
        agrees=np.zeros(shape, np.int64),
        shifted=np.zeros(shape, np.bool_),
    )


def follow_residual(known: Creep, residual: FloatArray, told: BoolArray, sigma: FloatArray) -> Creep:
    """Take one more minute.

    Args:
        known: What was followed.
        residual: Level minus expected level, shape (sensors, 4); only read where `told`.
        told: Channels with a new value and a background, shape (sensors, 4).
        sigma: Scatter that is believed, shape (sensors, 4).
    """
    now = np.where(told, residual, 0.0)
    step = np.where(told & ~np.isnan(known.last), np.abs(now - known.last), 0.0)
    agrees = follow_agreement(known.agrees, told, np.abs(now) <= 2.0 * sigma)
    return replace(
        known,
        total=known.total + now,
        moved=known.moved + step,
        count=known.count + told,
        last=np.where(told, residual, known.last),
        agrees=agrees,
        crept=still_held(known.crept, agrees, HEALS_READINGS),
    )


def end_block(known: Creep, slow: Slow, neighbour: IndexArray) -> Creep:
    """Close the block and judge; called every `BLOCK_MIN` minutes.

    Args:
        known: What was followed.
        slow: What detect has learnt.
        neighbour: Each sensor's neighbours, shape (sensors, k).
    """
    enough = known.count >= LEAST_READINGS
    safe = np.maximum(known.count, 1)
    mean = np.where(enough, known.total / safe + slow.offset, np.nan)  # the offset, too, has begun to follow it
    blocks = np.concatenate([known.blocks, mean[np.newaxis]])[-BLOCKS:]
    smooth = known.moved / safe <= _ROUGHEST * np.maximum(slow.scatter, 0.05)
    crept = known.crept | (_creeps(blocks, neighbour) & smooth)
    learning = (known.count > 0) & (slow.learnt_min > 60.0)
    known_min = known.known_min + np.where(learning, BLOCK_MIN, 0.0)
    share = np.where(learning, BLOCK_MIN / np.clip(known_min, BLOCK_MIN, WEEK_MIN), 0.0)
    week = known.week + share * (slow.offset - known.week)
    limit = np.where(known.shifted, _HYSTERESIS, 1.0)
    away = (np.abs(slow.offset - week) > SHIFT * limit) & (known_min >= KNOWN_MIN)
    nowhere = (np.abs(slow.offset) > PLAUSIBLE * limit) & (slow.learnt_min > 60.0)
    nothing = np.zeros_like(known.total)
    return replace(
        known,
        total=nothing,
        moved=nothing,
        count=np.zeros_like(known.count),
        blocks=blocks,
        week=week,
        known_min=known_min,
        crept=crept,
        agrees=np.where(crept & ~known.crept, 0, known.agrees),
        shifted=away | nowhere,
    )


def _creeps(blocks: FloatArray, neighbour: IndexArray) -> BoolArray:
    """Return which channels went in a straight line, far enough, and no neighbour with them, shape (sensors, 4)."""
    if len(blocks) < BLOCKS:  # remembered from a shorter look
        return np.zeros(blocks.shape[1:], np.bool_)
    time = np.arange(BLOCKS) - (BLOCKS - 1) / 2.0
    about = blocks - blocks.mean(axis=0)
    slope = np.tensordot(time, about, 1) / (time @ time)
    whole = slope * (BLOCKS - 1)
    with np.errstate(invalid="ignore"):
        straight = slope**2 * (time @ time) >= STRAIGHT**2 * (about**2).sum(axis=0)
        candidate: BoolArray = straight & (np.abs(whole) >= CREEP)
        if not candidate.any():
            return candidate
        same_way = np.sign(whole)[:, np.newaxis] * whole[neighbour] > SHARED * np.abs(whole)[:, np.newaxis]
    alone: BoolArray = candidate & ~same_way.any(axis=1)
    return alone
