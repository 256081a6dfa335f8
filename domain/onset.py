"""When an excess becomes a breach and when it ends: onset, hold and clear, with hysteresis."""

from dataclasses import dataclass, replace

import numpy as np

from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, StateArray
from domain.readings import BoolArray, FloatArray, IntArray
from domain.rules import DetectRules

_HOT, _BREACH = np.uint8(ChannelState.HOT), np.uint8(ChannelState.BREACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """How far each channel is into an excess, shape (sensors, 4).

    Attributes:
        state: `ChannelState`.
        since_ms: First reading of the present excess, 0 = none. [ms]
        hot_min: Time that its readings over the upper edge stand for. [min]
        cool_min: Minutes since the last of them. [min]
        quiet_min: Minutes below the clear level, or without a word. [min]
    """

    state: StateArray
    since_ms: IntArray
    hot_min: FloatArray
    cool_min: IntArray
    quiet_min: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one minute shows of each channel, shape (sensors, 4); `step_min` is (sensors, 1).

    Attributes:
        judged: A background is known, and the channel is healthy and used to.
        fresh: The value is of this very minute.
        over: Above the upper edge.
        quiet: Below the clear level.
        flagged: Standing, but not trusted.
        value_ms: When the value was measured. [ms]
        step_min: Time that a sensor's reading stands for. [min]
    """

    judged: BoolArray
    fresh: BoolArray
    over: BoolArray
    quiet: BoolArray
    flagged: BoolArray
    value_ms: IntArray
    step_min: FloatArray


def no_onset(sensors: int) -> Onset:
    """Return channels that were never judged."""
    shape = (sensors, N_POLLUTANTS)
    return Onset(
        state=np.full(shape, ChannelState.UNJUDGED, np.uint8),
        since_ms=np.zeros(shape, np.int64),
        hot_min=np.zeros(shape),
        cool_min=np.zeros(shape, np.int64),
        quiet_min=np.zeros(shape, np.int64),
    )


def is_raised(state: StateArray) -> BoolArray:
    """Return which channels are hot or in breach."""
    raised: BoolArray = (state == _HOT) | (state == _BREACH)
    return raised


def judge(known: Onset, look: Look, rules: DetectRules) -> Onset:
    """Take one more minute.

    A hot channel needs `onset_min` of readings over the edge to become a breach, and cools when none comes for
    `hold_min`; a breach clears after `clear_min` quiet minutes. The first reading counts one minute however slow the
    sensor: one hourly mean alone is no breach. A channel without a trusted value is as good as quiet, so that no fault
    keeps a breach alive.
    """
    raised = is_raised(known.state)
    over = look.over & look.judged
    begins = over & look.fresh & ~raised
    counts = over & look.fresh & raised
    hot_min = np.where(begins, 1.0, known.hot_min + np.where(counts, look.step_min, 0.0))
    cool_min = np.where(over, 0, known.cool_min + 1)
    quiet_min = np.where(over, 0, known.quiet_min + (look.quiet | ~look.judged))
    ends = ((known.state == _HOT) & (cool_min >= rules.hold_min)) | (
        (known.state == _BREACH) & (quiet_min >= rules.clear_min)
    )
    now = np.where(look.judged, ChannelState.NORMAL, ChannelState.UNJUDGED)
    now = np.where(look.flagged, ChannelState.EXCLUDED, now)
    now = np.where(raised & ~ends, known.state, now)
    now = np.where(begins, _HOT, now)
    now = np.where((now == _HOT) & (hot_min >= rules.onset_min), _BREACH, now)
    since_ms = np.where(begins, look.value_ms, known.since_ms)
    going = is_raised(now.astype(np.uint8))
    return Onset(
        state=now.astype(np.uint8),
        since_ms=np.where(going, since_ms, 0),
        hot_min=np.where(going, hot_min, 0.0),
        cool_min=np.where(going, cool_min, 0),
        quiet_min=np.where(going, quiet_min, 0),
    )


def give_up(known: Onset, where: BoolArray) -> Onset:
    """Return the channels with some of them unjudged again."""
    return replace(
        known,
        state=np.where(where, np.uint8(ChannelState.UNJUDGED), known.state),
        since_ms=np.where(where, 0, known.since_ms),
        hot_min=np.where(where, 0.0, known.hot_min),
        cool_min=np.where(where, 0, known.cool_min),
        quiet_min=np.where(where, 0, known.quiet_min),
    )
