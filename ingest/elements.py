"""A payload → its elements, parsed, and as they came."""

import json
import re
from typing import cast

import msgspec

_BAD = (msgspec.MsgspecError, ValueError, RecursionError)
_C_LITERALS = re.compile(rb"([:\[,]\s*)[+-]?(?:nan|inf(?:inity)?)(?=\s*[,}\]])", re.IGNORECASE)
"""How firmware written in C prints what is no number; JSON knows no such words."""


def parse(payload: bytes) -> object:
    """Parse JSON, and also what would be JSON but for NaN and infinities.

    Raises:
        ValueError: It is neither.
        RecursionError: It is nested too deeply.
    """
    text = payload.decode()
    try:
        return cast(object, json.loads(text))
    except ValueError:
        mended = _C_LITERALS.sub(rb"\1NaN", payload)
        if mended == payload:
            raise
        return cast(object, json.loads(mended.decode()))


class Cutter:
    """Cuts elements out of payloads; the last payload's are kept, for they are asked for one after the other."""

    def __init__(self) -> None:
        self._payload = b""
        self._elements: list[bytes] = []

    def cut(self, payload: bytes, element: int) -> bytes:
        """Return one element as it came, or the whole payload where that is no array."""
        if payload is not self._payload:
            self._payload, self._elements = payload, _split(payload)
        return self._elements[element] if element < len(self._elements) else payload


def _split(payload: bytes) -> list[bytes]:
    """Return an array's elements: as they came, or written anew where they are JSON but for NaN and infinities."""
    if not payload.lstrip().startswith(b"["):
        return []
    try:
        return [bytes(raw) for raw in msgspec.json.decode(payload, type=list[msgspec.Raw])]
    except _BAD:
        pass
    try:
        elements = parse(payload)
    except (ValueError, RecursionError):
        return []
    return [json.dumps(element).encode() for element in elements] if isinstance(elements, list) else []
