"""How long a minute waits for its readings: as long as most devices of this network need to deliver theirs.

What comes after its minute was settled is history and opens nothing. A network whose platform hands everything on
three minutes later would be heard by nobody.
"""

from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS
from domain.readings import FloatArray, Readings
from domain.ticks import Ticks

STEP_MS = 30_000
"""The wait changes by so much. [ms]"""
STEPS = 150
"""And is never longer than this: hourly means that are named after their beginning come in time. [steps]"""
IN_TIME, ENOUGH = 0.9, 0.7
"""It is as long as so many words need, and changes where fewer than the second come in time, … Design values."""
SHORTER = 0.5
"""… or where so much of it would do. Design value."""
QUICKEST, NEAR_STEPS = 0.25, 10
"""What is slower than the quickest quarter of the words by more steps than this is not waited for. Design values."""
MEMORY_WORDS = 60.0
"""Words of each device that count; older ones fade (by e). Design value."""
LEAST_WORDS = 2.0
"""Of fewer words of each device nobody can say. Design value."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How late words come.

    Attributes:
        steps: How long a minute waits beyond the rule `settle_s`. [steps]
        words: How many came late by so many steps or less, but more than one less, shape (`STEPS` + 1,).
    """

    steps: int
    words: FloatArray

    @property
    def wait_ms(self) -> int:
        """How long a minute waits beyond the rule `settle_s`. [ms]"""
        return self.steps * STEP_MS


def no_patience() -> Patience:
    """Return that of a zone that has heard nothing."""
    return Patience(0, np.zeros(STEPS + 1))


def follow_lateness(
    known: Patience, rows: Readings, ticks: Ticks, sensors: int, settle_ms: int
) -> tuple[Patience, int]:
    """Take the rows of some ticks, until the wait changes.

    Of all that a device says at a tick its latest news counts: a backlog after a network's loss is one word.

    Args:
        known: What was known before.
        rows: By tick.
        ticks: Theirs.
        sensors: How many devices the zone has.
        settle_ms: The rule `settle_s`. [ms]

    Returns:
        What is known then, and how many of the ticks are taken, at least one.
    """
    late_ms = rows.received_ms - (rows.time_ms // MINUTE_MS + 1) * MINUTE_MS - settle_ms
    steps = np.clip(-(-late_ms // STEP_MS), 0, STEPS)
    newest = np.full((ticks.count, sensors), STEPS + 1, np.int64)
    np.minimum.at(newest.reshape(-1), ticks.tick * sensors + rows.sensor, steps)
    words = known.words
    for tick in range(ticks.count):
        said = newest[tick][newest[tick] <= STEPS]
        if not len(said):
            continue
        words = words * np.exp(-len(said) / (MEMORY_WORDS * sensors)) + np.bincount(said, minlength=STEPS + 1)
        due = _steps_due(words, known.steps, LEAST_WORDS * sensors)
        if due != known.steps:
            return Patience(due, words), tick + 1
    return Patience(known.steps, words), ticks.count


def _steps_due(words: FloatArray, steps: int, least: float) -> int:
    """Return how long a minute should wait. [steps]"""
    if words.sum() < least:
        return steps
    share = np.cumsum(words) / words.sum()
    quick, most = (int(at) for at in np.searchsorted(share, (QUICKEST, IN_TIME)))
    needed = most if most - quick <= NEAR_STEPS else quick
    is_shorter = needed < steps and needed <= SHORTER * steps
    return needed if share[steps] < ENOUGH or is_shorter else steps
