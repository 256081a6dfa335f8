"""Micro-batches end when they are full or have waited; the inbox says when it holds too much."""

import asyncio

from ingest.batcher import Inbox
from ingest.settings import IngestSettings
from tests.builders_ingest import a_message, a_reading

LONG_MS = 60_000


async def test_a_full_batch_does_not_wait() -> None:
    inbox = Inbox(IngestSettings(batch_rows=3, batch_wait_ms=LONG_MS))
    for _ in range(4):
        inbox.put(a_message(a_reading()))

    async with asyncio.timeout(5):
        batch = await inbox.take(None)

    assert len(batch) == 3


async def test_a_batch_holds_no_more_readings_than_it_may() -> None:
    inbox = Inbox(IngestSettings(batch_rows=5, batch_wait_ms=0))
    for _ in range(3):
        inbox.put(a_message([a_reading(), a_reading()]))

    assert [len(await inbox.take(None)) for _ in range(2)] == [2, 1]


async def test_a_message_larger_than_a_batch_goes_alone() -> None:
    inbox = Inbox(IngestSettings(batch_rows=2, batch_wait_ms=0))
    inbox.put(a_message([a_reading()] * 9))
    inbox.put(a_message(a_reading()))

    assert [len(await inbox.take(None)) for _ in range(2)] == [1, 1]


async def test_what_waits_long_enough_goes() -> None:
    inbox = Inbox(IngestSettings(batch_wait_ms=1))
    inbox.put(a_message(a_reading()))

    async with asyncio.timeout(5):
        batch = await inbox.take(None)

    assert len(batch) == 1


async def test_nothing_comes_of_silence() -> None:
    assert await Inbox(IngestSettings()).take(0.001) == []


async def test_the_inbox_is_full_until_a_quarter_is_free() -> None:
    inbox = Inbox(IngestSettings(queue_messages=4, batch_rows=1, batch_wait_ms=0))
    for _ in range(4):
        inbox.put(a_message(a_reading()))
    seen = [inbox.is_full]
    taken = await inbox.take(None)
    seen.append(inbox.is_full)
    inbox.release(taken)
    seen.append(inbox.is_full)

    assert seen == [True, True, False]
    assert inbox.held == 3


async def test_bytes_fill_the_inbox_too() -> None:
    inbox = Inbox(IngestSettings(queue_bytes=100))
    inbox.put(a_message(b" " * 100))

    assert inbox.is_full
