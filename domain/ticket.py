"""The clue ticket, as the outside sees it: field order is the key order of the contract."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.times import to_ms


class TicketKind(StrEnum):
    """What the ticket speaks of."""

    LOCAL = "local"
    REGIONAL = "regional"
    SENSOR = "sensor"


class TicketState(StrEnum):
    """Where a ticket stands in a person's hands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    DISPATCHED = "dispatched"
    ON_SITE = "on_site"
    CLOSED = "closed"
    WATCHING = "watching"
    DISMISSED = "dismissed"
    MERGED = "merged"


class Action(StrEnum):
    """What is recommended, or decided."""

    DISPATCH = "dispatch"
    WATCH = "watch"
    DISMISS = "dismiss"


class DismissalReason(StrEnum):
    """Why a person put a ticket aside (`other` needs a note)."""

    SENSOR_FAULT = "sensor_fault"
    HUMIDITY = "humidity"
    REGIONAL = "regional"
    REGISTERED_WORKS = "registered_works"
    DUPLICATE = "duplicate"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The greatest excess so far; concentrations in `unit`."""

    pollutant: str
    sensor_id: str
    time: datetime
    value: float
    background: float
    excess: float
    unit: str = "µg/m³"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A sensor that was not asked, and why."""

    sensor_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wind:
    """The zone's wind at the last amendment; null where nobody measured it."""

    speed_ms: float | None
    from_deg: int | None
    calm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedBy:
    """How often vehicles passed a place's fence in the last two hours, and how often the air was raised there."""

    count: int
    raised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that may be the source; `distance_m` is from the peak's sensor.

    `passes` is told of the leading ones where vehicles drive.
    """

    enterprise_id: str
    name: str
    probability: float
    distance_m: int
    passes: PassedBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What the system advises, with named reasons; a person decides."""

    action: Action
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to a ticket; see the contract for the words of `what`."""

    at: datetime
    what: str
    who: str
    state: TicketState
    first: str | None
    unknown: float
    action: Action
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A clue written up for a person."""

    id: str
    site: str
    kind: TicketKind
    source: str
    state: TicketState
    opened_at: datetime
    updated_at: datetime
    event_start: datetime
    event_end: datetime | None
    pollutants: tuple[str, ...]
    peak: Peak | None
    lon: float
    lat: float
    sensors: tuple[str, ...]
    excluded: tuple[Excluded, ...]
    wind: Wind
    candidates: tuple[Candidate, ...]
    unknown_probability: float
    recommendation: Recommendation
    priority: int
    rule_version: str
    evidence_hash: str
    history: tuple[HistoryEntry, ...]


def begun_ms(ticket: Ticket) -> int:
    """Return when a ticket was opened or last re-opened. [ms]"""
    return max(to_ms(entry.at) for entry in ticket.history if entry.what in ("opened", "reopened"))
