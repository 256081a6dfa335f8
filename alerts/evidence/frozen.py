"""Frozen evidence as canonical texts, their hash, and the bytes that the store keeps."""

import hashlib
import lzma
from collections.abc import Mapping

import msgspec

TABLES = ("candidates.csv", "limits.csv", "minutes.csv", "readings.csv", "sensors.csv", "weather.csv")
"""Rows, comma-separated, each with its header."""
TEXTS = ("map.svg", "parameters.json", "ticket.json")
FROZEN = tuple(sorted((*TABLES, *TEXTS)))
"""Everything that one occasion freezes."""

Texts = Mapping[str, bytes]
"""File name → content, UTF-8."""

_PRESET = 1
"""A tenth of the time of the best, for a third more bytes; design value."""

_decoder = msgspec.msgpack.Decoder(dict[str, bytes])


def evidence_hash(texts: Texts) -> str:
    r"""Return the hash over the canonical texts: SHA-256 of the lines `name,SHA-256` in the order of the names.

    >>> evidence_hash({"b": b"2", "a": b"1"}) == evidence_hash({"a": b"1", "b": b"2"})
    True
    """
    lines = [f"{name},{hashlib.sha256(texts[name]).hexdigest()}\n" for name in sorted(texts)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pack(texts: Texts) -> bytes:
    """Return the texts as bytes to be kept."""
    return lzma.compress(msgspec.msgpack.encode(dict(sorted(texts.items()))), preset=_PRESET)


def unpack(blob: bytes) -> dict[str, bytes]:
    """Return the texts again."""
    return _decoder.decode(lzma.decompress(blob))
