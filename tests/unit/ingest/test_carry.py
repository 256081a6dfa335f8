"""Nothing is acknowledged or counted before Kafka has it; while Kafka is away everything waits."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count

import pytest

from domain.wire import Topics
from ingest import carry
from ingest.batcher import Inbox
from ingest.carry import Carrier
from ingest.counts import IngestCounts
from ingest.intake import Intake
from ingest.settings import IngestSettings
from tests.builders_ingest import NOW_MS, SITE, MemoryBus, MemorySource, a_message, a_reading, eventually

TOPICS = Topics("test")
SETTINGS = IngestSettings(batch_wait_ms=0, topics=TOPICS)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry, "FIRST_WAIT_S", 0.001)


class Running:
    """A carrier at work on a bus in memory."""

    def __init__(self, bus: MemoryBus) -> None:
        self.bus = bus
        self.counts = IngestCounts()
        self.inbox = Inbox(SETTINGS)
        self.source = MemorySource()
        self.carrier = Carrier(Intake(SITE, SETTINGS), bus, TOPICS, self.counts)

    @contextlib.asynccontextmanager
    async def at_work(self, tick_s: float | None = None) -> AsyncIterator[None]:
        clock = count(NOW_MS, 1000)
        task = asyncio.create_task(self.carrier.run(self.inbox, self.source, lambda: next(clock), tick_s))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def until_acknowledged(self, number: int) -> None:
        await eventually(lambda: len(self.source.acknowledged) >= number, every_s=0)


async def test_readings_and_dead_letters_reach_their_topics() -> None:
    running = Running(MemoryBus())
    running.inbox.put(a_message([a_reading(), {}]))
    async with running.at_work():
        await running.until_acknowledged(1)

    assert [len(batch.readings) for batch in running.bus.batches(TOPICS)] == [1]
    assert [reject.reason for reject in running.bus.rejects(TOPICS)] == ["no_time"]
    assert {key for topic, key, _ in running.bus.sent if topic == TOPICS.readings} == {b"0"}
    assert running.counts.readings == running.counts.accepted + running.counts.rejected_total == 2


async def test_nothing_is_acknowledged_while_kafka_is_away() -> None:
    running = Running(MemoryBus(away=True))
    running.inbox.put(a_message([a_reading(), {}]))
    async with running.at_work():
        await eventually(lambda: running.bus.asked >= 6, every_s=0)
        meanwhile = (len(running.source.acknowledged), running.counts.readings, running.inbox.held)
        was_away = running.counts.kafka_away
        running.bus.away = False
        await running.until_acknowledged(1)

    assert (meanwhile, was_away) == ((0, 0, 1), True)
    assert (running.counts.readings, running.inbox.held, running.counts.kafka_away) == (2, 0, False)
    assert (len(running.bus.batches(TOPICS)), len(running.bus.rejects(TOPICS))) == (1, 1)


async def test_silence_is_told_by_ticks() -> None:
    running = Running(MemoryBus())
    async with running.at_work(tick_s=0.001):
        await eventually(lambda: running.counts.ticks >= 3, every_s=0.001)

    clocks = [batch.clock_ms for batch in running.bus.batches(TOPICS)]
    assert clocks[:3] == [NOW_MS, NOW_MS + 1000, NOW_MS + 2000]
    assert all(not len(batch.readings) for batch in running.bus.batches(TOPICS))
