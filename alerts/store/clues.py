"""Clues from elsewhere as rows → what a ticket tells of them; they follow their ticket when it ends or is merged."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.store.models import ClueRow, TicketRow
from alerts.view import ClueTold, PersonEntry
from domain.supervision.clues import ClueSource, clue_ticket_id
from domain.ticket import Action, TicketState
from domain.times import to_datetime

_ENDS = (TicketState.CLOSED.value, TicketState.DISMISSED.value)

Clues = dict[str, list[ClueRow]]


def clues_of(session: Session, ticket_ids: Sequence[str]) -> Clues:
    """Return the clues of each ticket, in the order of their receipt."""
    found: Clues = {}
    if not ticket_ids:
        return found
    asked = select(ClueRow).where(ClueRow.ticket_id.in_(ticket_ids))
    for row in session.scalars(asked.order_by(ClueRow.received_ms, ClueRow.source, ClueRow.external_id)):
        found.setdefault(row.ticket_id, []).append(row)
    return found


def told_of(rows: Sequence[ClueRow]) -> tuple[ClueTold, ...]:
    """Return what a ticket tells of its clues."""
    return tuple(
        ClueTold(
            source=row.source,
            external_id=row.external_id,
            at=to_datetime(row.at_ms),
            text=row.text,
            enterprise_id=row.enterprise_id,
            opened=row.opened,
            closed_at=None if row.closed_ms is None else to_datetime(row.closed_ms),
        )
        for row in rows
    )


def entries_of(rows: Sequence[ClueRow]) -> list[PersonEntry]:
    """Return the entries of a history that tell of clues which joined the ticket."""
    return [
        PersonEntry(
            at=to_datetime(row.received_ms),
            what="corroborated",
            who=row.who,
            state=TicketState(row.state or TicketState.NEW),
            first=row.first,
            unknown=1.0 if row.unknown is None else row.unknown,
            action=Action(row.action or Action.WATCH),
            why=(row.source, f"clue:{row.external_id}"),
            note=row.text,
            enterprise_id=row.enterprise_id,
        )
        for row in rows
        if not row.opened
    ]


def corroborating(site: str, ticket_id: str, rows: Sequence[ClueRow]) -> tuple[str, ...]:
    """Return the sources that speak for a ticket beside whatever opened it, each once."""
    return tuple(
        sorted(
            {
                row.source
                for row in rows
                if row.closed_ms is None and clue_ticket_id(site, ClueSource(row.source), row.external_id) != ticket_id
            }
        )
    )


def follow_ticket(session: Session, row: TicketRow, at_ms: int) -> None:
    """Let the clues of a ticket follow it: settled with it, or of the ticket that took it in."""
    if row.state in _ENDS:
        asked = update(ClueRow).where(ClueRow.ticket_id == row.id, ClueRow.closed_ms.is_(None))
        session.execute(asked.values(closed_ms=at_ms))
    elif row.state == TicketState.MERGED.value and row.merged_into is not None:
        session.execute(update(ClueRow).where(ClueRow.ticket_id == row.id).values(ticket_id=row.merged_into))
