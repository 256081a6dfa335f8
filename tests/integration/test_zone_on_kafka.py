"""Readings to tickets through Kafka and Faust while workers are killed, join and take over: the same, once each."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alerts.store import Snapshots, open_store, upgrade
from app.child_process import free_port
from app.embedded_kafka import BrokerMissing, embedded_kafka
from app.kafka import KafkaBus, KafkaTail, create_topics
from domain.decisions import DecisionMade
from domain.readings import Arrivals
from domain.wire import Topics, decode_judged, decode_outcome, encode_ticket
from tests.builders import START_MS, Ran, a_site, air, by_receipt, messages, raise_readings, run, wind
from tests.builders_streams import encode_arrivals, until

MINUTES = 60
TICK_MS = 10_000
STEPS = ("qualify", "detect", "correlate")
LIMIT_S = 90.0


def scene() -> list[Arrivals]:
    """An hour of quiet air in which three neighbours see dust, in messages of 10 s, and the hour after."""
    site = a_site()
    rows = raise_readings(
        air(site, MINUTES), site, ("s-0-0", "s-0-1", "s-1-0"), (20, 45), {"pm10": 300.0, "pm25": 90.0}
    )
    bounds = range(START_MS, START_MS + MINUTES * 60_000, TICK_MS)
    parts = list(messages(by_receipt(rows), wind(MINUTES), bounds))
    return [*parts, Arrivals(rows.take(slice(0, 0)), wind(0), parts[-1].clock_ms + 3600_000)]


@pytest.fixture(scope="module")
def arrivals() -> list[Arrivals]:
    return scene()


@pytest.fixture(scope="module")
def expected(arrivals: list[Arrivals]) -> Ran:
    """What the plain calls bring forth, without Kafka."""
    return run(a_site(), arrivals)


class Zone:
    """One running system: its topics, its store, its workers."""

    def __init__(self, bootstrap: str, topics: Topics, folder: Path) -> None:
        self.bootstrap, self.topics, self.folder = bootstrap, topics, folder
        self.judged: list[bytes] = []
        self.outcomes: list[bytes] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        upgrade(f"sqlite:///{folder / 'tickets.db'}")

    def start_worker(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-W", "ignore", "-m", "tests.integration.zone_process"]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                [*command, self.bootstrap, self.topics.prefix, str(self.folder)],
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.workers.append(worker)
        return worker

    @staticmethod
    def kill(worker: "subprocess.Popen[bytes]") -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=10)

    async def follow(self) -> None:
        tail = KafkaTail(self.bootstrap, from_start=True)
        async for topic, message in tail.follow([self.topics.breaches, self.topics.incidents]):
            (self.judged if topic == self.topics.breaches else self.outcomes).append(message)

    async def publish(self, arrivals: list[Arrivals]) -> None:
        bus, site = KafkaBus(self.bootstrap), a_site()
        for part in arrivals:
            await bus.send(self.topics.readings, encode_arrivals(part, site), key=b"0")
        await bus.stop()

    async def judged_minutes(self, amount: int) -> None:
        await until(lambda: len(set(self.judged)) >= amount, LIMIT_S)

    async def the_end(self, expected: Ran) -> None:
        await until(lambda: set(self.judged) >= set(expected.judged), LIMIT_S)
        await until(lambda: self.tickets >= set(expected.written), LIMIT_S)

    def saved(self) -> dict[str, int]:
        """Return the offset that each step's snapshot covers."""
        engine = open_store(f"sqlite:///{self.folder / 'tickets.db'}")
        kept = {step: Snapshots(engine, self.topics.prefix).load(step, "0") for step in STEPS}
        engine.dispose()
        return {step: snapshot[0] for step, snapshot in kept.items() if snapshot is not None}

    @property
    def tickets(self) -> set[bytes]:
        """Every write-up, once."""
        found = [decode_outcome(raw) for raw in self.outcomes]
        return {encode_ticket(outcome) for outcome in found if not isinstance(outcome, DecisionMade)}


@contextmanager
def a_zone(bootstrap: str, topics: Topics, folder: Path) -> Iterator[Zone]:
    zone = Zone(bootstrap, topics, folder)
    try:
        yield zone
    finally:
        for worker in zone.workers:
            if worker.poll() is None:
                Zone.kill(worker)


@pytest.fixture
async def zone(bootstrap: str, topics: Topics, tmp_path: Path):
    await create_topics(bootstrap, topics)
    with a_zone(bootstrap, topics, tmp_path) as zone:
        following = asyncio.create_task(zone.follow())
        yield zone
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def minutes_of(judged: list[bytes]) -> list[int]:
    return [decode_judged(raw).minute_ms for raw in judged]


def assert_same(zone: Zone, expected: Ran) -> None:
    """Every minute and every write-up is as without Kafka; what was sent again is the same to the byte."""
    assert set(zone.judged) == set(expected.judged)
    assert zone.tickets == set(expected.written)
    first_sent = list(dict.fromkeys(zone.judged))
    assert first_sent == expected.judged


def test_the_scene_has_a_story(expected: Ran) -> None:
    assert len(expected.last) >= 1
    assert len(expected.judged) >= MINUTES


async def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    zone: Zone, arrivals: list[Arrivals], expected: Ran
) -> None:
    half = len(arrivals) // 2
    first = zone.start_worker()
    await zone.publish(arrivals[:half])
    await zone.judged_minutes(20)
    zone.kill(first)
    zone.start_worker()
    await zone.publish(arrivals[half:])
    await zone.the_end(expected)

    assert_same(zone, expected)


async def test_a_second_worker_takes_over(zone: Zone, arrivals: list[Arrivals], expected: Ran) -> None:
    third = len(arrivals) // 3
    first = zone.start_worker()
    await zone.publish(arrivals[:third])
    await zone.judged_minutes(10)
    zone.start_worker()  # joins while the first carries on
    await zone.publish(arrivals[third : 2 * third])
    await zone.judged_minutes(30)
    zone.kill(first)
    await zone.publish(arrivals[2 * third :])
    await zone.the_end(expected)

    assert_same(zone, expected)


async def test_a_broker_that_forgot_everything_leaves_the_state(
    arrivals: list[Arrivals], expected: Ran, topics: Topics, tmp_path: Path
) -> None:
    """The embedded broker keeps its log in memory: after its restart the same ticket goes on and ends."""
    half, port = len(arrivals) // 2, free_port()
    minutes = len(run(a_site(), arrivals[:half]).judged)
    try:
        with embedded_kafka(tmp_path / "kafka.log", port) as bootstrap:
            await create_topics(bootstrap, topics)
            with a_zone(bootstrap, topics, tmp_path) as zone:
                zone.start_worker()
                await zone.publish(arrivals[:half])
                covered = {"qualify": half - 1, "detect": minutes - 1, "correlate": minutes - 1}
                await until(lambda: zone.saved() == covered, LIMIT_S)
    except BrokerMissing as error:
        pytest.skip(str(error))
    with embedded_kafka(tmp_path / "kafka.log", port) as bootstrap:
        await create_topics(bootstrap, topics)
        with a_zone(bootstrap, topics, tmp_path) as zone:
            following = asyncio.create_task(zone.follow())
            zone.start_worker()
            await zone.publish(arrivals[half:])
            ended = {encode_ticket(ticket) for ticket in expected.last.values()}
            await until(lambda: zone.tickets >= ended, LIMIT_S)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    assert zone.tickets <= set(expected.written)
