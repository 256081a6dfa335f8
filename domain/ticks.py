"""Rows by the decision tick that takes them: which of them can be taken all at once, and which only tick by tick."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from domain.readings import BoolArray, IntArray, Readings

MOST_CELLS = 10_000
"""So many minutes of so many sensors are looked at together: enough that the cost of a step vanishes, and all of it
stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Decision ticks that follow one another.

    Attributes:
        settled: The last minute settled before the first of them; each settles the next. [minutes since 1970]
        count: How many.
        tick: Which one takes each row, ascending, shape (n,).
    """

    settled: int
    count: int
    tick: IntArray

    def only(self, keep: BoolArray) -> "Ticks":
        """Return the ticks of some of the rows."""
        return self if keep.all() else Ticks(self.settled, self.count, self.tick[keep])

    @property
    def settled_before(self) -> IntArray:
        """The last minute settled when each row was taken, shape (n,). [minutes since 1970]"""
        return self.settled + self.tick

    def parts(self, where: BoolArray) -> Iterator[tuple[int, IntArray]]:
        """Yield each tick that takes some of the rows in question, and which of these."""
        rows = np.flatnonzero(where)
        tick = self.tick[rows]
        for at in np.unique(tick).tolist():
            yield at, rows[tick == at]


def ticks_at_once(sensors: int) -> int:
    """Return how many minutes of a zone are looked at together.

    >>> ticks_at_once(155), ticks_at_once(1_000_000)
    (64, 1)
    """
    return max(MOST_CELLS // max(sensors, 1), 1)


def in_turn(rows: Readings, ticks: Ticks, known_ms: IntArray) -> list[IntArray | slice]:
    """Return which rows may be taken together, one part after the other: the same as tick by tick.

    What a sensor says is held against what it said before. Where its times rise from tick to tick it makes no
    difference where its rows are cut; a sensor whose network delivers old rows after new ones is taken tick by tick.

    Args:
        rows: By tick.
        ticks: Theirs.
        known_ms: The newest time that each sensor is known by, shape (sensors,). [ms]
    """
    if ticks.count == 1:
        return [slice(None)]
    order = np.lexsort((rows.time_ms, ticks.tick, rows.sensor))
    sensor, time_ms = rows.sensor[order], rows.time_ms[order]
    before_ms = np.append(0, time_ms[:-1])
    first = np.flatnonzero(np.append(True, sensor[1:] != sensor[:-1])[: len(sensor)])
    before_ms[first] = known_ms[sensor[first]]
    turns_back = np.zeros(len(known_ms), np.bool_)
    turns_back[sensor[time_ms < before_ms]] = True
    apart = turns_back[rows.sensor]
    if not apart.any():
        return [slice(None)]
    return [np.flatnonzero(~apart), *(part for _, part in ticks.parts(apart))]
