"""Feishu and Lark group robots: a signed card of plain text, in which nothing is markup.

Source: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (messages, signature, codes; 100 a minute
and 5 a second, at most 20 kB each); the same on open.larksuite.com.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence

import msgspec

from alerts.delivery.endpoint import Endpoint
from alerts.delivery.forms.answers import by_code
from alerts.delivery.forms.base import Event, Outgoing, Verdict
from alerts.delivery.forms.escape import plain
from alerts.delivery.forms.letter import Desk, Letter, write_letter
from alerts.delivery.forms.words import OPEN_PAGE

_MEANINGS = {
    Verdict.STOP: {
        *(19001, 19002, 9499),  # parameters or body wrong; 9499 is a limit too, by its message
        *(19021, 19022, 19024, 19007),  # signature, our address, keyword, robot switched off
    }
}


class FeishuForm:
    """A robot with 签名校验 as its security setting."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def faults(self, endpoint: Endpoint) -> Sequence[str]:
        """Return what is missing of address and secret."""
        faults = []
        if "/open-apis/bot/v2/hook/" not in endpoint.url:
            faults.append("url: is not …/open-apis/bot/v2/hook/…; copy the whole Webhook address of the robot")
        if not endpoint.secrets:
            faults.append("secrets: none; switch 签名校验 on in the robot's security settings and copy its key here")
        return faults

    def message(self, event: Event, endpoint: Endpoint, now_ms: int) -> Outgoing:
        """Return the signed request."""
        letter = write_letter(event.body, self._desk, now_ms)
        now_s = now_ms // 1000
        signed = {"timestamp": str(now_s), "sign": sign(endpoint.secrets[0], now_s)}
        return Outgoing(
            url=endpoint.url,
            body=msgspec.json.encode(signed | {"msg_type": "interactive", "card": _card(letter)}),
            headers={"content-type": "application/json; charset=utf-8"},
        )

    def verdict(self, status: int, body: bytes) -> Verdict:
        """Judge by `code`, which a limit may send with status 400; too many messages (11232) are tried again."""
        return by_code(status, body, "code", _MEANINGS)


def sign(secret: str, now_s: int) -> str:
    """Return Base64 of HMAC-SHA256 over nothing, with time and secret as the key."""
    return b64encode(hmac.digest(f"{now_s}\n{secret}".encode(), b"", hashlib.sha256)).decode()


def _card(letter: Letter) -> dict[str, object]:
    rows = "\n".join(f"{label}：{plain(value)}" for label, value in letter.lines)
    elements: list[dict[str, object]] = [{"tag": "div", "text": _plain_text(rows)}]
    if letter.mention:
        elements.append({"tag": "div", "text": {"tag": "lark_md", "content": f"<at id={letter.mention}></at>"}})
    if letter.url:
        button = {"tag": "button", "text": _plain_text(OPEN_PAGE), "type": "primary", "url": letter.url}
        elements.append({"tag": "action", "actions": [button]})
    title = _plain_text(f"{plain(letter.title)}（{letter.rank}）")
    header = {"title": title, "template": "red" if letter.urgent else "orange"}
    return {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}


def _plain_text(text: str) -> dict[str, object]:
    return {"tag": "plain_text", "content": text}
