"""What became of each event and each ticket of a run, as immutable types."""

from dataclasses import dataclass, field
from enum import StrEnum

from simulators.scoring.truth import TrueEvent


class Verdict(StrEnum):
    """What a ticket turned out to be."""

    FOUND = "found"
    DUPLICATE = "duplicate"
    NOT_DUE = "not_due"
    """It tells of a source for which none is due (permit, outside, moving) and sends nobody: neither."""
    WRONG_DISPATCH = "wrong_dispatch"
    """It tells of such a source and sends somebody."""
    FALSE = "false"
    REGIONAL = "regional"
    SENSOR = "sensor"
    MERGED = "merged"
    """Taken back by the system in favour of another one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A probability that a ticket gave to a place (or to unknown), and whether that was the source."""

    probability: float
    true: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketVerdict:
    """One ticket as judged.

    Attributes:
        event_id: What it tells of; empty: nothing true.
        near: Kinds of nuisances at its time and place, for a false one.
        dispatched: Whether dispatch was recommended at any moment.
        idle: Whether it opened on a local day without a source for which a ticket is due.
        claims: Of its last version, unknown among them.
        brier: Sum of squared errors over all claims, the true one included even if not listed, 0..2.
        changes: How often another led than before.
        wind: Towards east and north; None: it knew of none. [m/s]
    """

    ticket_id: str
    verdict: Verdict
    opened_ms: int
    lon: float
    lat: float
    event_id: str = ""
    near: tuple[str, ...] = ()
    dispatched: bool = False
    idle: bool = False
    day: str = ""
    pollutants: tuple[str, ...] = ()
    sensors: int = 0
    claims: tuple[Claim, ...] = ()
    brier: float = 0.0
    changes: int = 0
    wind: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How a ticket named its event's source; for an unregistered one "unknown" is the right name.

    Attributes:
        opening, best, end: Whether it led at opening, at some moment, at the end.
        first_listed: Whether it stands first among the candidates at the end, unknown left aside.
        top3: Whether it is among the first three at the end.
    """

    opening: bool
    best: bool
    end: bool
    first_listed: bool
    top3: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOutcome:
    """One source and what was told of it; delays are None where nothing was found, or visibility is not told. [min]

    `sent`: dispatch was recommended by a ticket that tells of it, at any moment; `dispatched`: at the first one's end.
    `wind`: mean towards east and north while it emitted; None: not known. [m/s]
    """

    event: TrueEvent
    ticket_id: str = ""
    tickets: int = 0
    delay_min: float | None = None
    delay_visible_min: float | None = None
    named: Named | None = None
    unknown_led: bool = False
    dispatched: bool = False
    dispatched_right: bool = False
    sent: bool = False
    wind: tuple[float, float] | None = None

    @property
    def found(self) -> bool:
        """Whether a ticket tells of it."""
        return bool(self.ticket_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScore:
    """One run as judged; `days` are of 24 hours, `idle_days` those of local days without a due source."""

    name: str
    events: tuple[EventOutcome, ...]
    tickets: tuple[TicketVerdict, ...]
    days: float
    idle_days: float
    stations: tuple[tuple[float, float], ...] = field(default=(), repr=False)
