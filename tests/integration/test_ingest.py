"""Sensors → embedded MQTT → ingest → embedded Kafka, and what happens while either is away."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from app.child_process import free_port
from app.embedded_kafka import embedded_kafka
from app.embedded_mqtt import BrokerMissing, MqttAddress, embedded_mqtt
from app.kafka import KafkaBus, create_topics
from domain.wire import Topics
from ingest.counts import IngestCounts
from ingest.ports import Bus
from ingest.probe import probe_broker
from ingest.run import run_ingest
from ingest.settings import IngestSettings
from tests.builders_ingest import NOW_MS, READINGS, SITE, MemoryBus, a_reading, eventually
from tests.builders_mqtt import distinct, kafka_count, kafka_readings, publish_all

encode = msgspec.json.encode


@pytest.fixture(scope="module")
def mqtt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MqttAddress]:
    try:
        with embedded_mqtt(tmp_path_factory.mktemp("mqtt") / "mqtt.log") as address:
            yield address
    except BrokerMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def settings(mqtt: MqttAddress) -> IngestSettings:
    return IngestSettings(
        host=mqtt.host,
        port=mqtt.port,
        username=mqtt.username,
        password=mqtt.password,
        client_id=uuid.uuid4().hex,
        topics=Topics("test"),
        batch_wait_ms=5,
    )


@contextlib.asynccontextmanager
async def ingesting(settings: IngestSettings, bus: Bus) -> AsyncIterator[IngestCounts]:
    """Run ingest while the block runs; it is connected when the block begins."""
    counts = IngestCounts()
    task = asyncio.create_task(run_ingest(settings, SITE, bus, counts, now_ms=lambda: NOW_MS))
    await eventually(lambda: counts.connected or task.done())
    yield counts
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def publish(mqtt: MqttAddress, *messages: tuple[str, bytes]) -> None:
    await asyncio.to_thread(publish_all, mqtt.host, mqtt.port, messages)


def numbered(first: int, number: int) -> list[tuple[str, bytes]]:
    """Return single readings of s1, one a millisecond."""
    return [(READINGS.format("s1"), encode(a_reading(NOW_MS - n))) for n in range(first, first + number)]


async def test_what_is_published_is_in_kafka(mqtt: MqttAddress, settings: IngestSettings, tmp_path: Path) -> None:
    array = encode([a_reading(NOW_MS - n, pm10=float(n)) for n in range(100)])
    with embedded_kafka(tmp_path / "kafka.log") as bootstrap:
        await create_topics(bootstrap, settings.topics)
        bus = KafkaBus(bootstrap)
        async with ingesting(settings, bus) as counts:
            await publish(
                mqtt, (READINGS.format("s1"), array), (READINGS.format("s9"), array), ("wugan/v1/test/x", b"")
            )
            await publish(mqtt, (READINGS.format("s2"), b"{"), *numbered(0, 1))
            await eventually(lambda: counts.readings == 202)
        rows, _ = await kafka_readings(bootstrap, settings.topics, SITE)
        letters = await kafka_count(bootstrap, settings.topics.rejects)
        await bus.stop()

    assert (counts.accepted, counts.duplicates) == (100, 1)
    assert counts.rejected == {"unknown_sensor": 100, "not_json": 1}
    assert (len(rows), letters, counts.wrong_topic, counts.waiting) == (100, 2, 1, 0)


async def test_silence_is_told_to_kafka_once_a_tick(settings: IngestSettings) -> None:
    bus = MemoryBus()
    async with ingesting(replace(settings, tick_s=0.01), bus) as counts:
        await eventually(lambda: counts.ticks >= 2)

    assert {batch.clock_ms for batch in bus.batches(settings.topics)} == {NOW_MS}


async def test_a_replay_has_no_ticks_but_the_players(mqtt: MqttAddress, settings: IngestSettings) -> None:
    bus = MemoryBus()
    tick = encode({"received_at": "2026-03-01T02:00:00Z"})
    async with ingesting(replace(settings, tick_s=0.001, replay=True), bus) as counts:
        await publish(mqtt, *numbered(0, 1), ("wugan/v1/test/_clock/tick", tick))
        await eventually(lambda: counts.ticks == 1)

    assert max(batch.clock_ms for batch in bus.batches(settings.topics)) == NOW_MS + 2 * 3_600_000


async def test_while_kafka_is_away_the_queue_is_bounded(mqtt: MqttAddress, settings: IngestSettings) -> None:
    bus = MemoryBus(away=True)
    async with ingesting(replace(settings, queue_messages=50, batch_rows=10), bus) as counts:
        await publish(mqtt, *numbered(0, 300))
        await eventually(lambda: counts.paused and counts.kafka_away)
        meanwhile = (counts.waiting, counts.readings, len(bus.sent))
        bus.away = False
        await eventually(lambda: counts.accepted == 300)

    assert meanwhile == (50, 0, 0)
    assert len({reading for batch in bus.batches(settings.topics) for reading in distinct(batch.readings)}) == 300
    assert (counts.waiting, counts.paused, counts.kafka_away) == (0, False, False)


async def test_kafka_may_end_and_come_back(mqtt: MqttAddress, settings: IngestSettings, tmp_path: Path) -> None:
    port = free_port()
    bus = KafkaBus(f"127.0.0.1:{port}")
    async with ingesting(settings, bus) as counts:
        await publish(mqtt, *numbered(0, 20))
        await eventually(lambda: counts.kafka_away)
        meanwhile = counts.readings
        with embedded_kafka(tmp_path / "kafka.log", port) as bootstrap:
            await create_topics(bootstrap, settings.topics)
            await eventually(lambda: counts.accepted == 20)
            rows, _ = await kafka_readings(bootstrap, settings.topics, SITE)
            await bus.stop()

    assert (meanwhile, len(rows)) == (0, 20)


async def test_the_session_outlives_ingest(mqtt: MqttAddress, settings: IngestSettings) -> None:
    bus = MemoryBus()
    async with ingesting(settings, bus):
        pass
    await publish(mqtt, *numbered(0, 10))
    async with ingesting(settings, bus) as counts:
        await eventually(lambda: counts.accepted == 10)

    assert counts.readings == 10


async def test_ingest_waits_for_a_broker_that_is_not_there(settings: IngestSettings, tmp_path: Path) -> None:
    port = free_port()
    counts = IngestCounts()
    waiting = run_ingest(replace(settings, port=port, username=None), SITE, MemoryBus(), counts)
    with capture_logs() as said:
        task = asyncio.create_task(waiting)
        await eventually(lambda: bool(said))
    with embedded_mqtt(tmp_path / "mqtt.log", port):
        await eventually(lambda: counts.connected)
    await eventually(lambda: not counts.connected)
    with embedded_mqtt(tmp_path / "mqtt.log", port):
        await eventually(lambda: counts.connected)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert [line["event"] for line in said] == ["mqtt_away"]
    assert task.cancelled()


def test_the_probe_says_whether_the_broker_accepts_us(settings: IngestSettings) -> None:
    said = probe_broker(settings, 10.0)

    assert said == f"127.0.0.1:{settings.port} accepts us in MQTT 3.1.1"


def test_the_probe_names_a_wrong_password(settings: IngestSettings) -> None:
    with pytest.raises(OSError, match="refuses us"):
        probe_broker(replace(settings, password=uuid.uuid4().hex), 10.0)


def test_the_probe_says_when_nobody_answers(settings: IngestSettings) -> None:
    with pytest.raises(OSError, match="refused"):
        probe_broker(replace(settings, port=free_port()), 10.0)
