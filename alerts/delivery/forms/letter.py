"""A CloudEvents envelope → a message of at most eight short lines in Chinese, whatever the platform."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

import msgspec

from alerts.delivery.events import EventType
from alerts.delivery.forms.escape import plain
from alerts.delivery.forms.rectification_told import RectificationTold, rectification_lines, rectification_title
from alerts.delivery.forms.storm_told import StormTold, storm_lines, storm_title
from alerts.delivery.forms.ticket_told import Lines, TicketTold, ticket_lines, ticket_occasion, ticket_title

Link = Callable[[str, int], str | None]
"""Ticket's id and the time in Unix milliseconds → the inspector's page; None: there is none."""
CONTACT: Final = "请响应"
"""Label of whom a message is for."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope as forms read it.

    Attributes:
        contact: Whom the message is for, where it is directed to one person; empty: to all who read the endpoint.
        mention: How the platform names that person (a phone number, or its user id).
        round: 0 an ordinary message, else how many messages went out that nobody answered.
    """

    id: str
    type: str
    subject: str
    data: msgspec.Raw
    contact: str = ""
    mention: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message before any platform's form; its text is not escaped.

    Attributes:
        event_id: Stable over retries.
        rank: The priority in words.
        lines: Label and value, at most six.
        url: The inspector's page; None: there is none.
        urgent: Of the first priority, or nobody answered.
        mention: How the platform names whom it is for; empty: everybody.
    """

    event_id: str
    title: str
    rank: str
    lines: Lines
    url: str | None
    urgent: bool
    mention: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters need beside the event: the site's zone, and the link."""

    zone: tzinfo
    link: Link


_envelope = msgspec.json.Decoder(Envelope)
_ticket = msgspec.json.Decoder(TicketTold)
_storm = msgspec.json.Decoder(StormTold)
_rectification = msgspec.json.Decoder(RectificationTold)


def write_letter(body: str | bytes, desk: Desk, now_ms: int) -> Letter:
    """Return the message of an event.

    Args:
        body: The CloudEvents envelope.
        desk: Zone and link.
        now_ms: When it is sent; the link lives from then.

    Raises:
        msgspec.ValidationError: The body is no envelope of ours.
    """
    told = _envelope.decode(body)
    contact = (CONTACT, told.contact) if told.round else None
    if told.type == EventType.STORM:
        storm = _storm.decode(told.data)
        title = storm_title(storm, _late(told) or "线索汇总")
        return _letter(told, title, storm.priority, storm_lines(storm, desk.zone, contact), None)
    if told.type == EventType.RECTIFICATION:
        order = _rectification.decode(told.data)
        return _letter(told, rectification_title(order), order.priority, rectification_lines(order), None)
    ticket = _ticket.decode(told.data)
    title = ticket_title(ticket, _late(told) or ticket_occasion(told.type, ticket.state))
    link = desk.link(told.subject, now_ms)
    return _letter(told, title, ticket.priority, ticket_lines(ticket, told.type, desk.zone, contact), link)


def as_text(letter: Letter) -> str:
    """Return the message as plain text of at most eight lines."""
    rows = (f"{label}：{plain(value)}" for label, value in letter.lines)
    return "\n".join((f"{plain(letter.title)}（{letter.rank}）", *rows, *((letter.url,) if letter.url else ())))


def _late(told: Envelope) -> str:
    return f"第 {told.round} 次催办" if told.round else ""


def _letter(told: Envelope, title: str, priority: int, lines: Lines, url: str | None) -> Letter:
    return Letter(
        event_id=told.id,
        title=title,
        rank=f"优先级 {priority}",
        lines=tuple((label, value) for label, value in lines if value),
        url=url,
        urgent=priority == 1 or told.round > 0,
        mention=told.mention,
    )
