"""JSON Schema of what leaves the house, made from the types: the ticket, and the CloudEvents that are told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from alerts.supervision.rectification_events import Happened
from alerts.view import TicketView
from domain.supervision.rectification import RectificationState

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """A CloudEvents 1.0 envelope with the ticket as it was then.

    Attributes:
        id: The same over all attempts; also the header `webhook-id`.
        source: `/wugan/SITE`.
        subject: The ticket's id.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Literal[
        "wugan.ticket.opened.v1", "wugan.ticket.updated.v1", "wugan.ticket.dispatched.v1", "wugan.ticket.closed.v1"
    ]
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    data: TicketView


@dataclass(frozen=True, slots=True, kw_only=True)
class StormTicket:
    """One ticket of a notice."""

    id: str
    number: int
    priority: int
    opened_at: datetime
    pollutants: tuple[str, ...]
    lon: float
    lat: float
    first: str | None
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a storm's notice tells."""

    site: str
    priority: int
    count: int
    until: datetime
    tickets: tuple[StormTicket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StormEvent:
    """A CloudEvents 1.0 envelope of a notice that lists tickets which opened within a short time.

    Attributes:
        subject: `storm/SITE`.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Literal["wugan.storm.v1"]
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    data: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationNews:
    """What is told of a rectification; `what` is what happened to it, `days_left` until its due day, negative after it.

    Attributes:
        filed: The day on which the enterprise filed it; null = not yet.
    """

    id: str
    site: str
    what: Happened
    state: RectificationState
    priority: int
    enterprise_id: str
    name: str
    text: str
    ordered: date
    due: date
    filed: date | None
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationEvent:
    """A CloudEvents 1.0 envelope of a rectification that was ordered, comes due, is overdue or was filed.

    Attributes:
        subject: `rectification/ID`.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: Literal["wugan.rectification.v1"]
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"]
    data: RectificationNews


def schemas() -> dict[str, dict[str, Any]]:
    """Return each schema by its file's name."""
    storm = _schema(StormEvent, "Notice of several Wugan tickets (CloudEvents 1.0)")
    notice = storm["$defs"]["Notice"]  # `from` is a word of Python, so no attribute can be called so
    notice["properties"]["from"] = {"format": "date-time", "title": "From", "type": "string"}
    notice["required"].append("from")
    return {
        "ticket.schema.json": _schema(TicketView, "Wugan clue ticket"),
        "ticket-event.schema.json": _schema(TicketEvent, "Event of a Wugan clue ticket (CloudEvents 1.0)"),
        "storm-event.schema.json": storm,
        "rectification-event.schema.json": _schema(RectificationEvent, "Event of a rectification (CloudEvents 1.0)"),
    }


def _schema(kind: type, title: str) -> dict[str, Any]:
    made = TypeAdapter(kind).json_schema(mode="serialization")
    return {"$schema": DRAFT, **made, "title": title}
