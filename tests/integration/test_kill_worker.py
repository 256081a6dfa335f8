"""Workers die in the middle of a replay through MQTT, Kafka and Faust: the same tickets, none lost, none twice."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded_mqtt import MqttAddress
from app.replay_through import replay_through
from app.through_brokers import ThroughBrokers
from tests.builders_full_path import BROKERS, Given, assert_same, brokers, carrier_past, given

RATE = 1500.0
"""Three hours in seven seconds: slow enough that a worker is found in the middle."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return given(tmp_path_factory.mktemp("tiny") / "REC", f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[MqttAddress, str]]:
    with brokers(request.param, tmp_path) as found:
        yield found


@pytest.mark.parametrize("places", BROKERS, indirect=True)
def test_the_only_worker_is_killed_and_started_anew(tiny: Given, places: tuple[MqttAddress, str]) -> None:
    total = len(tiny.recording.readings)
    at_death: list[float] = []

    def kill(run: ThroughBrokers) -> None:
        carrier_past(run, 0.7 * total)  # the release of minute 120 is being seen
        at_death.append(run.stack.metrics("worker")["qualify.readings"])
        run.stack.kill("worker")
        run.stack.start("worker")

    result = replay_through(tiny.through(*places, rate=RATE), during=kill)

    assert 0.7 * total <= at_death[0] < total
    assert_same(result, tiny.expected)


@pytest.mark.services
@pytest.mark.parametrize("places", BROKERS, indirect=True)
def test_of_two_workers_the_other_takes_over(tiny: Given, places: tuple[MqttAddress, str]) -> None:
    total = len(tiny.recording.readings)
    killed: list[str] = []

    def kill(run: ThroughBrokers) -> None:
        killed.append(carrier_past(run, 0.7 * total))
        run.stack.kill(killed[0])

    result = replay_through(tiny.through(*places, rate=RATE, workers=2), during=kill)

    assert killed[0] in {"worker", "worker1"}
    assert_same(result, tiny.expected)


@pytest.mark.services
@pytest.mark.parametrize("places", BROKERS, indirect=True)
def test_killed_again_and_again(tiny: Given, places: tuple[MqttAddress, str]) -> None:
    total = len(tiny.recording.readings)

    def kill(run: ThroughBrokers) -> None:
        for part in (0.2, 0.5, 0.8):
            carrier_past(run, part * total)
            run.stack.kill("worker")
            run.stack.start("worker")

    assert_same(replay_through(tiny.through(*places, rate=RATE), during=kill), tiny.expected)
