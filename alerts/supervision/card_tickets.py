"""Tickets that speak of an enterprise: the open ones, and those that a person answered with it in mind."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.store.models import MoveRow, OutcomeRow, TicketRow
from alerts.supervision.card_told import OpenTicket, PastClue
from alerts.supervision.office import Office
from domain.ticket import Ticket, TicketState
from domain.wire import decode_ticket

MOST = 50
"""No list of a card is longer. Design value."""
LEAST_PROBABILITY = 0.05
"""An open ticket is told of where the enterprise is its source with at least this probability. Design value."""
OPEN = tuple(
    state.value for state in TicketState if state not in (TicketState.CLOSED, TicketState.DISMISSED, TicketState.MERGED)
)
_ANSWERS = (MoveKind.DISPATCH.value, MoveKind.DISMISS.value)
_OUT = (TicketState.DISPATCHED.value, TicketState.ON_SITE.value)


def open_tickets(session: Session, office: Office, enterprise_id: str) -> list[OpenTicket]:
    """Return tickets that are not settled and may be this enterprise's, or were sent here."""
    asked = select(TicketRow).where(TicketRow.site == office.site_id, TicketRow.state.in_(OPEN))
    rows = session.scalars(asked.order_by(TicketRow.opened_ms.desc(), TicketRow.id)).all()
    sent = _sent_to(session, [row.id for row in rows if row.version])
    told = []
    for row in rows:
        ticket = decode_ticket(row.system.encode())
        probability = _probability(ticket, enterprise_id)
        sent_here = row.state in _OUT and sent.get(row.id) == enterprise_id
        if sent_here or probability >= LEAST_PROBABILITY:
            told.append(
                OpenTicket(
                    ticket_id=row.id,
                    number=row.number,
                    source=ticket.source,
                    state=row.state,
                    opened_at=office.at(row.opened_ms),
                    probability=probability,
                    sent_here=sent_here,
                )
            )
    return told[:MOST]


def _sent_to(session: Session, ticket_ids: Sequence[str]) -> dict[str, str | None]:
    """Return where the last dispatch of each ticket went."""
    asked = select(MoveRow).where(MoveRow.ticket_id.in_(ticket_ids), MoveRow.move == MoveKind.DISPATCH.value)
    moves: Iterable[MoveRow] = session.scalars(asked.order_by(MoveRow.version)) if ticket_ids else ()
    return {move.ticket_id: move.enterprise_id or move.first for move in moves}


def _probability(ticket: Ticket, enterprise_id: str) -> float:
    return next((one.probability for one in ticket.candidates if one.enterprise_id == enterprise_id), 0.0)


def past_clues(session: Session, office: Office, enterprise_id: str) -> list[PastClue]:
    """Return settled tickets that were sent here, dismissed with this one leading, or found something here."""
    answered = select(MoveRow.ticket_id).where(
        MoveRow.move.in_(_ANSWERS), func.coalesce(MoveRow.enterprise_id, MoveRow.first) == enterprise_id
    )
    found = select(OutcomeRow.ticket_id).where(OutcomeRow.enterprise_id == enterprise_id)
    asked = (
        select(TicketRow)
        .where(TicketRow.state.not_in(OPEN), or_(TicketRow.id.in_(answered), TicketRow.id.in_(found)))
        .order_by(TicketRow.opened_ms.desc(), TicketRow.id)
        .limit(MOST)
    )
    rows = session.scalars(asked).all()
    reasons = _reasons(session, [row.id for row in rows])
    return [
        PastClue(
            ticket_id=row.id,
            number=row.number,
            source=decode_ticket(row.system.encode()).source,
            state=row.state,
            opened_at=office.at(row.opened_ms),
            reason_code=reasons.get(row.id),
        )
        for row in rows
    ]


def _reasons(session: Session, ticket_ids: Sequence[str]) -> dict[str, str | None]:
    """Return why each ticket was dismissed at last."""
    asked = select(MoveRow.ticket_id, MoveRow.reason_code).where(
        MoveRow.ticket_id.in_(ticket_ids), MoveRow.move == MoveKind.DISMISS.value
    )
    return {row.ticket_id: row.reason_code for row in session.execute(asked.order_by(MoveRow.version))}
