"""What a group robot's answer means: they answer 200 and say in the body's code whether they took the message."""

from collections.abc import Collection, Mapping
from http import HTTPStatus

import msgspec

from alerts.delivery.forms.base import Verdict, http_verdict

_TOO_FAST = ("too fast", "too many request", "frequency", "freq out of limit", "rate limit")
"""How the platforms word their limits; codes differ between versions of the same interface."""


def by_code(status: int, body: bytes, key: str, meanings: Mapping[Verdict, Collection[int]]) -> Verdict:
    """Judge by the code in the body, else by the status; what is not known is tried again.

    Args:
        status: Of the HTTP answer.
        body: JSON with a code and a message.
        key: Name of the code; 0 is success.
        meanings: Codes that are not to be tried again.
    """
    told = _decoded(body)
    code = told.get(key)
    if not isinstance(code, int):
        return Verdict.RETRY if http_verdict(status) is Verdict.OK else http_verdict(status)
    if code == 0 and status == HTTPStatus.OK:
        return Verdict.OK
    if any(word in str(told.get("errmsg", told.get("msg", ""))).lower() for word in _TOO_FAST):
        return Verdict.RETRY
    return next((verdict for verdict, codes in meanings.items() if code in codes), Verdict.RETRY)


def _decoded(body: bytes) -> dict[str, object]:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return told if isinstance(told, dict) else {}
