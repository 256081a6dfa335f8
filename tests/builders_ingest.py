"""Messages as ingest gets them, a bus that can be away, and a site for both."""

import asyncio
import json
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from domain.readings import Arrivals
from domain.site import Sensor, SensorKind, Site
from domain.wire import Reject, Topics, decode_rows
from ingest.message import Message, weigh
from ingest.ports import BusUnavailable

NOW_MS = 1_772_323_200_000
"""2026-03-01 00:00 UTC. [ms]"""
SITE = Site(
    site_id="test",
    name="Test",
    timezone="Asia/Shanghai",
    sensors=(
        Sensor(sensor_id="s1", lon=116.5, lat=39.8),
        Sensor(sensor_id="s2", lon=116.6, lat=39.8, units={"pm10": "mg/m3"}),
        Sensor(sensor_id="v1", kind=SensorKind.VEHICLE),
    ),
)
READINGS = "wugan/v1/test/{}/readings"


def a_message(payload: object, topic: str = READINGS.format("s1"), *, received_ms: int = NOW_MS) -> Message:
    """Return a message; a payload that is no bytes is written as JSON."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Message(topic, raw, 1, 1, 0, received_ms, weigh(raw))


def a_reading(time_ms: int = NOW_MS, **more: object) -> dict[str, object]:
    """Return one reading as a sensor writes it."""
    return {"time": time_ms, "pm10": 50.0, **more}


def rows_of(raw: bytes | None, site: Site = SITE) -> Arrivals:
    """Decode what went to Kafka."""
    assert raw is not None
    return decode_rows(raw, pa.array(site.sensor_ids, type=pa.string()))


def values_of(arrivals: Arrivals, channel: int) -> list[float]:
    """Return one channel's values, in order of arrival."""
    return np.asarray(arrivals.readings.values[:, channel]).tolist()


async def eventually(condition: Callable[[], bool], limit_s: float = 20.0, every_s: float = 0.01) -> None:
    """Return when a condition holds; TimeoutError where it does not in time. [s]"""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - counts tell nobody that they changed
            await asyncio.sleep(every_s)


class MemoryBus:
    """Keeps what was sent; while `away` takes nothing. `asked` counts the tries."""

    def __init__(self, *, away: bool = False) -> None:
        self.sent: list[tuple[str, bytes | None, bytes]] = []
        self.away = away
        self.asked = 0

    async def send(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        await asyncio.sleep(0)
        self.asked += 1
        if self.away:
            raise BusUnavailable("away")
        self.sent.append((topic, key, value))

    def batches(self, topics: Topics) -> list[Arrivals]:
        """Return what went to the `readings` topic."""
        return [rows_of(value) for topic, _, value in self.sent if topic == topics.readings]

    def rejects(self, topics: Topics) -> list[Reject]:
        """Return the dead letters."""
        return [msgspec.json.decode(value, type=Reject) for topic, _, value in self.sent if topic == topics.rejects]


class MemorySource:
    """Notes what was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[Message] = []

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self.acknowledged += messages
