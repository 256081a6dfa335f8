"""Outcomes that found a problem of which nobody has filed a matter yet.

A visit under a ticket is left out: the ticket's outcome speaks for it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Exists, String, cast, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from alerts.store.engine import reading
from alerts.store.models import MatterRow, OutcomeRow, TicketRow, VisitRow
from alerts.supervision.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfiled:
    """An outcome without a matter; `number` is the ticket's, None of a visit, `enterprise_id` None = nobody knows."""

    source: str
    number: int | None
    enterprise_id: str | None
    name: str
    day: date
    who: str
    measure: str | None
    note: str


def unfiled(office: Office, enterprise_id: str | None = None, limit: int = 100) -> list[Unfiled]:
    """Return outcomes without a matter, the last first; of one enterprise, or of all."""
    tickets = (
        select(OutcomeRow, TicketRow.number)
        .join(TicketRow, TicketRow.id == OutcomeRow.ticket_id)
        .where(OutcomeRow.problem_found, ~_has_matter("ticket:", OutcomeRow.ticket_id))
        .order_by(OutcomeRow.at_ms.desc())
    )
    visits = (
        select(VisitRow)
        .where(
            VisitRow.problem_found.is_(True), VisitRow.cover_kind != "ticket", ~_has_matter("visit:", VisitRow.scan_id)
        )
        .order_by(VisitRow.at_ms.desc())
    )
    if enterprise_id is not None:
        tickets = tickets.where(OutcomeRow.enterprise_id == enterprise_id)
        visits = visits.where(VisitRow.enterprise_id == enterprise_id)
    with reading(office.engine) as session:
        told = [_of_ticket(office, row, number) for row, number in session.execute(tickets.limit(limit))]
        told += [_of_visit(office, row) for row in session.scalars(visits.limit(limit))]
    return sorted(told, key=lambda one: (one.day, one.source), reverse=True)[:limit]


def _has_matter(kind: str, name: InstrumentedAttribute[str]) -> Exists:
    return select(MatterRow.matter_id).where(MatterRow.source == literal(kind).concat(cast(name, String))).exists()


def _of_ticket(office: Office, row: OutcomeRow, number: int) -> Unfiled:
    return Unfiled(
        source=f"ticket:{row.ticket_id}",
        number=number,
        enterprise_id=row.enterprise_id,
        name=_name(office, row.enterprise_id),
        day=office.at(row.at_ms).date(),
        who=row.who,
        measure=row.measure,
        note=row.note or "",
    )


def _of_visit(office: Office, row: VisitRow) -> Unfiled:
    return Unfiled(
        source=f"visit:{row.scan_id}",
        number=None,
        enterprise_id=row.enterprise_id,
        name=_name(office, row.enterprise_id),
        day=office.at(row.at_ms).date(),
        who=row.inspector_id,
        measure=row.measure,
        note=row.note or "",
    )


def _name(office: Office, enterprise_id: str | None) -> str:
    known = office.register.by_id.get(enterprise_id or "")
    return known.name if known else enterprise_id or ""
