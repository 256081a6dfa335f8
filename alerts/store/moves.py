"""Moves as rows, and rows as entries of a history."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import Move, MoveKind
from alerts.store.models import MoveRow, TicketRow
from alerts.view import PersonEntry
from domain.ticket import Action, Ticket, TicketState
from domain.times import to_datetime, to_ms

RETURNED = "incident_returned"
"""Why a ticket came back whose own history tells of it already."""

WORDS = {
    MoveKind.ACKNOWLEDGE: "acknowledged",
    MoveKind.DISPATCH: "decided",
    MoveKind.WATCH: "decided",
    MoveKind.DISMISS: "decided",
    MoveKind.UNDO: "undone",
    MoveKind.SHELVE: "shelved",
    MoveKind.MERGE: "merged",
    MoveKind.ACCEPT: "accepted",
    MoveKind.ARRIVE: "arrived",
    MoveKind.OUTCOME: "outcome",
    MoveKind.REMIND: "reminded",
    MoveKind.ESCALATE: "escalated",
    MoveKind.REOPEN: "reopened",
}
"""What a history calls each move."""


def add_move(
    session: Session,
    row: TicketRow,
    ticket: Ticket,
    move: Move,
    after: TicketState,
    detail: Mapping[str, object],
) -> None:
    """Add a move to a ticket, which then stands in the state `after`."""
    now = ticket.history[-1]
    row.version += 1
    row.state = after.value
    row.updated_ms = max(row.updated_ms, to_ms(move.at))
    session.add(
        MoveRow(
            ticket_id=row.id,
            version=row.version,
            at_ms=to_ms(move.at),
            who=move.who,
            move=move.kind.value,
            state=after.value,
            reason_code=move.reason_code.value if move.reason_code else None,
            note=move.outcome.note if move.outcome else move.note,
            enterprise_id=move.enterprise_id,
            first=now.first,
            unknown=now.unknown,
            action=now.action.value,
            detail=msgspec.json.encode(dict(detail)).decode() if detail else None,
        )
    )


def detail_of(move: MoveRow) -> dict[str, object]:
    """Return what a move's row tells beside its columns."""
    return msgspec.json.decode(move.detail, type=dict[str, object]) if move.detail else {}


def last_move(session: Session, ticket_id: str, kind: MoveKind) -> MoveRow | None:
    """Return a ticket's last move of a kind."""
    asked = select(MoveRow).where(MoveRow.ticket_id == ticket_id, MoveRow.move == kind.value)
    return session.scalars(asked.order_by(MoveRow.version.desc()).limit(1)).one_or_none()


def entry_of(move: MoveRow) -> PersonEntry | None:
    """Return a move as an entry of the history; None where the system's own history tells of it."""
    detail = detail_of(move)
    why = detail.get("why", ())
    told = tuple(str(word) for word in why) if isinstance(why, list) else ()
    if RETURNED in told:
        return None
    return PersonEntry(
        at=to_datetime(move.at_ms),
        what=WORDS[MoveKind(move.move)],
        who=move.who,
        state=TicketState(move.state),
        first=move.first,
        unknown=move.unknown,
        action=Action(move.action),
        why=(*((move.reason_code,) if move.reason_code else ()), *told),
        note=move.note,
        enterprise_id=move.enterprise_id,
    )
