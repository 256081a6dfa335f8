"""Dead letters: an event that can't be taken is kept with its reason, and the stream goes on."""

import structlog
from faust.types import EventT, TopicT

from domain.wire import Reject
from streams.meter import Meter
from streams.sending import send_all

log = structlog.get_logger()


class Rejects:
    """Where one step's dead letters go."""

    def __init__(self, topic: TopicT[bytes], step: str, meter: Meter) -> None:
        self._topic = topic
        self._step = step
        self._meter = meter

    async def refuse(self, event: EventT[bytes], reason: str, error: Exception) -> None:
        """Send a dead letter, counted and told, and return when Kafka has it."""
        log.error("event_refused", step=self._step, reason=reason, offset=event.message.offset, exc_info=error)
        self._meter.count(f"rejects.{reason}")
        reject = Reject(
            reason=reason,
            detail=f"{self._step}: {error!r}",
            topic=event.message.topic,
            received_ms=int(event.message.timestamp * 1000),
            payload=event.value or b"",
        )
        await send_all(self._topic, [(reason.encode(), reject.encode())])
