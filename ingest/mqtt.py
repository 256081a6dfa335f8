"""MQTT → inbox: paho driven by the event loop, so that nothing is read which nobody can hold.

The session is persistent and acknowledgement is ours: the broker keeps every message until `acknowledge`, and sends it
again to whoever takes the session over.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.batcher import Inbox, happens
from ingest.client import build_client
from ingest.counts import IngestCounts
from ingest.message import Message, weigh
from ingest.settings import MAX_MESSAGE_BYTES, IngestSettings
from ingest.topic import subscription

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # paho gives it to type checkers only

log = structlog.get_logger()

FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0
"""Between two tries to connect. [s]"""
UPKEEP_S = 1.0
"""Between two looks at the keep-alive. [s]"""
NAP_S = 0.004
"""After a message, before the socket is looked at again: single messages come cheaper by the dozen. [s]"""
MOST_AT_ONCE = 64
"""Messages read before the event loop's other work has its turn."""


class MqttSource:
    """Fills the inbox from the site's topics, and acknowledges."""

    def __init__(
        self, settings: IngestSettings, site_id: str, inbox: Inbox, counts: IngestCounts, now_ms: Callable[[], int]
    ) -> None:
        self._filter = subscription(site_id, all_sites=settings.all_sites)
        self._where = f"{settings.host}:{settings.port}"
        self._inbox = inbox
        self._counts = counts
        self._now_ms = now_ms
        self._loop = asyncio.get_running_loop()
        self._lost = asyncio.Event()
        self._socket: SocketLike | None = None
        self._session = 0
        self._held: set[int] = set()
        self._taken = 0
        self._away_because = ""
        self._wait_s = FIRST_WAIT_S
        self._client = build_client(settings, site_id)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_socket_close = self._on_socket_close
        self._client.on_socket_register_write = self._on_register_write
        self._client.on_socket_unregister_write = self._on_unregister_write

    async def run(self) -> None:
        """Stay connected until cancelled."""
        try:
            while True:
                await self._inbox.wait_for_room()
                if await self._connect():
                    await self._serve()
                await asyncio.sleep(self._wait_s)
                self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        finally:
            self._client.disconnect()
            self._client.loop_write()

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that messages are in safe hands, and read on where that made room."""
        mids = [message.mid for message in messages if message.qos and message.session == self._session]
        self._held.difference_update(mids)
        if self._counts.connected:
            self._client.acknowledge(mids)
        self._counts.waiting = self._inbox.held
        if self._counts.paused and not self._inbox.is_full:
            self._counts.paused = False
            self._listen()

    async def _connect(self) -> bool:
        try:
            await asyncio.to_thread(self._client.reconnect)
        except OSError as error:
            self._say_away(str(error))
            return False
        self._lost.clear()
        self._socket = self._client.socket()
        self._listen()
        self._client.loop_write()
        return True

    async def _serve(self) -> None:
        while not await happens(self._lost, UPKEEP_S):
            self._client.loop_misc()

    def _listen(self) -> None:
        if self._socket is not None and not self._counts.paused:
            self._loop.add_reader(self._socket, self._read)
            self._loop.call_soon(self._read)  # what was read ahead wakes nobody

    def _read(self) -> None:
        """Read what has come, until the inbox is full; then let more come together before the next look."""
        before = self._taken
        for _ in range(MOST_AT_ONCE):
            taken = self._taken
            if self._socket is None or self._counts.paused:
                return
            self._client.loop_read()
            if self._inbox.is_full:
                self._pause()
                return
            if taken == self._taken:
                break
        if self._socket is None:
            return
        if self._client.has_read_ahead or getattr(self._socket, "pending", int)():
            self._loop.call_soon(self._read)
        elif self._taken > before:
            self._loop.remove_reader(self._socket)
            self._loop.call_later(NAP_S, self._listen)

    def _pause(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._counts.paused = True

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._taken += 1
        if message.qos:
            if message.dup and message.mid in self._held:
                self._counts.redelivered += 1
                return
            self._held.add(message.mid)
        payload = bytes(message.payload)
        if len(payload) > MAX_MESSAGE_BYTES:
            payload = payload[: MAX_MESSAGE_BYTES + 1]
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        now_ms = self._now_ms()
        self._inbox.put(Message(topic, payload, message.mid, message.qos, self._session, now_ms, weigh(payload)))
        self._counts.last_message_ms = now_ms
        self._counts.waiting = self._inbox.held

    def _on_connect(
        self, client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._say_away(str(reason))
            return
        if not flags.session_present:
            self._session += 1
            self._held.clear()
        client.subscribe(self._filter, qos=1)
        self._counts.connected = True
        self._wait_s = FIRST_WAIT_S
        self._away_because = ""
        log.info("mqtt_connected", broker=self._where, session_present=flags.session_present)

    def _say_away(self, why: str) -> None:
        """Note that the broker is away; said once while the reason stays the same."""
        self._counts.connected = False
        if why != self._away_because:
            log.warning("mqtt_away", broker=self._where, reason=why)
        self._away_because = why

    def _on_subscribe(
        self, _client: Client, _userdata: object, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                log.error("mqtt_subscription_refused", broker=self._where, filter=self._filter, reason=str(reason))

    def _on_disconnect(
        self, _client: Client, _userdata: object, _flags: object, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._say_away(str(reason))
        self._lost.set()

    def _on_socket_close(self, _client: Client, _userdata: object, sock: "SocketLike") -> None:
        if self._socket is not None:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)
            self._socket = None
            self._counts.paused = False

    def _on_register_write(self, client: Client, _userdata: object, sock: "SocketLike") -> None:
        if self._socket is not None:  # before that, `_connect` writes
            self._loop.add_writer(sock, client.loop_write)

    def _on_unregister_write(self, _client: Client, _userdata: object, sock: "SocketLike") -> None:
        if self._socket is not None:
            self._loop.remove_writer(sock)
