"""Visits that were made → marks by why they were made and what they found.

Decision table:

| covered by                        | cause                | is        |
|-----------------------------------|----------------------|-----------|
| a ticket, a complaint             | -                    | clue      |
| a plan                            | `clue`, `complaint`  | clue      |
| a plan                            | `special`            | special   |
| a plan                            | none                 | routine   |
| a ticket's result without a scan  | -                    | clue      |

| result                                                     | is      |
|------------------------------------------------------------|---------|
| the visit's own                                            | that    |
| none, but of the ticket under which the scan is the last   | that    |
| neither                                                    | open    |
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from alerts.store.models import OutcomeRow, PlanRow, VisitRow
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.tickets import Told, by_ticket
from alerts.supervision.statistics.window import Window
from domain.supervision.statistics import Mark, What

COMPLAINT, PLAN, TICKET = "complaint", "plan", "ticket"
SPECIAL = "special"
_COLUMNS = tuple(
    getattr(VisitRow, name)
    for name in (
        *("scan_id", "enterprise_id", "at_ms", "cover_kind", "cover_id", "cause", "problem_found", "measure"),
        *("override_by", "conflict"),
    )
)
_MEASURES = {"guidance": What.GUIDANCE, "rectification": What.RECTIFICATION, "penalty": What.PENALTY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One visit; `result` is None where none is filed."""

    enterprise_id: str | None
    at_ms: int
    cover_kind: str
    cover_id: str
    cause: str | None
    result: bool | None
    measure: str | None
    scan: Row[Any] | None


def visits_of(session: Session, tickets: Mapping[str, Told], window: Window) -> Iterator[Made]:
    """Yield the visits of a period: scans that were let in, and results of tickets without one.

    Args:
        session: A reading session.
        tickets: By id all that were visited or closed in the period.
        window: The period.
    """
    under = _last_scans(session, tickets)
    for row in session.execute(select(*_COLUMNS).where(window.has_at(VisitRow.at_ms)).order_by(VisitRow.seq)):
        filed = _filed(row, tickets, under)
        yield Made(
            enterprise_id=row.enterprise_id,
            at_ms=row.at_ms,
            cover_kind=row.cover_kind,
            cover_id=row.cover_id,
            cause=row.cause,
            result=row.problem_found if filed is None else filed.problem_found,
            measure=row.measure if filed is None else filed.measure,
            scan=row,
        )
    for ticket in tickets.values():
        result = ticket.result
        if result and window.has(result.at_ms) and (ticket.ticket_id, result.enterprise_id) not in under:
            yield Made(
                enterprise_id=result.enterprise_id,
                at_ms=result.at_ms,
                cover_kind=TICKET,
                cover_id=ticket.ticket_id,
                cause=None,
                result=result.problem_found,
                measure=result.measure,
                scan=None,
            )


def marks_of_visits(
    session: Session, tickets: Mapping[str, Told], window: Window, labeller: Labeller
) -> Iterator[Mark]:
    """Yield the marks of visits."""
    departments = _departments(session, window)
    about = by_ticket(dict(tickets))
    for visit in visits_of(session, tickets, window):
        day = window.day(visit.at_ms)
        rule, source = about[visit.cover_id] if visit.cover_kind == TICKET else (visit.cover_kind, visit.cover_kind)
        department = departments.get(visit.cover_id, "") if visit.cover_kind == PLAN else ""
        labels = labeller.of(visit.enterprise_id, day, department=department, rule=rule, source=source)
        for what in _whats(visit):
            yield Mark(what, day, labels)


def _whats(visit: Made) -> Iterator[What]:
    result = "open" if visit.result is None else "found" if visit.result else "nothing"
    yield What(f"{_why(visit)}_{result}")
    if visit.result and visit.measure in _MEASURES:
        yield _MEASURES[visit.measure]
    scan = visit.scan
    told = {
        What.UNSCANNED: scan is None,
        What.OVERRIDDEN: scan is not None and scan.override_by is not None,
        What.WITH_CAUSE: scan is not None and scan.cause is not None,
        What.IN_CONFLICT: scan is not None and scan.conflict is not None,
    }
    yield from (what for what, holds in told.items() if holds)


def _why(visit: Made) -> str:
    if visit.cover_kind in (TICKET, COMPLAINT):
        return "clue"
    if visit.cause is None:
        return "routine"
    return "special" if visit.cause == SPECIAL else "clue"


def _last_scans(session: Session, tickets: Mapping[str, Told]) -> dict[tuple[str, str | None], str]:
    """Return the last scan under each of the tickets at each enterprise."""
    asked = select(VisitRow.cover_id, VisitRow.enterprise_id, VisitRow.scan_id).where(VisitRow.cover_kind == TICKET)
    rows = session.execute(asked.order_by(VisitRow.at_ms, VisitRow.seq))
    return {(row.cover_id, row.enterprise_id): row.scan_id for row in rows if row.cover_id in tickets}


def _filed(
    row: Row[Any], tickets: Mapping[str, Told], under: Mapping[tuple[str, str | None], str]
) -> OutcomeRow | None:
    """Return the ticket's result where the scan has none and is the last one under it."""
    ticket = tickets.get(row.cover_id) if row.cover_kind == TICKET and row.problem_found is None else None
    result = ticket.result if ticket else None
    if result is None or result.enterprise_id != row.enterprise_id:
        return None
    return result if under.get((row.cover_id, row.enterprise_id)) == row.scan_id else None


def _departments(session: Session, window: Window) -> dict[str, str]:
    used = select(VisitRow.cover_id).where(VisitRow.cover_kind == PLAN, window.has_at(VisitRow.at_ms))
    rows = session.execute(select(PlanRow.plan_id, PlanRow.department).where(PlanRow.plan_id.in_(used)))
    return {row.plan_id: row.department for row in rows}
