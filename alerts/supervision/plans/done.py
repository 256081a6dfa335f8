"""A visit that was let in → the plans that are done by it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import PlanRow, VisitRow
from alerts.supervision.office import Office
from alerts.supervision.plans.rows import DONE, OPEN
from domain.supervision.plans.done import plans_done
from domain.supervision.visits import CoverKind


def note_visit(session: Session, office: Office, visit: VisitRow) -> frozenset[str]:
    """Mark the plans that a visit did as done, in the visit's own transaction; returns their ids.

    Args:
        session: The writing session that keeps the visit.
        office: The site's supervision.
        visit: As kept.
    """
    if visit.cover_kind != CoverKind.PLAN:
        return frozenset()
    waiting = select(PlanRow).where(PlanRow.enterprise_id == visit.enterprise_id, PlanRow.state.in_(OPEN))
    rows = {row.plan_id: row for row in session.scalars(waiting)}
    days = {plan_id: date.fromisoformat(row.day) if row.day else None for plan_id, row in rows.items()}
    visited = office.at(visit.at_ms).date()
    found = plans_done(CoverKind.PLAN, visit.cover_id, visited, days)
    for plan_id in found:
        row = rows[plan_id]
        row.state, row.reason, row.day = DONE, None, visited.isoformat()
    return found
