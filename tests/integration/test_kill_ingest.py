"""Ingest dies in the middle of a replay on Mosquitto: the broker's session brings what it had not acknowledged."""

import uuid
from pathlib import Path

import pytest

from app.replay_through import replay_through
from app.through_brokers import ThroughBrokers
from tests.builders_full_path import Given, assert_same, given, mosquitto, named, until

pytestmark = pytest.mark.services
RATE = 1500.0


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return given(tmp_path_factory.mktemp("tiny") / "REC", f"t{uuid.uuid4().hex[:12]}")


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
def test_killed_ingest_goes_on_with_its_session(tiny: Given, protocol: str, tmp_path: Path) -> None:
    total = len(tiny.recording.readings)
    at_death: list[float] = []

    def kill(run: ThroughBrokers) -> None:
        def half() -> float | None:
            readings = run.stack.metrics("ingest").get("ingest_readings", 0.0)
            return readings if readings >= total / 2 else None

        at_death.append(until(half, "half of the readings taken by ingest"))
        run.stack.kill("ingest")
        run.stack.start("ingest")

    through = tiny.through(mosquitto(), named("KAFKA"), rate=RATE, settings={"WUGAN_MQTT_PROTOCOL": protocol})
    result = replay_through(through, during=kill)

    assert total / 2 <= at_death[0] < total
    assert_same(result, tiny.expected)
