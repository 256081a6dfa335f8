"""A ticket's result to the visits that were made for it, and what it lifts of conflicts.

Decision table, of a visit under the ticket at the place of the result:

| its outcome before | the result    | the visit                                                                     |
|--------------------|---------------|-------------------------------------------------------------------------------|
| filed              | -             | stays                                                                         |
| none               | found nothing | has it: it was fruitless before, and is                                       |
| none               | found         | has it: later visits lose `fruitless_visits` where three are no longer before |
"""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from alerts.store.models import OutcomeRow, VisitRow
from domain.supervision.check_in import FRUITLESS_LIMIT, FRUITLESS_WINDOW

FRUITLESS = "fruitless_visits"
"""The conflict that an outcome may lift; a cap is reached whatever was found."""
WINDOW_MS = FRUITLESS_WINDOW.days * 86_400_000


def fill_visits(session: Session, result: OutcomeRow) -> None:
    """Give a ticket's result to its visits that have none yet; the caller holds the numbering."""
    asked = select(VisitRow).where(
        VisitRow.cover_kind == "ticket",
        VisitRow.cover_id == result.ticket_id,
        VisitRow.enterprise_id == result.enterprise_id,
        VisitRow.problem_found.is_(None),
    )
    for visit in session.scalars(asked).all():
        put_outcome(session, visit, result)


def put_outcome(session: Session, visit: VisitRow, told: OutcomeRow) -> None:
    """Put what was found into a visit, and lift what it lifts."""
    visit.problem_found, visit.measure, visit.note = told.problem_found, told.measure, told.note
    visit.outcome_ms = told.at_ms
    session.flush()
    if told.problem_found:
        lift(session, visit)


def lift(session: Session, visit: VisitRow) -> None:
    """Take `fruitless_visits` from later visits of the same inspector that have no three fruitless ones before them."""
    later = select(VisitRow).where(
        VisitRow.enterprise_id == visit.enterprise_id,
        VisitRow.inspector_id == visit.inspector_id,
        VisitRow.at_ms >= visit.at_ms,
        VisitRow.conflict == FRUITLESS,
    )
    for row in session.scalars(later).all():
        if fruitless_before(session, row) < FRUITLESS_LIMIT:
            row.conflict = None


def fruitless_before(session: Session, visit: VisitRow) -> int:
    """Return how many visits before this one, within 365 days, by its inspector at its place found no problem."""
    scanned = select(func.count()).where(
        VisitRow.enterprise_id == visit.enterprise_id,
        VisitRow.inspector_id == visit.inspector_id,
        or_(VisitRow.problem_found.is_(None), VisitRow.problem_found.is_(False)),
        VisitRow.at_ms >= visit.at_ms - WINDOW_MS,
        or_(VisitRow.at_ms < visit.at_ms, (VisitRow.at_ms == visit.at_ms) & (VisitRow.seq < visit.seq)),
    )
    under = select(VisitRow.scan_id).where(
        VisitRow.cover_kind == "ticket",
        VisitRow.cover_id == OutcomeRow.ticket_id,
        VisitRow.enterprise_id == OutcomeRow.enterprise_id,
    )
    resulted = select(func.count()).where(
        OutcomeRow.enterprise_id == visit.enterprise_id,
        OutcomeRow.who == visit.inspector_id,
        OutcomeRow.problem_found.is_(False),
        OutcomeRow.at_ms >= visit.at_ms - WINDOW_MS,
        OutcomeRow.at_ms < visit.at_ms,
        ~under.exists(),
    )
    return (session.scalar(scanned) or 0) + (session.scalar(resulted) or 0)
