"""A schedule → its CSV, and an iCalendar file per team (RFC 5545)."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from domain.supervision.plans.model import Plan, Schedule

COLUMNS = (
    "plan_id",
    "department",
    "field",
    "enterprise_id",
    "day",
    "visit_id",
    "fields_in_visit",
    "held",
    "duration_min",
)
LINE_OCTETS = 75
"""Content lines are folded at so many octets. RFC 5545 3.1."""


Names = Mapping[str, str]


def as_csv(schedule: Schedule, plans: Sequence[Plan], department: str | None = None, names: Names | None = None) -> str:
    """Write a row a plan, by day and enterprise; held plans stand last; with `department` only its rows.

    With `names` of enterprises by id a column `enterprise` holds them.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, "enterprise") if names is not None else COLUMNS)
    together = _fields_by_visit(schedule, plans)
    wanted = [plan for plan in plans if department in (None, plan.department)]
    for plan in sorted(wanted, key=lambda p: (str(schedule.days.get(p.plan_id, "~")), p.enterprise_id, p.plan_id)):
        day = schedule.days.get(plan.plan_id)
        visit = visit_id(plan.enterprise_id, day.isoformat()) if day else ""
        row = (plan.plan_id, plan.department, plan.field, plan.enterprise_id, str(day or ""), visit)
        held = schedule.held.get(plan.plan_id, "")
        cells = [*row, str(len(together.get(visit, ())) or ""), str(held), str(plan.duration_min)]
        cells += [] if names is None else [names.get(plan.enterprise_id, "")]
        writer.writerow([_plain(cell) for cell in cells])
    return out.getvalue()


def visit_id(enterprise_id: str, day: str) -> str:
    """Give the same id for the same enterprise and day, whatever was merged into the visit."""
    return f"{enterprise_id}@{day}"


def as_icalendar(
    schedule: Schedule, plans: Sequence[Plan], department: str, stamp: datetime, names: Names | None = None
) -> str:
    """Write one all-day event per visit of this department.

    Args:
        schedule: Days by plan.
        plans: All plans, those of other departments too: an event says what is checked together.
        department: Whose.
        stamp: When the schedule was made, aware.
        names: Of enterprises by id; else their ids stand for them.
    """
    together = _fields_by_visit(schedule, plans)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Wugan//Plans//ZH", "CALSCALE:GREGORIAN"]
    visits: dict[tuple[str, str], list[Plan]] = {}
    for plan in plans:
        if plan.department == department and plan.plan_id in schedule.days:
            visits.setdefault((schedule.days[plan.plan_id].isoformat(), plan.enterprise_id), []).append(plan)
    for (day, enterprise), mine in sorted(visits.items()):
        visit = visit_id(enterprise, day)
        title = (names or {}).get(enterprise, enterprise)
        lines += _event(visit, title, mine, together[visit], stamp)
    return "".join(_fold(line) for line in [*lines, "END:VCALENDAR"])


def _event(visit: str, title: str, mine: Sequence[Plan], others: Sequence[str], stamp: datetime) -> list[str]:
    first = datetime.fromisoformat(visit.rpartition("@")[2])
    fields = "、".join(plan.field for plan in mine)
    minutes = sum(plan.duration_min for plan in mine)
    told = f"综合查一次 One visit: {'、'.join(others)}; {minutes} min"
    return [
        "BEGIN:VEVENT",
        f"UID:{_escape(visit)}/{_escape(mine[0].department)}@wugan",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{first + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escape(f'{title}:{fields}')}",
        f"DESCRIPTION:{_escape(told)}",
        "END:VEVENT",
    ]


def _fields_by_visit(schedule: Schedule, plans: Sequence[Plan]) -> dict[str, list[str]]:
    together: dict[str, list[str]] = {}
    for plan in plans:
        if plan.plan_id in schedule.days:
            visit = visit_id(plan.enterprise_id, schedule.days[plan.plan_id].isoformat())
            together.setdefault(visit, []).append(f"{plan.department}/{plan.field}")
    return together


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _escape(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _fold(line: str) -> str:
    """Break a line before its 76th octet, never inside a character."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE_OCTETS:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts) + "\r\n"
