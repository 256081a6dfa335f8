"""A recording offline, paced, and through MQTT, Kafka and Faust: the same tickets to the byte."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.children import clean_environment
from app.embedded_kafka import BrokerMissing, kafka_command
from app.embedded_mqtt import mqtt_command
from simulators.replay import replay
from simulators.replay.summary import run_hash, tickets_jsonl
from tests.builders_full_path import Given, assert_same, given


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return given(tmp_path_factory.mktemp("tiny") / "REC", "demo")


@pytest.fixture
def with_brokers() -> None:
    """Skip where the extra `demo` is not installed."""
    try:
        kafka_command(1), mqtt_command(1, "ingest")
    except BrokerMissing as error:
        pytest.skip(str(error))


def test_the_recording_has_a_story(tiny: Given) -> None:
    assert len(tiny.expected.tickets) >= 1
    assert tiny.expected.decisions
    assert tiny.expected.breaches.num_rows > 50


def test_a_paced_replay_is_the_same(tiny: Given) -> None:
    assert_same(replay(tiny.recording, tiny.zoned, rate=20_000.0), tiny.expected)


@pytest.mark.usefixtures("with_brokers")
def test_through_mqtt_kafka_and_faust_it_is_the_same(tiny: Given, tmp_path: Path) -> None:
    """As a person types it: embedded brokers, processes of their own, `run.json` on standard output."""
    words = ("replay", tiny.folder, "--site", tiny.site_folder, "--mqtt", "embedded", "--to", tmp_path / "RUN")

    done = subprocess.run(
        [sys.executable, "-P", "-m", "app.cli", *(str(word) for word in words), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        cwd=tmp_path,
        env=clean_environment(),
    )

    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    expected = tiny.expected
    assert (tmp_path / "RUN" / "tickets.jsonl").read_bytes() == tickets_jsonl(expected)
    assert run["run_hash"] == run_hash(expected)
    assert run["decisions"] == dict(expected.decisions)
    assert run["counts"]["taken"] == run["counts"]["readings"] == expected.readings
    assert run["counts"]["minutes"] == expected.minutes
