"""A ticket in, a signed link out, and back: it names the ticket and whom it was made for, and ends after some hours."""

import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

PATH = "/t/"
LONGEST_TOKEN = 1024
"""A longer token is not ours. [characters]"""
_SALT = "wugan.inspector.link.v1"
_PARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a link opens; `who` is whom it was made for, empty where a whole group got it."""

    ticket_id: str
    who: str = ""


class LinkRefused(ValueError):
    """A token is forged, damaged or past its time; which of them is not told."""


def link(ticket_id: str, secret: str, now_ms: int, base_url: str, who: str = "") -> str:
    """Return the address of the inspector's page of a ticket.

    Args:
        ticket_id: Which ticket.
        secret: What the desk signs with (`secret_of`).
        now_ms: The link's time is counted from here.
        base_url: Where inspectors reach the desk, as `https://desk.example.org`.
        who: Whom the link is made for, as recorded in the ticket's history; empty: the page asks for a name.
    """
    token = _serializer(secret, now_ms).dumps([ticket_id, who])
    text = token if isinstance(token, str) else token.decode()
    return f"{base_url.rstrip('/')}{PATH}{text}"


def read_link(token: str, secret: str, now_ms: int, lifetime_ms: int) -> Visit:
    """Return what a link opens.

    Args:
        token: The part after `/t/`.
        secret: What the desk signs with.
        now_ms: The present.
        lifetime_ms: How long links hold.

    Raises:
        LinkRefused: Forged or past its time.
    """
    if len(token) > LONGEST_TOKEN:
        raise LinkRefused("link refused")
    try:
        told = _serializer(secret, now_ms).loads(token, max_age=lifetime_ms // 1000)
    except BadData:
        raise LinkRefused("link refused") from None
    if not isinstance(told, list) or len(told) != _PARTS or not all(isinstance(part, str) for part in told):
        raise LinkRefused("link refused")
    return Visit(ticket_id=told[0], who=told[1])


class _OnOurClock(TimestampSigner):
    """Signs with the time that it is given, so that replays and tests run on their own clock."""

    now_ms = 0

    def get_timestamp(self) -> int:
        return self.now_ms // 1000


def _serializer(secret: str, now_ms: int) -> URLSafeTimedSerializer:
    signer = type("Signer", (_OnOurClock,), {"now_ms": now_ms})
    return URLSafeTimedSerializer(
        secret, salt=_SALT, signer=signer, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
