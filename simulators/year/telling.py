"""A simulated year → the table that a terminal shows, and JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from domain.supervision.grades import Grade
from simulators.year.assumptions import REPORTED_A, REPORTED_D, REPORTED_NEW_RATE, REPORTED_OLD_RATE
from simulators.year.compare import COMPARED, Count, Lived, Year

_ROWS = (
    ("way", "visits", "found a problem", "problems", "fields", "hours on site", "days problems stood open"),
    ("grade", "enterprises", "visits old", "visits new", "change", "found old", "found new"),
)


def as_text(year: Year) -> str:
    """Return tables and assumptions as lines."""
    parts = [
        f"Simulated year {COMPARED}, seed {year.seed}, {year.assumptions.enterprises:,} enterprises. "
        "Nothing here was observed.",
        f"{percent(year.old.all.rate)} of visits found a problem the old way, {percent(year.new.all.rate)} this way; "
        f"routine ones {percent(year.new.routine.rate)}, those that a clue sent {percent(year.new.by_clue.rate)}. "
        f"The zone reported {REPORTED_OLD_RATE:.0%} → {REPORTED_NEW_RATE:.0%}.",
        f"Visits to enterprises graded A {change_of(year, Grade.A)}, graded D {change_of(year, Grade.D)}. "
        f"The zone reported {REPORTED_A} and {REPORTED_D}.",
        "",
        *_table([_ROWS[0], *map(_way_row, (*year.lived, year.alone))]),
        "",
        *_table([_ROWS[1], *(_grade_row(year, one) for one in Grade)]),
        "",
        "Grades are those of the year's first day. At the door and in the plans, this way:",
        *(f"  {name.replace('_', ' ')}: {count:,}" for name, count in year.new.told.items()),
        "",
        "Assumptions:",
        *(f"  {line}" for line in year.assumptions.lines()),
    ]
    return "\n".join(parts)


def as_json(year: Year) -> dict[str, object]:
    """Return everything that was counted, shares that do not exist as null."""
    return {
        "seed": year.seed,
        "year": COMPARED,
        "simulated": True,
        "enterprises_by_grade": {one.value: year.graded[one] for one in Grade},
        "ways": [_way(one) for one in year.lived],
        "clues_alone": _way(year.alone),
        "found_rate": {"old": year.old.all.rate, "new": year.new.all.rate},
        "visits_change": {one.value: change(year.old.by_grade[one], year.new.by_grade[one]) for one in Grade},
        "reported": {
            "found_rate": {"old": REPORTED_OLD_RATE, "new": REPORTED_NEW_RATE},
            "visits_change": {"A": REPORTED_A, "D": REPORTED_D},
        },
        "assumptions": list(year.assumptions.lines()),
        "values": asdict(year.assumptions),
    }


def percent(share: float | None) -> str:
    """Return a share as a person reads it; "–" where there is none."""
    return "–" if share is None else f"{share:.0%}" if share >= 0.095 or share == 0 else f"{share:.1%}"


def change(before: Count, after: Count) -> float | None:
    """Return by how much visits changed, -1 = none left; None without visits before."""
    return after.visits / before.visits - 1 if before.visits else None


def change_of(year: Year, grade: Grade) -> str:
    """Return the change of a grade's visits with its sign."""
    found = change(year.old.by_grade[grade], year.new.by_grade[grade])
    return "–" if found is None else f"{found:+.0%}"


def _way_row(one: Lived) -> tuple[str, ...]:
    told = f"{percent(one.all.rate)} ({one.all.found:,})"
    numbers = (one.all.problems, one.all.fields, round(one.all.hours), one.problem_days)
    return (one.way.name, f"{one.all.visits:,}", told, *(f"{number:,}" for number in numbers))


def _grade_row(year: Year, grade: Grade) -> tuple[str, ...]:
    old, new = year.old.by_grade[grade], year.new.by_grade[grade]
    counts = (year.graded[grade], old.visits, new.visits)
    return (grade.value, *(f"{n:,}" for n in counts), change_of(year, grade), percent(old.rate), percent(new.rate))


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Return rows in columns, the first to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((row[0].ljust(widths[0]), *cells)).rstrip()


def _way(one: Lived) -> dict[str, object]:
    return {
        "name": one.way.name,
        "all": _count(one.all),
        "routine": _count(one.routine),
        "by_clue": _count(one.by_clue),
        "by_grade": {grade.value: _count(one.by_grade[grade]) for grade in Grade},
        "told": dict(one.told),
        "problem_days": one.problem_days,
    }


def _count(one: Count) -> dict[str, object]:
    return {**asdict(one), "rate": one.rate}
