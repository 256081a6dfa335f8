"""What ingest can be told from outside."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from domain.wire import Topics

MAX_MESSAGE_BYTES = 256 * 1024
"""A message may be this large (contract). [bytes]"""
MAX_ELEMENTS = 500
"""An array may hold so many readings (contract)."""


class MqttProtocol(StrEnum):
    """The versions of MQTT that ingest speaks."""

    V311 = "3.1.1"
    V5 = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """Where the sensors' broker is, and how ingest takes from it.

    Attributes:
        host: The MQTT broker.
        client_id: Names the broker's session; empty: made from the site's id.
        username: Needed where the broker keeps a session only for those who log in.
        tls: Encrypt and check the broker's certificate.
        tls_ca: The authority's certificate, if it is not one the system knows; implies `tls`.
        all_sites: Listen beyond the own site, and refuse what is sent there as `wrong_site`; leave it off where
            several sites share a broker.
        topics: Names of the Kafka topics.
        replay: Honour `received_at` and the player's ticks, and send no ticks of our own.
        batch_rows: A micro-batch ends with so many readings,
        batch_wait_ms: or so long after its first message. [ms]
        queue_messages: Messages held at most that Kafka has not acknowledged; then the socket is not read.
        queue_bytes: Likewise their payloads. [bytes]
        session_expiry_s: How long an MQTT 5 broker keeps the session of an absent ingest. [s]
        tick_s: The zone clock moves so often while nothing arrives. [s]
        dedupe_readings: Readings remembered at most to know a repeated one.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    protocol: MqttProtocol = MqttProtocol.V311
    client_id: str = ""
    username: str | None = None
    password: str | None = None
    tls: bool = False
    tls_ca: Path | None = None
    all_sites: bool = False
    topics: Topics = field(default_factory=Topics)
    replay: bool = False
    batch_rows: int = 500
    batch_wait_ms: int = 50
    queue_messages: int = 20_000
    queue_bytes: int = 64 * 1024 * 1024
    keepalive_s: int = 60
    session_expiry_s: int = 7 * 86_400
    tick_s: float = 1.0
    dedupe_readings: int = 1 << 21
