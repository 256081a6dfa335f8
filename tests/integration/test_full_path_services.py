"""The full path on Mosquitto, Apache Kafka, InfluxDB and PostgreSQL, seen through the desk as a person sees it."""

import asyncio
import contextlib
import json
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from influxdb_client import InfluxDBClient

from app.child_process import free_port
from app.through_brokers import through_brokers
from domain.wire import encode_ticket
from streams.history import HistorySettings, open_history
from tests.builders_full_path import Given, assert_same, given, mosquitto, named, until
from tests.ticket_stores import empty_database

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def recent(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Yesterday: InfluxDB refuses what is older than its retention."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return given(tmp_path_factory.mktemp("recent") / "REC", f"t{uuid.uuid4().hex[:12]}", start)


@pytest.fixture
def influx(recent: Given) -> Iterator[HistorySettings]:
    """A bucket of this test's own."""
    settings = HistorySettings(
        url=named("INFLUXDB"),
        token=named("INFLUXDB_TOKEN"),
        org=named("INFLUXDB_ORG"),
        bucket=f"test-{uuid.uuid4().hex}",
        site=recent.zoned.site.site_id,
    )
    yield settings
    with InfluxDBClient(url=settings.url, token=settings.token, org=settings.org) as client:
        for task in client.tasks_api().find_tasks(name=settings.bucket_1m):
            client.tasks_api().delete_task(task.id)
        for name in (settings.bucket, settings.bucket_1m):
            bucket = client.buckets_api().find_bucket_by_name(name)
            if bucket is not None:
                client.buckets_api().delete_bucket(bucket)


class Listener(threading.Thread):
    """Hears the desk's events until the desk ends."""

    def __init__(self, desk: str) -> None:
        super().__init__(daemon=True)
        self._desk = desk
        self.heard: list[tuple[str, Any]] = []

    def run(self) -> None:
        name = ""
        with (
            contextlib.suppress(httpx.TransportError),
            httpx.stream("GET", f"{self._desk}/api/v1/events", timeout=60) as answer,
        ):
            for line in answer.iter_lines():
                key, _, value = line.partition(": ")
                name = value if key == "event" else name
                if key == "data":
                    self.heard.append((name, json.loads(value)))

    def last(self, ticket_id: str) -> Any:
        """Return a ticket as it was told last; None before."""
        return next((told for name, told in self.heard[::-1] if name == "ticket" and told["id"] == ticket_id), None)


def as_written(ticket: Any) -> dict[str, Any]:
    return json.loads(encode_ticket(ticket))


@pytest.mark.parametrize("broker", ["3.1.1", "5 over TLS"])
def test_the_desk_shows_what_a_replay_finds(
    recent: Given, influx: HistorySettings, broker: str, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{(port := free_port())}"
    with empty_database("postgresql", tmp_path) as database:
        settings = {
            "WUGAN_MQTT_PROTOCOL": broker.split()[0],
            "WUGAN_DATABASE": database,
            "WUGAN_HISTORY": influx.url,
            "WUGAN_INFLUXDB_TOKEN": influx.token,
            "WUGAN_INFLUXDB_ORG": influx.org,
            "WUGAN_INFLUXDB_BUCKET": influx.bucket,
            "WUGAN_DESK_PORT": str(port),
        }
        through = recent.through(mosquitto(tls="TLS" in broker), named("KAFKA"), settings=settings)
        with through_brokers(through) as run, httpx.Client(base_url=address) as desk:
            run.stack.start("desk")
            run.stack.await_ready()
            listener = Listener(address)
            listener.start()
            until(lambda: listener.heard, "the first event")
            asyncio.run(run.settle(run.play()))
            assert_same(asyncio.run(run.result()), recent.expected)
            assert_same_tickets(desk, recent)
            assert_heard(listener, recent)
            assert_history(desk, influx, recent)
        listener.join(timeout=10)
        assert not listener.is_alive()


def without_additions(shown: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown of the expected keys; live advice adds score, inputs, and reasons after the system's."""
    inner = {key: value for key, value in expected.items() if isinstance(value, dict)}
    kept = {key: shown[key] for key in expected}
    kept |= {key: {part: shown[key][part] for part in value} for key, value in inner.items()}
    advice = kept["recommendation"]
    advice["reasons"] = advice["reasons"][: len(expected["recommendation"]["reasons"])]
    return kept


def assert_same_tickets(desk: httpx.Client, recent: Given) -> None:
    """The list is the replay's tickets; a person's side adds keys, and changes none."""
    expected = {ticket.id: as_written(ticket) for ticket in recent.expected.tickets}
    shown = {ticket["id"]: ticket for ticket in desk.get("/api/v1/tickets").json()["tickets"]}
    assert len(expected) >= 1
    assert shown.keys() == expected.keys()
    for name, ticket in expected.items():
        assert without_additions(shown[name], ticket) == ticket
        assert desk.get(f"/api/v1/tickets/{name}").json() == shown[name]


def assert_heard(listener: Listener, recent: Given) -> None:
    """Each ticket came as an event, at last as it stands."""
    for ticket in recent.expected.tickets:
        told = until(partial(listener.last, ticket.id), "an event of the ticket")
        assert told["peak"] == as_written(ticket)["peak"]
    assert "sensor" in {name for name, _ in listener.heard}


def assert_history(desk: httpx.Client, influx: HistorySettings, recent: Given) -> None:
    """The course of the loudest sensor is InfluxDB's own, and holds the ticket's peak."""
    peak = as_written(recent.expected.tickets[0])["peak"]
    where = f"/api/v1/sensors/{peak['sensor_id']}/history"

    def course() -> dict[str, Any] | None:
        answer = desk.get(where, params={"pollutant": peak["pollutant"], "minutes": 300}).json()
        return answer if len(answer["time"]) >= 180 else None

    shown = until(course, "three hours of minutes in InfluxDB")
    history = open_history(influx)
    last_ms = recent.recording.last_ms + 3_600_000
    kept = history.series(peak["sensor_id"], peak["pollutant"], last_ms - 300 * 60_000, last_ms + 1)
    history.close()
    values = [value for value in shown["value"] if value is not None]
    assert values == kept.value[~np.isnan(kept.value)].round(2).tolist()
    assert round(shown["value"][shown["time"].index(peak["time"])], 1) == peak["value"]
