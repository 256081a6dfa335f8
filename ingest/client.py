"""Settings → a paho client that keeps its session at the broker and acknowledges by hand."""

import struct
from collections.abc import Sequence

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.settings import IngestSettings, MqttProtocol

READ_AHEAD_BYTES = 64 * 1024
PUBACK = 0x40
"""First byte of an acknowledgement; its length, 2, and the message's number follow (MQTT 3.1.1, 3.4)."""
MOST_UNACKNOWLEDGED = 65_535
"""MQTT counts messages in flight in 16 bits."""


class ThriftyClient(Client):
    """A paho client that asks the socket once for many messages, and answers many in one write.

    paho itself makes four system calls for a message to read it and one to acknowledge it, half of its whole cost.
    """

    _ahead = b""
    _place = 0

    @property
    def has_read_ahead(self) -> bool:
        """Whether bytes were taken from the socket that are not handled yet."""
        return self._place < len(self._ahead)

    def reconnect(self) -> MQTTErrorCode:
        self._ahead, self._place = b"", 0
        return super().reconnect()

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Acknowledge messages of QoS 1 by their numbers."""
        if mids:
            self._packet_queue(PUBACK, b"".join(struct.pack("!BBH", PUBACK, 2, mid) for mid in mids), mids[-1], 1)

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.has_read_ahead:
            self._ahead, self._place = super()._sock_recv(READ_AHEAD_BYTES), 0
        taken = self._ahead[self._place : self._place + bufsize]
        self._place += len(taken)
        return taken


def build_client(
    settings: IngestSettings, site_id: str, *, keeps_session: bool = True, connect_timeout_s: float = 5.0
) -> ThriftyClient:
    """Return a client that knows where to connect to; `reconnect` does it.

    Without a session of its own it takes a name that nobody else has.

    Raises:
        OSError: The authority's certificate can't be read.
    """
    client_id = (settings.client_id or f"wugan-ingest-{site_id}") if keeps_session else ""
    is_v5 = settings.protocol is MqttProtocol.V5
    client = ThriftyClient(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if is_v5 else not keeps_session,
        protocol=MQTTProtocolVersion.MQTTv5 if is_v5 else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = connect_timeout_s
    if settings.username is not None:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls or settings.tls_ca is not None:
        client.tls_set(ca_certs=None if settings.tls_ca is None else str(settings.tls_ca))
    if is_v5:
        properties = _session_properties(settings) if keeps_session else None
        client.connect_async(
            settings.host, settings.port, settings.keepalive_s, clean_start=not keeps_session, properties=properties
        )
    else:
        client.connect_async(settings.host, settings.port, settings.keepalive_s)
    return client


def _session_properties(settings: IngestSettings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = settings.session_expiry_s
    properties.ReceiveMaximum = min(settings.queue_messages, MOST_UNACKNOWLEDGED)
    return properties
