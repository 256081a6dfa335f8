"""CPU seconds per million readings from MQTT over Kafka and the full detection to tickets and the map; real processes.

A worker for detection and one for history run side by side, so that each is seen for itself; the bar counts ingest and
the worker from readings to tickets. Brokers: those at WUGAN_TEST_MQTT and WUGAN_TEST_KAFKA, else embedded ones. Beside
it: the bare paho consumer with `if pm10 > 150` on the same messages.
"""

import argparse
import contextlib
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from app.embedded_mqtt import MqttAddress
from app.stack import Stack
from benchmarks.bare_consumer import bare_cpu_s
from benchmarks.common import brokers_used, cpu_s, kafka_broker, listener, mqtt_broker, require_tickets, say
from benchmarks.system import clean_up, settings_of
from benchmarks.zone_load import Load, begin, publisher, write_site

ARRAYS_BAR_S, SINGLES_BAR_S = 12.0, 50.0
RULES = """
[rules.qualify]
settle_s = {settle_s}
[rules.detect]
warmup_min = 3
warmup_readings = 3
"""
"""A warm-up that fits into the load's quarter of an hour; it changes no cost."""
QUIET_S = 5.0
"""So long nothing moves once all is done: the last tick settles ten minutes at once. [s]"""
SILENT_S = 120.0
"""Longest wait while nothing advances. [s]"""


def start(stack: Stack) -> dict[str, int]:
    """Start all processes and return name to process id."""
    stack.run_once("database", "db", "upgrade")
    started = {
        "ingest": stack.start("ingest"),
        "detection": stack.start("worker", "detection", "--steps", "zone"),
        "history": stack.start("worker", "history", "--steps", "record"),
        "desk": stack.start("desk"),
    }
    stack.await_ready()
    return {name: child.process.pid for name, child in started.items()}


def settle(stack: Stack, readings: int) -> int:
    """Wait until every reading is judged and kept; return how many tickets opened."""
    seen: tuple[float, ...] = ()
    since_s = time.monotonic()
    while True:
        ingest, detection, history = (stack.metrics(name) for name in ("ingest", "detection", "history"))
        now = (
            ingest.get("ingest_accepted", 0.0),
            detection.get("qualify.readings", 0.0),
            detection.get("minutes_judged", 0.0),
            history.get("history.readings", 0.0),
            sum(count for metric, count in detection.items() if metric.startswith(("tickets.", "decisions."))),
        )
        if now != seen:
            seen, since_s = now, time.monotonic()
        quiet_s = time.monotonic() - since_s
        if now[0] == now[1] == now[3] == readings and quiet_s > QUIET_S:
            return int(detection.get("tickets.opened", 0.0))
        if quiet_s > SILENT_S:
            raise SystemExit(f"not every reading came through: accepted, taken, minutes, kept {now} of {readings}")
        stack.check()
        time.sleep(0.5)


def measure(address: MqttAddress, kafka: str, load: Load, bar_s: float) -> None:
    """Run one load through all processes and print what each cost."""
    with tempfile.TemporaryDirectory(prefix="wugan-bench-") as name:
        folder = Path(name)
        write_site(folder / "site", load.site_id, RULES.format(settle_s=max(10, 2 * load.per_message)))
        stack = Stack(settings_of(address, kafka, load.site_id, folder), folder / "logs")
        try:
            pids = start(stack)
            ports = {"MQTT broker": address.port, "Kafka": int(kafka.rsplit(":", 1)[1])}
            found = {what: listener(port) for what, port in ports.items()}
            pids |= {what: pid for what, pid in found.items() if pid is not None}
            with publisher(address.host, address.port, load) as process:
                before = {what: cpu_s(pid) for what, pid in pids.items()}
                begun_s = time.monotonic()
                begin(process)
                tickets = settle(stack, load.readings)
                wall_s = time.monotonic() - begun_s
            used = {what: (cpu_s(pid) - before[what]) / load.readings * 1e6 for what, pid in pids.items()}
        finally:
            stack.stop()
            clean_up(address, kafka, load.site_id)
    print(f"{load.readings:,} readings in {load.form}: {wall_s:.0f} s, {tickets} tickets; CPU per million readings:")
    if load.per_message > 1:
        require_tickets(tickets)
    for what, seconds in used.items():
        say(f"  {what}", seconds, "s")
    say(f"full path, {load.form}: ingest + detection", used["ingest"] + used["detection"], "s per million", most=bar_s)
    if load.per_message == 1 and address.username:
        print("  (the embedded broker gives out single messages so slowly that ingest wakes up for each; see docs)")


def main() -> None:
    """Measure both loads, ours and the bare consumer."""
    parser = argparse.ArgumentParser(description=__doc__)
    embedded = "WUGAN_TEST_MQTT" not in os.environ
    parser.add_argument("--arrays", type=int, default=1_000_000, help="readings in arrays of 100, 0 = none")
    parser.add_argument("--singles", type=int, default=60_000 if embedded else 200_000, help="readings one a message")
    options = parser.parse_args()
    print(f"full path on {brokers_used()}")
    loads = [(options.arrays, 100, ARRAYS_BAR_S), (options.singles, 1, SINGLES_BAR_S)]
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as brokers:
        address = brokers.enter_context(mqtt_broker(Path(name)))
        kafka = brokers.enter_context(kafka_broker(Path(name)))
        for readings, per_message, bar_s in loads:
            if readings:
                load = Load(f"bench{os.getpid()}-{per_message}", readings, per_message)
                measure(address, kafka, load, bar_s)
                bare = replace(load, site_id=f"{load.site_id}-bare", with_received=False)
                per_million = bare_cpu_s(address, bare) / bare.readings * 1e6
                say(f"beside it: bare paho consumer, {load.form}", per_million, "s per million")


if __name__ == "__main__":
    main()
