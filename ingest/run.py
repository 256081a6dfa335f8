"""Ingest as a whole: MQTT → inbox → intake → Kafka, until cancelled."""

import asyncio
import time
from collections.abc import Callable

from domain.site import Site
from ingest.batcher import Inbox
from ingest.carry import Carrier
from ingest.counts import IngestCounts
from ingest.intake import Intake
from ingest.mqtt import MqttSource
from ingest.ports import Bus
from ingest.settings import IngestSettings


def wall_ms() -> int:
    """Return Unix time. [ms]"""
    return time.time_ns() // 1_000_000


async def run_ingest(
    settings: IngestSettings,
    site: Site,
    bus: Bus,
    counts: IngestCounts,
    *,
    now_ms: Callable[[], int] = wall_ms,
) -> None:
    """Carry readings from MQTT to Kafka until cancelled.

    `counts` is kept up to date and may be read at any time; `now_ms` is the receive clock, Unix time. [ms]

    Raises:
        OSError: The authority's certificate can't be read.
    """
    inbox = Inbox(settings)
    source = MqttSource(settings, site.site_id, inbox, counts, now_ms)
    carrier = Carrier(Intake(site, settings), bus, settings.topics, counts)
    async with asyncio.TaskGroup() as group:
        group.create_task(source.run())
        group.create_task(carrier.run(inbox, source, now_ms, None if settings.replay else settings.tick_s))
