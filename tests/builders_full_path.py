"""A small recording on a site of its own, what a replay makes of it, and the brokers that it can go through."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest

from app.child_process import BrokerMissing
from app.embedded_kafka import embedded_kafka
from app.embedded_mqtt import MqttAddress, embedded_mqtt
from app.site_folder import read_site
from app.through_brokers import Through, ThroughBrokers
from domain.pipeline import Zoned, make_ready
from simulators.recording import Recording, read_recording
from simulators.replay import RunResult, replay
from simulators.replay.summary import run_hash, tickets_jsonl
from simulators.scenario import load_scenario
from simulators.world import World
from simulators.write_recording import write_recording

LIMIT_S = 90.0
SEED = 7
BROKERS = [pytest.param("embedded"), pytest.param("real", marks=pytest.mark.services)]
T = TypeVar("T")


@dataclass(frozen=True)
class Given:
    """A recording, its site, and what a replay makes of it."""

    folder: Path
    recording: Recording
    zoned: Zoned
    expected: RunResult

    @property
    def site_folder(self) -> Path:
        return self.folder / "site"

    def through(self, mqtt: MqttAddress, kafka: str, **more: object) -> Through:
        """Return how to play it."""
        return Through(
            recording=self.recording,
            zoned=self.zoned,
            site_folder=self.site_folder,
            mqtt=mqtt,
            kafka=kafka,
            **more,
        )


def given(folder: Path, site_id: str, start: datetime | None = None) -> Given:
    """Simulate the scenario `tiny` on a site that nobody else publishes for: a real broker may be shared."""
    write_recording(folder, World(load_scenario("tiny"), SEED, start))
    head = folder / "site" / "site.toml"
    head.write_text(head.read_text(encoding="utf-8").replace('id = "demo"', f'id = "{site_id}"'), encoding="utf-8")
    site, _ = read_site(folder / "site")
    recording, zoned = read_recording(folder, site), make_ready(site)
    return Given(folder, recording, zoned, replay(recording, zoned))


def named(variable: str) -> str:
    """Return what a WUGAN_TEST_ variable says, or skip."""
    value = os.environ.get(f"WUGAN_TEST_{variable}")
    if not value:
        pytest.skip(f"WUGAN_TEST_{variable} is not set: no real service to test against")
    return value


def mosquitto(*, tls: bool = False) -> MqttAddress:
    """Return the real broker, or skip."""
    host, port = named("MQTT_TLS" if tls else "MQTT").rsplit(":", 1)
    if not tls:
        return MqttAddress(host, int(port), "", "")
    return MqttAddress(host, int(port), named("MQTT_USER"), named("MQTT_PASSWORD"), Path(named("MQTT_CA")))


@contextmanager
def brokers(kind: str, folder: Path) -> Iterator[tuple[MqttAddress, str]]:
    """Give MQTT and Kafka, `embedded` or `real`; skip where they are not to be had."""
    if kind == "real":
        yield mosquitto(), named("KAFKA")
        return
    try:
        with embedded_mqtt(folder / "mqtt.log") as mqtt, embedded_kafka(folder / "kafka.log") as kafka:
            yield mqtt, kafka
    except BrokerMissing as error:
        pytest.skip(str(error))


def until(found: Callable[[], T | None], what: str, limit_s: float = LIMIT_S) -> T:
    """Ask again and again; return the first answer that is one."""
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        answer = found()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {limit_s:.0f} s: {what}")


def taken(run: ThroughBrokers, worker: str) -> float:
    """Return how many readings a worker's qualify has taken; 0 while it stands by."""
    return run.stack.metrics(worker).get("qualify.readings", 0.0)


def carrier_past(run: ThroughBrokers, readings: float) -> str:
    """Return the worker that carries, once it has taken so many readings."""
    return until(
        lambda: next((name for name in run.workers if taken(run, name) >= readings), None),
        f"a worker that has taken {readings:.0f} readings",
    )


def assert_same(result: RunResult, expected: RunResult) -> None:
    """Tickets to the byte, breaches, decisions and every reading, once each."""
    assert tickets_jsonl(result) == tickets_jsonl(expected)
    assert run_hash(result) == run_hash(expected)
    assert result.decisions == expected.decisions
    assert result.minutes == expected.minutes
    assert result.readings - result.duplicates == expected.readings - expected.duplicates
