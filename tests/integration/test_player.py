"""The player publishes steps; ingest takes every reading with the receive time it was recorded with."""

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from app.child_process import free_port
from app.embedded_mqtt import BrokerMissing, MqttAddress, embedded_mqtt
from ingest.counts import IngestCounts
from ingest.run import run_ingest
from ingest.settings import IngestSettings
from simulators.player import BrokerAway, Pace, Player, PlayerSettings
from tests.builders_ingest import NOW_MS, SITE, MemoryBus, eventually

STEP_MS = 10_000


@dataclass(frozen=True)
class AStep:
    clock_ms: int
    readings: pa.RecordBatch
    weather: pa.RecordBatch


def a_step(number: int, rows: int = 40) -> AStep:
    """Return a step of two stations, received within its ten seconds, out of order between the two."""
    start_ms = NOW_MS + number * STEP_MS
    received = start_ms + np.arange(rows) * (STEP_MS // rows)
    readings = {"sensor_id": ["s1", "s2"] * (rows // 2), "time_ms": received, "received_ms": received}
    weather = {"weather_id": ["w1"], "time_ms": [start_ms], "received_ms": [start_ms], "lon": [116.5], "lat": [39.8]}
    return AStep(
        start_ms + STEP_MS,
        pa.RecordBatch.from_pydict({**readings, "pm10": np.arange(rows) / 7}),
        pa.RecordBatch.from_pydict({**weather, "wind_speed_ms": [2.0]}),
    )


@pytest.fixture(scope="module")
def mqtt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MqttAddress]:
    try:
        with embedded_mqtt(tmp_path_factory.mktemp("mqtt") / "mqtt.log") as address:
            yield address
    except BrokerMissing as error:
        pytest.skip(str(error))


def settings_for(mqtt: MqttAddress, **more: object) -> PlayerSettings:
    return PlayerSettings(host=mqtt.host, port=mqtt.port, site_id="test", **more)


async def test_ingest_sees_every_step_before_the_next(mqtt: MqttAddress) -> None:
    ingest = IngestSettings(
        host=mqtt.host, port=mqtt.port, username=mqtt.username, password=mqtt.password, replay=True, batch_wait_ms=5
    )
    bus, counts = MemoryBus(), IngestCounts()
    task = asyncio.create_task(run_ingest(ingest, SITE, bus, counts))
    await eventually(lambda: counts.connected)

    def play() -> int:
        with Player(settings_for(mqtt)) as player:
            return player.play((a_step(n) for n in range(100)), final_clock_ms=lambda end: end + 3_600_000).readings

    published = await asyncio.to_thread(play)
    await eventually(lambda: counts.ticks == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    batches = bus.batches(ingest.topics)
    steps = np.concatenate([batch.readings.received_ms for batch in batches]) // STEP_MS
    assert published == counts.readings == counts.accepted == len(steps) == 4000
    assert (np.diff(steps) >= 0).all()
    assert counts.weather == 100
    assert batches[-1].clock_ms == NOW_MS + 100 * STEP_MS + 3_600_000


def test_a_paced_player_waits_for_the_receive_clock(mqtt: MqttAddress) -> None:
    with Player(settings_for(mqtt, speed=200.0)) as player:
        begun_s = time.monotonic()
        counts = player.play(a_step(n, 4) for n in range(5))
        took_s = time.monotonic() - begun_s

    assert took_s >= 4 * STEP_MS / 1000 / 200.0
    assert (counts.readings, counts.ticks) == (20, 6)


def test_a_player_that_is_told_to_stop_sends_its_last_tick(mqtt: MqttAddress) -> None:
    stop = threading.Event()

    def steps() -> Iterator[AStep]:
        yield a_step(0)
        stop.set()
        yield a_step(1)

    with Player(settings_for(mqtt)) as player:
        counts = player.play(steps(), stop=stop)

    assert (counts.readings, counts.ticks, counts.clock_ms) == (80, 1, NOW_MS + 2 * STEP_MS)


def test_a_broker_that_is_not_there_is_named() -> None:
    port = free_port()

    with (
        pytest.raises(BrokerAway, match=f"127.0.0.1:{port}"),
        Player(PlayerSettings(host="127.0.0.1", port=port, site_id="test")),
    ):
        pass


def test_a_broker_that_refuses_us_is_named(mqtt: MqttAddress) -> None:
    with (
        pytest.raises(BrokerAway, match="refuses us"),
        Player(settings_for(mqtt, username="ingest", password=uuid.uuid4().hex)),
    ):
        pass


def test_what_was_received_before_now_is_due_at_once() -> None:
    pace = Pace(1.0, NOW_MS, begun_s=100.0)

    waits = [pace.wait_s(NOW_MS + ms, now_s=100.0) for ms in (-7_200_000, 0, 10_000)]

    assert waits == [0.0, 0.0, 10.0]
