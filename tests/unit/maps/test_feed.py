"""Kafka and the tickets in, events out."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from domain.times import rfc3339, to_datetime
from maps.feed import LiveFeed
from tests.builders_maps import (
    CLOCK_MS,
    TOPICS,
    FakeTail,
    FakeTickets,
    a_feed,
    a_zone,
    judged_message,
    readings_message,
    ticket_text,
)

SITE = a_zone(10, 1, 5)


@contextlib.asynccontextmanager
async def running(feed: LiveFeed) -> AsyncIterator[AsyncIterator[tuple[str, object]]]:
    task = asyncio.create_task(feed.run())
    try:
        yield events(feed)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def events(feed: LiveFeed) -> AsyncIterator[tuple[str, object]]:
    async for chunk in feed.hub.listen(None):
        for frame in chunk.decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in frame.splitlines())
            if "event" in lines:
                yield lines["event"], json.loads(lines["data"])


async def until(stream: AsyncIterator[tuple[str, object]], event: str, limit: int = 50) -> object:
    for _ in range(limit):
        kind, told = await asyncio.wait_for(anext(stream), 3)
        if kind == event:
            return told
    raise AssertionError(f"no {event}")


def a_quick_feed(tail: FakeTail, tickets: FakeTickets) -> LiveFeed:
    return a_feed(SITE, tail, tickets, flush_ms=5, ticket_poll_s=0.01)


async def test_readings_become_changed_sensors():
    tail = FakeTail()
    async with running(a_quick_feed(tail, FakeTickets())) as stream:
        await until(stream, "heartbeat")
        tail.push(TOPICS.readings, readings_message([{"sensor_id": "ms-003", "pm25": 41.0}], CLOCK_MS))

        assert await until(stream, "sensor") == [["ms-003", 41.0, "normal"]]


async def test_a_message_that_cannot_be_read_is_counted_and_stops_nothing():
    tail = FakeTail()
    feed = a_quick_feed(tail, FakeTickets())
    async with running(feed) as stream:
        await until(stream, "heartbeat")
        tail.push(TOPICS.readings, b"nonsense")
        tail.push(TOPICS.breaches, b"nonsense")
        tail.push(TOPICS.readings, readings_message([{"sensor_id": "ms-003", "pm25": 41.0}], CLOCK_MS))

        assert await until(stream, "sensor") == [["ms-003", 41.0, "normal"]]
        assert feed.unreadable == 2


async def test_a_ticket_is_told_when_it_changes_and_once_when_it_is_done():
    tickets = FakeTickets()
    async with running(a_quick_feed(FakeTail(), tickets)) as stream:
        await until(stream, "heartbeat")
        tickets.put(ticket_text("t1"))
        first = await until(stream, "ticket")
        tickets.put(ticket_text("t1", state="dismissed"))
        second = await until(stream, "ticket")

        assert [first["state"], second["state"]] == ["new", "dismissed"]


async def test_a_snapshot_holds_open_tickets_most_urgent_first_and_no_others():
    tickets = FakeTickets()
    for name, priority, state in (("a", 3, "new"), ("b", 1, "new"), ("c", 1, "closed")):
        tickets.put(ticket_text(name, priority=priority, state=state))
    feed = a_quick_feed(FakeTail(), tickets)
    async with running(feed) as stream:
        await until(stream, "ticket")
        await until(stream, "ticket")
        told = [json.loads(text) for event, text in feed.snapshot("start") if event == "ticket"]

        assert [ticket["id"] for ticket in told] == ["b", "a"]


async def test_an_unreachable_ticket_store_is_told_and_stops_no_sensor():
    tail, tickets = FakeTail(), FakeTickets()
    tickets.away = True
    feed = a_quick_feed(tail, tickets)
    async with running(feed) as stream:
        await until(stream, "heartbeat")
        tail.push(TOPICS.readings, readings_message([{"sensor_id": "ms-003", "pm25": 41.0}], CLOCK_MS))
        await until(stream, "sensor")

        assert json.loads(feed.heartbeat())["tickets_ok"] is False


async def test_the_heartbeat_carries_the_zone_clock_and_the_server_time():
    feed = a_feed(SITE, FakeTail(), FakeTickets(), now=lambda: CLOCK_MS + 11_000)
    feed.take_message(TOPICS.readings, readings_message([{"sensor_id": "ms-003", "pm25": 41.0}], CLOCK_MS))
    feed.take_message(TOPICS.breaches, judged_message(SITE, CLOCK_MS - 60_000))
    beat = json.loads(feed.heartbeat())

    assert beat["clock"] == rfc3339(to_datetime(CLOCK_MS + 10_000))
    assert beat["sensors"] == {"total": 11, "online": 1}
    assert beat["server"] == rfc3339(to_datetime(CLOCK_MS + 11_000))
