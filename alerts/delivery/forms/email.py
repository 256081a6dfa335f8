"""E-mail: a plain text message whose id stays the same over retries, to a mail server that encrypts."""

import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote, urlsplit, urlunsplit

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.base import Event, Outgoing, Verdict
from alerts.delivery.forms.escape import plain
from alerts.delivery.forms.letter import Desk, as_text, write_letter
from domain.times import to_datetime

_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+")
_PASSED, _PERMANENT = range(200, 300), range(500, 600)
_KEYS = frozenset({"from", "to"})


class EmailForm:
    """A mail server at `smtp://USER@HOST:587` (STARTTLS, never without) or `smtps://USER@HOST:465`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def faults(self, endpoint: Endpoint) -> Sequence[str]:
        """Return what is wrong with addresses and password."""
        options, parts = endpoint.options, urlsplit(endpoint.url)
        faults = [f"options.{key}: unknown; known are from and to" for key in sorted(options.keys() - _KEYS)]
        if not _is_address(options.get("from")):
            faults.append('options.from: no e-mail address; write from = "wugan@example.org"')
        to = options.get("to")
        if not isinstance(to, list) or not to or not all(_is_address(one) for one in to):
            faults.append('options.to: no list of e-mail addresses; write to = ["duty@example.org"]')
        if parts.username and not (parts.password or endpoint.secrets):
            faults.append("secrets: none; give the mail account's password, or leave the user out of url")
        return faults

    def message(self, event: Event, endpoint: Endpoint, now_ms: int) -> Outgoing:
        """Return the mail; the address holds user and password."""
        letter = write_letter(event.body, self._desk, now_ms)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = str(endpoint.options["from"])
        mail["To"] = letter.mention if _is_address(letter.mention) else ", ".join(_texts(endpoint.options["to"]))
        mail["Subject"] = f"{plain(letter.title)}（{letter.rank}）"
        mail["Date"] = format_datetime(to_datetime(now_ms))
        mail["Message-ID"] = f"<{letter.event_id}@wugan.invalid>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(as_text(letter) + "\n", charset="utf-8", cte="base64")
        return Outgoing(url=_with_password(endpoint), body=mail.as_bytes())

    def verdict(self, status: int, body: bytes) -> Verdict:  # noqa: ARG002 - the status says all
        """Judge by the SMTP status: 2xx taken, 5xx refused for good, else tried again."""
        if status in _PASSED:
            return Verdict.OK
        return Verdict.STOP if status in _PERMANENT else Verdict.RETRY


def _is_address(text: object) -> bool:
    return isinstance(text, str) and _ADDRESS.fullmatch(text) is not None


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _with_password(endpoint: Endpoint) -> str:
    parts = urlsplit(endpoint.url)
    if not parts.username or parts.password or not endpoint.secrets:
        return endpoint.url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{quote(endpoint.secrets[0], safe='')}@{place}"))
