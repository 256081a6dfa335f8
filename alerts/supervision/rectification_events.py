"""What happens to a rectification to an event for the endpoints, in the transaction of what it tells of."""

import hashlib
from datetime import date
from enum import StrEnum

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.store.models import OutboxRow, RectificationRow
from alerts.store.outbox import EventType
from alerts.supervision.facts import rectification_of
from alerts.supervision.office import Office
from domain.supervision.rectification import state_on
from domain.times import rfc3339, to_datetime


class Happened(StrEnum):
    """What happened to a rectification."""

    ORDERED = "ordered"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    FILED = "filed"


_PRIORITY = {Happened.ORDERED: 3, Happened.REMINDED: 2, Happened.OVERDUE: 1, Happened.FILED: 3}
"""As of a ticket, for endpoints that want some priorities only. Design value."""


def tell(session: Session, office: Office, row: RectificationRow, what: Happened) -> str:
    """Put an event into the outbox; the caller holds the numbering. The same happening twice is one event.

    Returns:
        The event's id.
    """
    subject = f"rectification/{row.rectification_id}"
    event_id = "evt_" + hashlib.sha256(f"{office.site_id}/{subject}/{what.value}".encode()).hexdigest()[:32]
    if session.get(OutboxRow, event_id) is not None:
        return event_id
    at_ms = office.now_ms()
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/wugan/{office.site_id}",
        "type": EventType.RECTIFICATION.value,
        "subject": subject,
        "time": rfc3339(to_datetime(at_ms)),
        "datacontenttype": "application/json",
        "data": _told(office, row, what),
    }
    outbox = OutboxRow(
        id=event_id,
        seq=(session.scalar(select(func.max(OutboxRow.seq))) or 0) + 1,
        ticket_id=subject,
        type=EventType.RECTIFICATION.value,
        priority=_PRIORITY[what],
        at_ms=at_ms,
        not_before_ms=at_ms,
        body=msgspec.json.encode(envelope).decode(),
        cancelled=False,
        spread=False,
    )
    session.add(outbox)
    session.flush()
    return event_id


def _told(office: Office, row: RectificationRow, what: Happened) -> dict[str, object]:
    today = office.today()
    known = office.register.by_id.get(row.enterprise_id)
    return {
        "id": row.rectification_id,
        "site": office.site_id,
        "what": what.value,
        "state": state_on(today, rectification_of(row)).value,
        "priority": _PRIORITY[what],
        "enterprise_id": row.enterprise_id,
        "name": known.name if known else row.enterprise_id,
        "text": row.text,
        "ordered": row.ordered,
        "due": row.due,
        "filed": row.filed,
        "days_left": (date.fromisoformat(row.due) - today).days,
    }
