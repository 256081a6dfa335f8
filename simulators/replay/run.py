"""A recording through qualify, detect and correlate: as fast as possible, or paced against the wall clock."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from domain.channels import MINUTE_MS
from domain.correlate import CorrelateState
from domain.pipeline import Zoned, conclude
from domain.qualify_state import Counts
from domain.readings import Arrivals, tick
from simulators.recording import Recording
from simulators.replay.judging import judged_ahead, judged_here
from simulators.replay.minutes import MinutesFile
from simulators.replay.record import Gatherer, RunResult
from simulators.replay.slices import Slicing, slices

FAST = Slicing(rows=100_000, span_ms=6 * 3600_000)
"""Large enough that the cost of a slice vanishes, small enough that it stays in the cache and progress is seen."""
BY_HOUR = Slicing(rows=100_000, span_ms=3600_000)
"""What another process judges ahead: small enough that neither waits long for the other."""


class WallClock(Protocol):
    """Real time, as a paced replay needs it."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards. [s]"""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait. [s]"""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is; `clock_ms` is the recording's clock."""

    readings: int
    of_readings: int
    clock_ms: int
    minutes: int
    tickets: int


def replay(  # noqa: PLR0913 - all but two are options by name
    recording: Recording,
    zoned: Zoned,
    *,
    rate: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    slicing: Slicing | None = None,
    wall: WallClock = time,
    minutes: MinutesFile | None = None,
    ahead: bool = False,
) -> RunResult:
    """Run a recording through the domain's steps.

    Args:
        recording: In order of receipt.
        zoned: The site made ready.
        rate: Seconds of the recording per second of the wall clock; None: as fast as possible.
        on_progress: Called after each slice.
        slicing: How much is taken at once; changes nothing about the result.
        wall: Real time, asked only where `rate` is given.
        minutes: Where judged minutes are kept for `explain`; it is left open.
        ahead: Minutes are judged in a process of its own; changes nothing about the result.

    Returns:
        What a live system would have brought forth by `close_after_min` after the last row; that closing silence is
        not paced.
    """
    whole = BY_HOUR if ahead else FAST
    cut = slicing or (whole if rate is None else Slicing(FAST.rows, zoned.rules.tick_s * 1000))
    gathered, state, done, counts = Gatherer(zoned.site), CorrelateState(), 0, Counts()
    silence = tick(recording.last_ms + zoned.rules.close_after_min * MINUTE_MS)
    arrivals = chain(_paced(recording, cut, rate, wall), (silence,))
    for part in (judged_ahead if ahead else judged_here)(arrivals, zoned):
        for field in part.judged:
            gathered.take_judged(field)
            if minutes is not None:
                minutes.take(field)
        state, (tickets, decisions) = conclude(state, part.judged, zoned)
        for ticket in tickets:
            gathered.take_ticket(ticket)
        gathered.take_decisions(decisions)
        done, counts = done + part.readings, part.counts
        if on_progress is not None:
            on_progress(Progress(done, len(recording.readings), part.clock_ms, gathered.minutes, gathered.ticket_count))
    return gathered.result(counts)


def _paced(recording: Recording, cut: Slicing, rate: float | None, wall: WallClock) -> Iterator[Arrivals]:
    """Yield slices, each when its time has come."""
    began_s = wall.monotonic()
    for arrivals in slices(recording, cut):
        if rate is not None:
            due_s = began_s + (arrivals.clock_ms - recording.first_ms) / 1000.0 / rate
            wall.sleep(max(due_s - wall.monotonic(), 0.0))
        yield arrivals
