"""DingTalk group robots: a signed card, or a text that calls one person.

Source: https://open.dingtalk.com/document/robots/custom-robot-access (messages, 20 a minute, then none for ten
minutes), https://open.dingtalk.com/document/robots/customize-robot-security-settings (signature).
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.answers import by_code
from alerts.delivery.forms.base import Event, Outgoing, Verdict
from alerts.delivery.forms.escape import markdown, plain
from alerts.delivery.forms.letter import Desk, Letter, write_letter
from alerts.delivery.forms.words import OPEN_PAGE

_MEANINGS = {
    Verdict.GONE: {400013, 400106},  # the group was dissolved, the robot taken out
    Verdict.STOP: {
        *(310000, 300001, 300005, 40035, 43004),  # security setting or signature, no such token, no JSON
        *(400101, 400102, 400105),  # no such token, robot switched off, kind of message
        *(430101, 430102, 430103, 430104),  # link or content refused
    },
}


class DingTalkForm:
    """A robot with 加签 as its security setting."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def faults(self, endpoint: Endpoint) -> Sequence[str]:
        """Return what is missing of address and secret."""
        faults = []
        if not parse_qs(urlsplit(endpoint.url).query).get("access_token"):
            faults.append("url: has no access_token; copy the whole Webhook address of the robot")
        if not endpoint.secrets:
            faults.append("secrets: none; choose 加签 as the robot's security setting and copy its SEC… here")
        return faults

    def message(self, event: Event, endpoint: Endpoint, now_ms: int) -> Outgoing:
        """Return the signed request."""
        letter = write_letter(event.body, self._desk, now_ms)
        signed = urlencode({"timestamp": now_ms, "sign": sign(endpoint.secrets[0], now_ms)})
        return Outgoing(
            url=f"{endpoint.url}&{signed}",
            body=msgspec.json.encode(_body(letter)),
            headers={"content-type": "application/json; charset=utf-8"},
        )

    def verdict(self, status: int, body: bytes) -> Verdict:
        """Judge by `errcode`; too many messages (410100, 130101) and a busy system (-1) are tried again."""
        return by_code(status, body, "errcode", _MEANINGS)


def sign(secret: str, now_ms: int) -> str:
    """Return Base64 of HMAC-SHA256 over time and secret, with the secret as key; the query string quotes it."""
    text = f"{now_ms}\n{secret}"
    return b64encode(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)).decode()


def _body(letter: Letter) -> dict[str, object]:
    head = f"#### {markdown(letter.title)}（{letter.rank}）"
    rows = [f"**{label}**：{markdown(value)}" for label, value in letter.lines]
    title = plain(letter.title)
    if letter.mention or letter.url is None:  # a card can call nobody, and must have a link
        calls = f"@{letter.mention} " if letter.mention else ""
        link = f"[{OPEN_PAGE}]({letter.url})" if letter.url else ""
        last = [calls + link] if calls or link else []
        at = {"atMobiles": [letter.mention] if letter.mention else [], "isAtAll": False}
        return {"msgtype": "markdown", "markdown": {"title": title, "text": _lines(head, *rows, *last)}, "at": at}
    card = {"title": title, "text": _lines(head, *rows), "singleTitle": OPEN_PAGE, "singleURL": letter.url}
    return {"msgtype": "actionCard", "actionCard": card | {"btnOrientation": "0"}}


def _lines(*lines: str) -> str:
    """Join with two blanks and a newline, which is a new line in the same paragraph."""
    return "  \n".join(lines)
