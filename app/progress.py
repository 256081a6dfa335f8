"""Readiness of a worker: true only while offsets advance, or there is nothing to read (faust.md, F4)."""

import asyncio
import time
from collections.abc import Callable, Mapping

import structlog
from aiokafka.errors import KafkaError

from app.kafka import KafkaPlaces
from streams.meter import Meter

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
STALLED_AFTER_S = 30.0
"""A step with something to read that took nothing for so long is stalled. [s]"""


class Progress:
    """Follows how far each step is behind its topic.

    `topic_of` says which topic a step reads; `is_active` whether this worker owns
    partitions (else it stands by), None while it has not joined its group.
    """

    def __init__(
        self, places: KafkaPlaces, topic_of: Mapping[str, str], meter: Meter, is_active: Callable[[], bool | None]
    ) -> None:
        self._places = places
        self._topic_of = topic_of
        self._meter = meter
        self._is_active = is_active
        self._started_s = time.monotonic()
        self._looked_s = float("-inf")
        self.lag: dict[str, int] = {}

    async def follow(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await asyncio.wait_for(self._look(), timeout=10.0)
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("kafka_unanswered", error=repr(error))
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        topics = sorted(set(self._topic_of.values()))
        ends, committed = await self._places.ends(topics), await self._places.committed(topics)
        self.lag = {
            step: max(ends[topic] - max(self._meter.offsets.get((step, 0), -1) + 1, committed[topic]), 0)
            for step, topic in self._topic_of.items()
        }
        self._looked_s = time.monotonic()

    def hindrances(self) -> dict[str, str]:
        """Return what keeps the worker from being ready, step to why."""
        now_s = time.monotonic()
        if now_s - self._looked_s > STALLED_AFTER_S:
            return {"kafka": "does not answer"}
        active = self._is_active()
        if active is None:
            return {"group": "joining its consumer group"}
        if not active:
            return {}
        return {
            step: f"{lag} messages wait and none was taken for {STALLED_AFTER_S:.0f} s"
            for step, lag in self.lag.items()
            if lag and now_s - self._meter.moved_at_s.get(step, self._started_s) > STALLED_AFTER_S
        }

    def gauges(self) -> dict[str, float]:
        """Return the lags as gauges."""
        return {f"lag_messages.{step}": float(lag) for step, lag in self.lag.items()}
