"""A seed → the year before, then the same year under each way, counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.supervision.grades import Grade
from simulators.year.assumptions import FIRST_YEAR, Assumptions
from simulators.year.books import Books, Made
from simulators.year.ways import ALONE, LADDER, OLD, Way, live, white_list
from simulators.year.world import FIRST, World, make_world

COMPARED = FIRST_YEAR + 1
_BEFORE, _LUCK = 10, 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What some visits came to; `found` = those that found a problem."""

    visits: int
    found: int
    fields: int
    problems: int
    hours: float

    @property
    def rate(self) -> float | None:
        """Share of visits that found a problem; None without visits."""
        return self.found / self.visits if self.visits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One way's year.

    Attributes:
        by_grade: By the grade on the year's first day, the same in all ways.
        told: Answers at check-in and plans left out, by name.
        problem_days: Days on which problems stood open, all together.
    """

    way: Way
    all: Count
    routine: Count
    by_clue: Count
    by_grade: Mapping[Grade, Count]
    told: Mapping[str, int]
    problem_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The compared year.

    Attributes:
        graded: Enterprises of each grade on its first day.
        lived: From the old way, part by part, to this one.
        alone: Clues alone, for the range.
    """

    seed: int
    assumptions: Assumptions
    graded: Mapping[Grade, int]
    lived: tuple[Lived, ...]
    alone: Lived

    @property
    def old(self) -> Lived:
        """The old way's year."""
        return self.lived[0]

    @property
    def new(self) -> Lived:
        """This way's year."""
        return self.lived[-1]


def simulate_year(
    seed: int, assumptions: Assumptions | None = None, on_way: Callable[[str], None] = lambda _: None
) -> Year:
    """Live the same year under each way; the same seed gives the same figures.

    Args:
        seed: Of the world and of all luck in it.
        assumptions: What is taken for granted; None = the defaults.
        on_way: Told the name of each year before it is lived, for it takes some seconds.
    """
    world = make_world(seed, assumptions or Assumptions())
    on_way("year before")
    before = Books(world, np.random.default_rng((seed, _BEFORE)))
    live(OLD, before, FIRST_YEAR)
    first = (date(COMPARED, 1, 1) - FIRST).days
    grades = [before.grade(i, first) for i in range(len(world.enterprises))]
    listed = white_list(before, first)
    lived = []
    for way in (*LADDER, ALONE):
        on_way(way.name)
        books = before.fork(np.random.default_rng((seed, _LUCK)))
        live(way, books, COMPARED, listed)
        lived.append(_lived(way, books, grades, first, world))
    graded = {one: grades.count(one) for one in Grade}
    return Year(seed=seed, assumptions=world.assumptions, graded=graded, lived=tuple(lived[:-1]), alone=lived[-1])


def _lived(way: Way, books: Books, grades: Sequence[Grade], first: int, world: World) -> Lived:
    made = books.made
    return Lived(
        way=way,
        all=_count(made),
        routine=_count([one for one in made if not one.by_clue]),
        by_clue=_count([one for one in made if one.by_clue]),
        by_grade={one: _count([visit for visit in made if grades[visit.enterprise] is one]) for one in Grade},
        told=dict(sorted(books.told.items())),
        problem_days=world.problem_days(books.found, first),
    )


def _count(made: Sequence[Made]) -> Count:
    return Count(
        visits=len(made),
        found=sum(one.problems > 0 for one in made),
        fields=sum(one.fields for one in made),
        problems=sum(one.problems for one in made),
        hours=round(sum(one.minutes for one in made) / 60, 1),
    )
