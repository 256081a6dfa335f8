"""Payloads → records, and what is refused; a whole micro-batch at once, message by message where one is bad.

`decode` gives the same answer either way; only the time that it takes differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from domain.readings import IntArray
from ingest.elements import Cutter, parse
from ingest.explain import explain
from ingest.grammar import Grammar, Record
from ingest.reasons import Reason
from ingest.settings import MAX_ELEMENTS, MAX_MESSAGE_BYTES

_BAD = (msgspec.MsgspecError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Refused:
    """Readings that stay outside.

    Attributes:
        message: Position of their message.
        payload: The element as it came, or the whole message.
        readings: How many.
    """

    message: int
    reason: Reason
    detail: str
    payload: bytes
    readings: int = 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a number of messages holds.

    Attributes:
        records: In order of the messages and of their elements.
        numbers: The number keys that records have as attributes; the grammar's others are missing in all.
        message: Position of each record's message, shape (n,).
        element: Position of each record within its message, shape (n,).
        readings: How many readings all messages hold; a message that can't be decoded is one.
    """

    records: list[Record]
    numbers: tuple[str, ...]
    message: IntArray
    element: IntArray
    readings: int
    refused: list[Refused] = field(default_factory=list)
    unknown_keys: int = 0


def decode(payloads: Sequence[bytes], grammar: Grammar) -> Decoded:
    """Decode messages of one kind."""
    return _decode_together(payloads, grammar) or _Apart(grammar).decode(payloads)


def _decode_together(payloads: Sequence[bytes], grammar: Grammar) -> Decoded | None:
    """Decode all messages as one array; None where any of them needs a closer look.

    Joined text could hide broken messages that complete each other. It can't here: values are plain, so a message
    that is framed like one object is one, and one framed like an array ends outside of any array; as many items as
    messages then means one each.
    """
    if not all(map(_is_framed, payloads)):
        return None
    try:
        items, numbers = grammar.decode_many(b"[" + b",".join(payloads) + b"]")
    except _BAD:
        return None
    if len(items) != len(payloads):
        return None
    records: list[Record] = []
    sizes: list[int] = []
    for item in items:
        if type(item) is list:
            records += item
            sizes.append(len(item))
        else:
            records.append(item)
            sizes.append(1)
    if max(sizes, default=0) > MAX_ELEMENTS:
        return None
    if numbers == grammar.numbers:
        grammar.learn(records)
    size = np.array(sizes, np.int64)
    ends = np.cumsum(size)
    message = np.repeat(np.arange(len(sizes)), size)
    element = np.arange(len(records)) - np.repeat(ends - size, size)
    return Decoded(records, numbers, message, element, len(records))


def _is_framed(payload: bytes) -> bool:
    if len(payload) > MAX_MESSAGE_BYTES:
        return False
    if payload.startswith(b"{"):
        return payload.endswith(b"}") and payload.count(b"{") == 1
    return payload.startswith(b"[") and payload.endswith(b"]")


class _Apart:
    """Decodes message by message, and where one is bad element by element."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._cutter = Cutter()
        self._records: list[Record] = []
        self._message: list[int] = []
        self._element: list[int] = []
        self._refused: list[Refused] = []
        self._unknown_keys = 0
        self._readings = 0

    def decode(self, payloads: Sequence[bytes]) -> Decoded:
        for index, payload in enumerate(payloads):
            self._take(index, payload)
        return Decoded(
            self._records,
            self._grammar.numbers,
            np.array(self._message, np.int64),
            np.array(self._element, np.int64),
            self._readings,
            self._refused,
            self._unknown_keys,
        )

    def _take(self, index: int, payload: bytes) -> None:
        if len(payload) > MAX_MESSAGE_BYTES:
            detail = f"the message has more than {MAX_MESSAGE_BYTES} bytes; the first are kept"
            self._refuse(index, Reason.TOO_LARGE, detail, payload)
            return
        try:
            records = self._grammar.decode_one(payload)
        except _BAD:
            self._look_closer(index, payload)
            return
        if self._is_too_many(index, payload, len(records)):
            return
        for element, record in enumerate(records):
            self._keep(index, element, record)
        self._unknown_keys += self._grammar.unknown_keys(payload)

    def _look_closer(self, index: int, payload: bytes) -> None:
        try:
            plain = parse(payload)
        except (ValueError, RecursionError) as error:
            self._refuse(index, Reason.NOT_JSON, f"not JSON: {error}", payload)
            return
        elements = plain if isinstance(plain, list) else [plain]
        if self._is_too_many(index, payload, len(elements)):
            return
        for element, value in enumerate(elements):
            self._take_element(index, element, value, payload)

    def _take_element(self, index: int, element: int, value: object, payload: bytes) -> None:
        why = explain(value, self._grammar)
        if why is None and isinstance(value, dict):
            try:
                record = self._grammar.decode_plain(value)
            except _BAD as error:
                why = Reason.WRONG_TYPE, str(error)
            else:
                self._unknown_keys += len(value.keys() - self._grammar.keys)
                self._keep(index, element, record)
        if why is not None:
            self._refuse(index, *why, self._cutter.cut(payload, element))

    def _is_too_many(self, index: int, payload: bytes, number: int) -> bool:
        if number > MAX_ELEMENTS:
            detail = f"the array holds {number} readings; at most {MAX_ELEMENTS} may come in one message"
            self._refuse(index, Reason.TOO_MANY, detail, payload, number)
        return number > MAX_ELEMENTS

    def _keep(self, index: int, element: int, record: Record) -> None:
        self._records.append(record)
        self._message.append(index)
        self._element.append(element)
        self._readings += 1

    def _refuse(self, index: int, reason: Reason, detail: str, payload: bytes, readings: int = 1) -> None:
        self._refused.append(Refused(index, reason, detail, payload, readings))
        self._readings += readings
