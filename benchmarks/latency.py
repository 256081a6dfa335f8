"""How long from a sensor's publish to its red mark, and from a decision to its ticket, at a desk; real processes.

1,000 stations report once a second, evenly spread, in single messages; ingest runs live (the wall is the zone clock)
and the rules are production's. They need a past: the last 50 minutes, one reading a minute, are sent first with the
times of their receipt to an ingest that honours them, which then makes place for the live one.

publish → red: a few times a second one station, each once, reads PM10 400 µg/m³ above its air in a single reading.
Measured from the call of `publish` to the arrival of the server-sent event in which the station is `hot`.

decision → ticket: plumes over three stations each begin so that tickets open and are amended in the live minutes.
Measured from the tick of the zone clock that decides (the ticket's `updated_at`) to the arrival of its event.
"""

import argparse
import contextlib
import json
import os
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from app.child_process import free_port
from app.children import Child
from app.embedded_mqtt import MqttAddress
from app.stack import Stack
from benchmarks.common import brokers_used, cpu_s, kafka_broker, mqtt_broker, require_tickets, say
from benchmarks.system import clean_up, settings_of
from benchmarks.zone_load import LEVELS, PLUME_UGM3, SENSORS, SIDE, in_plume, sensor_id, wind_rows, write_site
from domain.times import rfc3339, to_datetime

RED_P50_BAR_MS, RED_P99_BAR_MS = 250.0, 1000.0
PAST_MIN = 50
JUMP_UGM3 = 400.0
FIRST_JUMP_S = 5
PLUME_AHEAD_MIN = 4
"""A plume begins at most so long before the live minutes. [min]"""


@dataclass
class Seen:
    """What the desk was told, and when; filled by a thread of its own."""

    jumped_s: dict[str, float] = field(default_factory=dict)
    red_ms: list[float] = field(default_factory=list)
    ticket_ms: list[float] = field(default_factory=list)
    live_from_s: float = float("inf")

    def take(self, event: str, data: str) -> None:
        """Take one event at the moment of its arrival."""
        now_s = time.time()
        if event == "sensor":
            for row in json.loads(data):
                if row[2] in ("hot", "breach") and row[0] in self.jumped_s:
                    self.red_ms.append((now_s - self.jumped_s.pop(row[0])) * 1000)
        elif event == "ticket":
            decided_s = datetime.fromisoformat(json.loads(data)["updated_at"]).timestamp()
            if decided_s > self.live_from_s:
                self.ticket_ms.append((now_s - decided_s) * 1000)


def listen(port: int, seen: Seen) -> None:
    """Follow the desk's event stream until it ends."""
    event = ""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/events") as stream:
        for raw in stream:
            name, _, rest = raw.decode().rstrip("\n").partition(": ")
            if name == "event":
                event = rest
            elif name == "data":
                seen.take(event, rest)


class Sensors:
    """All stations of a site, publishing."""

    def __init__(self, address: MqttAddress, site_id: str) -> None:
        self._prefix = f"wugan/v1/{site_id}"
        self._rng = np.random.default_rng(7)
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._room = threading.Semaphore(1000)
        self._client.on_publish = lambda *_: self._room.release()
        self._client.connect(address.host, address.port)
        self._client.loop_start()

    def publish(self, row: int, time_ms: int, added_ugm3: float, received_ms: int | None = None) -> None:
        """Publish one reading."""
        reading: dict[str, object] = {
            name: round(level * float(self._rng.lognormal(0.0, 0.05)) + (added_ugm3 if name == "pm10" else 0.0), 1)
            for name, level in LEVELS.items()
        }
        reading["time"] = time_ms
        if received_ms is not None:
            reading["received_at"] = rfc3339(to_datetime(received_ms))
        self._send(f"{sensor_id(row)}/readings", msgspec.json.encode(reading))

    def blow(self, time_ms: int, received_ms: int | None = None) -> None:
        """Publish the wind."""
        received_at = rfc3339(to_datetime(received_ms)) if received_ms is not None else None
        self._send("w1/weather", wind_rows([time_ms], received_at))

    def _send(self, topic: str, payload: bytes) -> None:
        self._room.acquire()
        self._client.publish(f"{self._prefix}/{topic}", payload, qos=1)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def plume_ugm3(row: int, time_ms: int, live_ms: int) -> float:
    """Return what a plume adds; the sixteen begin one after another. [µg/m³]"""
    if not in_plume(row):
        return 0.0
    number = row % SIDE // 8 + 4 * (row // SIDE // 8)
    begin_ms = live_ms - (PLUME_AHEAD_MIN - number % 3) * 60_000
    return PLUME_UGM3 if time_ms >= begin_ms else 0.0


def send_past(sensors: Sensors, live_ms: int) -> int:
    """Publish the past up to a moment, one reading a minute; return how many. [ms]"""
    for minute in range(-PAST_MIN, 0):
        sensors.blow(live_ms + minute * 60_000, live_ms + minute * 60_000)
        for row in range(SENSORS):
            time_ms = live_ms + minute * 60_000 + row * 60_000 // SENSORS
            sensors.publish(row, time_ms, plume_ugm3(row, time_ms, live_ms), time_ms + 100)
    return PAST_MIN * SENSORS


