"""Readings and judged minutes → history, re-read from Kafka until they are kept."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

import faust
import structlog
from faust.types import AgentT, EventT, StreamT

from domain.pipeline import Zoned
from domain.readings import Arrivals, concat_readings, concat_weather
from domain.site import Site
from domain.wire import decode_judged, decode_rows
from streams.agents import add_agent
from streams.company import together
from streams.meter import Meter
from streams.ports import History
from streams.retry import until_done
from streams.settings import StreamSettings

log = structlog.get_logger()

ValueT = TypeVar("ValueT")


def add_record(
    app: faust.App, settings: StreamSettings, zoned: Zoned, history: History, meter: Meter
) -> tuple[AgentT[Any], AgentT[Any]]:
    """Attach the two agents that write history; writing twice is harmless, so they acknowledge after the write."""
    ready = Prepared(history)
    readings = Recorder(
        "record_readings",
        partial(decode_rows, sensor_ids=zoned.sensor_ids),
        partial(_write_arrivals, history, zoned.site, meter),
        ready,
        meter,
    )
    judged = Recorder(
        "record_judged",
        decode_judged,
        lambda minutes: history.write_judged([minute for minute in minutes if len(minute.sensor)], zoned.site),
        ready,
        meter,
    )
    return (
        add_agent(app, settings.topics.readings, readings.name, readings.run),
        add_agent(app, settings.topics.breaches, judged.name, judged.run),
    )


class Prepared:
    """Prepares the history once for both agents."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = asyncio.Lock()
        self._done = False

    async def once(self) -> None:
        async with self._lock:
            if not self._done:
                await until_done(self._history.prepare, "history_prepare")
                self._done = True


class Recorder(Generic[ValueT]):
    """Writes the events of one topic."""

    def __init__(
        self,
        name: str,
        decode: Callable[[bytes], ValueT],
        write: Callable[[list[ValueT]], None],
        ready: Prepared,
        meter: Meter,
    ) -> None:
        self.name = name
        self._decode = decode
        self._write = write
        self._ready = ready
        self._meter = meter

    async def run(self, stream: StreamT[bytes]) -> None:
        """Write and acknowledge until the stream ends."""
        async for events in together(stream):
            await self._ready.once()
            values = [value for event in events for value in self._values_of(event)]
            await self._keep(values)
            last = events[-1].message
            self._meter.moved(self.name, last.partition, last.offset)
            for event in events:
                event.ack()

    def _values_of(self, event: EventT[bytes]) -> list[ValueT]:
        try:
            return [self._decode(event.value)]
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a message, the stream goes on
            # The step that reads the same topic has sent the dead letter; here it is counted and told.
            self._meter.count("history.undecodable")
            log.warning("history_undecodable", step=self.name, offset=event.message.offset, error=repr(error))
            return []

    async def _keep(self, values: list[ValueT]) -> None:
        if not values:
            return
        try:
            await until_done(lambda: self._write(values), self.name)
        except ValueError as error:
            if len(values) > 1:  # only the bad one stays out
                for value in values:
                    await self._keep([value])
                return
            # The history refuses these rows for good; Kafka still holds them.
            self._meter.count("history.refused")
            log.error("history_refused", step=self.name, error=str(error))  # noqa: TRY400 - a refusal is no surprise
        else:
            self._meter.count(f"history.{self.name}", len(values))


def _write_arrivals(history: History, site: Site, meter: Meter, arrived: list[Arrivals]) -> None:
    readings = concat_readings([part.readings for part in arrived if len(part.readings)])
    weather = concat_weather([part.weather for part in arrived if len(part.weather)])
    if len(readings):
        history.write_readings(readings, site)
    if len(weather):
        history.write_weather(weather)
    meter.count("history.readings", len(readings))
