"""What ingest has taken in, in readings; the edges turn it into metrics and into the account of a run."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of some messages; `readings` = `accepted` + `duplicates` + the sum of `rejected`, always.

    Weather rows have their own account: `weather_received` = `weather` + the sum of `weather_rejected`.

    Attributes:
        messages: MQTT messages of any topic.
        bytes: Their payloads. [bytes]
        readings: One JSON object each; a message that can't be decoded is one.
        rejected: Readings by reason code.
        unknown_keys: Keys that nobody knows, in readings and weather that could be decoded.
        ticks: Empty moves of the zone clock sent to Kafka.
        wrong_topic: Messages whose topic carries nothing.
        ignored: Status and tick messages that had no use here.
    """

    messages: int = 0
    bytes: int = 0
    readings: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    weather_received: int = 0
    weather: int = 0
    weather_rejected: Counter[str] = field(default_factory=Counter)
    unknown_keys: int = 0
    ticks: int = 0
    wrong_topic: int = 0
    ignored: int = 0

    @property
    def rejected_total(self) -> int:
        """Readings refused for any reason."""
        return self.rejected.total()

    def add(self, other: "Tally") -> None:
        """Add another account to this one."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejected.update(other.rejected)
        self.weather_rejected.update(other.weather_rejected)


_NUMBERS = tuple(name for name in Tally.__slots__ if not name.endswith("rejected"))


@dataclass(slots=True, kw_only=True)
class IngestCounts(Tally):
    """The account since start: of messages whose batch Kafka has acknowledged; and how ingest is doing now.

    Attributes:
        connected: Whether the MQTT broker has accepted us.
        kafka_away: Whether a batch waits for Kafka to come back.
        waiting: Messages held that Kafka has not acknowledged.
        paused: Whether so many wait that the socket is not read.
        redelivered: Messages that the broker sent again while we still held them; not taken twice.
        last_message_ms: When the newest message arrived, Unix time; 0 before the first. [ms]
        status: What each registered sensor last said of itself: `online` or `offline`.
    """

    connected: bool = False
    kafka_away: bool = False
    waiting: int = 0
    paused: bool = False
    redelivered: int = 0
    last_message_ms: int = 0
    status: dict[str, str] = field(default_factory=dict)
