"""Plans and schedules as people read them: lists by page, versions, and what one team has to do."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from alerts.store.models import PlanRow, ScheduleRow
from alerts.supervision.office import Office
from alerts.supervision.plans.rows import schedule_of
from domain.problem import Problem
from domain.supervision.plans.calendar import as_csv, as_icalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which plans; None = all. Days are those in the schedule, as ISO dates."""

    state: str | None = None
    department: str | None = None
    enterprise_id: str | None = None
    first: str | None = None
    last: str | None = None

    def query(self) -> Select[Any]:
        """Return the query, in order of plan ids."""
        asked = select(PlanRow).order_by(PlanRow.plan_id)
        for column, wanted in (
            (PlanRow.state, self.state),
            (PlanRow.department, self.department),
            (PlanRow.enterprise_id, self.enterprise_id),
        ):
            if wanted is not None:
                asked = asked.where(column == wanted)
        if self.first is not None:
            asked = asked.where(PlanRow.day >= self.first)
        return asked if self.last is None else asked.where(PlanRow.day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published schedule in brief; `figures` also say which days counted (`weekends`, `closed`)."""

    version: int
    at: datetime
    who: str
    figures: dict[str, Any]


def page_of(session: Session, asked: Asked, limit: int, cursor: str | None) -> tuple[list[PlanRow], str | None]:
    """Return plans by id, and the cursor of what follows; None at the end.

    Raises:
        Problem: 422, the cursor is none of ours.
    """
    query = asked.query().limit(limit + 1)
    if cursor is not None:
        query = query.where(PlanRow.plan_id > _decoded(cursor))
    rows: list[PlanRow] = list(session.scalars(query))
    more = len(rows) > limit
    return rows[:limit], _encoded(rows[limit - 1].plan_id) if more else None


def _encoded(plan_id: str) -> str:
    return base64.urlsafe_b64encode(plan_id.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        found = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        found = ""
    if not found or not found.isprintable():
        detail = "cursor is not one of ours; send next_cursor of the page before, unchanged"
        raise Problem(422, "bad_cursor", "Bad cursor", detail)
    return found


def versions(session: Session, office: Office, limit: int = 20) -> list[Version]:
    """Return the last versions of the schedule, the newest first."""
    rows = session.scalars(select(ScheduleRow).order_by(ScheduleRow.version.desc()).limit(limit))
    return [
        Version(version=row.version, at=office.at(row.at_ms), who=row.who, figures=json.loads(row.figures))
        for row in rows
    ]


def entries_of(session: Session, version: int) -> dict[str, str]:
    """Return the days by plan as one version told them.

    Raises:
        Problem: 404, there is no such version.
    """
    row = session.get(ScheduleRow, version)
    if row is None:
        detail = f"version {version} was never published; GET /api/v1/plans/schedules lists them"
        raise Problem(404, "unknown_version", "Unknown version", detail)
    told: dict[str, str] = json.loads(row.entries)
    return told


def schedule_csv(session: Session, office: Office, department: str | None) -> str:
    """Return the schedule as a CSV, of one team or of all; visits that took place are in."""
    schedule, plans = schedule_of(list(session.scalars(Asked().query())))
    return as_csv(schedule, plans, department, names_of(office))


def schedule_ics(session: Session, office: Office, department: str) -> str:
    """Return one team's visits as iCalendar; stamped with the last publishing.

    Raises:
        Problem: 404, the team has no plan.
    """
    schedule, plans = schedule_of(list(session.scalars(Asked().query())))
    if all(plan.department != department for plan in plans):
        detail = f"department {department[:60]!r} has no plan in the schedule; GET /api/v1/plans lists the plans"
        raise Problem(404, "unknown_department", "Unknown department", detail)
    last = versions(session, office, 1)
    stamp = last[0].at if last else office.at(office.now_ms())
    return as_icalendar(schedule, plans, department, stamp, names_of(office))


def names_of(office: Office) -> dict[str, str]:
    """Return the names of the site's enterprises by id."""
    return {one.enterprise_id: one.name for one in office.register.by_id.values()}
