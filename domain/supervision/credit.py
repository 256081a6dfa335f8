"""An enterprise's public facts to its credit on any day, explained fact by fact.

    score = start of the registered credit + sum over kinds of clip(sum of points * 2^(-age / half-life), +-limit)

Decision table:

| score (to 6 decimals)  | credit |
|------------------------|--------|
| 90 or more             | A      |
| 75 or more, below 90   | B      |
| 60 or more, below 75   | C      |
| below 60               | D      |

| fact                         | counts                                           |
|------------------------------|--------------------------------------------------|
| of that day or before        | by its age in whole days                         |
| after that day               | not                                              |
| same kind, beyond its limit  | `limited` takes back what is above (or below) it |

Without facts the registered credit stands. All numbers are design values; a site's table replaces them.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from domain.supervision.grades import Grade

DECIMALS = 6
"""Scores are compared to so many decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """How much a kind of fact weighs.

    Attributes:
        points: On its own day; negative = bad.
        half_life_days: After so many days half of it is left. [d]
        limit: All facts of the kind together bear at most so many points, either way.
    """

    points: float
    half_life_days: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditFact:
    """One public fact, never changed and never taken out; `on` is its day in the site's zone."""

    fact_id: str
    enterprise_id: str
    kind: str
    on: date
    note: str = ""


def _kind(points: float, half_life_days: float, limit: float) -> FactKind:
    return FactKind(points=points, half_life_days=half_life_days, limit=limit)


_KINDS: Mapping[str, FactKind] = MappingProxyType(
    {
        "penalty": _kind(-20.0, 365.0, 60.0),
        "penalty_grave": _kind(-40.0, 730.0, 80.0),
        "problem_found": _kind(-5.0, 180.0, 20.0),
        "complaint_upheld": _kind(-8.0, 180.0, 24.0),
        "rectification_overdue": _kind(-10.0, 365.0, 30.0),
        "false_filing": _kind(-25.0, 730.0, 50.0),
        "rectified": _kind(8.0, 365.0, 12.0),
        "honour": _kind(6.0, 365.0, 12.0),
        "self_check": _kind(3.0, 180.0, 6.0),
    }
)
_START: Mapping[Grade, float] = MappingProxyType({Grade.A: 95.0, Grade.B: 82.0, Grade.C: 67.0, Grade.D: 50.0})
_FROM: Mapping[Grade, float] = MappingProxyType({Grade.A: 90.0, Grade.B: 75.0, Grade.C: 60.0})


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTable:
    """A site's weights.

    Attributes:
        kinds: Fact kind to its weight.
        start: Registered credit to the score without facts.
        least: Credit to the least score that has it; below all, D.
    """

    kinds: Mapping[str, FactKind] = field(default_factory=lambda: _KINDS)
    start: Mapping[Grade, float] = field(default_factory=lambda: _START)
    least: Mapping[Grade, float] = field(default_factory=lambda: _FROM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an explanation: `registered`, a fact by its id, or what a kind's limit takes back.

    Attributes:
        reason: `registered_b`, the fact's kind, or `limited`.
        about: The fact's id; of `limited` the kind; else empty.
        points: What it adds to the score that day.
    """

    reason: str
    about: str
    points: float
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit on a day; the points of `lines` add up to `score`."""

    day: date
    grade: Grade
    score: float
    lines: tuple[Line, ...]


def credit_on(day: date, registered: Grade, facts: Iterable[CreditFact], table: CreditTable | None = None) -> Credit:
    """Return one enterprise's credit on a day: the same facts, in any order, give the same credit.

    Args:
        day: The day to judge by, in the site's zone; facts after it do not count.
        registered: The credit that the site's register states.
        facts: Of one enterprise.
        table: The site's weights; None = the default.

    Raises:
        ValueError: A fact is of a kind that the table does not know.

    >>> fact = CreditFact(fact_id="f1", enterprise_id="e1", kind="penalty", on=date(2026, 1, 1))
    >>> [credit_on(date(year, 1, 1), Grade.B, [fact]).score for year in (2025, 2026, 2027)]
    [82.0, 62.0, 72.0]
    """
    weights = table or CreditTable()
    counted = sorted((fact for fact in facts if fact.on <= day), key=lambda fact: (fact.on, fact.fact_id))
    lines = [Line(reason=f"registered_{registered.lower()}", about="", points=weights.start[registered])]
    lines += [_line(fact, day, weights) for fact in counted]
    lines += [line for kind in sorted({fact.kind for fact in counted}) for line in _limited(kind, lines, weights)]
    score = round(math.fsum(line.points for line in lines), DECIMALS)
    return Credit(day=day, grade=grade_of(score, weights), score=score, lines=tuple(lines))


def grade_of(score: float, table: CreditTable) -> Grade:
    """Return the best credit whose least score is reached."""
    return next((one for one in Grade if one in table.least and score >= table.least[one]), Grade.D)


def _line(fact: CreditFact, day: date, table: CreditTable) -> Line:
    if fact.kind not in table.kinds:
        raise ValueError(f"fact {fact.fact_id!r} is of kind {fact.kind!r}, which the table of facts does not know")
    kind = table.kinds[fact.kind]
    left = math.exp2(-(day - fact.on).days / kind.half_life_days) if day > fact.on else 1.0
    return Line(reason=fact.kind, about=fact.fact_id, points=kind.points * left, on=fact.on)


def _limited(kind: str, lines: Iterable[Line], table: CreditTable) -> list[Line]:
    """Return what the limit of a kind takes back, if anything."""
    limit = table.kinds[kind].limit
    total = math.fsum(line.points for line in lines if line.reason == kind and line.about)
    beyond = total - min(limit, max(-limit, total))
    return [Line(reason="limited", about=kind, points=-beyond)] if beyond else []
