"""A recording played into brokers: for whoever listens there, or through processes of our own to a replay's result."""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.embedded_kafka import embedded_kafka
from app.embedded_mqtt import MqttAddress, embedded_mqtt
from app.live_play import host_and_port
from app.settings import Settings, sources_of
from app.through_brokers import Through, ThroughBrokers, player_settings, publish, through_brokers
from domain.pipeline import Zoned
from simulators.recording import Recording
from simulators.replay import RunResult

EMBEDDED = "embedded"
"""In place of HOST:PORT: bring our own broker."""


def broker_at(mqtt: str, settings: Settings) -> MqttAddress:
    """Return a broker with what the settings say about logging in there.

    Raises:
        ValueError: `mqtt` is not HOST:PORT.
    """
    host, port = host_and_port(mqtt)
    user, password = settings.mqtt_username or "", settings.secret("mqtt_password") or ""
    return MqttAddress(host, port, user, password, settings.mqtt_ca_file)


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
            address = broker_at(mqtt, settings)
        where = ours.enter_context(embedded_kafka(log_dir / "kafka.log")) if kafka == EMBEDDED else kafka
        yield address, where


def play_into(recording: Recording, zoned: Zoned, mqtt: str, rate: float | None, settings: Settings) -> int:
    """Publish a recording for whoever listens at a broker.

    Raises:
        ValueError: `mqtt` is not HOST:PORT.
        ConnectionError: The broker is away.
    """
    address = broker_at(mqtt, settings)
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
                settings={"WUGAN_MQTT_PROTOCOL": settings.mqtt_protocol} if mqtt != EMBEDDED else {},
            )
        )


def replay_through(through: Through, during: Callable[[ThroughBrokers], None] = lambda _: None) -> RunResult:
    """Play a recording through processes of its own and return what came out.

    Args:
        through: What, and through which brokers.
        during: Called while it plays; tests end processes there.

    Raises:
        StackFailed: A process does not come up, or nothing advances any more.
        ConnectionError: A broker is away.
    """
    stop = threading.Event()
    # The player has the thread: a process that `during` starts lives no longer than the thread that started it.
    with through_brokers(through) as run, ThreadPoolExecutor(1) as pool:
        playing = pool.submit(run.play, stop)
        try:
            during(run)
            asyncio.run(run.settle(playing.result()))
        except BaseException:
            stop.set()
            raise
        return asyncio.run(run.result())
