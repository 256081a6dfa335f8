"""Stand-ins for Faust's streams, events and topics, and for the stores; as small as the agents allow."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.ticket import Ticket


async def until(claim: Callable[[], bool], limit_s: float = 20.0) -> None:
    """Give way to others until a claim holds; an assertion where it does not in time."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + limit_s
    while not claim():
        assert loop.time() < end_s, "it did not come true in time"
        await asyncio.sleep(0.005)


@dataclass(eq=False)
class Message:
    topic: str
    partition: int
    offset: int
    timestamp: float = 1_780_000_000.0


@dataclass(eq=False)
class Event:
    """One message of a log; `acknowledged` counts."""

    value: Any
    offset: int
    partition: int = 0
    topic: str = "in"
    acknowledged: int = 0

    @property
    def message(self) -> Message:
        return Message(self.topic, self.partition, self.offset)

    def ack(self) -> None:
        self.acknowledged += 1


class Stream:
    """Gives events; ends after the last, or waits for more while `open`."""

    def __init__(self, events: Iterable[Event] = (), *, stays_open: bool = False) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        for event in events:
            self._queue.put_nowait(event)
        if not stays_open:
            self._queue.put_nowait(None)
        self.noacked = False

    def put(self, event: Event | None) -> None:
        self._queue.put_nowait(event)

    def noack(self) -> "Stream":
        self.noacked = True
        return self

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._queue.get()) is not None:
            yield event


class Topic:
    """Keeps what was sent and acknowledged; `failures` are raised first, one a try."""

    def __init__(self, failures: Sequence[Exception] = ()) -> None:
        self.sent: list[tuple[bytes, bytes]] = []
        self.failures = list(failures)

    def get_topic_name(self) -> str:
        return "out"

    async def send(self, *, key: bytes, value: bytes) -> "asyncio.Future[None]":
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.failures:
            answer.set_exception(self.failures.pop(0))
        else:
            self.sent.append((key, value))
            answer.set_result(None)
        return answer

    @property
    def values(self) -> list[bytes]:
        return [value for _, value in self.sent]


class MemorySnapshots:
    """Keeps the newest state of each step and zone; away for the first `away` calls."""

    def __init__(self, away: int = 0) -> None:
        self.kept: dict[tuple[str, str], tuple[int, bytes]] = {}
        self.away = away

    def _stumble(self) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("away")

    def load(self, step: str, zone: str) -> tuple[int, bytes] | None:
        self._stumble()
        return self.kept.get((step, zone))

    def save(self, step: str, zone: str, offset: int, blob: bytes) -> bool:
        self._stumble()
        known = self.kept.get((step, zone))
        if known is not None and known[0] > offset:
            return False
        self.kept[step, zone] = (offset, blob)
        return True


@dataclass
class MemoryTickets:
    """Keeps every ticket that was handed over."""

    upserts: list[Ticket] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def upsert(self, tickets: Sequence[Ticket]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.upserts.extend(tickets)
