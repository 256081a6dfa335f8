"""Bytes from a broker → the PUBLISH packet that begins at a place (MQTT 3.1.1, 3.3; MQTT 5, 3.3)."""

from typing import NamedTuple

_PUBLISH, _DUP, _QOS, _QOS_1 = 0x30, 0x08, 0x06, 0x02
_MOST_LENGTH_BYTES = 4
"""The packet's length takes up to so many bytes, seven bits in each."""
_NOWHERE = -(1 << 40)


class Publish(NamedTuple):
    """One message.

    Attributes:
        topic: Empty where it is not UTF-8.
        mid: Its number; 0 with QoS 0.
        end: Where the next packet begins.
    """

    topic: str
    payload: bytes
    mid: int
    qos: int
    dup: bool
    end: int


def publish_at(raw: bytes, place: int, *, is_v5: bool) -> Publish | None:
    r"""Return the message of QoS 0 or 1 at a place; None where there is none, or not all of it, or it is malformed.

    >>> publish_at(bytes([0x32, 8]) + b"\x00\x02ab\x00\x07{}", 0, is_v5=False)
    Publish(topic='ab', payload=b'{}', mid=7, qos=1, dup=False, end=10)
    """
    head = raw[place]
    qos = (head & _QOS) >> 1
    if head & 0xF0 != _PUBLISH or qos > 1:
        return None
    length, begin = _length_at(raw, place + 1)
    end = begin + length
    topic_begin = begin + 2
    if begin < 0 or end > len(raw) or topic_begin > end:
        return None
    topic_end = topic_begin + (raw[begin] << 8 | raw[begin + 1])
    body = topic_end + 2 * qos
    if body > end or (topic_end == topic_begin and not is_v5):
        return None
    mid = raw[topic_end] << 8 | raw[topic_end + 1] if qos else 0
    if is_v5:
        properties, body = _length_at(raw, body)
        body += properties
        if body < 0 or body > end:
            return None
    try:
        topic = raw[topic_begin:topic_end].decode()
    except UnicodeDecodeError:
        topic = ""
    return Publish(topic, raw[body:end], mid, qos, bool(head & _DUP), end)


def _length_at(raw: bytes, place: int) -> tuple[int, int]:
    """Return a variable byte integer and where it ends; a place far below 0 where it is cut off or too long."""
    length = 0
    for shift, byte in enumerate(raw[place : place + _MOST_LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return length, place + shift + 1
    return 0, _NOWHERE
