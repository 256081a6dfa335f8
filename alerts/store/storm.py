"""Storm mode: when too many tickets open within a minute, further ones are told of in one notice that lists them.

Nothing is dropped: every ticket is stored as ever, listed in exactly one notice, and counted.
"""

import hashlib
from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.settings import TicketRules
from alerts.store.models import OutboxRow, StormRow, TicketRow
from alerts.store.outbox import EventType
from alerts.view import TicketView
from domain.times import rfc3339, to_datetime, to_ms

MINUTE_MS = 60_000
GATHERS_MS = 60_000
"""A notice is gathered for so long before it leaves. Design value. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How storm mode stands.

    Attributes:
        active: Whether a ticket was gathered within the last minute.
        gathered: Tickets ever told of in notices.
        notices: Notices ever made.
    """

    active: bool
    gathered: int
    notices: int


def is_storm(session: Session, ticket: TicketView, rules: TicketRules) -> bool:
    """Say whether with this ticket more have opened within a minute than are told of singly."""
    at_ms = to_ms(ticket.opened_at)
    asked = select(func.count()).select_from(TicketRow).where(TicketRow.site == ticket.site)
    opened = session.scalar(asked.where(TicketRow.opened_ms > at_ms - MINUTE_MS, TicketRow.opened_ms <= at_ms)) or 0
    return opened > rules.storm_per_min


def gather(session: Session, ticket: TicketView) -> str:
    """Add a ticket to the notice that has not left yet, or to a new one; returns the event's id.

    The caller holds the numbering, so that no two notices are begun at once.
    """
    at_ms, subject = to_ms(ticket.opened_at), f"storm/{ticket.site}"
    waiting = select(OutboxRow).where(
        OutboxRow.ticket_id == subject, OutboxRow.spread.is_(False), OutboxRow.not_before_ms > at_ms
    )
    row = session.scalars(waiting.order_by(OutboxRow.seq.desc()).limit(1).with_for_update()).one_or_none()
    if row is None:
        row = _begin(session, ticket, subject)
    session.add(StormRow(ticket_id=ticket.id, event_id=row.id, at_ms=at_ms))
    envelope = msgspec.json.decode(row.body)
    data = envelope["data"]
    data["tickets"].append(_line(ticket))
    data["count"] = len(data["tickets"])
    data["until"] = max(data["until"], rfc3339(ticket.opened_at))
    row.priority = data["priority"] = min(data["priority"], ticket.priority)
    row.body = msgspec.json.encode(envelope).decode()
    session.flush()
    return row.id


def storm_of(session: Session, now_ms: int) -> Storm:
    """Return how storm mode stands."""
    gathered, notices, last_ms = session.execute(
        select(func.count(), func.count(func.distinct(StormRow.event_id)), func.max(StormRow.at_ms))
    ).one()
    return Storm(active=last_ms is not None and last_ms > now_ms - MINUTE_MS, gathered=gathered, notices=notices)


def _begin(session: Session, ticket: TicketView, subject: str) -> OutboxRow:
    at_ms = to_ms(ticket.opened_at)
    event_id = "evt_" + hashlib.sha256(f"{subject}/{ticket.id}".encode()).hexdigest()[:32]
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/wugan/{ticket.site}",
        "type": EventType.STORM.value,
        "subject": subject,
        "time": rfc3339(ticket.opened_at),
        "datacontenttype": "application/json",
        "data": {
            "site": ticket.site,
            "priority": ticket.priority,
            "count": 0,
            "from": rfc3339(ticket.opened_at),
            "until": rfc3339(ticket.opened_at),
            "tickets": [],
        },
    }
    row = OutboxRow(
        id=event_id,
        seq=(session.scalar(select(func.max(OutboxRow.seq))) or 0) + 1,
        ticket_id=subject,
        type=EventType.STORM.value,
        priority=ticket.priority,
        at_ms=at_ms,
        not_before_ms=at_ms + GATHERS_MS,
        body=msgspec.json.encode(envelope).decode(),
        cancelled=False,
        spread=False,
    )
    session.add(row)
    return row


def _line(ticket: TicketView) -> dict[str, object]:
    lead = ticket.candidates[0] if ticket.candidates else None
    return {
        "id": ticket.id,
        "number": ticket.number,
        "priority": ticket.priority,
        "opened_at": rfc3339(to_datetime(to_ms(ticket.opened_at))),
        "pollutants": list(ticket.pollutants),
        "lon": ticket.lon,
        "lat": ticket.lat,
        "first": lead.enterprise_id if lead else None,
        "action": ticket.recommendation.action.value,
    }
