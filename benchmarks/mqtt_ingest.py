"""MQTT → Kafka: readings per second and CPU per million readings of ingest alone, beside a bare paho consumer.

Run: `python benchmarks/mqtt_ingest.py`. The broker is the one at WUGAN_TEST_MQTT, else the embedded one; Kafka is the
embedded one, or with `--bus count` a bus that only counts. The publisher is a process of its own.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.embedded_kafka import embedded_kafka
from app.embedded_mqtt import MqttAddress, embedded_mqtt
from app.kafka import KafkaBus, create_topics
from domain.site import Sensor, Site
from domain.wire import Topics
from ingest.counts import IngestCounts
from ingest.ports import Bus
from ingest.run import run_ingest
from ingest.settings import IngestSettings, MqttProtocol

SENSORS = 1000
WINDOW = 2000
"""Messages that the publisher has under way at most."""


@dataclass(frozen=True)
class Load:
    """How many readings come in messages of how many, and in which version of MQTT they are taken."""

    readings: int
    per_message: int
    protocol: MqttProtocol = MqttProtocol.V311


class CountingBus:
    """Takes everything at once."""

    async def send(self, topic: str, value: bytes, *, key: bytes | None = None) -> None:
        """Take a message."""


def publish(address: MqttAddress, site_id: str, load: Load) -> None:
    """Publish the load with QoS 1, as fast as the broker takes it."""
    room = threading.Semaphore(WINDOW)
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(WINDOW)
    client.on_publish = lambda *_: room.release()
    client.connect(address.host, address.port)
    client.loop_start()
    first_ms = int(time.time() * 1000) - load.readings
    for start in range(0, load.readings, load.per_message):
        rows = [
            {"time": first_ms + start + row, "pm25": 35.5 + row % 7, "pm10": 71.25, "nox": 40.5, "o3": 88.0}
            for row in range(load.per_message)
        ]
        sensor = f"s{start // load.per_message % SENSORS:04d}"
        room.acquire()
        payload = msgspec.json.encode(rows[0] if load.per_message == 1 else rows)
        client.publish(f"wugan/v1/{site_id}/{sensor}/readings", payload, qos=1)
    for _ in range(WINDOW):
        room.acquire()
    client.disconnect()
    client.loop_stop()


@contextlib.contextmanager
def publishing(address: MqttAddress, site_id: str, load: Load) -> Iterator[None]:
    """Publish from another process while the block runs."""
    what = msgspec.json.encode([address.host, address.port, site_id, load.readings, load.per_message]).decode()
    process = subprocess.Popen([sys.executable, __file__, "--publish", what])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def cpu_s() -> float:
    """Return the CPU time of this process. [s]"""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def until(condition: Callable[[], bool]) -> None:
    """Return when a condition holds."""
    while not condition():  # noqa: ASYNC110 - counts tell nobody that they changed
        await asyncio.sleep(0.02)


async def measure_ingest(address: MqttAddress, bus: Bus, load: Load) -> str:
    """Take the load in and say what it cost."""
    site_id = f"bench{os.getpid()}{load.per_message}v{load.protocol[0]}"
    site = Site(
        site_id=site_id,
        name="bench",
        timezone="Asia/Shanghai",
        sensors=tuple(Sensor(sensor_id=f"s{number:04d}", lon=116.5, lat=39.8) for number in range(SENSORS)),
    )
    settings = IngestSettings(
        host=address.host,
        port=address.port,
        username=address.username or None,
        password=address.password or None,
        protocol=load.protocol,
        topics=Topics("bench"),
        session_expiry_s=0,
    )
    counts = IngestCounts()
    ingest = asyncio.create_task(run_ingest(settings, site, bus, counts))
    await until(lambda: counts.connected)
    await asyncio.sleep(0.3)  # the subscription is under way
    with publishing(address, site_id, load):
        await until(lambda: counts.waiting > 0)
        begun_s, cpu_before_s = time.monotonic(), cpu_s()
        await until(lambda: counts.readings >= load.readings)
        wall_s, used_s = time.monotonic() - begun_s, cpu_s() - cpu_before_s
    ingest.cancel()
    await asyncio.gather(ingest, return_exceptions=True)
    if counts.accepted != load.readings:
        raise SystemExit(f"not every reading was accepted: {counts}")
    return told(f"ingest, MQTT {load.protocol}", load, wall_s, used_s)


def measure_bare(address: MqttAddress, load: Load) -> str:
    """Do the least that a consumer can do with the same load, and say what it cost."""
    site_id = f"bare{os.getpid()}{load.per_message}"
    seen = alarms = 0
    ready, done = threading.Event(), threading.Event()

    def on_message(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        nonlocal seen, alarms
        rows = json.loads(message.payload)
        for row in rows if isinstance(rows, list) else [rows]:
            seen += 1
            if row["pm10"] > 150:
                alarms += 1
        if seen >= load.readings:
            done.set()

    client = Client(CallbackAPIVersion.VERSION2, client_id=site_id)
    client.on_connect = lambda *_: client.subscribe(f"wugan/v1/{site_id}/#", qos=1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = on_message
    client.connect(address.host, address.port)
    client.loop_start()
    ready.wait()
    begun_s, cpu_before_s = time.monotonic(), cpu_s()
    with publishing(address, site_id, load):
        done.wait()
        wall_s, used_s = time.monotonic() - begun_s, cpu_s() - cpu_before_s
    client.disconnect()
    client.loop_stop()
    return told("bare `if pm10 > 150` in paho", load, wall_s, used_s)


def told(name: str, load: Load, wall_s: float, used_s: float) -> str:
    """Write a result as one line."""
    form = "single messages" if load.per_message == 1 else f"arrays of {load.per_message}"
    return (
        f"{name:30} {form:16} {load.readings:9,d} readings {load.readings / wall_s:10,.0f}/s"
        f"  CPU {used_s / load.readings * 1e6:6.2f} s per million"
    )


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[MqttAddress]:
    """Give the broker of the tests, or an embedded one."""
    named = os.environ.get("WUGAN_TEST_MQTT")
    if named:
        host, port = named.rsplit(":", 1)
        yield MqttAddress(host, int(port), "", "")
        return
    with embedded_mqtt(folder / "mqtt.log") as address:
        yield address


async def measure(address: MqttAddress, kafka: str | None, loads: list[Load]) -> None:
    """Measure ingest under each load."""
    bus: Bus = CountingBus()
    if kafka is not None:
        await create_topics(kafka, Topics("bench"))
        bus = KafkaBus(kafka)
    for load in loads:
        print(await measure_ingest(address, bus, load), flush=True)
    if isinstance(bus, KafkaBus):
        await bus.stop()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arrays", type=int, default=500_000, help="readings in arrays of 100")
    parser.add_argument("--singles", type=int, default=50_000, help="readings one a message")
    parser.add_argument("--bus", choices=("kafka", "count"), default="kafka")
    parser.add_argument("--publish", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        host, port, site_id, readings, per_message = msgspec.json.decode(options.publish)
        publish(MqttAddress(host, port, "", ""), site_id, Load(readings, per_message))
        return
    loads = [Load(options.arrays, 100), Load(options.singles, 1)]
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        address = stack.enter_context(broker(Path(name)))
        kafka = stack.enter_context(embedded_kafka(Path(name) / "kafka.log")) if options.bus == "kafka" else None
        if os.environ.get("WUGAN_TEST_MQTT"):  # the embedded broker speaks 3.1.1 only
            loads += [Load(load.readings, load.per_message, MqttProtocol.V5) for load in loads]
        asyncio.run(measure(address, kafka, loads))
        for load in (Load(options.arrays, 100), Load(options.singles, 1)):
            print(measure_bare(address, load), flush=True)


if __name__ == "__main__":
    main()
