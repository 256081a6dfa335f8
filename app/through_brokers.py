"""One recording through MQTT, Kafka and Faust: processes with topics, groups, a session and a store of their own."""

import asyncio
import contextlib
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from alerts.store import Snapshots, Tickets, open_store
from app.demo.account import account_of
from app.embedded_mqtt import MqttAddress
from app.kafka import KafkaPlaces, KafkaTail, delete_topics
from app.stack import Stack, StackFailed
from domain.channels import MINUTE_MS
from domain.pipeline import Zoned
from domain.qualify_state import QualifyState
from domain.wire import Topics
from ingest.forget import forget_session
from ingest.settings import IngestSettings
from simulators.player import Player, PlayerSettings
from simulators.recorded_steps import recorded_steps
from simulators.recording import Recording
from simulators.replay import RunResult, collect
from streams.steps import saved_qualify

log = structlog.get_logger()

SILENT_S = 120.0
"""Longest wait while nothing at all advances. [s]"""
TIDY_S = 5.0
"""Longest wait for a broker to forget us. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """What to play, and through which brokers.

    Attributes:
        recording: In order of receipt.
        zoned: The site made ready.
        site_folder: The same site on disk, for the processes.
        mqtt: Where to publish; its user and password.
        kafka: `host:port` of Kafka.
        rate: Seconds of the recording per second; None: as fast as it goes.
        workers: Processes that share the work; one carries, the others stand by.
        settings: Further `WUGAN_*` variables of every process: another version of MQTT, a history, a database (an
            empty one, for this run alone).
    """

    recording: Recording
    zoned: Zoned
    site_folder: Path
    mqtt: MqttAddress
    kafka: str
    rate: float | None = None
    workers: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


def player_settings(address: MqttAddress, site_id: str, rate: float | None) -> PlayerSettings:
    """Return how the player reaches a broker."""
    return PlayerSettings(
        host=address.host,
        port=address.port,
        site_id=site_id,
        username=address.username or None,
        password=address.password or None,
        tls_ca=address.ca_file,
        speed=rate,
    )


def end_of(recording: Recording, zoned: Zoned) -> int:
    """Return the last tick's moment: by then every incident has ended in the silence after the recording. [ms]"""
    return recording.last_ms + zoned.rules.close_after_min * MINUTE_MS


def publish(recording: Recording, zoned: Zoned, own: PlayerSettings, stop: threading.Event | None = None) -> int:
    """Publish a recording and its closing silence; return how many readings were published.

    Raises:
        ConnectionError: The broker is away.
    """
    end_ms = end_of(recording, zoned)
    steps = recorded_steps(recording.readings, recording.weather, zoned.site, zoned.rules.tick_s * 1000)
    with Player(own) as player:
        return player.play(steps, stop=stop, final_clock_ms=lambda _: end_ms).readings


