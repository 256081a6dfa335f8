"""Kafka topics as plain bytes."""

import faust
from faust.types import TopicT


def raw_topic(app: faust.App, name: str) -> TopicT[bytes]:
    """Return a topic of plain bytes; without the serializer Faust would parse JSON (faust.md, F9)."""
    return app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
