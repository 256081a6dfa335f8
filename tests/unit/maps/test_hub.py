"""Events reach every desk; a slow one is told anew and harms nobody."""

import asyncio
import re
from collections.abc import AsyncIterator

from maps.hub import Hub
from maps.settings import MapsSettings


class Clock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


def a_hub(clock: Clock | None = None, **settings: int) -> Hub:
    given = MapsSettings(**{"client_queue": 4, "ring_events": 10} | settings)
    return Hub(given, clock or Clock(), lambda reason: [("snapshot", f'"{reason}"')])


def ids(raw: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"^id: (\d+)$", raw, re.MULTILINE)]


async def heard(stream: AsyncIterator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(stream), 2)


async def test_a_new_desk_gets_a_snapshot_and_then_what_follows():
    hub = a_hub()
    stream = hub.listen(None)
    assert await heard(stream) == b"retry: 2000\n\n"
    first = await heard(stream)
    hub.publish("sensor", "[1]")

    assert b'data: "start"' in first
    assert b"event: sensor\ndata: [1]" in await heard(stream)


async def test_ids_grow_over_a_restart_even_when_the_clock_steps_back():
    clock = Clock()
    hub = a_hub(clock)
    given = [hub.publish("sensor", "[]") for _ in range(3)]
    clock.ms -= 500
    given.append(hub.publish("sensor", "[]"))
    clock.ms += 60_000
    later = a_hub(clock).publish("sensor", "[]")

    assert [*given, later] == sorted({*given, later})


async def test_a_desk_that_comes_back_hears_exactly_what_it_missed():
    hub = a_hub()
    seen = hub.publish("sensor", "[1]")
    missed = [hub.publish("ticket", "{}"), hub.publish("sensor", "[2]")]
    stream = hub.listen(seen)
    await heard(stream)

    assert ids(await heard(stream)) == missed


async def test_an_id_that_is_not_kept_any_more_gives_a_snapshot():
    hub = a_hub(ring_events=2)
    seen = hub.publish("sensor", "[1]")
    for _ in range(3):
        hub.publish("sensor", "[]")
    stream = hub.listen(seen)
    await heard(stream)

    assert b'data: "missed"' in await heard(stream)


async def test_the_ring_is_bounded_in_bytes():
    hub = a_hub(ring_bytes=1000)
    seen = hub.publish("sensor", "[1]")
    hub.publish("sensor", f'"{"x" * 990}"')
    stream = hub.listen(seen)
    await heard(stream)

    assert b"missed" in await heard(stream)


async def test_a_slow_desk_is_told_anew_and_the_others_miss_nothing():
    hub = a_hub()
    slow, quick = hub.listen(None), hub.listen(None)
    for stream in (slow, quick):
        await heard(stream)
        await heard(stream)
    published, got = [], []
    for _ in range(20):
        published.append(hub.publish("sensor", "[]"))
        got += ids(await heard(quick))

    assert got == published
    assert b'data: "slow"' in await heard(slow)
    assert hub.dropped == 1


async def test_what_follows_a_snapshot_has_greater_ids():
    hub = a_hub()
    hub.publish("sensor", "[]")
    stream = hub.listen(None)
    await heard(stream)
    snapshot = ids(await heard(stream))

    assert hub.publish("sensor", "[]") > max(snapshot)


async def test_a_snapshot_bears_its_id_only_where_it_is_whole():
    hub = Hub(MapsSettings(), Clock(), lambda _: [("snapshot", "{}"), ("ticket", "{}"), ("heartbeat", "{}")])
    first, second, last, rest = hub.fresh("start").split(b"\n\n")

    assert (ids(first), ids(second), rest) == ([], [], b"")
    assert len(ids(last)) == 1
    assert b"event: heartbeat" in last


async def test_a_desk_that_goes_away_is_forgotten():
    hub = a_hub()
    stream = hub.listen(None)
    await heard(stream)
    there = hub.desks
    await stream.aclose()

    assert (there, hub.desks) == (1, 0)


async def test_closing_ends_every_stream():
    hub = a_hub()
    stream = hub.listen(None)
    await heard(stream)
    await heard(stream)
    hub.close()

    assert [chunk async for chunk in stream] == []
