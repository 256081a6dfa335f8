"""What the agents count; the edges turn it into metrics and readiness."""

import time
from collections import Counter, defaultdict


class Meter:
    """Counts by name, the newest offset by (step, partition), and recent durations.

    Durations are between a reading's receipt and the end of a step, kept as the last 2,000. [s]
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.offsets: dict[tuple[str, int], int] = {}
        self.moved_at_s: dict[str, float] = {}
        self.durations_s: defaultdict[str, list[float]] = defaultdict(list)

    def count(self, name: str, amount: int = 1) -> None:
        """Add to a count."""
        self.counts[name] += amount

    def moved(self, step: str, partition: int, offset: int) -> None:
        """Note that a step has taken an event."""
        self.offsets[step, partition] = offset
        self.moved_at_s[step] = time.monotonic()

    def lasted(self, name: str, seconds: float) -> None:
        """Note a duration. [s]"""
        kept = self.durations_s[name]
        kept.append(seconds)
        if len(kept) > 4000:
            del kept[:2000]
