"""Text of plans.csv and its registers → plans and limits, or every row that is wrong, each in one line."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from domain.supervision.plans.model import Limits, Plan

T = TypeVar("T")
PLAN_COLUMNS = ("plan_id", "department", "field", "enterprise_id", "earliest", "latest", "duration_min")
LONGEST_WINDOW_DAYS = 366
"""A window longer than a year is a slip. Design value. [d]"""
YES, NO = ("true", "1", "yes", "是"), ("false", "0", "no", "否", "")


class PlansRefused(ValueError):
    """One line for each row that is wrong: file, row, what, and how to mend it."""


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


class _Rows:
    """Rows of one file, read cell by cell, with every fault noted under file and row (the header is row 1)."""

    def __init__(self, name: str, text: str, columns: Sequence[str]) -> None:
        self.name, self.faults = name, list[str]()
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", strict=True)
        self.rows: list[tuple[int, Mapping[str, str]]] = []
        try:
            self._read(reader, columns)
        except csv.Error as error:
            self.fault(reader.line_num, f"not CSV, {error}; save the file anew")

    def _read(self, reader: "csv.DictReader[str]", columns: Sequence[str]) -> None:
        header = reader.fieldnames or ()
        missing = [column for column in columns if column not in header]
        if missing:
            self.fault(1, f"no column {', '.join(missing)}; the header is {','.join(columns)}")
            return
        if len(set(header)) < len(header):
            self.fault(1, "a column stands twice; keep one of each name")
        for row in reader:
            self.rows.append((reader.line_num, row))
            if "" in row and "" not in header:
                self.fault(reader.line_num, "more cells than the header has columns; quote cells with commas")

    def cell(self, at: tuple[int, Mapping[str, str]], column: str, read: Callable[[str], T], wants: str) -> T | None:
        """Read one cell; None and a noted fault when it can't be read."""
        text = (at[1][column] or "").strip()
        try:
            return read(text)
        except ValueError:
            self.fault(at[0], f"{column} is {text!r}; write {wants}")
            return None

    def fault(self, row: int, what: str) -> None:
        """Note a fault of a row."""
        self.faults.append(f"{self.name} row {row}: {what}")


def parse_plans(text: str, known: Registers, name: str = "plans.csv") -> tuple[Plan, ...]:
    """Read plans, all or none.

    Raises:
        PlansRefused: With a line for every fault of every row.
    """
    rows = _Rows(name, text, PLAN_COLUMNS)
    plans: list[Plan] = []
    seen: dict[str, int] = {}
    for at in rows.rows:
        plan = _plan(rows, at)
        if plan is None:
            continue
        first = seen.setdefault(plan.plan_id, at[0])
        if first != at[0]:
            rows.fault(at[0], f"plan_id {plan.plan_id!r} stands in row {first} already; give it its own id")
        _check(rows, at[0], plan, known)
        plans.append(plan)
    _refuse(rows)
    return tuple(plans)


def _plan(rows: _Rows, at: tuple[int, Mapping[str, str]]) -> Plan | None:
    words = {c: rows.cell(at, c, _word, "a name, not nothing") for c in PLAN_COLUMNS[:4]}
    earliest, latest = (rows.cell(at, c, date.fromisoformat, "a date like 2026-03-01") for c in PLAN_COLUMNS[4:6])
    duration = rows.cell(at, "duration_min", _positive, "whole minutes from 1 to 1440")
    if None in words.values() or earliest is None or latest is None or duration is None:
        return None
    return Plan(**{c: str(w) for c, w in words.items()}, earliest=earliest, latest=latest, duration_min=duration)


