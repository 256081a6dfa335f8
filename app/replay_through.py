"""A recording through MQTT, Kafka and Faust: processes of its own, then the same result that a replay gives."""

import asyncio
import contextlib
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from alerts.store import Snapshots, Tickets, open_store
from app.embedded_kafka import embedded_kafka
from app.embedded_mqtt import MqttAddress, embedded_mqtt
from app.kafka import KafkaPlaces, KafkaTail
from app.live_play import host_and_port
from app.settings import Settings, sources_of
from app.stack import Stack, StackFailed
from domain.channels import MINUTE_MS
from domain.pipeline import Zoned
from domain.wire import Topics
from simulators.player import Player, PlayerSettings
from simulators.recorded_steps import recorded_steps
from simulators.recording import Recording
from simulators.replay import RunResult, collect
from streams.steps import saved_counts

EMBEDDED = "embedded"
"""In place of HOST:PORT: bring our own broker."""
SILENT_S = 120.0
"""Longest wait while nothing at all advances. [s]"""


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
    """

    recording: Recording
    zoned: Zoned
    site_folder: Path
    mqtt: MqttAddress
    kafka: str
    rate: float | None = None
    workers: int = 1


@contextlib.contextmanager
def brokers(mqtt: str, kafka: str, settings: Settings, log_dir: Path) -> Iterator[tuple[MqttAddress, str]]:
    """Give the brokers that are named, or our own where `embedded` is said.

    Raises:
        ValueError: `mqtt` is neither `embedded` nor HOST:PORT.
    """
    with contextlib.ExitStack() as ours:
        if mqtt == EMBEDDED:
            address = ours.enter_context(embedded_mqtt(log_dir / "mqtt.log"))
        else:
            host, port = host_and_port(mqtt)
            user, password = settings.mqtt_username or "", settings.secret("mqtt_password") or ""
            address = MqttAddress(host, port, user, password)
        where = ours.enter_context(embedded_kafka(log_dir / "kafka.log")) if kafka == EMBEDDED else kafka
        yield address, where


def player_settings(address: MqttAddress, site_id: str, rate: float | None) -> PlayerSettings:
    """Return how the player reaches a broker."""
    return PlayerSettings(
        host=address.host,
        port=address.port,
        site_id=site_id,
        username=address.username or None,
        password=address.password or None,
        speed=rate,
    )


def publish(recording: Recording, zoned: Zoned, own: PlayerSettings) -> int:
    """Publish a recording and its closing silence; return how many readings were published.

    Raises:
        ConnectionError: The broker is away.
    """
    rules = zoned.rules
    end_ms = recording.last_ms + rules.close_after_min * MINUTE_MS
    steps = recorded_steps(recording.readings, recording.weather, zoned.site, rules.tick_s * 1000)
    with Player(own) as player:
        return player.play(steps, final_clock_ms=lambda _: end_ms).readings


def play_into(recording: Recording, zoned: Zoned, mqtt: str, rate: float | None, settings: Settings) -> int:
    """Publish a recording for whoever listens at a broker.

    Raises:
        ValueError: `mqtt` is not HOST:PORT.
        ConnectionError: The broker is away.
    """
    host, port = host_and_port(mqtt)
    address = MqttAddress(host, port, settings.mqtt_username or "", settings.secret("mqtt_password") or "")
    return publish(recording, zoned, player_settings(address, zoned.site.site_id, rate))


def replay_with_brokers(  # noqa: PLR0913 - the command's own choices
    recording: Recording,
    zoned: Zoned,
    site_folder: Path,
    *,
    mqtt: str,
    rate: float | None,
    workers: int,
    settings: Settings,
) -> RunResult:
    """Replay through the brokers that are named, or embedded ones; Kafka is embedded where no setting names it.

    Raises:
        ValueError: `mqtt` is neither `embedded` nor HOST:PORT.
        StackFailed: A process does not come up, or nothing advances any more.
        ConnectionError: A broker is away.
    """
    kafka = EMBEDDED if sources_of(settings)["kafka"] == "default" else settings.kafka
    with (
        tempfile.TemporaryDirectory(prefix="wugan-brokers-") as logs,
        brokers(mqtt, kafka, settings, Path(logs)) as (address, where),
    ):
        return replay_through(
            Through(
                recording=recording,
                zoned=zoned,
                site_folder=site_folder,
                mqtt=address,
                kafka=where,
                rate=rate,
                workers=workers,
            )
        )


class ThroughBrokers:
    """One replay with a topic prefix, consumer groups, MQTT session and database of its own."""

    def __init__(self, through: Through, folder: Path) -> None:
        self._through = through
        self._prefix = f"wugan-replay-{secrets.token_hex(4)}"
        self._database = f"sqlite:///{folder / 'tickets.db'}"
        self.workers = [f"worker{number or ''}" for number in range(through.workers)]
        self.stack = Stack(self._settings(folder), folder / "logs")

    def _settings(self, folder: Path) -> dict[str, str]:
        mqtt = self._through.mqtt
        settings = {
            "WUGAN_SITE": str(self._through.site_folder.resolve()),
            "WUGAN_DATA_DIR": str(folder),
            "WUGAN_DATABASE": self._database,
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

    def play(self) -> int:
        """Publish the recording and its closing silence; return how many readings were published."""
        through = self._through
        own = player_settings(through.mqtt, through.zoned.site.site_id, through.rate)
        return publish(through.recording, through.zoned, own)

    async def settle(self, published: int) -> None:
        """Wait until every reading and the last tick are worked off by every step.

        Raises:
            StackFailed: Nothing advances any more.
        """
        places = KafkaPlaces(self._through.kafka, f"{self._prefix}-zone")
        seen, since_s = (0, 0), time.monotonic()
        try:
            while True:
                ingest = self.stack.metrics("ingest")
                now = (int(ingest.get("ingest_readings", 0)), await self._behind(places))
                if now == (published, 0) and ingest.get("ingest_ticks", 0):
                    return
                if now != seen:
                    seen, since_s = now, time.monotonic()
                if time.monotonic() - since_s > SILENT_S:
                    raise StackFailed(
                        f"nothing advances: {now[0]} of {published} readings taken, {now[1]} messages left"
                    )
                await asyncio.sleep(0.2)
        finally:
            await places.stop()

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
        counts = await saved_counts(Snapshots(engine, self._prefix), self._through.zoned)
        judged = [raw async for raw in tail.read_all(self.topics.breaches)]
        outcomes = [raw async for raw in tail.read_all(self.topics.incidents)]
        try:
            return collect(site, Tickets(engine).system_tickets(), judged, outcomes, counts)
        finally:
            engine.dispose()


def replay_through(through: Through, during: Callable[[ThroughBrokers], None] = lambda _: None) -> RunResult:
    """Play a recording through processes of its own and return what came out.

    Args:
        through: What, and through which brokers.
        during: Called in a thread of its own while it plays; tests end workers there.

    Raises:
        StackFailed: A process does not come up, or nothing advances any more.
        ConnectionError: A broker is away.
    """
    folder = Path(tempfile.mkdtemp(prefix="wugan-replay-"))
    run = ThroughBrokers(through, folder)
    try:
        run.start()
        disturber = threading.Thread(target=during, args=(run,))
        disturber.start()
        published = run.play()
        disturber.join()
        asyncio.run(run.settle(published))
        return asyncio.run(run.result())
    finally:
        run.stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