def send_live(sensors: Sensors, seconds: float, live_ms: int, seen: Seen) -> int:
    """Publish 1,000 readings a second, evenly spread; return how many jumped."""
    jumpers = _jumpers()
    every = int(seconds * SENSORS) // (len(jumpers) + 1)
    begun_s = time.monotonic()
    jumps = 0
    for number in range(int(seconds * SENSORS)):
        due_s = begun_s + number / SENSORS
        while (wait_s := due_s - time.monotonic()) > 0:
            time.sleep(wait_s)
        row = number % SENSORS
        time_ms = time.time_ns() // 1_000_000
        if number % (60 * SENSORS) == 0:
            sensors.blow(time_ms)
        added = plume_ugm3(row, time_ms, live_ms)
        if number % every == 0 and number > FIRST_JUMP_S * SENSORS and jumpers:
            row, added, jumps = jumpers.pop(), JUMP_UGM3, jumps + 1
            seen.jumped_s[sensor_id(row)] = time.time()
        sensors.publish(row, time_ms, added)
    return jumps


def _jumpers() -> list[int]:
    """Return every station that no plume is near, in a random order."""
    calm = [row for row in range(SENSORS) if row // SIDE % 8 in (0, 6, 7)]
    order: list[int] = np.random.default_rng(1).permutation(calm).tolist()
    return order


@contextlib.contextmanager
def ingest(stack: Stack, *, replay: bool) -> Iterator[Child]:
    """Run an ingest that honours the times of receipt, or a live one."""
    port = free_port()
    own = {"WUGAN_OPERATIONS_PORT": str(port), "WUGAN_REPLAY": str(replay).lower()}
    stack.ports["ingest"] = port
    child = stack.children.start_wugan("ingest", "ingest", environment=own)
    stack.await_ready()
    yield child
    stack.children.stop(child)


def measure(address: MqttAddress, kafka: str, seconds: float) -> None:
    """Run the system and print the figures."""
    site_id = f"latency{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="wugan-bench-") as name:
        folder = Path(name)
        write_site(folder / "site", site_id, "")
        stack = Stack(settings_of(address, kafka, site_id, folder), folder / "logs")
        try:
            stack.run_once("database", "db", "upgrade")
            pids = {command: stack.start(command).process.pid for command in ("worker", "desk")}
            sensors, seen = Sensors(address, site_id), Seen()
            live_ms = time.time_ns() // 1_000_000
            with ingest(stack, replay=True):
                threading.Thread(target=listen, args=(stack.ports["desk"], seen), daemon=True).start()
                await_taken(stack, send_past(sensors, live_ms))
            with ingest(stack, replay=False) as child:
                before = look(stack, pids | {"ingest": child.process.pid})
                seen.live_from_s = time.time()
                jumps = send_live(sensors, seconds, live_ms, seen)
                time.sleep(2.0)  # what is under way arrives
                after = look(stack, pids | {"ingest": child.process.pid})
            sensors.close()
        finally:
            stack.stop()
            clean_up(address, kafka, site_id)
    tell(seen, jumps)
    tell_parts({name: value - before.get(name, 0.0) for name, value in after.items()}, seconds)


def look(stack: Stack, pids: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU time of each process so far [s], and what the worker says of its steps."""
    return {f"cpu.{name}": cpu_s(pid) for name, pid in pids.items()} | stack.metrics("worker")


def tell_parts(spent: Mapping[str, float], seconds: float) -> None:
    """Print where the time goes, and what it costs."""
    for step in ("qualify", "detect", "correlate", "ticketing"):
        mean_s = spent[f"{step}_seconds_sum"] / max(spent[f"{step}_seconds_count"], 1.0)
        say(f"  from Kafka until {step} is through with it, mean", 1000 * mean_s, "ms")
    for name in ("ingest", "worker", "desk"):
        say(f"  CPU of {name} at 1,000 readings/s", 100 * spent[f"cpu.{name}"] / seconds, "% of a core")


def await_taken(stack: Stack, readings: int) -> None:
    """Wait until ingest has taken the past, and the worker all but its last, open minutes."""
    end_s = time.monotonic() + 120
    while stack.metrics("ingest").get("ingest_accepted", 0) < readings or (
        stack.metrics("worker").get("minutes_judged", 0) < PAST_MIN - 2
    ):
        if time.monotonic() > end_s:
            raise SystemExit("the past was not worked off in time")
        time.sleep(0.3)


def tell(seen: Seen, jumps: int) -> None:
    """Print the percentiles."""
    print(f"{len(seen.red_ms)} of {jumps} jumps turned red; {len(seen.ticket_ms)} tickets opened or amended")
    require_tickets(len(seen.ticket_ms))
    if len(seen.red_ms) < jumps:
        print(f"MISSED: not seen: {sorted(seen.jumped_s)[:10]}")
    bars = {50: RED_P50_BAR_MS, 99: RED_P99_BAR_MS}
    for percentile in (50, 95, 99):
        say(f"publish to red, p{percentile}", percentile_of(seen.red_ms, percentile), "ms", most=bars.get(percentile))
    for percentile in (50, 95, 99):
        say(f"deciding tick to ticket, p{percentile}", percentile_of(seen.ticket_ms, percentile), "ms")


def percentile_of(values: list[float], percentile: int) -> float:
    """Return a percentile, NaN of nothing."""
    return float(np.percentile(values, percentile)) if values else float("nan")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=150.0, help="of live readings")
    options = parser.parse_args()
    print(f"latency at 1,000 readings/s on {brokers_used()}")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as brokers:
        address = brokers.enter_context(mqtt_broker(Path(name)))
        kafka = brokers.enter_context(kafka_broker(Path(name)))
        measure(address, kafka, options.seconds)


if __name__ == "__main__":
    main()
