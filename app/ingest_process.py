"""`wugan ingest`: MQTT → Kafka in one process, with readiness and metrics."""

import asyncio

import structlog

from app.kafka import KafkaBus, create_topics
from app.metrics import ingest_metrics
from app.operations import operations
from app.settings import Settings
from app.signals import first_of, stop_event
from app.stage_settings import ingest_settings, site_of
from ingest.counts import IngestCounts
from ingest.run import run_ingest

log = structlog.get_logger()


async def run_ingest_process(settings: Settings) -> None:
    """Carry readings from MQTT to Kafka until SIGTERM or Ctrl-C.

    Raises:
        ValueError: Settings or site folder are wrong.
        ConnectionError: Kafka does not answer at start.
    """
    stop = stop_event()
    site = site_of(settings)
    counts = IngestCounts()
    own = ingest_settings(settings)
    await create_topics(settings.kafka, own.topics, settings.kafka_replication)
    bus = KafkaBus(settings.kafka)
    await bus.start()
    try:
        place = (settings.operations_host, settings.operations_port)
        async with operations(*place, lambda: hindrances(counts), ingest_metrics(counts)):
            task = asyncio.create_task(run_ingest(own, site, bus, counts))
            log.info("ingest_started", site=site.site_id, mqtt=f"{own.host}:{own.port}")
            try:
                await first_of(stop, task)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        await bus.stop()
        log.info("ingest_stopped", readings=counts.readings, accepted=counts.accepted, rejected=counts.rejected_total)


def hindrances(counts: IngestCounts) -> dict[str, str]:
    """Return what keeps ingest from being ready."""
    why: dict[str, str] = {}
    if not counts.connected:
        why["mqtt"] = "the broker has not accepted us"
    if counts.kafka_away:
        why["kafka"] = f"does not answer; {counts.waiting} messages wait, nothing is acknowledged"
    return why
