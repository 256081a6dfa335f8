"""A dispatch has reached an endpoint → an entry of the ticket's history, which is no move and raises no event."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import SYSTEM
from alerts.store.audit import record
from alerts.store.models import DispatchDeliveredRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.view import PersonEntry
from domain.ticket import Action, TicketState
from domain.times import to_datetime
from domain.wire import decode_ticket


def note_delivered(session: Session, event_id: str, ticket_id: str, endpoint: str, at_ms: int) -> bool:
    """Write down that a dispatch has reached its first endpoint; say whether it is news.

    Args:
        session: A writing session that holds no other row yet: writers queue at the numbering.
        event_id: The dispatch's event; the same again changes nothing.
        ticket_id: Its ticket; one that the store does not know has no history.
        endpoint: By name.
        at_ms: When it answered. [ms]
    """
    numbering = Numbering(session)
    row = session.get(TicketRow, ticket_id)
    if row is None or session.get(DispatchDeliveredRow, event_id) is not None:
        return False
    now = decode_ticket(row.system.encode()).history[-1]
    session.add(
        DispatchDeliveredRow(
            event_id=event_id,
            ticket_id=ticket_id,
            at_ms=at_ms,
            endpoint=endpoint,
            state=row.state,
            first=now.first,
            unknown=now.unknown,
            action=now.action.value,
        )
    )
    row.updated_ms = max(row.updated_ms, at_ms)
    row.change_seq = numbering.next_change()
    record(session, at_ms, SYSTEM, "ticket.delivered", ticket_id, {"endpoint": endpoint, "event": event_id})
    session.flush()
    return True


def deliveries_of(session: Session, ticket_ids: Sequence[str]) -> dict[str, list[PersonEntry]]:
    """Return the entries of each ticket, oldest first."""
    found: dict[str, list[PersonEntry]] = {}
    if not ticket_ids:
        return found
    asked = select(DispatchDeliveredRow).where(DispatchDeliveredRow.ticket_id.in_(ticket_ids))
    for row in session.scalars(asked.order_by(DispatchDeliveredRow.at_ms, DispatchDeliveredRow.event_id)):
        found.setdefault(row.ticket_id, []).append(_entry(row))
    return found


def _entry(row: DispatchDeliveredRow) -> PersonEntry:
    return PersonEntry(
        at=to_datetime(row.at_ms),
        what="delivered",
        who=SYSTEM,
        state=TicketState(row.state),
        first=row.first,
        unknown=row.unknown,
        action=Action(row.action),
        why=(row.endpoint,),
    )
