"""An incident as correlate remembers it: breaches of sensors near each other in space and time."""

from dataclasses import dataclass

from domain.readings import FloatArray
from domain.ticket import Action, HistoryEntry, Recommendation, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One sensor's one pollutant within an incident.

    Attributes:
        sensor: Index into `site.sensors`.
        channel: Index into `POLLUTANTS`.
        since_ms: First reading of the excess. [ms]
        last_ms: Last minute in which the breach stood. [ms]
        x_m: Where, easting. [m]
        y_m: Where, northing. [m]
        minutes: Minutes the breach has stood. [min]
    """

    sensor: int
    channel: int
    since_ms: int
    last_ms: int
    x_m: float
    y_m: float
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakExcess:
    """The greatest excess of an incident. Concentrations in µg/m³."""

    sensor: int
    channel: int
    time_ms: int
    value_ugm3: float
    background_ugm3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Breaches that belong together.

    Attributes:
        members: In order of their onset.
        score: Sum of claims per place, shape (places,).
        score_minutes: Sensor-minutes in `score`.
        evidence: Running SHA-256 over the rows that the judgement rests on (hex).
        ticket: As last written up; None before the ticket opens.
        history: The system's own moves, oldest first.
    """

    members: tuple[Member, ...]
    peak: PeakExcess
    score: FloatArray
    score_minutes: float
    evidence: str = ""
    ticket: Ticket | None = None
    history: tuple[HistoryEntry, ...] = ()

    @property
    def sensors(self) -> tuple[int, ...]:
        """Distinct sensors, in order of their onset."""
        return tuple(dict.fromkeys(member.sensor for member in self.members))

    @property
    def channels(self) -> tuple[int, ...]:
        """Distinct pollutants, in the order of `POLLUTANTS`."""
        return tuple(sorted({member.channel for member in self.members}))

    @property
    def last_ms(self) -> int:
        """Last minute in which any breach stood. [ms]"""
        return max(member.last_ms for member in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a write-up rests on beside the incident: the advice and its confidence."""

    recommendation: Recommendation
    priority: int

    @property
    def action(self) -> Action:
        """The advised action."""
        return self.recommendation.action
