"""How each sensor stands, for a person's eye: its word about the air where it speaks, its silence where it does not."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from domain.field import ChannelState, FlagArray, StateArray
from domain.readings import BoolArray, FloatArray, IntArray

CodeArray = npt.NDArray[np.uint8]


class SensorState(StrEnum):
    """A sensor's state on the map (contract)."""

    NORMAL = "normal"
    HOT = "hot"
    BREACH = "breach"
    STALE = "stale"
    OFFLINE = "offline"
    EXCLUDED = "excluded"


STATES = tuple(SensorState)
"""A state's code is its position here."""
NORMAL, HOT, BREACH, STALE, OFFLINE, EXCLUDED = range(len(STATES))

STALE_INTERVALS = 3.0
"""A sensor that missed this many of its intervals is stale (desk rule 3)."""
STALE_FLOOR_MS = 10_000.0
"""Shorter silences are the network's jitter, whatever the interval. Design value. [ms]"""
OFFLINE_MS = 15 * 60_000.0
"""A sensor silent for longer is offline, unless its own interval explains the silence. [ms]"""
UNKNOWN_INTERVAL_MS = 60_000.0
"""Believed of a sensor that has spoken once. [ms]"""

_SLOWER, _FASTER = 0.5, 0.1
"""An interval is believed to grow quickly and to shrink slowly, so that a burst after an outage does not make a
healthy sensor look stale. Design values."""
_MOST_GROWTH = 4.0
_MOST_INTERVAL_MS = 2 * 3600_000.0


def learn_interval(interval_ms: FloatArray, gap_ms: FloatArray) -> FloatArray:
    """Return each sensor's usual time between receipts after one more gap.

    Args:
        interval_ms: What was known, NaN = nothing, shape (n,). [ms]
        gap_ms: Time since the receipt before, NaN or 0 = nothing to learn, shape (n,). [ms]
    """
    gap = np.where(gap_ms > 0, np.minimum(gap_ms, _MOST_INTERVAL_MS), np.nan)
    wish = np.minimum(gap, _MOST_GROWTH * interval_ms)
    share = np.where(wish > interval_ms, _SLOWER, _FASTER)
    followed = interval_ms + share * (wish - interval_ms)
    return np.where(np.isnan(gap), interval_ms, np.where(np.isnan(interval_ms), gap, followed))


def silence(clock_ms: int, received_ms: IntArray, interval_ms: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return who is stale and who is offline, by the zone clock, each shape (n,).

    Args:
        clock_ms: The zone clock. [ms]
        received_ms: Last receipt, 0 = never, shape (n,). [ms]
        interval_ms: Usual time between receipts, NaN = unknown, shape (n,). [ms]
    """
    age = np.where(received_ms > 0, clock_ms - received_ms, np.inf)
    known = np.where(np.isnan(interval_ms), UNKNOWN_INTERVAL_MS, interval_ms)
    patience = np.maximum(STALE_INTERVALS * known, STALE_FLOOR_MS)
    return age > patience, age > np.maximum(patience, OFFLINE_MS)


def sensor_states(
    channel_state: StateArray, flags: FlagArray, hot: BoolArray, stale: BoolArray, offline: BoolArray
) -> CodeArray:
    """Return each sensor's state as a position in `STATES`, shape (n,).

    `channel_state` and `flags` are of the last judged minute, `hot` are readings above the band just now, all of shape
    (n, 4); `stale` and `offline` have shape (n,).

    | the first that holds                                      | state    |
    |-----------------------------------------------------------|----------|
    | silent for 15 min                                         | offline  |
    | silent for three of its intervals                         | stale    |
    | a channel is in breach                                    | breach   |
    | a reading above the band just now, or a judged hot minute | hot      |
    | some channel is flagged and none is healthy               | excluded |
    | otherwise                                                 | normal   |
    """
    breach = (channel_state == ChannelState.BREACH).any(axis=1)
    hot = hot | (channel_state == ChannelState.HOT)
    flagged = (flags != 0) | (channel_state == ChannelState.EXCLUDED)
    speaks = ~flagged & (channel_state != ChannelState.UNJUDGED)
    excluded = flagged.any(axis=1) & ~speaks.any(axis=1)
    codes: CodeArray = np.select(
        [offline, stale, breach, hot.any(axis=1), excluded], [OFFLINE, STALE, BREACH, HOT, EXCLUDED], NORMAL
    ).astype(np.uint8)
    return codes
