"""What one way of supervising knows and did: problems found, credit facts, visits; and what a visit finds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from domain.supervision.compliance import Finding, Measure, Mended, Severity, suggest
from domain.supervision.credit import CreditFact, CreditTable
from domain.supervision.grades import Grade, Graded, GradeRules
from domain.supervision.history import SupervisionTable, grade_on
from domain.supervision.rectification import TERM, Rectification, fact_on
from domain.supervision.visits import Visit
from simulators.year.world import Problem, World, day_of

TABLE = SupervisionTable(grades=GradeRules(), credit=CreditTable())
LATE = timedelta(days=10)
"""A rectification that is not in time is so much too late. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A visit that was made.

    Attributes:
        by_clue: A ticket of the air sent the inspector, not a plan.
        fields: So many fields were looked at; `problems` were found.
        minutes: On site. [min]
    """

    day: int
    enterprise: int
    by_clue: bool
    fields: int
    problems: int
    minutes: int


@dataclass(slots=True)
class Books:
    """Grows with the year, in place.

    Attributes:
        found: Problem to the day on which it was found.
        told: Counts of what was answered and left out, by name.
    """

    world: World
    rng: np.random.Generator
    found: dict[int, int] = field(default_factory=dict)
    facts: defaultdict[int, list[CreditFact]] = field(default_factory=lambda: defaultdict(list))
    findings: defaultdict[int, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    made: list[Made] = field(default_factory=list)
    scans: defaultdict[int, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)

    def fork(self, rng: np.random.Generator) -> "Books":
        """Return books that begin with what these know; visits and counts begin anew."""
        return Books(self.world, rng, dict(self.found), deepcopy(self.facts), deepcopy(self.findings))

    def graded(self, enterprise: int, day: int) -> Graded:
        """Return an enterprise's grade and cap on a day."""
        return grade_on(day_of(day), self.world.enterprises[enterprise].subject, self.facts[enterprise], TABLE)

    def grade(self, enterprise: int, day: int) -> Grade:
        """Return an enterprise's grade on a day."""
        return self.graded(enterprise, day).grade

    def is_open(self, problem: Problem, day: int) -> bool:
        """Say whether a problem is there on a day and nobody found it."""
        return problem.start <= day < problem.end and problem.problem_id not in self.found

    def visit(self, day: int, enterprise: int, fields: Iterable[int], minutes: int, *, by_clue: bool) -> bool:
        """Look at fields of an enterprise, file what is found; return whether anything was."""
        looked_at = frozenset(fields)
        seen = [
            one
            for one in self.world.problems[enterprise]
            if one.field in looked_at
            and self.is_open(one, day)
            and self.rng.random() < self.world.assumptions.seen_on_site
        ]
        self.made.append(
            Made(
                day=day,
                enterprise=enterprise,
                by_clue=by_clue,
                fields=len(looked_at),
                problems=len(seen),
                minutes=minutes,
            )
        )
        if seen:
            self._file(day, enterprise, seen)
        return bool(seen)

    def _file(self, day: int, enterprise: int, seen: list[Problem]) -> None:
        """File one outcome: each matter's measure as suggested, one credit fact of the gravest, rectifications'."""
        measures = [self._measure(day, enterprise, one) for one in seen]
        kind = "penalty" if Measure.PENALTY in measures else "problem_found"
        enterprise_id = self.world.enterprises[enterprise].enterprise_id
        fact_id = f"visit:{seen[0].problem_id}"
        self.facts[enterprise].append(
            CreditFact(fact_id=fact_id, enterprise_id=enterprise_id, kind=kind, on=day_of(day))
        )

    def _measure(self, day: int, enterprise: int, one: Problem) -> Measure:
        self.found[one.problem_id] = day
        assumed = self.world.assumptions
        on_the_spot = one.severity is Severity.SLIGHT and one.spot < assumed.on_the_spot
        finding = Finding(
            enterprise_id=self.world.enterprises[enterprise].enterprise_id,
            matter=f"field-{one.field + 1:02d}",
            on=day_of(day),
            severity=one.severity,
            mended=Mended.IN_TIME if on_the_spot else Mended.OPEN,
        )
        measure = suggest(finding, self.findings[enterprise]).measure
        self.findings[enterprise].append(finding)
        if measure is Measure.RECTIFICATION:
            self._rectify(day, finding.enterprise_id, enterprise, one)
        return measure

    def _rectify(self, day: int, enterprise_id: str, enterprise: int, one: Problem) -> None:
        """Order a rectification; its fact is kept with its own later day, before which it does not count."""
        ordered = day_of(day)
        filed = ordered + TERM / 2 if one.filing < self.world.assumptions.in_time else ordered + TERM + LATE
        order = Rectification(
            rectification_id=str(one.problem_id), enterprise_id=enterprise_id, ordered=ordered, filed=filed
        )
        fact = fact_on(filed, order)
        if fact is not None:
            self.facts[enterprise].append(fact)
