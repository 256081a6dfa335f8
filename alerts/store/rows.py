"""Rows to tickets as the outside sees them, and the system's tickets to rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.store.models import MoveRow, TicketRow
from alerts.view import PersonEntry, PersonSide, TicketView, view
from domain.problem import Problem
from domain.ticket import Action, Ticket, TicketState
from domain.times import to_datetime, to_ms
from domain.wire import decode_ticket, encode_ticket


def find(session: Session, ticket_id: str) -> TicketRow:
    """Return a ticket's row.

    Raises:
        Problem: 404, there is none of this id.
    """
    row = session.get(TicketRow, ticket_id) if ticket_id.isprintable() else None
    if row is None:
        raise Problem(
            404,
            "unknown_ticket",
            "Unknown ticket",
            f"no ticket has the id {ticket_id!r}; GET /api/v1/tickets lists them",
        )
    return row


def views(session: Session, rows: Sequence[TicketRow]) -> list[TicketView]:
    """Return tickets with both sides, in the order of the rows."""
    moves: dict[str, list[MoveRow]] = defaultdict(list)
    ids = [row.id for row in rows if row.version]
    asked = select(MoveRow).where(MoveRow.ticket_id.in_(ids)).order_by(MoveRow.ticket_id, MoveRow.version)
    for move in session.scalars(asked) if ids else ():
        moves[move.ticket_id].append(move)
    return [view(decode_ticket(row.system.encode()), _person_side(row, moves[row.id])) for row in rows]


def _person_side(row: TicketRow, moves: Iterable[MoveRow]) -> PersonSide:
    return PersonSide(number=row.number, state=TicketState(row.state), entries=tuple(map(_entry, moves)))


def _entry(move: MoveRow) -> PersonEntry:
    return PersonEntry(
        at=to_datetime(move.at_ms),
        what="acknowledged" if move.move == MoveKind.ACKNOWLEDGE else "decided",
        who=move.who,
        state=TicketState(move.state),
        first=move.first,
        unknown=move.unknown,
        action=Action(move.action),
        why=(move.reason_code,) if move.reason_code else (),
        note=move.note,
        enterprise_id=move.enterprise_id,
    )


def age(ticket: Ticket) -> tuple[int, int]:
    """Return what tells an older version of the system's ticket from a newer: time and length of the history."""
    return to_ms(ticket.updated_at), len(ticket.history)


def fill(row: TicketRow, ticket: Ticket) -> None:
    """Put the system's side into a row; the person's side stays."""
    row.system = encode_ticket(ticket).decode()
    row.system_ms, row.system_entries = age(ticket)
    row.kind = ticket.kind.value
    row.priority = ticket.priority
    row.opened_ms = to_ms(ticket.opened_at)
    row.updated_ms = max(row.updated_ms, row.system_ms)
    if not row.version:
        row.state = ticket.state.value
