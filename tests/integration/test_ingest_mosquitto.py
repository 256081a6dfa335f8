"""Ingest on Mosquitto: both versions of MQTT, TLS with passwords, and a death in the middle that loses nothing."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from app.embedded_kafka import embedded_kafka
from app.kafka import create_topics
from domain.site import Site
from domain.wire import Topics
from ingest.counts import IngestCounts
from ingest.ports import Bus
from ingest.run import run_ingest
from ingest.settings import IngestSettings, MqttProtocol
from tests.builders_ingest import NOW_MS, SITE, MemoryBus, a_reading, eventually
from tests.builders_mqtt import distinct, kafka_readings, publish_all
from tests.integration.ingest_process import Given

pytestmark = pytest.mark.services
encode = msgspec.json.encode
ROOT = Path(__file__).parents[2]


def named(variable: str) -> str:
    """Return what a WUGAN_TEST_ variable says, or skip."""
    value = os.environ.get(f"WUGAN_TEST_{variable}")
    if not value:
        pytest.skip(f"WUGAN_TEST_{variable} is not set: no Mosquitto to test against")
    return value


@pytest.fixture
def site() -> Site:
    """Return a site of this test's own: the broker may be shared."""
    return Site(site_id=f"t{uuid.uuid4().hex[:12]}", name="Test", timezone="UTC", sensors=SITE.sensors)


@pytest.fixture(params=list(MqttProtocol))
def settings(request: pytest.FixtureRequest) -> IngestSettings:
    host, port = named("MQTT").rsplit(":", 1)
    return IngestSettings(
        host=host,
        port=int(port),
        client_id=uuid.uuid4().hex,
        protocol=request.param,
        topics=Topics(f"t{uuid.uuid4().hex[:12]}"),
        session_expiry_s=600,
        batch_wait_ms=5,
    )


@contextlib.asynccontextmanager
async def ingesting(settings: IngestSettings, site: Site, bus: Bus) -> AsyncIterator[IngestCounts]:
    counts = IngestCounts()
    task = asyncio.create_task(run_ingest(settings, site, bus, counts, now_ms=lambda: NOW_MS))
    await eventually(lambda: counts.connected or task.done())
    yield counts
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def numbered(site: Site, first: int, number: int) -> list[tuple[str, bytes]]:
    topic = f"wugan/v1/{site.site_id}/s1/readings"
    return [(topic, encode(a_reading(NOW_MS - n))) for n in range(first, first + number)]


async def publish(settings: IngestSettings, messages: list[tuple[str, bytes]]) -> None:
    await asyncio.to_thread(publish_all, settings.host, settings.port, messages)


async def test_what_is_published_is_taken_in(settings: IngestSettings, site: Site) -> None:
    bus = MemoryBus()
    async with ingesting(settings, site, bus) as counts:
        await publish(settings, [*numbered(site, 0, 200), *numbered(site, 0, 5)])
        await eventually(lambda: counts.readings == 205)

    assert (counts.accepted, counts.duplicates, counts.waiting) == (200, 5, 0)


async def test_what_kafka_has_not_taken_is_sent_again(settings: IngestSettings, site: Site) -> None:
    async with ingesting(settings, site, MemoryBus(away=True)) as counts:
        await publish(settings, numbered(site, 0, 30))
        await eventually(lambda: counts.waiting > 0 and counts.kafka_away)
    async with ingesting(settings, site, MemoryBus()) as again:
        await eventually(lambda: again.accepted == 30)

    assert (counts.readings, again.duplicates) == (0, 0)


async def test_a_broken_connection_makes_no_duplicates_of_what_is_held(settings: IngestSettings, site: Site) -> None:
    bus = MemoryBus(away=True)
    async with ingesting(settings, site, bus) as counts:
        await publish(settings, numbered(site, 0, 15))
        await eventually(lambda: counts.waiting == 15)
        thief = replace(settings, queue_messages=1)  # the same session: the broker lets the first one go
        async with ingesting(thief, site, MemoryBus(away=True)):
            await eventually(lambda: not counts.connected)
        await eventually(lambda: counts.connected and counts.redelivered > 0)
        bus.away = False
        await eventually(lambda: counts.accepted == 15 and not counts.waiting)

    assert counts.readings - counts.duplicates == 15
    assert len({reading for batch in bus.batches(settings.topics) for reading in distinct(batch.readings)}) == 15


