"""Publishing into MQTT, and reading back what reached Kafka."""

import contextlib
import threading
from collections.abc import AsyncIterator, Iterable

import numpy as np
import pyarrow as pa
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from app.kafka import KafkaTail
from domain.readings import Readings, concat_readings
from domain.site import Site
from domain.wire import Topics, decode_rows

LIMIT_S = 20.0


@contextlib.contextmanager
def a_sensor(host: str, port: int, **tls: str):
    """Give a connected client; the block's messages are acknowledged by the broker when it ends."""
    client = Client(CallbackAPIVersion.VERSION2)
    if tls:
        client.username_pw_set(tls["username"], tls["password"])
        client.tls_set(ca_certs=tls["ca"])
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect(host, port)
    client.loop_start()
    assert connected.wait(LIMIT_S)
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish_all(host: str, port: int, messages: Iterable[tuple[str, bytes]], **tls: str) -> None:
    """Publish with QoS 1 and return when the broker has acknowledged everything."""
    with a_sensor(host, port, **tls) as client:
        for sent in [client.publish(topic, payload, qos=1) for topic, payload in messages]:
            sent.wait_for_publish(LIMIT_S)
            assert sent.is_published()


async def kafka_readings(bootstrap: str, topics: Topics, site: Site) -> tuple[Readings, list[int]]:
    """Return every reading that is in Kafka, and the clock of each message."""
    sensor_ids = pa.array(site.sensor_ids, type=pa.string())
    arrivals = [decode_rows(raw, sensor_ids) async for raw in _all(bootstrap, topics.readings)]
    return concat_readings([part.readings for part in arrivals]), [part.clock_ms for part in arrivals]


async def _all(bootstrap: str, topic: str) -> AsyncIterator[bytes]:
    async for raw in KafkaTail(bootstrap).read_all(topic):
        yield raw


async def kafka_count(bootstrap: str, topic: str) -> int:
    """Return how many messages a topic holds."""
    return len([raw async for raw in _all(bootstrap, topic)])


def distinct(readings: Readings) -> set[tuple[int, int]]:
    """Return which (sensor, time) there are."""
    return set(zip(np.asarray(readings.sensor).tolist(), readings.time_ms.tolist(), strict=True))
