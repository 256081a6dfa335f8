"""What every benchmark shares: how a figure is printed, which brokers are used, what processes cost."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from app.embedded_kafka import embedded_kafka
from app.embedded_mqtt import MqttAddress, embedded_mqtt

MQTT_VARIABLE, KAFKA_VARIABLE = "WUGAN_TEST_MQTT", "WUGAN_TEST_KAFKA"


def say(what: str, value: float, unit: str, *, most: float | None = None, least: float | None = None) -> None:
    """Print one figure, and its ratio to the bar it should reach: above 1 = reached, whichever way the bar points."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    line = f"{what:62} {value:>12,.{digits}f} {unit:16}"
    if most is not None:
        line += f"  bar <= {most:,g}: {_verdict(most / value)}"
    if least is not None:
        line += f"  bar >= {least:,g}: {_verdict(value / least)}"
    print(line.rstrip(), flush=True)


def require_tickets(tickets: int) -> None:
    """End with an error where a load's plumes open no ticket.

    Raises:
        SystemExit: None opened: what it costs to search for sources is not in the figures.
    """
    if not tickets:
        raise SystemExit("the plumes opened no ticket: this load tells nothing of the search for sources")


def _verdict(ratio: float) -> str:
    return f"{'reached' if ratio >= 1 else 'MISSED'}, {ratio:.2f} times"


@contextlib.contextmanager
def mqtt_broker(folder: Path) -> Iterator[MqttAddress]:
    """Give the broker at WUGAN_TEST_MQTT (HOST:PORT), or an embedded one."""
    named = os.environ.get(MQTT_VARIABLE)
    if named:
        host, port = named.rsplit(":", 1)
        yield MqttAddress(host, int(port), "", "")
        return
    with embedded_mqtt(folder / "mqtt.log") as address:
        yield address


@contextlib.contextmanager
def kafka_broker(folder: Path) -> Iterator[str]:
    """Give the Kafka at WUGAN_TEST_KAFKA (HOST:PORT), or an embedded one."""
    named = os.environ.get(KAFKA_VARIABLE)
    if named:
        yield named
        return
    with embedded_kafka(folder / "kafka.log") as address:
        yield address


def brokers_used() -> str:
    """Return which brokers `mqtt_broker` and `kafka_broker` give."""
    mqtt = "Mosquitto" if os.environ.get(MQTT_VARIABLE) else "embedded MQTT broker"
    kafka = "Apache Kafka" if os.environ.get(KAFKA_VARIABLE) else "embedded Kafka"
    return f"{mqtt}, {kafka}"


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process so far. [s]"""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def listener(port: int) -> int | None:
    """Return the process that listens on a port of this machine, None where it can't be seen."""
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                return connection.pid
    return None


def pss_mb(pid: int) -> float:
    """Return a process's memory, pages shared with others counted in proportion. [MB = 1024² bytes]"""
    with Path(f"/proc/{pid}/smaps_rollup").open() as lines:
        kib = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024