async def test_an_outage_of_kafka_longer_than_the_keep_alive_loses_nothing(
    settings: IngestSettings, site: Site
) -> None:
    bus = MemoryBus(away=True)
    small = replace(settings, queue_messages=10, batch_rows=5, keepalive_s=1)
    async with ingesting(small, site, bus) as counts:
        await publish(settings, numbered(site, 0, 100))
        await eventually(lambda: not counts.connected)  # a socket that is not read brings no sign of life
        meanwhile = (counts.readings, counts.waiting)
        bus.away = False
        await eventually(lambda: counts.accepted == 100 and not counts.waiting)

    assert meanwhile == (0, 10)
    assert len({reading for batch in bus.batches(settings.topics) for reading in distinct(batch.readings)}) == 100


def started(settings: IngestSettings, site: Site, bootstrap: str) -> "subprocess.Popen[bytes]":
    given = Given(
        bootstrap,
        settings.topics.prefix,
        settings.host,
        settings.port,
        settings.client_id,
        settings.protocol,
        site.site_id,
    )
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.ingest_process", encode(given).decode()], cwd=ROOT
    )


async def test_killed_in_the_middle_nothing_is_lost(settings: IngestSettings, site: Site, tmp_path: Path) -> None:
    before, after = 3000, 500

    async def in_kafka() -> set[tuple[int, int]]:
        rows, _ = await kafka_readings(bootstrap, settings.topics, site)
        return distinct(rows)

    async def until(number: int) -> int:
        async with asyncio.timeout(40):
            while len(found := await in_kafka()) < number:  # noqa: ASYNC110 - Kafka is asked, it does not tell
                await asyncio.sleep(0.05)
        return len(found)

    with embedded_kafka(tmp_path / "kafka.log") as bootstrap:
        await create_topics(bootstrap, settings.topics)
        async with ingesting(settings, site, MemoryBus()):
            pass  # makes the session, so that the broker keeps what comes
        publishing = asyncio.create_task(publish(settings, numbered(site, 0, before)))
        first = started(settings, site, bootstrap)
        await until(1)
        first.send_signal(signal.SIGKILL)
        first.wait()
        at_death = len(await in_kafka())
        second = started(settings, site, bootstrap)
        try:
            await publishing
            await publish(settings, numbered(site, before, after))
            found = await until(before + after)
        finally:
            second.terminate()
            second.wait()

    assert found == before + after
    assert 0 < at_death < found


@pytest.fixture
def secure() -> IngestSettings:
    host, port = named("MQTT_TLS").rsplit(":", 1)
    return IngestSettings(
        host=host,
        port=int(port),
        tls_ca=Path(named("MQTT_CA")),
        username=named("MQTT_USER"),
        password=named("MQTT_PASSWORD"),
        client_id=uuid.uuid4().hex,
        batch_wait_ms=5,
    )


async def test_tls_and_passwords(secure: IngestSettings, site: Site) -> None:
    sensor = named("MQTT_SENSOR")
    as_sensor = {"username": sensor, "password": named("MQTT_SENSOR_PASSWORD"), "ca": str(secure.tls_ca)}
    messages = [
        (f"wugan/v1/{site.site_id}/{sensor}/readings", encode([a_reading(NOW_MS - n - k) for k in range(100)]))
        for n in range(0, 20_000, 100)
    ]
    async with ingesting(secure, site, MemoryBus()) as counts:
        await asyncio.to_thread(publish_all, secure.host, secure.port, messages, **as_sensor)
        await eventually(lambda: counts.accepted == 20_000)

    assert counts.readings == 20_000


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"username": None, "password": None}], ids=["password", "nobody"]
)
async def test_a_broker_that_refuses_us_is_asked_again(
    secure: IngestSettings, site: Site, wrong: dict[str, str]
) -> None:
    counts = IngestCounts()
    with capture_logs() as said:
        task = asyncio.create_task(run_ingest(replace(secure, **wrong), site, MemoryBus(), counts))
        await eventually(lambda: any(line["event"] == "mqtt_away" for line in said))
        was_running = not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert (was_running, counts.connected) == (True, False)
    assert "uthori" in said[0]["reason"]
