"""An enterprise's facts to the days on which its credit or grade changed, and why.

Decision table, of each day against the day before:

| grade that day | facts of that day | entry of the history                     |
|----------------|-------------------|------------------------------------------|
| the same       | -                 | none                                     |
| another        | some              | dated, with the kinds of those facts     |
| another        | none              | dated, `facts_aged`: half-lives moved it |

The first day has an entry, `registered`. Visits already made count on whatever the grade becomes: see `caps`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.supervision.credit import CreditFact, CreditTable, credit_on
from domain.supervision.grades import Grade, Graded, GradeRules, RiskClass, grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the register says of an enterprise."""

    risk: RiskClass
    credit: Grade
    own_cap: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionTable:
    """A site's tables: of grades and caps, and of credit."""

    grades: GradeRules
    credit: CreditTable


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """A grade from a day on; `before` is None on the first day."""

    on: date
    before: Grade | None
    after: Graded
    credit: Grade
    why: tuple[str, ...]


def grade_on(day: date, subject: Subject, facts: Sequence[CreditFact], table: SupervisionTable) -> Graded:
    """Return one enterprise's grade and cap on a day, out of its register and its facts."""
    credit = credit_on(day, subject.credit, facts, table.credit)
    return grade(subject.risk, credit.grade, subject.own_cap, table.grades)


def grade_history(
    subject: Subject, facts: Sequence[CreditFact], first: date, last: date, table: SupervisionTable
) -> tuple[GradeChange, ...]:
    """Return the changes of an enterprise's grade from the first day to the last, both included."""
    changes: list[GradeChange] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        credit = credit_on(day, subject.credit, facts, table.credit).grade
        graded = grade(subject.risk, credit, subject.own_cap, table.grades)
        before = changes[-1].after.grade if changes else None
        if graded.grade is not before:
            why = _why(day, facts) if changes else ("registered",)
            changes.append(GradeChange(on=day, before=before, after=graded, credit=credit, why=why))
    return tuple(changes)


def _why(day: date, facts: Sequence[CreditFact]) -> tuple[str, ...]:
    return tuple(sorted({fact.kind for fact in facts if fact.on == day})) or ("facts_aged",)
