"""Stand-ins for Faust's streams, events and topics, and for the stores; as small as the agents allow."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.readings import Arrivals
from domain.site import Site
from domain.ticket import Ticket
from domain.wire import KIND_READING, KIND_TICK, KIND_WEATHER, encode_rows


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


def encode_arrivals(part: Arrivals, site: Site, *, with_tick: bool = True) -> bytes:
    """Return a message of the `readings` topic: the rows of `part`, and a tick at its clock."""
    readings, weather = part.readings, part.weather
    ticks = [part.clock_ms] if with_tick else []
    more = len(weather) + len(ticks)
    ids = [site.sensor_ids[index] for index in readings.sensor]
    columns: dict[str, Any] = {
        "kind": [KIND_READING] * len(readings) + [KIND_WEATHER] * len(weather) + [KIND_TICK] * len(ticks),
        "sensor_id": [*ids, *weather.station_id, *[""] * len(ticks)],
        "time_ms": np.concatenate([readings.time_ms, weather.time_ms, np.array(ticks, np.int64)]),
        "received_ms": np.concatenate([readings.received_ms, weather.received_ms, np.array(ticks, np.int64)]),
    }
    for names, block in ((POSITION_KEYS, readings.position), (CHANNELS, readings.values)):
        columns |= {name: np.append(block[:, i], np.full(more, np.nan)) for i, name in enumerate(names)}
    rows = slice(len(readings), len(readings) + len(weather))
    for name, column in [("lon", weather.lon), ("lat", weather.lat), *zip(WEATHER_KEYS, weather.values.T, strict=True)]:
        columns[name][rows] = column
    return encode_rows(columns)


class Signal:
    """Keeps who listens."""

    def __init__(self) -> None:
        self.listeners: list[Callable[..., Any]] = []

    def connect(self, listener: Callable[..., Any]) -> None:
        self.listeners.append(listener)


class App:
    """What the agents use of a Faust app; topics are kept by name, agents and timers are run by hand."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.agents: dict[str, Callable[[Any], Any]] = {}
        self.timers: dict[str, Callable[[], Any]] = {}
        self.on_partitions_revoked, self.on_partitions_assigned = Signal(), Signal()
        self.crashes: list[BaseException] = []

    def topic(self, name: str, **serializers: Any) -> Topic:
        assert serializers["value_serializer"] == "raw"
        return self.topics.setdefault(name, Topic())

    def agent(self, topic: Topic, *, name: str) -> Callable[..., Any]:
        def attach(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
            self.agents[name] = body
            return body

        return attach

    def timer(self, *, interval: float, name: str) -> Callable[..., Any]:
        def attach(body: Callable[[], Any]) -> None:
            self.timers[name] = body

        return attach

    async def crash(self, reason: BaseException) -> None:
        self.crashes.append(reason)


def log_of(values: Iterable[bytes]) -> list[Event]:
    """Return messages as a topic's events."""
    return [Event(value, offset) for offset, value in enumerate(values)]
