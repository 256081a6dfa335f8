"""Readings and weather in order of receipt → MQTT, as fast as it goes or paced by their receive times.

What was received within one step comes before anything of the next: a broker keeps one publisher's messages in order.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol

import pyarrow as pa
from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.messages import Outgoing, reading_messages, tick_message, weather_messages

CONNECT_S = 10.0
"""Longest wait for the broker to accept us. [s]"""
STALL_S = 60.0
"""Longest wait for the broker to acknowledge anything at all. [s]"""


class BrokerAway(ConnectionError):
    """The MQTT broker does not answer, or refuses us; the message says which."""


class Step(Protocol):
    """What reached the system before `clock_ms` and not before the step before; `simulators.messages` names columns."""

    @property
    def clock_ms(self) -> int:
        """End of the step, a multiple of the zone's decision tick. [ms]"""
        ...

    @property
    def readings(self) -> pa.RecordBatch:
        """Columns of readings."""
        ...

    @property
    def weather(self) -> pa.RecordBatch:
        """Columns of weather."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerSettings:
    """Where to play, and how fast.

    Attributes:
        site_id: The zone whose topics are used.
        speed: Seconds of the zone per second of the wall; None: as fast as the broker takes it.
        live_from_ms: With `speed`: what was received before goes as fast as it can, as if it had come in time; this
            moment is when the player starts. None: the first step's. [ms]
        in_flight: Messages under way at most.
    """

    host: str
    port: int
    site_id: str
    username: str | None = None
    password: str | None = None
    tls_ca: Path | None = None
    speed: float | None = None
    live_from_ms: int | None = None
    in_flight: int = 200


@dataclass(slots=True)
class PlayCounts:
    """What was published so far; may be read from another thread.

    Attributes:
        readings: One JSON object each.
        clock_ms: End of the last step played; 0 before the first. [ms]
    """

    readings: int = 0
    weather: int = 0
    messages: int = 0
    ticks: int = 0
    clock_ms: int = 0


@dataclass(slots=True)
class Pace:
    """When a step is due, by a monotonic clock. [s]"""

    speed: float
    live_from_ms: int | None
    begun_s: float = field(default_factory=time.monotonic)

    def wait_s(self, clock_ms: int, now_s: float) -> float:
        """Return how long to wait before a step is played; the first step sets the start where none is given. [s]

        >>> Pace(2.0, 10_000, begun_s=100.0).wait_s(20_000, now_s=101.0)
        4.0
        """
        if self.live_from_ms is None:
            self.live_from_ms = clock_ms
        due_s = self.begun_s + (clock_ms - self.live_from_ms) / 1000.0 / self.speed
        return max(0.0, due_s - now_s)


class Player:
    """Publishes steps with QoS 1; a context manager that is connected while it is entered."""

    def __init__(self, settings: PlayerSettings) -> None:
        self.counts = PlayCounts()
        self._settings = settings
        self._room = threading.Semaphore(settings.in_flight)
        self._answered = threading.Event()
        self._refusal = ""
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(settings.in_flight)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        if settings.username is not None:
            self._client.username_pw_set(settings.username, settings.password)
        if settings.tls_ca is not None:
            self._client.tls_set(ca_certs=str(settings.tls_ca))

    def __enter__(self) -> "Player":
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            self._client.connect(self._settings.host, self._settings.port)
        except OSError as error:
            raise BrokerAway(f"MQTT at {where} does not answer: {error}") from error
        self._client.loop_start()
        if not self._answered.wait(CONNECT_S) or self._refusal:
            self._end()
            raise BrokerAway(f"MQTT at {where} refuses us: {self._refusal or 'no answer'}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def play(
        self,
        steps: Iterable[Step],
        *,
        stop: threading.Event | None = None,
        final_clock_ms: Callable[[int], int] | None = None,
    ) -> PlayCounts:
        """Publish steps, then a last tick, and return when the broker has acknowledged all of it.

        Args:
            steps: In order.
            stop: Set it to end after the step that is being played.
            final_clock_ms: The last tick's moment from the end of the last step; None: that end itself. [ms]

        Raises:
            BrokerAway: The broker acknowledges nothing any more.
        """
        stop = stop or threading.Event()
        paced = self._settings.speed is not None
        pace = Pace(self._settings.speed or 1.0, self._settings.live_from_ms)
        for step in steps:
            if paced and stop.wait(pace.wait_s(step.clock_ms, time.monotonic())):
                break
            self._play(step, tick=paced)
            if stop.is_set():
                break
        end_ms = self.counts.clock_ms
        if end_ms:
            self._tick(end_ms if final_clock_ms is None else final_clock_ms(end_ms))
        self.drain()
        return self.counts

    def drain(self) -> None:
        """Return when the broker has acknowledged everything.

        Raises:
            BrokerAway: It does not.
        """
        for _ in range(self._settings.in_flight):
            self._take_room()
        self._room.release(self._settings.in_flight)

    def _play(self, step: Step, *, tick: bool) -> None:
        for message in weather_messages(self._settings.site_id, step.weather):
            self._publish(message)
            self.counts.weather += message.rows
        for message in reading_messages(self._settings.site_id, step.readings):
            self._publish(message)
            self.counts.readings += message.rows
        if tick:  # the next step is a while away; what is decided at this tick need not wait for it
            self._tick(step.clock_ms)
        self.counts.clock_ms = step.clock_ms

    def _tick(self, clock_ms: int) -> None:
        self._publish(tick_message(self._settings.site_id, clock_ms))
        self.counts.ticks += 1

    def _publish(self, message: Outgoing) -> None:
        self._take_room()
        self._client.publish(message.topic, message.payload, qos=1)
        self.counts.messages += 1

    def _take_room(self) -> None:
        if not self._room.acquire(timeout=STALL_S):
            raise BrokerAway(f"MQTT at {self._settings.host}:{self._settings.port} acknowledges nothing any more")

    def _on_connect(
        self,
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._refusal = str(reason) if reason.is_failure else ""
        self._answered.set()

    def _on_publish(
        self, _client: Client, _userdata: object, _mid: int, _reason: ReasonCode, _properties: Properties
    ) -> None:
        self._room.release()

    def _end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
