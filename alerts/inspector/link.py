"""A ticket in, a signed link out, and back: it names the ticket and whom it was made for, and ends after some hours."""

from dataclasses import dataclass

from alerts.signed import LinkRefused, sign, unsign

PATH = "/t/"
_SALT = "wugan.inspector.link.v1"
_PARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a link opens; `who` is whom it was made for, empty where a whole group got it."""

    ticket_id: str
    who: str = ""


def link(ticket_id: str, secret: str, now_ms: int, base_url: str, who: str = "") -> str:
    """Return the address of the inspector's page of a ticket.

    Args:
        ticket_id: Which ticket.
        secret: What the desk signs with (`secret_of`).
        now_ms: The link's time is counted from here.
        base_url: Where inspectors reach the desk, as `https://desk.example.org`.
        who: Whom the link is made for, as recorded in the ticket's history; empty: the page asks for a name.
    """
    return f"{base_url.rstrip('/')}{PATH}{sign((ticket_id, who), _SALT, secret, now_ms)}"


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
    told = unsign(token, _SALT, secret, now_ms, lifetime_ms)
    if len(told) != _PARTS:
        raise LinkRefused("link refused")
    return Visit(ticket_id=told[0], who=told[1])