class ThroughBrokers:
    """One replay with a topic prefix, consumer groups, MQTT session and database of its own."""

    def __init__(self, through: Through, folder: Path) -> None:
        self._through = through
        self._prefix = f"wugan-replay-{secrets.token_hex(4)}"
        settings = self._settings(folder) | dict(through.settings)
        self._database = settings["WUGAN_DATABASE"]
        self.workers = [f"worker{number or ''}" for number in range(through.workers)]
        self.stack = Stack(settings, folder / "logs")

    def _settings(self, folder: Path) -> dict[str, str]:
        mqtt = self._through.mqtt
        settings = {
            "WUGAN_SITE": str(self._through.site_folder.resolve()),
            "WUGAN_DATA_DIR": str(folder),
            "WUGAN_DATABASE": f"sqlite:///{folder / 'tickets.db'}",
            "WUGAN_MQTT_HOST": mqtt.host,
            "WUGAN_MQTT_PORT": str(mqtt.port),
            "WUGAN_MQTT_CLIENT_ID": self._prefix,
            "WUGAN_KAFKA": self._through.kafka,
            "WUGAN_TOPIC_PREFIX": self._prefix,
            "WUGAN_REPLAY": "true",
            "WUGAN_SNAPSHOT_S": "1",
        }
        if mqtt.username:
            settings |= {"WUGAN_MQTT_USERNAME": mqtt.username, "WUGAN_MQTT_PASSWORD": mqtt.password}
        if mqtt.ca_file is not None:
            settings["WUGAN_MQTT_CA_FILE"] = str(mqtt.ca_file.resolve())
        return settings

    @property
    def topics(self) -> Topics:
        """The Kafka topics of this replay."""
        return Topics(self._prefix)

    def start(self) -> None:
        """Start ingest and the workers, and wait until they are ready.

        Raises:
            StackFailed: One does not come up.
        """
        self.stack.run_once("database", "db", "upgrade")
        self.stack.start("ingest")
        for name in self.workers:
            self.stack.start("worker", name)
        self.stack.await_ready()

    def play(self, stop: threading.Event | None = None) -> int:
        """Publish the recording and its closing silence; return how many readings were published.

        Raises:
            ConnectionError: The broker is away.
        """
        through = self._through
        own = player_settings(through.mqtt, through.zoned.site.site_id, through.rate)
        return publish(through.recording, through.zoned, own, stop)

    async def settle(self, published: int) -> None:
        """Wait until every reading and the last tick are worked off by every step.

        Raises:
            StackFailed: Nothing advances any more.
        """
        places = KafkaPlaces(self._through.kafka, f"{self._prefix}-zone")
        seen, since_s = (0, 0), time.monotonic()
        try:
            while True:
                behind = await self._behind(places)
                state = await self._state()
                lost = account_of(published, self.stack.metrics("ingest"), _as_metrics(state)).lost
                if behind == 0 and state.clock_ms >= self._end_ms and lost <= 0:
                    return
                if (behind, lost) != seen:
                    seen, since_s = (behind, lost), time.monotonic()
                if time.monotonic() - since_s > SILENT_S:
                    raise StackFailed(f"nothing advances: {lost} of {published} readings and {behind} messages wait")
                await asyncio.sleep(0.2)
        finally:
            await places.stop()

    @property
    def _end_ms(self) -> int:
        return end_of(self._through.recording, self._through.zoned)

    async def _state(self) -> QualifyState:
        """Return how far qualify is, by what it has saved: a worker that was killed or has taken over tells less."""
        engine = open_store(self._database)
        try:
            return await saved_qualify(Snapshots(engine, self._prefix), self._through.zoned)
        finally:
            engine.dispose()

    async def _behind(self, places: KafkaPlaces) -> int:
        """Return the messages that wait, asked in the order of the flow: what a step has covered it has sent on."""
        topics, behind = self.topics, 0
        for topic in (topics.readings, topics.minutes, topics.breaches, topics.incidents):
            committed, end = await places.committed([topic]), await places.true_ends([topic])
            behind += end[topic] - committed[topic]
        return behind

    async def result(self) -> RunResult:
        """Gather what the stores and topics hold now."""
        site = self._through.zoned.site
        engine = open_store(self._database)
        tail = KafkaTail(self._through.kafka)
        state = await self._state()
        judged = [raw async for raw in tail.read_all(self.topics.breaches)]
        outcomes = [raw async for raw in tail.read_all(self.topics.incidents)]
        try:
            return collect(site, Tickets(engine).system_tickets(), judged, outcomes, state.counts)
        finally:
            engine.dispose()

    def stop(self) -> None:
        """End the processes; the brokers forget the session and the topics."""
        self.stack.stop()
        mqtt = self._through.mqtt
        ours = IngestSettings(
            host=mqtt.host,
            port=mqtt.port,
            client_id=self._prefix,
            username=mqtt.username or None,
            password=mqtt.password or None,
            tls_ca=mqtt.ca_file,
        )
        try:
            forget_session(ours, TIDY_S)
            asyncio.run(delete_topics(self._through.kafka, self._prefix))
        except OSError as error:
            log.warning("traces_left", prefix=self._prefix, error=str(error))


def _as_metrics(state: QualifyState) -> dict[str, float]:
    return {f"qualify.{name}": float(amount) for name, amount in asdict(state.counts).items()}


@contextlib.contextmanager
def through_brokers(through: Through) -> Iterator[ThroughBrokers]:
    """Give a replay whose processes are ready; they end with the block, and nothing of it stays.

    Raises:
        StackFailed: A process does not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="wugan-replay-"))
    run = ThroughBrokers(through, folder)
    try:
        run.start()
        yield run
    finally:
        run.stop()
        shutil.rmtree(folder, ignore_errors=True)
