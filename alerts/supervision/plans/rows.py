"""Rows of the store ↔ plans as the rules read them."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from alerts.store.models import PlanRow
from domain.supervision.plans.model import Held, Plan, Schedule

FILED, PLACED, HELD, WITHDRAWN, DONE = "filed", "placed", "held", "withdrawn", "done"
STATES = (FILED, PLACED, HELD, WITHDRAWN, DONE)
OPEN = (FILED, PLACED, HELD)
"""States of plans that wait for their visit."""


def plan_of(row: PlanRow) -> Plan:
    """Return a row as the rules read it."""
    return Plan(
        plan_id=row.plan_id,
        department=row.department,
        field=row.field,
        enterprise_id=row.enterprise_id,
        earliest=date.fromisoformat(row.earliest),
        latest=date.fromisoformat(row.latest),
        duration_min=row.duration_min,
        special=row.special,
    )


def rows_to_plan(session: Session, today: date) -> Sequence[PlanRow]:
    """Return the rows that a merging plans, by id.

    | state        | window           | is planned                                                  |
    |--------------|------------------|-------------------------------------------------------------|
    | filed        | -                | yes; one whose window is over gets its reason               |
    | placed, held | lasts            | yes                                                         |
    | placed       | is over          | no: missed, and a scan that arrives late still finds it     |
    | held         | is over          | no: the reason why it was never planned stands              |
    | others       | -                | no                                                          |
    """
    lasts = and_(PlanRow.state.in_((PLACED, HELD)), PlanRow.latest >= today.isoformat())
    return session.scalars(select(PlanRow).where(or_(PlanRow.state == FILED, lasts)).order_by(PlanRow.plan_id)).all()


def days_of(rows: Iterable[PlanRow]) -> dict[str, date]:
    """Return the days in the schedule by plan, of those that have one."""
    return {row.plan_id: date.fromisoformat(row.day) for row in rows if row.day}


def schedule_of(rows: Sequence[PlanRow]) -> tuple[Schedule, list[Plan]]:
    """Return the schedule that rows tell, done visits with it, and the plans that it speaks of."""
    shown = [row for row in rows if row.state in (PLACED, HELD, DONE)]
    held = {row.plan_id: Held(row.reason) for row in shown if row.state == HELD and row.reason}
    days = days_of(row for row in shown if row.state != HELD)
    return Schedule(days, held), [plan_of(row) for row in shown]
