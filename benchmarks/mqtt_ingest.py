"""MQTT → Kafka: CPU per million readings of ingest alone, in this process, beside a bare paho consumer.

The broker is the one at WUGAN_TEST_MQTT, else the embedded one, which speaks MQTT 3.1.1 only; Kafka likewise, or with
`--bus count` a bus that only counts. The publisher is a process of its own.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from app.embedded_mqtt import MqttAddress
from app.kafka import KafkaBus, create_topics
from benchmarks.bare_consumer import bare_cpu_s, own_cpu_s
from benchmarks.common import MQTT_VARIABLE, brokers_used, kafka_broker, mqtt_broker, say
from benchmarks.system import delete_topics, forget_session
from benchmarks.zone_load import SENSORS, Load, begin, place, publisher, sensor_id
from domain.site import Sensor, Site
from domain.wire import Topics
from ingest.counts import IngestCounts
from ingest.ports import Bus
from ingest.run import run_ingest
from ingest.settings import IngestSettings, MqttProtocol

LONGEST_S = 300.0


class CountingBus:
    """Takes everything at once."""

    async def send(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        """Take a message."""


async def until(condition: Callable[[], bool]) -> None:
    """Return when a condition holds."""
    async with asyncio.timeout(LONGEST_S):
        while not condition():  # noqa: ASYNC110 - counts tell nobody that they changed
            await asyncio.sleep(0.02)


async def measure(address: MqttAddress, bus: Bus, load: Load, protocol: MqttProtocol) -> None:
    """Take the load in and print what it cost."""
    sensors = tuple(Sensor(sensor_id=sensor_id(row), lon=place(row)[0], lat=place(row)[1]) for row in range(SENSORS))
    settings = IngestSettings(
        host=address.host,
        port=address.port,
        username=address.username or None,
        password=address.password or None,
        protocol=protocol,
        topics=topics(),
        session_expiry_s=0,
    )
    counts = IngestCounts()
    site = Site(site_id=load.site_id, name="bench", timezone="Asia/Shanghai", sensors=sensors)
    ingest = asyncio.create_task(run_ingest(settings, site, bus, counts))
    await until(lambda: counts.connected)
    await asyncio.sleep(0.3)  # the subscription is under way
    with contextlib.ExitStack() as stack:
        process = await asyncio.to_thread(stack.enter_context, publisher(address.host, address.port, load))
        begun_s, cpu_before_s = time.monotonic(), own_cpu_s()
        begin(process)
        await until(lambda: counts.readings >= load.readings)
        wall_s, used_s = time.monotonic() - begun_s, own_cpu_s() - cpu_before_s
    ingest.cancel()
    await asyncio.gather(ingest, return_exceptions=True)
    forget_session(address, f"wugan-ingest-{load.site_id}")
    if counts.accepted != load.readings:
        raise SystemExit(f"not every reading was accepted: {counts}")
    say(f"ingest, MQTT {protocol}, {load.form}", used_s / load.readings * 1e6, "s per million")
    say(f"ingest, MQTT {protocol}, {load.form}, by the wall", load.readings / wall_s, "readings/s")


def topics() -> Topics:
    """Return the topics of this run."""
    return Topics(f"bench{os.getpid()}")


async def measure_all(
    address: MqttAddress, kafka: str | None, loads: list[Load], protocols: list[MqttProtocol]
) -> None:
    """Measure ingest under each load in each version of MQTT."""
    bus: Bus = CountingBus()
    if kafka is not None:
        await create_topics(kafka, topics())
        bus = KafkaBus(kafka)
    for load in loads:
        for protocol in protocols:
            await measure(address, bus, load, protocol)
    if isinstance(bus, KafkaBus) and kafka is not None:
        await bus.stop()
        await delete_topics(kafka, topics())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrays", type=int, default=500_000, help="readings in arrays of 100")
    parser.add_argument("--singles", type=int, default=50_000, help="readings one a message")
    parser.add_argument("--bus", choices=("kafka", "count"), default="kafka")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(f"MQTT to Kafka on {brokers_used()}" + ("" if options.bus == "kafka" else ", without Kafka"))
    name = f"ingest{os.getpid()}"
    loads = [
        Load(f"{name}-{size}", readings, size, with_received=False)
        for readings, size in ((options.arrays, 100), (options.singles, 1))
    ]
    protocols = [MqttProtocol.V311] + [MqttProtocol.V5] * (MQTT_VARIABLE in os.environ)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        address = stack.enter_context(mqtt_broker(Path(folder)))
        kafka = stack.enter_context(kafka_broker(Path(folder))) if options.bus == "kafka" else None
        asyncio.run(measure_all(address, kafka, loads, protocols))
        for load in loads:
            used_s = bare_cpu_s(address, load)
            say(f"beside it: bare paho consumer, {load.form}", used_s / load.readings * 1e6, "s per million")


if __name__ == "__main__":
    main()
