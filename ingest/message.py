"""What is kept of an MQTT message until Kafka has its readings."""

from typing import NamedTuple


class Message(NamedTuple):
    """One message as it came.

    Attributes:
        payload: At most one byte more than a message may have; the rest of a larger one is not kept.
        session: Which of the broker's sessions gave `mid`; a new session counts its own.
        received_ms: Moment of arrival, Unix time. [ms]
        weight: About how many readings it holds; a reading of more than 1 KiB weighs more.
    """

    topic: str
    payload: bytes
    mid: int
    qos: int
    session: int
    received_ms: int
    weight: int


def weigh(payload: bytes) -> int:
    """Return about how many readings a payload holds, at least 1.

    >>> weigh(b'[{"time": 1}, {"time": 2}]'), weigh(b"?")
    (2, 1)
    """
    return max(payload.count(b"{"), len(payload) >> 10, 1)
