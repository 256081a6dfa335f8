"""Ingest in a process of its own, to be killed: `python -m tests.integration.ingest_process SETTINGS-AS-JSON`."""

import asyncio
import sys

import msgspec

from app.kafka import KafkaBus
from domain.wire import Topics
from ingest.counts import IngestCounts
from ingest.run import run_ingest
from ingest.settings import IngestSettings, MqttProtocol
from tests.builders_ingest import SITE


class Given(msgspec.Struct):
    """What the test tells the process."""

    bootstrap: str
    prefix: str
    host: str
    port: int
    client_id: str
    protocol: str
    site_id: str


async def run(given: Given) -> None:
    bus = KafkaBus(given.bootstrap)
    await bus.start()
    settings = IngestSettings(
        host=given.host,
        port=given.port,
        client_id=given.client_id,
        protocol=MqttProtocol(given.protocol),
        topics=Topics(given.prefix),
        session_expiry_s=600,
    )
    site = type(SITE)(site_id=given.site_id, name="Test", timezone="UTC", sensors=SITE.sensors)
    await run_ingest(settings, site, bus, IngestCounts())


if __name__ == "__main__":
    asyncio.run(run(msgspec.json.decode(sys.argv[1], type=Given)))
