"""WeCom group robots: a text notice card; all its texts are shown as they are, so nothing in them is markup.

Source: https://developer.work.weixin.qq.com/document/path/91770 (messages, 20 a minute),
https://developer.work.weixin.qq.com/document/path/90313 (codes).
"""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import msgspec

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.answers import by_code
from alerts.delivery.forms.base import Event, Outgoing, Verdict
from alerts.delivery.forms.escape import plain
from alerts.delivery.forms.letter import CONTACT, Desk, Letter, as_text, write_letter
from alerts.delivery.forms.words import OPEN_PAGE

VALUE_SIGNS = 26
"""Longest title and value that the platform advises. [characters]"""
_MEANINGS = {
    Verdict.STOP: {
        *(93000, 93008),  # no such robot, our address not allowed
        *(40008, 40058, 41001, 44004, 45002, 47001),  # kind of message, parameter, content empty, too long, no JSON
    }
}


class WeComForm:
    """A robot; the key in its address is its only secret."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def faults(self, endpoint: Endpoint) -> Sequence[str]:
        """Return what is missing of the address."""
        if parse_qs(urlsplit(endpoint.url).query).get("key"):
            return []
        return ["url: has no key; copy the whole Webhook address of the robot"]

    def message(self, event: Event, endpoint: Endpoint, now_ms: int) -> Outgoing:
        """Return the request."""
        letter = write_letter(event.body, self._desk, now_ms)
        body = _text(letter) if letter.url is None else _card(letter, letter.url)
        return Outgoing(
            url=endpoint.url,
            body=msgspec.json.encode(body),
            headers={"content-type": "application/json; charset=utf-8"},
        )

    def verdict(self, status: int, body: bytes) -> Verdict:
        """Judge by `errcode`; too many messages (45009) and a busy system (-1) are tried again."""
        return by_code(status, body, "errcode", _MEANINGS)


def _card(letter: Letter, url: str) -> dict[str, object]:
    card = {
        "card_type": "text_notice",
        "main_title": {"title": plain(letter.title, VALUE_SIGNS), "desc": letter.rank},
        "horizontal_content_list": [_row(label, value, letter.mention) for label, value in letter.lines],
        "jump_list": [{"type": 1, "title": OPEN_PAGE, "url": url}],
        "card_action": {"type": 1, "url": url},
    }
    return {"msgtype": "template_card", "template_card": card}


def _row(label: str, value: str, mention: str) -> dict[str, object]:
    row: dict[str, object] = {"keyname": label, "value": plain(value, VALUE_SIGNS)}
    return row | {"type": 3, "userid": mention} if mention and label == CONTACT else row


def _text(letter: Letter) -> dict[str, object]:
    """Return a plain text: a card must have a link."""
    called = {"mentioned_list": [letter.mention]} if letter.mention else {}
    return {"msgtype": "text", "text": {"content": as_text(letter)} | called}
