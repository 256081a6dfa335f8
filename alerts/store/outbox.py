"""What is told to the outside: CloudEvents of a ticket, put into the outbox with the change that they tell of."""

import hashlib
from enum import StrEnum

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from alerts.store.models import OutboxRow
from alerts.view import TicketView
from domain.times import rfc3339, to_datetime
from domain.wire import ticket_fields


class EventType(StrEnum):
    """CloudEvents types."""

    OPENED = "wugan.ticket.opened.v1"
    UPDATED = "wugan.ticket.updated.v1"
    DISPATCHED = "wugan.ticket.dispatched.v1"
    CLOSED = "wugan.ticket.closed.v1"
    STORM = "wugan.storm.v1"
    RECTIFICATION = "wugan.rectification.v1"


def put(session: Session, event: EventType, ticket: TicketView, at_ms: int, change: int, wait_ms: int = 0) -> str:
    """Put an event into the outbox, in the transaction of the change; the same change twice is one event.

    Args:
        session: A writing session whose caller holds the numbering.
        event: What happened.
        ticket: The ticket as it is then.
        at_ms: When.
        change: Number of the change (`TicketRow.change_seq`), which makes the id.
        wait_ms: How long it may still be undone. [ms]

    Returns:
        The event's id.
    """
    event_id = "evt_" + hashlib.sha256(f"{ticket.id}/{event.value}/{change}".encode()).hexdigest()[:32]
    if session.get(OutboxRow, event_id) is not None:
        return event_id
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/wugan/{ticket.site}",
        "type": event.value,
        "subject": ticket.id,
        "time": rfc3339(to_datetime(at_ms)),
        "datacontenttype": "application/json",
        "data": ticket_fields(ticket),
    }
    seq = (session.scalar(select(func.max(OutboxRow.seq))) or 0) + 1
    row = OutboxRow(
        id=event_id,
        seq=seq,
        ticket_id=ticket.id,
        type=event.value,
        priority=ticket.priority,
        at_ms=at_ms,
        not_before_ms=at_ms + wait_ms,
        body=msgspec.json.encode(envelope).decode(),
        cancelled=False,
        spread=False,
    )
    session.add(row)
    session.flush()
    return event_id


def cancel(session: Session, ticket_id: str, event: EventType, now_ms: int) -> bool:
    """Take back what has not left yet; say whether anything was taken back."""
    waiting = (OutboxRow.ticket_id == ticket_id, OutboxRow.type == event.value, OutboxRow.spread.is_(False))
    asked = update(OutboxRow).where(*waiting, OutboxRow.not_before_ms > now_ms, OutboxRow.cancelled.is_(False))
    return bool(session.execute(asked.values(cancelled=True)).rowcount)  # type: ignore[attr-defined]
