"""Incidents → tickets, each stored and only then acknowledged; decisions are counted and logged."""

import time
from typing import Any

import faust
import msgspec
import structlog
from faust.types import AgentT, StreamT

from domain.decisions import DecisionMade
from domain.ticket import Ticket
from domain.wire import decode_outcome
from streams.agents import add_agent
from streams.meter import Meter
from streams.ports import TicketSink
from streams.rejects import Rejects
from streams.retry import until_done
from streams.settings import StreamSettings
from streams.topics import raw_topic

log = structlog.get_logger()


def add_ticketing(app: faust.App, settings: StreamSettings, sink: TicketSink, meter: Meter) -> AgentT[Any]:
    """Attach the agent that stores tickets; storing one twice is harmless."""
    rejects = Rejects(raw_topic(app, settings.topics.rejects), "ticketing", meter)

    async def ticketing(stream: StreamT[bytes]) -> None:
        async for event in stream.noack().events():
            try:
                await _take(decode_outcome(event.value), sink, meter)
            except msgspec.DecodeError as error:
                await rejects.refuse(event, "undecodable", error)
            except Exception as error:  # noqa: BLE001 - one bad ticket must not hold up all others; it is kept and told
                await rejects.refuse(event, "step_failed", error)
            meter.moved("ticketing", event.message.partition, event.message.offset)
            meter.lasted("ticketing", time.time() - event.message.timestamp)
            event.ack()

    return add_agent(app, settings.topics.incidents, "ticketing", ticketing)


async def _take(outcome: Ticket | DecisionMade, sink: TicketSink, meter: Meter) -> None:
    if isinstance(outcome, DecisionMade):
        meter.count(f"decisions.{outcome.name}")
        log.info("decision", name=outcome.name.value, key=outcome.key, at_ms=outcome.at_ms)
        return
    await until_done(lambda: sink.upsert([outcome]), "tickets")
    last = outcome.history[-1]
    meter.count(f"tickets.{last.what}")
    log.info(
        "ticket",
        what=last.what,
        ticket_id=outcome.id,
        first=last.first,
        action=last.action.value,
        sensors=len(outcome.sensors),
    )
