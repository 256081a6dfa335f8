"""Messages to one contact: events that go to that contact's endpoint and to no other."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.delivery.events import EventType
from alerts.delivery.ledger import add_delivery
from alerts.escalation.schedule import Contact
from alerts.store.models import EndpointRow, OutboxRow, TicketRow
from domain.times import rfc3339, to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody is told of a ticket.

    Attributes:
        round: How many were told of it, this one included.
        ticket: The ticket's JSON as it is now.
    """

    contact: Contact
    row: TicketRow
    round: int
    ticket: bytes = field(repr=False)


def tell_each(session: Session, site: str, contact: Contact, calls: Sequence[Call], now_ms: int) -> None:
    """Put a message for each ticket into the outbox; the caller holds the numbering."""
    for call in calls:
        envelope = _envelope(site, EventType.UPDATED, call.row.id, contact, call.round, now_ms)
        key = f"{call.row.id}/{call.row.change_seq}"
        _put(session, envelope | {"data": msgspec.Raw(call.ticket)}, key, call.row.priority, contact, now_ms)


def tell_together(session: Session, site: str, contact: Contact, calls: Sequence[Call], now_ms: int) -> None:
    """Put one message that lists all the tickets into the outbox, in the form of a storm's notice."""
    opened = [call.row.opened_ms for call in calls]
    priority = min(call.row.priority for call in calls)
    data = {
        "site": site,
        "priority": priority,
        "count": len(calls),
        "from": rfc3339(to_datetime(min(opened))),
        "until": rfc3339(to_datetime(max(opened))),
        "tickets": [_line(call) for call in calls],
    }
    envelope = _envelope(site, EventType.STORM, f"overdue/{contact.key}", contact, max(c.round for c in calls), now_ms)
    _put(session, envelope | {"data": data}, f"overdue/{calls[0].row.change_seq}", priority, contact, now_ms)


def _line(call: Call) -> dict[str, object]:
    ticket = msgspec.json.decode(call.ticket)
    kept = {key: ticket[key] for key in ("id", "number", "priority", "opened_at", "pollutants", "lon", "lat")}
    first = ticket["candidates"][0]["enterprise_id"] if ticket["candidates"] else None
    return {**kept, "first": first, "action": ticket["recommendation"]["action"]}


def _envelope(
    site: str, kind: EventType, subject: str, contact: Contact, round_: int, now_ms: int
) -> dict[str, object]:
    """Return a CloudEvents envelope without data; the last three are extensions that say whom it is for."""
    return {
        "specversion": "1.0",
        "source": f"/wugan/{site}",
        "type": kind.value,
        "subject": subject,
        "time": rfc3339(to_datetime(now_ms)),
        "datacontenttype": "application/json",
        "contact": contact.name,
        "mention": contact.mention,
        "round": round_,
    }


def _put(
    session: Session, envelope: Mapping[str, object], key: str, priority: int, contact: Contact, now_ms: int
) -> None:
    """Put an event on its way to the contact's endpoint alone; the key makes its id."""
    event_id = "evt_" + hashlib.sha256(f"{key}/contact/{contact.key}".encode()).hexdigest()[:32]
    row = OutboxRow(
        id=event_id,
        seq=(session.scalar(select(func.max(OutboxRow.seq))) or 0) + 1,
        ticket_id=str(envelope["subject"]),
        type=str(envelope["type"]),
        priority=priority,
        at_ms=now_ms,
        not_before_ms=now_ms,
        body=msgspec.json.encode({"id": event_id, **envelope}).decode(),
        cancelled=False,
        spread=True,  # nobody else is told
    )
    session.add(row)
    session.flush()
    known = session.get(EndpointRow, contact.endpoint)
    add_delivery(session, row, contact.endpoint, now_ms, known.disabled if known else None)
