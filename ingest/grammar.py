"""How a kind of message is written: its keys, their types, and decoders made for them once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS

MAX_TIME_MS = 1 << 53
"""Integers beyond it are no Unix milliseconds of any time. [ms]"""

When = Annotated[int, msgspec.Meta(ge=-MAX_TIME_MS, le=MAX_TIME_MS)] | Annotated[datetime, msgspec.Meta(tz=True)]
Record = Any
"""One decoded element: attributes `time`, `received_at` and number keys (NaN = absent, None = null)."""

READING_NUMBERS = (*POSITION_KEYS, *CHANNELS)
WEATHER_NUMBERS = ("lon", "lat", *WEATHER_KEYS)


@dataclass(frozen=True, slots=True)
class _Form:
    """A decoder of messages that hold no other number keys than these."""

    numbers: tuple[str, ...]
    decoder: msgspec.json.Decoder[list[Record | list[Record]]]


class Grammar:
    """The keys of one kind of message.

    Attributes:
        numbers: Keys that hold a number or null.
        keys: Every key that is known.
        whole: Keys that hold an integer or null, and are not used.
        record: The type of an element; unknown keys are passed over.
    """

    def __init__(self, numbers: Sequence[str], *, whole: Sequence[str] = (), replay: bool = False) -> None:
        self.numbers = tuple(numbers)
        self.whole = tuple(whole)
        self.replay = replay
        self.record = _record_type(self.numbers, self.whole, replay=replay, strict=False)
        self.keys = frozenset(self.record.__struct_fields__)
        self._narrow = self._full = self._form(self.numbers)
        self._one = msgspec.json.Decoder(self.record | list[self.record])  # type: ignore[name-defined]
        self._keys = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[dict[str, msgspec.Raw]])

    def decode_many(self, text: bytes) -> tuple[list[Record | list[Record]], tuple[str, ...]]:
        """Decode an array of messages that hold known keys only.

        Returns:
            The messages, and the number keys that their records have as attributes; none of them has another.

        Raises:
            msgspec.MsgspecError: Anything is not as it should be.
        """
        try:
            return self._narrow.decoder.decode(text), self._narrow.numbers
        except msgspec.ValidationError:
            if self._narrow is self._full:
                raise
        return self._full.decoder.decode(text), self._full.numbers

    def learn(self, records: Sequence[Record]) -> None:
        """Note which number keys are in use: sensors of a site tend to send the same few, and few decode faster."""
        known = () if self._narrow is self._full else self._narrow.numbers
        used = {
            name
            for name in self.numbers
            if name in known or any(value is None or value == value for value in map(attrgetter(name), records))
        }
        if len(used) < len(self.numbers):
            self._narrow = self._form(tuple(name for name in self.numbers if name in used))
        else:
            self._narrow = self._full

    def _form(self, numbers: tuple[str, ...]) -> _Form:
        exact = _record_type(numbers, self.whole, replay=self.replay, strict=True)
        return _Form(numbers, msgspec.json.Decoder(list[exact | list[exact]]))  # type: ignore[valid-type]

    def decode_one(self, payload: bytes) -> list[Record]:
        """Decode one message, an object or an array of them.

        Raises:
            msgspec.MsgspecError: Anything is not as it should be.
        """
        decoded = self._one.decode(payload)
        return decoded if isinstance(decoded, list) else [decoded]

    def decode_plain(self, element: dict[str, Any]) -> Record:
        """Make a record of an element that was parsed before.

        Raises:
            msgspec.MsgspecError: Anything is not as it should be.
        """
        return msgspec.convert(element, self.record)

    def unknown_keys(self, payload: bytes) -> int:
        """Count the keys that nobody knows in a message that can be decoded."""
        decoded = self._keys.decode(payload)
        elements = decoded if isinstance(decoded, list) else [decoded]
        return sum(len(element.keys() - self.keys) for element in elements)


def _record_type(numbers: Sequence[str], whole: Sequence[str], *, replay: bool, strict: bool) -> type[msgspec.Struct]:
    fields: list[Any] = [("time", When)]
    fields += [(name, float | None, float("nan")) for name in numbers]
    fields += [(name, int | None, None) for name in whole]
    if replay:
        fields.append(("received_at", Annotated[datetime, msgspec.Meta(tz=True)] | None, None))
    return msgspec.defstruct("Record", fields, forbid_unknown_fields=strict, gc=False)


def reading_grammar(*, replay: bool) -> Grammar:
    """Return how readings are written."""
    return Grammar(READING_NUMBERS, whole=("seq",), replay=replay)


def weather_grammar(*, replay: bool) -> Grammar:
    """Return how weather is written."""
    return Grammar(WEATHER_NUMBERS, replay=replay)
