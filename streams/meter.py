"""What the agents count; the edges turn it into metrics and readiness."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from typing import ClassVar


class Histogram:
    """Durations counted by how long they were."""

    EDGES_S: ClassVar[tuple[float, ...]] = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
    """Upper edges of the buckets; one more bucket holds what is longer. [s]"""

    def __init__(self) -> None:
        self.amounts = [0] * (len(self.EDGES_S) + 1)
        self.sum_s = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration. [s]"""
        self.amounts[bisect_left(self.EDGES_S, seconds)] += 1
        self.sum_s += seconds


class Meter:
    """Counts and gauges by name (`rejects.undecodable`), the newest offset by (step, partition), durations by name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.gauges: dict[str, float] = {}
        self.offsets: dict[tuple[str, int], int] = {}
        self.moved_at_s: dict[str, float] = {}
        self.histograms: defaultdict[str, Histogram] = defaultdict(Histogram)

    def count(self, name: str, amount: int = 1) -> None:
        """Add to a count."""
        self.counts[name] += amount

    def stands(self, name: str, value: float) -> None:
        """Set a gauge."""
        self.gauges[name] = value

    def moved(self, step: str, partition: int, offset: int) -> None:
        """Note that a step has taken an event."""
        self.offsets[step, partition] = offset
        self.moved_at_s[step] = time.monotonic()

    def lasted(self, name: str, seconds: float) -> None:
        """Note a duration. [s]"""
        self.histograms[name].add(seconds)
