"""Incidents → tickets: each is stored, and only then acknowledged."""

from typing import Any

import faust
import msgspec
import structlog
from faust.types import AgentT, StreamT

from domain.ticket import Ticket
from domain.wire import Reject, decode_ticket
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
                ticket = decode_ticket(event.value)
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
                await _store(ticket, sink)
                _note(ticket, meter)
            meter.moved("ticketing", event.message.partition, event.message.offset)
            event.ack()

    return app.agent(raw_topic(app, settings.topics.incidents), name="ticketing")(ticketing)


async def _store(ticket: Ticket, sink: TicketSink) -> None:
    await until_done(lambda: sink.upsert([ticket]), "tickets")


def _note(ticket: Ticket, meter: Meter) -> None:
    last = ticket.history[-1]
    meter.count(f"tickets.{last.what}")
    log.info(
        f"ticket_{last.what}",
        ticket_id=ticket.id,
        first=last.first,
        action=last.action.value,
        sensors=len(ticket.sensors),
    )
