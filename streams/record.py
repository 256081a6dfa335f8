"""Readings and judged minutes → history, re-read from Kafka until they are kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import faust
import pyarrow as pa
import structlog
from faust.types import AgentT, EventT, StreamT

from domain.pipeline import Zoned
from domain.readings import concat_readings, concat_weather
from domain.wire import decode_judged, decode_rows
from streams.meter import Meter
from streams.ports import History
from streams.retry import until_done
from streams.settings import StreamSettings
from streams.topics import raw_topic

log = structlog.get_logger()

AT_ONCE = 40
"""Messages written together: at up to 500 readings each, a few requests to InfluxDB."""
LONGEST_WAIT_S = 1.0
"""No message waits longer for company. [s]"""


def add_record(
    app: faust.App, settings: StreamSettings, zoned: Zoned, history: History, meter: Meter
) -> tuple[AgentT[Any], AgentT[Any]]:
    """Attach the two agents that write history; writing twice is harmless, so they acknowledge after the write."""

    def write_readings(messages: list[bytes]) -> None:
        arrived = [decode_rows(raw, zoned.sensor_ids) for raw in messages]
        readings = concat_readings([part.readings for part in arrived if len(part.readings)])
        weather = concat_weather([part.weather for part in arrived if len(part.weather)])
        if len(readings):
            history.write_readings(readings, zoned.site)
        if len(weather):
            history.write_weather(weather)
        meter.count("history.readings", len(readings))

    def write_judged(messages: list[bytes]) -> None:
        for raw in messages:
            judged = decode_judged(raw)
            if len(judged.sensor):
                history.write_judged(judged, zoned.site)
        meter.count("history.minutes", len(messages))

    async def record_readings(stream: StreamT[bytes]) -> None:
        await _record(stream, write_readings, "record_readings", meter)

    async def record_judged(stream: StreamT[bytes]) -> None:
        await _record(stream, write_judged, "record_judged", meter)

    topics = settings.topics
    readings = app.agent(raw_topic(app, topics.readings), name="record_readings")(record_readings)
    judged = app.agent(raw_topic(app, topics.breaches), name="record_judged")(record_judged)
    return readings, judged


async def _record(stream: StreamT[bytes], write: Callable[[list[bytes]], None], step: str, meter: Meter) -> None:
    async for events in _together(stream):
        messages = [event.value for event in events]
        try:
            await until_done(lambda: write(messages), step)  # noqa: B023 - awaited within the turn
        except (ValueError, pa.ArrowInvalid) as error:
            # The history refuses these rows for good; Kafka still holds them. Counted and told, the stream goes on.
            meter.count("history.refused", len(messages))
            log.error("history_refused", step=step, messages=len(messages), error=str(error))  # noqa: TRY400
        last = events[-1].message
        meter.moved(step, last.partition, last.offset)
        for event in events:
            event.ack()


async def _together(stream: StreamT[bytes]) -> AsyncIterator[list[EventT[bytes]]]:
    """Yield events in company: up to `AT_ONCE`, none waiting longer than `LONGEST_WAIT_S`.

    Not Faust's `take`, which loses events on a rebalance (faust.md, F7).
    """
    loop = asyncio.get_running_loop()
    events = aiter(stream.noack().events())
    coming: asyncio.Future[EventT[bytes]] | None = None
    company: list[EventT[bytes]] = []
    until_s = 0.0
    while True:
        coming = coming or asyncio.ensure_future(anext(events))
        wait_s = max(until_s - loop.time(), 0.0) if company else None
        done, _ = await asyncio.wait({coming}, timeout=wait_s)
        if done:
            if not company:
                until_s = loop.time() + LONGEST_WAIT_S
            company.append(coming.result())
            coming = None
        if company and (not done or len(company) >= AT_ONCE or loop.time() >= until_s):
            yield company
            company = []
