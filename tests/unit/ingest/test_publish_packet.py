"""Messages cut out of what a broker sent: each as it was put in, and nothing of what is not whole."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.publish_packet import Publish, publish_at

USER_PROPERTY = b"\x26\x00\x01k\x00\x01v"


def length_of(number: int) -> bytes:
    """Write a variable byte integer (MQTT 5, 1.5.5)."""
    digits = bytearray()
    while True:
        number, digit = divmod(number, 128)
        digits.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(digits)


def packet(topic: bytes, payload: bytes, mid: int = 7, head: int = 0x32, properties: bytes | None = None) -> bytes:
    """Write a PUBLISH packet; `properties` makes it one of MQTT 5."""
    body = struct.pack("!H", len(topic)) + topic
    if head & 0x06:
        body += struct.pack("!H", mid)
    if properties is not None:
        body += length_of(len(properties)) + properties
    body += payload
    return bytes([head]) + length_of(len(body)) + body


@pytest.mark.parametrize("properties", [None, b"", USER_PROPERTY * 40])
@given(
    topic=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    payload=st.binary(max_size=400),
    mid=st.integers(1, 65_535),
    head=st.sampled_from([0x30, 0x31, 0x32, 0x33, 0x3A]),
)
def test_a_message_comes_out_as_it_was_put_in(
    properties: bytes | None, topic: str, payload: bytes, mid: int, head: int
) -> None:
    raw = packet(topic.encode(), payload, mid, head, properties)
    qos = head >> 1 & 1

    publish = publish_at(b"xyz" + raw + b"\x32", 3, is_v5=properties is not None)

    assert publish == Publish(topic, payload, mid if qos else 0, qos, bool(head & 8), 3 + len(raw))


@pytest.mark.parametrize("is_v5", [False, True])
def test_no_part_of_a_message_is_a_message(*, is_v5: bool) -> None:
    raw = packet(b"wugan/v1/site/s1/readings", b"{}" * 100, properties=USER_PROPERTY if is_v5 else None)

    assert publish_at(raw, 0, is_v5=is_v5) is not None
    assert [publish_at(raw[:size], 0, is_v5=is_v5) for size in range(1, len(raw))] == [None] * (len(raw) - 1)


@pytest.mark.parametrize(
    "raw",
    [
        bytes([0x90, 3, 0, 1, 1]),  # SUBACK
        bytes([0xD0, 0]),  # PINGRESP
        packet(b"t", b"{}", head=0x34),  # QoS 2
        packet(b"t", b"{}", head=0x36),  # no such QoS
        packet(b"", b"{}"),  # no topic
        bytes([0x32, 4, 0, 9, 65, 66]),  # the topic is longer than the packet
        bytes([0x30, 1, 0]),
        bytes([0x30, 0x80, 0x80, 0x80, 0x80, 1]) + b"x" * 300,  # five bytes of length
    ],
)
def test_what_is_no_whole_message_is_left_to_the_client(raw: bytes) -> None:
    assert publish_at(raw, 0, is_v5=False) is None


def test_a_topic_that_is_not_utf8_comes_empty() -> None:
    publish = publish_at(packet(b"\xff\xfe", b"{}"), 0, is_v5=False)

    assert publish is not None
    assert (publish.topic, publish.payload) == ("", b"{}")


def test_properties_longer_than_the_packet_are_no_message() -> None:
    raw = bytes([0x30, 5, 0, 1, 65, 120, 66])

    assert publish_at(raw, 0, is_v5=True) is None
