"""Incidents → tickets, each stored and only then acknowledged; decisions are counted and logged."""

from typing import Any

import faust
import msgspec
import structlog
from faust.types import AgentT, StreamT

from domain.decisions import DecisionMade
from domain.ticket import Ticket
from domain.wire import Reject, decode_outcome
from streams.carry import send_reject
from streams.meter import Meter
from streams.ports import TicketSink
from streams.retry import until_done
from streams.settings import StreamSettings
from streams.topics import raw_topic

log = structlog.get_logger()


def add_ticketing(app: faust.App, settings: StreamSettings, sink: TicketSink, meter: Meter) -> AgentT[Any]:
    """Attach the agent that stores tickets; storing one twice is harmless."""
    rejects = raw_topic(app, settings.topics.rejects)

    async def ticketing(stream: StreamT[bytes]) -> None:
        async for event in stream.noack().events():
            try:
                outcome = decode_outcome(event.value)
            except msgspec.DecodeError as error:
                meter.count("rejects.undecodable")
                refused = Reject(
                    reason="undecodable",
                    detail=f"ticketing: {error}",
                    topic=event.message.topic,
                    received_ms=int(event.message.timestamp * 1000),
                    payload=event.value,
                )
                await send_reject(rejects, refused)
            else:
                await _take(outcome, sink, meter)
            meter.moved("ticketing", event.message.partition, event.message.offset)
            event.ack()

    return app.agent(raw_topic(app, settings.topics.incidents), name="ticketing")(ticketing)


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