def _check(rows: _Rows, row: int, plan: Plan, known: Registers) -> None:
    if plan.latest < plan.earliest:
        rows.fault(row, f"the window ends {plan.latest} before it begins {plan.earliest}; swap earliest and latest")
    if (plan.latest - plan.earliest).days >= LONGEST_WINDOW_DAYS:
        rows.fault(row, "the window is longer than a year; file a plan for each year")
    if known.enterprises is not None and plan.enterprise_id not in known.enterprises:
        rows.fault(row, f"enterprise {plan.enterprise_id!r} is unknown; correct it or register it in enterprises.csv")
    if known.fields is not None and (plan.department, plan.field) not in known.fields:
        rows.fault(
            row,
            f"field {plan.field!r} of {plan.department!r} is unknown; correct it or register it in fields.csv",
        )


def parse_enterprises(text: str, name: str = "enterprises.csv") -> Registers:
    """Read `enterprise_id, whitelisted, visits_left` (empty = no cap) into registers."""
    rows = _Rows(name, text, ("enterprise_id", "whitelisted", "visits_left"))
    seen, listed, left = dict[str, int](), set[str](), dict[str, int]()
    for at in rows.rows:
        enterprise = rows.cell(at, "enterprise_id", _word, "the enterprise's id")
        white = rows.cell(at, "whitelisted", _yes_no, "true or false")
        cap = rows.cell(at, "visits_left", _count, "a whole number from 0, or nothing")
        if enterprise is None:
            continue
        if seen.setdefault(enterprise, at[0]) != at[0]:
            rows.fault(at[0], f"enterprise_id {enterprise!r} stands in row {seen[enterprise]} already; keep one row")
        if white:
            listed.add(enterprise)
        if cap is not None and cap >= 0:
            left[enterprise] = cap
    _refuse(rows)
    return Registers(enterprises=frozenset(seen), white_listed=frozenset(listed), visits_left=left)


def parse_fields(text: str, name: str = "fields.csv") -> frozenset[tuple[str, str]]:
    """Read the known (department, field) pairs."""
    rows = _Rows(name, text, ("department", "field"))
    seen: dict[tuple[str, str], int] = {}
    for at in rows.rows:
        department, what = (rows.cell(at, c, _word, "a name, not nothing") for c in ("department", "field"))
        if department is None or what is None:
            continue
        first = seen.setdefault((department, what), at[0])
        if first != at[0]:
            rows.fault(at[0], f"field {what!r} of {department!r} stands in row {first} already; keep one row")
    _refuse(rows)
    return frozenset(seen)


def parse_teams(text: str, name: str = "teams.csv") -> dict[str, int]:
    """Read minutes of each department's team in a day."""
    rows = _Rows(name, text, ("department", "minutes_per_day"))
    teams: dict[str, int] = {}
    for at in rows.rows:
        department = rows.cell(at, "department", _word, "a name, not nothing")
        minutes = rows.cell(at, "minutes_per_day", _positive, "whole minutes from 1 to 1440")
        if department in teams:
            rows.fault(at[0], f"department {department!r} stands here already; keep one row")
        if department is not None and minutes is not None:
            teams[department] = minutes
    _refuse(rows)
    return teams


def parse_published(text: str, name: str = "schedule.csv") -> dict[str, date]:
    """Read a schedule as `wugan plans merge` writes it: plan id → day; held plans have none."""
    rows = _Rows(name, text, ("plan_id", "day"))
    days: dict[str, date] = {}
    for at in rows.rows:
        plan_id = rows.cell(at, "plan_id", _word, "the plan's id")
        if (at[1]["day"] or "").strip():
            day = rows.cell(at, "day", date.fromisoformat, "a date like 2026-03-01, or nothing")
            if plan_id is not None and day is not None:
                days[plan_id.removeprefix("'")] = day  # the mark against formulas that the schedule wears
    _refuse(rows)
    return days


def _refuse(rows: _Rows) -> None:
    if rows.faults:
        raise PlansRefused("\n".join(rows.faults))


def _word(text: str) -> str:
    if not text:
        raise ValueError
    return text


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1440:
        raise ValueError
    return number


def _count(text: str) -> int:
    number = int(text) if text else -1
    if text and number < 0:
        raise ValueError
    return number


def _yes_no(text: str) -> bool:
    if text.lower() not in YES + NO:
        raise ValueError
    return text.lower() in YES
