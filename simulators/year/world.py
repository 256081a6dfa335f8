"""A seed → enterprises, their problems, what of them shows in the air, and plans' chances: the same for every way."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from domain.readings import FloatArray
from domain.supervision.compliance import Severity
from domain.supervision.grades import Grade, RiskClass
from domain.supervision.history import Subject
from simulators.year.assumptions import AIR_FIELDS, DEPARTMENTS, FIELDS, FIRST_YEAR, Assumptions

MONTHS = 24
FIRST = date(FIRST_YEAR, 1, 1)
DAYS = (date(FIRST_YEAR + 2, 1, 1) - FIRST).days
_AIR_EACH = 2
_CHANCES = 5
"""Of a possible plan: whether it is filed, its first day, window, duration, and its day where it is not merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """One enterprise: what the register says, and the fields of inspection that apply, the air's first."""

    enterprise_id: str
    subject: Subject
    fields: tuple[int, ...]

    @property
    def air(self) -> frozenset[int]:
        """Its fields that have to do with the air."""
        return frozenset(self.fields[:_AIR_EACH])


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong from day `start` to the day before `end`, unless it is found; days count from `FIRST`.

    Attributes:
        spot: Chance that decides whether a slight one is mended on the spot.
        filing: Chance that decides whether its rectification is filed in time.
    """

    problem_id: int
    enterprise: int
    field: int
    start: int
    end: int
    severity: Severity
    spot: float
    filing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A ticket of the air with the advice to dispatch, on a day.

    Attributes:
        named: The enterprise that leads its candidates, true or not.
        problem_id: What it comes from; no ticket opens once that is mended. None = lawful work, or nothing at all.
    """

    day: int
    named: int
    problem_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Two years; `chances` has the shape (enterprises, fields of each, months, 5), 0 to 1."""

    assumptions: Assumptions
    enterprises: tuple[Enterprise, ...]
    problems: tuple[tuple[Problem, ...], ...]
    dispatches: tuple[Dispatch, ...]
    chances: FloatArray

    def problem_days(self, found: dict[int, int], since: int) -> int:
        """Return for how many days problems stood open from a day to the end, given the days they were found."""
        spans = ((p.start, min(p.end, found.get(p.problem_id, p.end), DAYS)) for per in self.problems for p in per)
        return sum(max(0, last - max(first, since)) for first, last in spans)


def make_world(seed: int, assumptions: Assumptions) -> World:
    """Make the world of a seed; each part has its own chances, so that one does not move the other."""
    rngs = [np.random.default_rng((seed, part)) for part in range(4)]
    care = rngs[0].lognormal(-(assumptions.spread**2) / 2, assumptions.spread, assumptions.enterprises)
    enterprises = _enterprises(rngs[0], care, assumptions)
    problems = _problems(rngs[1], care, enterprises, assumptions)
    shape = (assumptions.enterprises, assumptions.fields_most, MONTHS, _CHANCES)
    return World(
        assumptions=assumptions,
        enterprises=enterprises,
        problems=problems,
        dispatches=_dispatches(rngs[2], problems, assumptions),
        chances=rngs[3].random(shape),
    )


def department(field: int) -> str:
    """Return the department of a field."""
    return f"dept-{1 + field % DEPARTMENTS:02d}"


def day_of(number: int) -> date:
    """Return the date of a day's number."""
    return FIRST + timedelta(days=number)


def _enterprises(rng: np.random.Generator, care: FloatArray, assumed: Assumptions) -> tuple[Enterprise, ...]:
    """Draw the register; credit follows the order of care, seen through noise as wide as the spread itself."""
    seen = np.log(care) + rng.normal(0.0, assumed.spread, len(care))
    order = seen.argsort().argsort() / len(care)
    credit = np.searchsorted(np.cumsum(assumed.credits)[:-1], order, side="right")
    made = []
    for i in range(len(care)):
        n_others = int(rng.integers(assumed.fields_least, assumed.fields_most + 1)) - _AIR_EACH
        air = rng.choice(AIR_FIELDS, _AIR_EACH, replace=False)
        others = AIR_FIELDS + rng.choice(FIELDS - AIR_FIELDS, n_others, replace=False)
        risk = RiskClass.I if rng.random() < assumed.class_one else RiskClass.II
        subject = Subject(risk=risk, credit=list(Grade)[int(credit[i])])
        fields = tuple(int(one) for one in (*air, *others))
        made.append(Enterprise(enterprise_id=f"ent-{i + 1:04d}", subject=subject, fields=fields))
    return tuple(made)


def _problems(
    rng: np.random.Generator, care: FloatArray, enterprises: tuple[Enterprise, ...], assumed: Assumptions
) -> tuple[tuple[Problem, ...], ...]:
    counts = rng.poisson(care * assumed.problems_a_year * DAYS / 365.0)
    made, number = [], 0
    for i, (one, count) in enumerate(zip(enterprises, counts.tolist(), strict=True)):
        mine = []
        for _ in range(count):
            start = int(rng.integers(0, DAYS))
            grave = rng.random()
            is_slight, is_ordinary = grave < assumed.slight, grave < assumed.slight + assumed.ordinary
            severity = Severity.SLIGHT if is_slight else Severity.ORDINARY if is_ordinary else Severity.GRAVE
            mine.append(
                Problem(
                    problem_id=number,
                    enterprise=i,
                    field=one.fields[int(rng.integers(0, len(one.fields)))],
                    start=start,
                    end=start + 1 + int(rng.exponential(assumed.lasts_days)),
                    severity=severity,
                    spot=float(rng.random()),
                    filing=float(rng.random()),
                )
            )
            number += 1
        made.append(tuple(mine))
    return tuple(made)


def _dispatches(
    rng: np.random.Generator, problems: tuple[tuple[Problem, ...], ...], assumed: Assumptions
) -> tuple[Dispatch, ...]:
    """Draw the tickets that are dispatched, through the measured shares; by day."""
    air, n = assumed.air, assumed.enterprises
    showing = _showing(rng, problems, assumed)
    episodes = [(day, one.enterprise, one.problem_id) for one in showing for day in _days(rng, one, assumed)]
    n_lawful = round(len(episodes) * assumed.lawful / (1 - assumed.lawful))
    lawful = [(int(rng.integers(0, DAYS)), int(rng.integers(0, n)), None) for _ in range(n_lawful)]
    made = []
    for day, enterprise, problem_id in [*episodes, *lawful]:
        if rng.random() >= air.recall.value * air.dispatched.value:
            continue
        is_right = rng.random() < air.dispatch_right.value
        named = enterprise if is_right else int((enterprise + rng.integers(1, n)) % n)
        made.append(Dispatch(day=day, named=named, problem_id=problem_id))
    n_false = round(len(made) * (1 / air.precision.value - 1))
    made += [
        Dispatch(day=int(rng.integers(0, DAYS)), named=int(rng.integers(0, n)), problem_id=None) for _ in range(n_false)
    ]
    return tuple(sorted(made, key=lambda one: (one.day, one.named, one.problem_id or 0)))


def _showing(
    rng: np.random.Generator, problems: tuple[tuple[Problem, ...], ...], assumed: Assumptions
) -> list[Problem]:
    airs = [one for mine in problems for one in mine if one.field < AIR_FIELDS]
    return [one for one in airs if rng.random() < assumed.shows_in_air]


def _days(rng: np.random.Generator, one: Problem, assumed: Assumptions) -> list[int]:
    """Return the days within the two years on which a problem shows."""
    last = min(one.end, DAYS)
    count = rng.poisson((last - one.start) / assumed.every_days)
    return [int(rng.integers(one.start, last)) for _ in range(count)]
