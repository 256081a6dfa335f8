"""What the method must reach, and whether runs reach it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulators.scoring.measures import Measure


@dataclass(frozen=True, slots=True)
class Bar:
    """What a measure must lie between."""

    name: str
    least: float = -math.inf
    most: float = math.inf

    def reached(self, value: float) -> bool | None:
        """Say whether a value lies within; None: nothing was measured."""
        return None if math.isnan(value) else self.least <= value <= self.most

    @property
    def says(self) -> str:
        """The bar in words."""
        if math.isinf(self.least):
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if math.isinf(self.most) else f"{self.least:g} … {self.most:g}"


BARS = (
    Bar("recall", least=0.93),
    Bar("precision", least=0.85),
    Bar("false_per_day", most=0.2),
    Bar("idle_dispatches_per_day", most=0.0),
    Bar("duplicates", most=0.02),
    Bar("delay_visible_median_min", most=13.0),
    Bar("delay_visible_p90_min", most=33.0),
    Bar("top1_opening", least=0.80),
    Bar("top1_end", least=0.90),
    Bar("top3_end", least=0.97),
    Bar("unknown_led", least=1.0),
    Bar("outside_sent", most=0.0),
    Bar("works_sent", most=0.0),
    Bar("sure_true", least=0.6, most=0.8),
)
"""Of all runs taken together. Design values: what a district may ask of a tool that sends inspectors out."""


def against_bars(figures: Sequence[Measure]) -> Mapping[Bar, tuple[Measure, bool | None]]:
    """Return each bar with its measure, and whether it is reached."""
    row = {item.name: item for item in figures}
    return {bar: (row[bar.name], bar.reached(row[bar.name].value)) for bar in BARS}
