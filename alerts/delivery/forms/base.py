"""The port that every form of message implements: an event in, a request out, and what the answer means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Protocol

import msgspec

from alerts.delivery.endpoint import Endpoint, Point

_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that hold for now only."""


class Verdict(StrEnum):
    """What an answer means for the delivery."""

    OK = "ok"
    RETRY = "retry"
    STOP = "stop"
    GONE = "gone"
    """The receiver wants nothing any more: the endpoint is disabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the outbox.

    Attributes:
        id: The same over all attempts.
        type: CloudEvents type.
        at_ms: When it happened.
        body: The CloudEvents envelope as JSON, byte for byte as it was put.
    """

    id: str
    type: str
    ticket_id: str
    priority: int
    at_ms: int
    body: str

    @property
    def ticket(self) -> dict[str, Any]:
        """The ticket as it was then (`data` of the envelope), decoded."""
        data: dict[str, Any] = msgspec.json.decode(self.body)["data"]
        return data

    @property
    def place(self) -> Point | None:
        """Where the ticket is; None where it has no place."""
        ticket = self.ticket
        lon, lat = ticket.get("lon"), ticket.get("lat")
        return None if lon is None or lat is None else (lon, lat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What is sent: a POST to `url`, or a mail for `smtp://` and `smtps://` (`body` is the whole RFC 5322 message)."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: an HTTP or SMTP status, the body's beginning, and when the receiver wants to be asked again."""

    status: int
    body: bytes = b""
    retry_after: str | None = None


class Form(Protocol):
    """Puts events into the words of one platform."""

    def faults(self, endpoint: Endpoint) -> Sequence[str]:
        """Return what is wrong with an endpoint of this form, each in one line that says how to mend it."""
        ...

    def message(self, event: Event, endpoint: Endpoint, now_ms: int) -> Outgoing:
        """Return the request for one attempt; `now_ms` is its moment (signatures hold a time)."""
        ...

    def verdict(self, status: int, body: bytes) -> Verdict:
        """Say what an answer means; group robots answer 200 with an error code in the body."""
        ...


def http_verdict(status: int) -> Verdict:
    """Judge by the HTTP status alone.

    >>> [http_verdict(status).value for status in (204, 302, 404, 410, 425, 429, 503)]
    ['ok', 'retry', 'stop', 'gone', 'retry', 'retry', 'retry']
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.OK
    if status == HTTPStatus.GONE:
        return Verdict.GONE
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _AGAIN:
        return Verdict.STOP
    return Verdict.RETRY
