"""The laws of recording: kept before acknowledged, in company, and one bad message keeps no other out."""

import asyncio
from typing import Any

import pytest

from streams.company import together
from streams.meter import Meter
from streams.record import Prepared, Recorder
from tests.builders_streams import Event, Stream, until


class Shelf:
    """A history of numbers: away for the first `away` calls or while it is `closed`, refuses what `bad` holds."""

    def __init__(self, away: int = 0, bad: tuple[int, ...] = ()) -> None:
        self.away = away
        self.bad = bad
        self.closed = False
        self.asked = 0
        self.writes: list[list[int]] = []
        self.prepared = 0

    def prepare(self) -> None:
        self._stumble()
        self.prepared += 1

    def write(self, values: list[int]) -> None:
        self._stumble()
        if set(values) & set(self.bad):
            raise ValueError("refused")
        self.writes.append(values)

    @property
    def kept(self) -> list[int]:
        return [value for values in self.writes for value in values]

    def _stumble(self) -> None:
        self.asked += 1
        if self.asked <= self.away or self.closed:
            raise ConnectionError("away")


def recorder(shelf: Shelf, meter: Meter | None = None) -> Recorder[int]:
    ready: Any = Prepared(shelf)  # type: ignore[arg-type]
    return Recorder("shelf", int, shelf.write, ready, meter or Meter())


def events(*values: bytes) -> list[Event]:
    return [Event(value, offset) for offset, value in enumerate(values)]


async def test_everything_is_kept_and_then_acknowledged() -> None:
    shelf, taken = Shelf(), events(b"1", b"2", b"3")

    await recorder(shelf).run(Stream(taken))

    assert shelf.kept == [1, 2, 3]
    assert [event.acknowledged for event in taken] == [1, 1, 1]
    assert shelf.prepared == 1


async def test_while_the_history_is_away_nothing_is_acknowledged_and_nothing_lost() -> None:
    shelf, taken = Shelf(), events(b"1", b"2")
    shelf.closed = True
    running = asyncio.create_task(recorder(shelf).run(Stream(taken)))

    await until(lambda: shelf.asked > 2)
    before = [event.acknowledged for event in taken]
    shelf.closed = False
    await running

    assert before == [0, 0]
    assert shelf.kept == [1, 2]
    assert [event.acknowledged for event in taken] == [1, 1]


async def test_one_refused_message_keeps_no_other_out() -> None:
    shelf, meter = Shelf(bad=(2,)), Meter()

    await recorder(shelf, meter).run(Stream(events(b"1", b"2", b"3")))

    assert shelf.kept == [1, 3]
    assert meter.counts["history.refused"] == 1


async def test_one_undecodable_message_keeps_no_other_out() -> None:
    shelf, meter, taken = Shelf(), Meter(), events(b"1", b"x", b"3")

    await recorder(shelf, meter).run(Stream(taken))

    assert shelf.kept == [1, 3]
    assert meter.counts["history.undecodable"] == 1
    assert [event.acknowledged for event in taken] == [1, 1, 1]


async def test_two_agents_prepare_once() -> None:
    shelf = Shelf(away=1)
    ready: Any = Prepared(shelf)  # type: ignore[arg-type]

    await asyncio.gather(ready.once(), ready.once())

    assert shelf.prepared == 1


@pytest.mark.parametrize(("amount", "sizes"), [(0, []), (2, [2]), (3, [3]), (7, [3, 3, 1])])
async def test_company_has_a_size(amount: int, sizes: list[int]) -> None:
    stream = Stream(events(*[b"1"] * amount))

    companies = [len(company) async for company in together(stream, at_once=3)]

    assert companies == sizes
    assert stream.noacked


async def test_nobody_waits_long_for_company() -> None:
    stream = Stream(events(b"1", b"2"), stays_open=True)
    companies = together(stream, at_once=100, longest_wait_s=0.01)

    first = await asyncio.wait_for(anext(companies), timeout=10)
    stream.put(Event(b"3", 2))
    second = await asyncio.wait_for(anext(companies), timeout=10)
    await companies.aclose()

    assert [event.value for event in [*first, *second]] == [b"1", b"2", b"3"]


async def test_a_cancelled_agent_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    running = asyncio.create_task(recorder(Shelf()).run(Stream(stays_open=True)))
    await until(lambda: len(asyncio.all_tasks()) > len(before) + 1)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await until(lambda: asyncio.all_tasks() == before)

    assert running.cancelled()
