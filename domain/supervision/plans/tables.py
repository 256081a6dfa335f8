"""Text of plans.csv and its registers → plans and limits, or every row that is wrong, each in one line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.supervision.plans.model import Limits, Plan
from domain.supervision.plans.rows import (
    WANTS_DAY,
    WANTS_MINUTES,
    WANTS_WORD,
    PlansRefused,
    Row,
    Rows,
    count,
    day,
    minutes,
    rows_of_csv,
    rows_of_objects,
    word,
    yes_no,
)

__all__ = [
    "PlansRefused",
    "Read",
    "Registers",
    "parse_enterprises",
    "parse_fields",
    "parse_plan_objects",
    "parse_plans",
    "parse_published",
    "parse_teams",
]

PLAN_COLUMNS = ("plan_id", "department", "field", "enterprise_id", "earliest", "latest", "duration_min")
CAUSE = "cause"
"""Optional column of plans: `special` for those of a special campaign, else empty."""
LONGEST_WINDOW_DAYS = 366
"""A window longer than a year is a slip. Design value. [d]"""

What = tuple[str, str]
"""What is wrong, and how to mend it."""
Check = Callable[[Plan], Iterable[What]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """What plans may speak of; None = not registered here, everything is taken.

    Attributes:
        enterprises: Known enterprise ids.
        fields: Known (department, field) pairs.
        white_listed: Enterprises without planned visits.
        visits_left: Visits left in each calendar year, by enterprise.
        team_min: Minutes of a department's team in a day.
    """

    enterprises: frozenset[str] | None = None
    fields: frozenset[tuple[str, str]] | None = None
    white_listed: frozenset[str] = frozenset()
    visits_left: Mapping[str, int] = field(default_factory=dict)
    team_min: Mapping[str, int] = field(default_factory=dict)

    def limits(self, plans: Sequence[Plan], *, weekends: bool = False) -> Limits:
        """Give the limits for these plans; the visits left hold in each year that the plans touch."""
        years = {day.year for plan in plans for day in (plan.earliest, plan.latest)}
        caps = {(enterprise, year): left for enterprise, left in self.visits_left.items() for year in years}
        return Limits(team_min=self.team_min, visits_left=caps, white_listed=self.white_listed, weekends=weekends)


@dataclass(frozen=True, slots=True)
class Read:
    """Plans that were read, and columns that nobody knows."""

    plans: tuple[Plan, ...]
    unknown: tuple[str, ...] = ()


def no_more(_plan: Plan) -> Iterable[What]:
    """Find nothing wrong beyond what every plan is checked for."""
    return ()


def parse_plans(text: str, known: Registers, name: str = "plans.csv", also: Check = no_more) -> Read:
    """Read plans of a CSV, all or none.

    Args:
        text: The CSV with its header.
        known: What the plans may speak of.
        name: What the faults call the file.
        also: Further faults of a plan.

    Raises:
        PlansRefused: With a line for every fault of every row.
    """
    return _parse(rows_of_csv(name, text, PLAN_COLUMNS, (CAUSE,)), known, also)


def parse_plan_objects(objects: Sequence[object], known: Registers, also: Check = no_more) -> Read:
    """Read plans of a JSON list as `parse_plans` does of a CSV; the keys are the columns.

    Raises:
        PlansRefused: With a line for every fault of every item.
    """
    return _parse(rows_of_objects("plans", objects, PLAN_COLUMNS, (CAUSE,)), known, also)


def _parse(rows: Rows, known: Registers, also: Check) -> Read:
    plans: list[Plan] = []
    seen: dict[str, int] = {}
    for at in rows.rows:
        plan = _plan(rows, at)
        if plan is None:
            continue
        first = seen.setdefault(plan.plan_id, at[0])
        if first != at[0]:
            rows.fault(at[0], f"plan_id {plan.plan_id!r} stands in row {first} already", "give it its own id")
        for what, mend in (*_faults(plan, known), *also(plan)):
            rows.fault(at[0], what, mend)
        plans.append(plan)
    rows.refuse()
    return Read(tuple(plans), rows.unknown)


def _plan(rows: Rows, at: Row) -> Plan | None:
    words = {c: rows.cell(at, c, word, WANTS_WORD) for c in PLAN_COLUMNS[:4]}
    earliest, latest = (rows.cell(at, c, day, WANTS_DAY) for c in PLAN_COLUMNS[4:6])
    duration = rows.cell(at, "duration_min", minutes, WANTS_MINUTES)
    special = rows.cell(at, CAUSE, _special, "special, or nothing")
    if None in words.values() or earliest is None or latest is None or duration is None or special is None:
        return None
    return Plan(
        **{c: str(w) for c, w in words.items()},
        earliest=earliest,
        latest=latest,
        duration_min=duration,
        special=special,
    )


def _special(text: str) -> bool:
    if text not in ("special", ""):
        raise ValueError(text)
    return text == "special"


def _faults(plan: Plan, known: Registers) -> Iterable[What]:
    if plan.latest < plan.earliest:
        yield f"the window ends {plan.latest} before it begins {plan.earliest}", "swap earliest and latest"
    if (plan.latest - plan.earliest).days >= LONGEST_WINDOW_DAYS:
        yield "the window is longer than a year", "file a plan for each year"
    if known.enterprises is not None and plan.enterprise_id not in known.enterprises:
        yield f"enterprise {plan.enterprise_id!r} is unknown", "correct it or register the enterprise"
    if known.fields is not None and (plan.department, plan.field) not in known.fields:
        yield f"field {plan.field!r} of {plan.department!r} is unknown", "correct it or register the field"


def parse_enterprises(text: str, name: str = "enterprises.csv") -> Registers:
    """Read `enterprise_id, whitelisted, visits_left` (empty = no cap) into registers."""
    rows = rows_of_csv(name, text, ("enterprise_id", "whitelisted", "visits_left"))
    seen, listed, left = dict[str, int](), set[str](), dict[str, int]()
    for at in rows.rows:
        enterprise = rows.cell(at, "enterprise_id", word, WANTS_WORD)
        white = rows.cell(at, "whitelisted", yes_no, "true or false")
        cap = rows.cell(at, "visits_left", count, "a whole number from 0, or nothing")
        if enterprise is None:
            continue
        if seen.setdefault(enterprise, at[0]) != at[0]:
            rows.fault(at[0], f"enterprise_id {enterprise!r} stands in row {seen[enterprise]} already", "keep one row")
        if white:
            listed.add(enterprise)
        if cap is not None:
            left[enterprise] = cap
    rows.refuse()
    return Registers(enterprises=frozenset(seen), white_listed=frozenset(listed), visits_left=left)


def parse_fields(text: str, name: str = "fields.csv") -> frozenset[tuple[str, str]]:
    """Read the known (department, field) pairs."""
    rows = rows_of_csv(name, text, ("department", "field"))
    seen: dict[tuple[str, str], int] = {}
    for at in rows.rows:
        department, what = (rows.cell(at, c, word, WANTS_WORD) for c in ("department", "field"))
        if department is None or what is None:
            continue
        first = seen.setdefault((department, what), at[0])
        if first != at[0]:
            rows.fault(at[0], f"field {what!r} of {department!r} stands in row {first} already", "keep one row")
    rows.refuse()
    return frozenset(seen)


def parse_teams(text: str, name: str = "teams.csv") -> dict[str, int]:
    """Read minutes of each department's team in a day."""
    rows = rows_of_csv(name, text, ("department", "minutes_per_day"))
    teams: dict[str, int] = {}
    for at in rows.rows:
        department = rows.cell(at, "department", word, WANTS_WORD)
        worked = rows.cell(at, "minutes_per_day", minutes, WANTS_MINUTES)
        if department in teams:
            rows.fault(at[0], f"department {department!r} stands here already", "keep one row")
        if department is not None and worked is not None:
            teams[department] = worked
    rows.refuse()
    return teams


def parse_published(text: str, name: str = "schedule.csv") -> dict[str, date]:
    """Read a schedule as `wugan plans merge` writes it: plan id → day; held plans have none."""
    rows = rows_of_csv(name, text, ("plan_id", "day"))
    days: dict[str, date] = {}
    for at in rows.rows:
        plan_id = rows.cell(at, "plan_id", word, WANTS_WORD)
        if (at[1]["day"] or "").strip():
            on = rows.cell(at, "day", day, f"{WANTS_DAY}, or nothing")
            if plan_id is not None and on is not None:
                days[plan_id.removeprefix("'")] = on  # the mark against formulas that the schedule wears
    rows.refuse()
    return days
