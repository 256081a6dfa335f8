"""What the worker can be told from outside."""

from dataclasses import dataclass, field
from pathlib import Path

from domain.wire import Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """Where Kafka is, and how patient the worker is with it.

    Attributes:
        bootstrap: `host:port` of Kafka, several separated by commas.
        topics: Names of the topics; the consumer groups take the same prefix.
        data_dir: Folder for Faust's own small files.
        session_timeout_s: A worker silent for so long is taken for dead. [s]
        heartbeat_s: Between signs of life. [s]
        rebalance_timeout_s: Longest wait for others to join. [s]
        snapshot_s: Wall time between two snapshots of one step. [s]
    """

    bootstrap: str = "127.0.0.1:9092"
    topics: Topics = field(default_factory=Topics)
    data_dir: Path = Path(".wugan")
    session_timeout_s: float = 6.0
    heartbeat_s: float = 2.0
    rebalance_timeout_s: float = 6.0
    snapshot_s: float = 10.0
