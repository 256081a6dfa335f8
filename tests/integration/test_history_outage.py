"""The history is away for a while, and workers end meanwhile: nothing that was measured or judged is lost."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from app.kafka import KafkaBus, KafkaPlaces, create_topics
from domain.field import JudgedField
from domain.pipeline import make_ready
from domain.readings import Arrivals, Readings, Weather
from domain.site import Site
from domain.wire import Topics, decode_judged
from streams.build import build_record_app, group_of
from streams.history import AnyHistory, HistorySettings, open_history
from streams.meter import Meter
from streams.settings import StreamSettings
from tests.builders import START_MS, Ran, a_site, air, by_receipt, messages, run, wind
from tests.builders_streams import encode_arrivals, until

MINUTES = 30
LIMIT_S = 60.0
END_MS = START_MS + 24 * 3600_000


class Fickle:
    """A history that is away until it is told otherwise; `asked` counts."""

    def __init__(self, history: AnyHistory) -> None:
        self._history = history
        self.away = True
        self.asked = 0

    def _answer(self) -> None:
        self.asked += 1
        if self.away:
            raise ConnectionError("away")

    def prepare(self) -> None:
        self._history.prepare()

    def write_readings(self, readings: Readings, site: Site) -> None:
        self._answer()
        self._history.write_readings(readings, site)

    def write_weather(self, weather: Weather) -> None:
        self._answer()
        self._history.write_weather(weather)

    def write_judged(self, minutes: Sequence[JudgedField], site: Site) -> None:
        self._answer()
        self._history.write_judged(minutes, site)


async def publish(bootstrap: str, topics: Topics, site: Site, arrivals: list[Arrivals], ran: Ran) -> None:
    bus = KafkaBus(bootstrap)
    for part in arrivals:
        await bus.send(topics.readings, encode_arrivals(part, site), key=b"0")
    for judged in ran.judged:
        await bus.send(topics.breaches, judged, key=b"0")
    await bus.send(topics.readings, b"no readings", key=b"0")
    await bus.stop()


def kept(history: AnyHistory, site: Site) -> tuple[int, int]:
    """Return how many raw readings and judged minutes of all sensors are there."""
    raw = sum(len(history.readings_of(name, START_MS, END_MS)) for name in site.sensor_ids)
    return raw, sum(len(history.judged_of(name, START_MS, END_MS)) for name in site.sensor_ids)


async def committed(bootstrap: str, settings: StreamSettings) -> dict[str, int]:
    places = KafkaPlaces(bootstrap, group_of(settings, "record"))
    try:
        return await places.committed([settings.topics.readings, settings.topics.breaches])
    finally:
        await places.stop()


async def test_nothing_is_lost_while_the_history_is_away(bootstrap: str, topics: Topics, tmp_path: Path) -> None:
    site = a_site()
    rows = by_receipt(air(site, MINUTES, every_s=10))
    arrivals = list(messages(rows, wind(MINUTES), range(START_MS, START_MS + MINUTES * 60_000, 10_000)))
    ran = run(site, arrivals)
    settings = StreamSettings(bootstrap=bootstrap, topics=topics, data_dir=tmp_path)
    history = open_history(HistorySettings(url=f"sqlite:///{tmp_path}/history.sqlite", site=site.site_id))
    fickle = Fickle(history)
    await create_topics(bootstrap, topics)
    await publish(bootstrap, topics, site, arrivals, ran)

    first = build_record_app(settings, make_ready(site), fickle, Meter())
    await first.start()
    await until(lambda: fickle.asked >= 4, LIMIT_S)
    await first.stop()
    meanwhile = kept(history, site)
    fickle.away = False
    meter = Meter()
    second = build_record_app(settings, make_ready(site), fickle, meter)
    await second.start()
    judged_rows = sum(len(decode_judged(raw).sensor) for raw in ran.judged)
    await until(lambda: kept(history, site) == (len(rows), judged_rows), LIMIT_S)
    await until(lambda: meter.counts["history.undecodable"] == 1, LIMIT_S)
    ends = {topics.readings: len(arrivals) + 1, topics.breaches: len(ran.judged)}
    async with asyncio.timeout(LIMIT_S):
        while await committed(bootstrap, settings) != ends:  # noqa: ASYNC110 - Kafka tells nobody of a commit
            await asyncio.sleep(0.1)
    await second.stop()
    history.close()

    assert meanwhile == (0, 0)
    assert meter.counts["history.refused"] == 0
