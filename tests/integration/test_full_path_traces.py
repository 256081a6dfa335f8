"""What a replay through real brokers takes away again: its session at the MQTT broker, its topics in Kafka."""

import asyncio
import threading
import uuid
from dataclasses import replace
from typing import Any

import pytest

from app.kafka import create_topics, delete_topics, missing_topics
from domain.wire import Topics
from ingest.client import build_client
from ingest.forget import forget_session
from ingest.settings import IngestSettings, MqttProtocol
from tests.builders_full_path import LIMIT_S, mosquitto

pytestmark = pytest.mark.services


def finds_session(settings: IngestSettings) -> bool:
    """Log in as ingest does; return whether the broker kept a session. One is kept from then on."""
    client = build_client(settings, "test")
    answered = threading.Event()
    found: list[bool] = []

    def on_connect(_client: Any, _data: Any, flags: Any, _reason: Any, _properties: Any) -> None:
        found.append(flags.session_present)
        answered.set()

    client.on_connect = on_connect
    client.reconnect()
    client.loop_start()
    assert answered.wait(LIMIT_S)
    client.disconnect()
    client.loop_stop()
    return found[0]


@pytest.mark.parametrize("door", ["open", "tls"])
@pytest.mark.parametrize("protocol", list(MqttProtocol))
def test_a_session_that_is_forgotten_is_gone(protocol: MqttProtocol, door: str) -> None:
    broker = mosquitto(tls=door == "tls")
    settings = IngestSettings(
        host=broker.host,
        port=broker.port,
        username=broker.username or None,
        password=broker.password or None,
        tls_ca=broker.ca_file,
        protocol=protocol,
        client_id=uuid.uuid4().hex,
    )

    kept = [finds_session(settings), finds_session(settings)]
    agreed = forget_session(settings, 5.0)
    left = finds_session(settings)
    forget_session(settings, 5.0)

    assert (kept, agreed, left) == ([False, True], True, False)


def test_a_broker_that_refuses_us_forgets_nothing() -> None:
    broker = mosquitto(tls=True)
    settings = IngestSettings(host=broker.host, port=broker.port, tls_ca=broker.ca_file, client_id=uuid.uuid4().hex)

    assert not forget_session(replace(settings, username="ingest", password=uuid.uuid4().hex), 2.0)


async def test_topics_of_a_prefix_are_deleted_and_no_others(bootstrap: str) -> None:
    ours, others = Topics(f"test-{uuid.uuid4().hex}"), Topics(f"test-{uuid.uuid4().hex}")
    for topics in (ours, others):
        await create_topics(bootstrap, topics)

    await delete_topics(bootstrap, ours.prefix)

    async with asyncio.timeout(30):  # Kafka deletes in its own time
        while await missing_topics(bootstrap, ours) != ours.all():
            pass
    assert await missing_topics(bootstrap, others) == ()
    await delete_topics(bootstrap, others.prefix)
