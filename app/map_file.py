"""`wugan map`: the site as it stands now, as one file."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from app.kafka import KafkaTail, missing_topics
from app.settings import Settings
from app.stage_settings import site_of, topics_of
from app.wiring import Store, store_if_there
from maps import features
from maps.live import LiveZone
from maps.still import standalone_html

BACK_MESSAGES = 2000


@dataclass(frozen=True, slots=True)
class MapWritten:
    """What is on the map; `away` says why the sensors' values are not."""

    tickets: int
    away: str


def write_map(settings: Settings, out: Path) -> MapWritten:
    """Write the file; without Kafka or a ticket store it shows what there is.

    Raises:
        ValueError: Settings or site folder are wrong.
        OSError: The file can't be written.
    """
    site = site_of(settings)
    store = store_if_there(settings, site)
    live, away = LiveZone(site), ""
    try:
        asyncio.run(_catch_up(live, settings))
    except ConnectionError as error:
        away = str(error)
    tickets = _tickets(store) if store is not None else []
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(standalone_html(site, features.sensors(live), tickets), encoding="utf-8")
    return MapWritten(len(tickets), away)


async def _catch_up(live: LiveZone, settings: Settings) -> None:
    topics = topics_of(settings)
    if await missing_topics(settings.kafka, topics):
        raise ConnectionError(f"Kafka at {settings.kafka} has no {topics.readings} yet")
    async for topic, raw in KafkaTail(settings.kafka, BACK_MESSAGES).recent((topics.breaches, topics.readings)):
        live.take_message(topic, raw)


def _tickets(store: Store) -> list[str]:
    """Return every ticket as it stands now."""
    found: list[str] = []
    seq = 0
    while changes := store.tickets.changes_since(seq):
        found += [text for _, text in changes]
        seq = changes[-1][0]
    return found
