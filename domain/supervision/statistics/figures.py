"""Marks to figures: counts, rates with their interval, and how long things took.

Decision table:

| figure   | value                                            | of nothing |
|----------|--------------------------------------------------|------------|
| count    | sum of the amounts of its marks                  | 0          |
| rate     | sum of its part over sum of its whole            | null       |
| quantile | between the two nearest amounts, linearly        | null       |

A rate has the 95 % interval of Wilson where the part is some of the whole's cases (of caps it is not told: their
visits are no sample of anything). Source of the interval: Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.supervision.statistics.marks import Mark, What

Z = 1.959964
"""Standard score of a two-sided 95 % interval."""


class Unit(StrEnum):
    """What a figure is told in."""

    COUNT = "count"
    RATIO = "ratio"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How a figure comes of marks.

    Attributes:
        part: Marks that are summed up, or whose amounts a quantile is taken of.
        whole: What the sum is divided by; empty = it is not.
        quantile: 0..1; None = it is a sum.
        at_end: Whether it holds at the end of the period instead of counting what happened in it.
        is_share: Whether a rate's part is some of its whole.
    """

    name: str
    part: tuple[What, ...]
    whole: tuple[What, ...] = ()
    quantile: float | None = None
    at_end: bool = False
    is_share: bool = True

    @property
    def unit(self) -> Unit:
        """What it is told in."""
        if self.quantile is not None:
            return Unit.MINUTES
        return Unit.RATIO if self.whole else Unit.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A figure's value.

    Attributes:
        value: None = there was nothing to tell it of.
        numerator: Of a rate; of a quantile None.
        denominator: Of a rate; of a quantile how many amounts it is of.
        low: Lower end of the 95 % interval, `high` the upper; None = none is told.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Amounts of marks by what they are of, and their sums."""

    amounts: Mapping[What, Sequence[float]]
    sums: Mapping[What, float]

    def sum(self, some: Iterable[What]) -> float:
        """Return the sum of several kinds of marks."""
        return math.fsum(self.sums[what] for what in some if what in self.sums)


_ROUTINE = (What.ROUTINE_FOUND, What.ROUTINE_NOTHING, What.ROUTINE_OPEN)
_CLUE = (What.CLUE_FOUND, What.CLUE_NOTHING, What.CLUE_OPEN)
_SPECIAL = (What.SPECIAL_FOUND, What.SPECIAL_NOTHING, What.SPECIAL_OPEN)
_FOUND = (What.ROUTINE_FOUND, What.CLUE_FOUND, What.SPECIAL_FOUND)
_NOTHING = (What.ROUTINE_NOTHING, What.CLUE_NOTHING, What.SPECIAL_NOTHING)
_OPEN = (What.ROUTINE_OPEN, What.CLUE_OPEN, What.SPECIAL_OPEN)
_SCANS = (What.SCAN_ALLOWED, What.SCAN_BLOCKED, What.SCAN_OVER_FREQUENCY, What.SCAN_NO_PLAN)
_AVOIDED = (What.MERGED_AWAY, What.HELD_LISTED, What.TURNED_AWAY, What.AVOIDED_DISMISSED)


def _of(name: str, *part: What, at_end: bool = False) -> Figure:
    return Figure(name=name, part=part, at_end=at_end)


def _rate(name: str, part: tuple[What, ...], whole: tuple[What, ...]) -> Figure:
    return Figure(name=name, part=part, whole=whole)


def _took(name: str, of: What, quantile: float) -> Figure:
    return Figure(name=name, part=(of,), quantile=quantile)


FIGURES: tuple[Figure, ...] = (
    _of("clues", What.CLUE),
    _of("clues_joined", What.CLUE_JOINED),
    _of("regional_notices", What.REGIONAL_NOTICE),
    _of("sensor_tickets", What.SENSOR_TICKET),
    _of("dispatches", What.DISPATCHED),
    _of("watches", What.WATCHED),
    _of("dismissals", What.DISMISSED),
    _of("clues_undecided", What.UNDECIDED),
    _took("to_decision_median", What.TO_DECISION, 0.5),
    _took("to_decision_p90", What.TO_DECISION, 0.9),
    _took("to_site_median", What.TO_SITE, 0.5),
    _took("to_site_p90", What.TO_SITE, 0.9),
    _took("to_close_median", What.TO_CLOSE, 0.5),
    _took("to_close_p90", What.TO_CLOSE, 0.9),
    _of("visits", *_ROUTINE, *_CLUE, *_SPECIAL),
    _of("visits_routine", *_ROUTINE),
    _of("visits_clue", *_CLUE),
    _of("visits_special", *_SPECIAL),
    _of("problems_found", *_FOUND),
    _of("nothing_found", *_NOTHING),
    _of("without_result", *_OPEN),
    _rate("found_rate", _FOUND, (*_FOUND, *_NOTHING)),
    _rate("found_rate_routine", (What.ROUTINE_FOUND,), (What.ROUTINE_FOUND, What.ROUTINE_NOTHING)),
    _rate("found_rate_clue", (What.CLUE_FOUND,), (What.CLUE_FOUND, What.CLUE_NOTHING)),
    _rate("found_rate_special", (What.SPECIAL_FOUND,), (What.SPECIAL_FOUND, What.SPECIAL_NOTHING)),
    _of("measures_guidance", What.GUIDANCE),
    _of("measures_rectification", What.RECTIFICATION),
    _of("measures_penalty", What.PENALTY),
    _of("visits_unscanned", What.UNSCANNED),
    _of("visits_overridden", What.OVERRIDDEN),
    _of("visits_with_cause", What.WITH_CAUSE),
    _of("visits_in_conflict", What.IN_CONFLICT),
    _of("plans_placed", What.FIRST_OF_DAY, What.MERGED_AWAY),
    _of("visits_planned", What.FIRST_OF_DAY),
    _of("avoided_merged", What.MERGED_AWAY),
    _of("avoided_white_listed", What.HELD_LISTED, What.TURNED_AWAY),
    _of("avoided_dismissed", What.AVOIDED_DISMISSED),
    _of("visits_avoided", *_AVOIDED),
    _of("spared_estimate", What.SPARED, at_end=True),
    _of("plans_held_by_cap", What.HELD_CAP),
    _of("scans", *_SCANS),
    _of("scans_allowed", What.SCAN_ALLOWED),
    _of("scans_blocked", What.SCAN_BLOCKED),
    _of("scans_over_frequency", What.SCAN_OVER_FREQUENCY),
    _of("scans_no_plan", What.SCAN_NO_PLAN),
    _of("scans_ever_blocked", What.EVER_BLOCKED),
    _of("findings_new", What.FINDING_NEW),
    _of("findings_mended", What.FINDING_MENDED),
    _of("findings_open", What.FINDING_OPEN, at_end=True),
    _of("rectified_in_time", What.RECTIFIED_IN_TIME),
    _of("rectified_late", What.RECTIFIED_LATE),
    _of("rectifications_overdue", What.RECTIFICATION_OVERDUE, at_end=True),
    _of("self_checks", What.SELF_CHECK),
    _of("enterprises", What.ENTERPRISE, at_end=True),
    _of("white_listed", What.LISTED, at_end=True),
    _of("cap_total", What.CAP, at_end=True),
    _of("cap_used", What.CAP_USED, at_end=True),
    Figure(name="cap_used_rate", part=(What.CAP_USED,), whole=(What.CAP,), at_end=True, is_share=False),
    _of("at_cap", What.AT_CAP, at_end=True),
    _of("unvisited", What.UNVISITED, at_end=True),
)
"""Every figure, in the order in which it is shown; docs/statistics.md says what each is."""


def tally(marks: Iterable[Mark]) -> Tally:
    """Return the amounts of marks by what they are of."""
    amounts: dict[What, list[float]] = defaultdict(list)
    for mark in marks:
        amounts[mark.what].append(mark.amount)
    return Tally(amounts, {what: math.fsum(some) for what, some in amounts.items()})


def values_of(told: Tally, *, at_end: bool = True) -> dict[str, Value]:
    """Return every figure by name.

    Args:
        told: The marks in question.
        at_end: Whether figures that hold at the end of a period are told too; of parts of a period they are not.
    """
    return {one.name: _value(one, told) for one in FIGURES if at_end or not one.at_end}


def _value(figure: Figure, told: Tally) -> Value:
    if figure.quantile is not None:
        amounts = told.amounts.get(figure.part[0], ())
        return Value(value=quantile(amounts, figure.quantile), denominator=len(amounts))
    part = told.sum(figure.part)
    if not figure.whole:
        return Value(value=part)
    whole = told.sum(figure.whole)
    low, high = wilson(part, whole) if figure.is_share else (None, None)
    return Value(value=part / whole if whole else None, numerator=part, denominator=whole, low=low, high=high)


def quantile(amounts: Iterable[float], share: float) -> float | None:
    """Return a quantile, between the two nearest amounts linearly; None of nothing.

    >>> quantile([1, 2, 4], 0.5), quantile([1, 2], 0.5), quantile([], 0.5)
    (2.0, 1.5, None)
    """
    ordered = sorted(amounts)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


def wilson(part: float, whole: float) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share; nothing of nothing.

    >>> [round(end or 0, 3) for end in wilson(10, 100)]
    [0.055, 0.174]
    """
    if not whole:
        return None, None
    share, squared = part / whole, Z * Z / whole
    middle = (share + squared / 2) / (1 + squared)
    reach = Z / (1 + squared) * math.sqrt(share * (1 - share) / whole + squared / (4 * whole))
    return min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach))
