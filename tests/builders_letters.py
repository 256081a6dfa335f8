"""Events of tickets as the outbox holds them, for tests of messages."""

from typing import Any

import msgspec

from alerts.delivery.endpoint import Endpoint, FormName
from alerts.delivery.events import EventType
from alerts.delivery.forms.base import Event
from alerts.delivery.forms.letter import Letter
from alerts.view import PersonSide, view
from domain.ticket import Ticket, TicketState
from domain.times import rfc3339, to_ms
from domain.wire import ticket_fields
from tests.builders_alerts import NOON, make_ticket

NOON_MS = to_ms(NOON)
PAGE = "https://desk.example.org/t/abc"


def make_event(
    ticket: Ticket | None = None, kind: EventType = EventType.OPENED, extensions: dict[str, Any] | None = None, **said
) -> Event:
    """An event; `said` replaces keys of the ticket's JSON, `extensions` are added to the envelope."""
    told = view(ticket or make_ticket(), PersonSide(number=17, state=TicketState.NEW))
    data = ticket_fields(told) | said
    envelope = {
        "specversion": "1.0",
        "id": "evt_1",
        "source": "/wugan/etown",
        "type": kind.value,
        "subject": told.id,
        "time": rfc3339(NOON),
        "data": data,
    }
    body = msgspec.json.encode(envelope | (extensions or {})).decode()
    return Event(id="evt_1", type=kind.value, ticket_id=told.id, priority=told.priority, at_ms=NOON_MS, body=body)


def make_endpoint(form: FormName, url: str, *secrets: str, name: str = "duty-group", **options) -> Endpoint:
    return Endpoint(name=name, url=url, form=form, secrets=secrets, options=options)


def page(ticket_id: str, now_ms: int) -> str:
    return PAGE


def no_page(ticket_id: str, now_ms: int) -> None:
    return None


def row(letter: Letter, label: str) -> str:
    return dict(letter.lines)[label]
