"""Micro-batches → Kafka: sent until acknowledged, and only then acknowledged to MQTT and counted."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from domain.wire import Topics
from ingest.batcher import Inbox
from ingest.counts import IngestCounts
from ingest.intake import Batch, Intake
from ingest.message import Message
from ingest.ports import Bus, BusUnavailable

log = structlog.get_logger()

ZONE_KEY = b"0"
"""A site is one zone; its messages share one key and so one order."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0
"""Between two tries while Kafka is away. [s]"""
Letter = tuple[str, bytes, bytes]
"""Topic, key, value."""


class Source(Protocol):
    """Where messages come from."""

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that messages are in safe hands."""
        ...


class Carrier:
    """Takes micro-batches out of the inbox and sees each into Kafka before the next."""

    def __init__(self, intake: Intake, bus: Bus, topics: Topics, counts: IngestCounts) -> None:
        self._intake = intake
        self._bus = bus
        self._topics = topics
        self._counts = counts

    async def run(self, inbox: Inbox, source: Source, now_ms: Callable[[], int], tick_s: float | None) -> None:
        """Carry until cancelled; `tick_s` None: send no ticks. [s]"""
        while True:
            messages = await inbox.take(tick_s)
            batch = self._intake.take(messages) if messages else self._intake.tick(now_ms())
            await self.deliver(batch)
            self._counts.add(batch.tally)
            self._counts.status.update(batch.status)
            inbox.release(messages)
            source.acknowledge(messages)

    async def deliver(self, batch: Batch) -> None:
        """Return when Kafka has acknowledged the rows and every dead letter of a batch."""
        letters: list[Letter] = [
            (self._topics.rejects, reject.reason.encode(), reject.encode()) for reject in batch.rejects
        ]
        if batch.rows is not None:
            letters.append((self._topics.readings, ZONE_KEY, batch.rows))
        wait_s = FIRST_WAIT_S
        while letters and (letters := await self._send(letters)):
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _send(self, letters: list[Letter]) -> list[Letter]:
        """Send letters and return those that Kafka did not take; the first one finds out whether it is there."""
        error = await self._try(letters[0])
        if error is not None:
            self._note(error)
            return letters
        outcomes = await asyncio.gather(*map(self._try, letters[1:]))
        self._note(next(filter(None, outcomes), None))
        return [letter for letter, error in zip(letters[1:], outcomes, strict=True) if error is not None]

    def _note(self, error: BusUnavailable | None) -> None:
        """Note whether Kafka is away; said once."""
        if error is not None and not self._counts.kafka_away:
            log.warning("kafka_away", error=str(error))
        elif error is None and self._counts.kafka_away:
            log.info("kafka_back")
        self._counts.kafka_away = error is not None

    async def _try(self, letter: Letter) -> BusUnavailable | None:
        topic, key, value = letter
        try:
            await self._bus.send(topic, value, key=key)
        except BusUnavailable as error:
            return error
        return None
