"""An incident as correlate remembers it: breaches of sensors near each other in space and time."""

from dataclasses import dataclass

from domain.decisions import Decision
from domain.ticket import Ticket
from domain.witnesses import Witnesses


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One sensor's one pollutant within an incident.

    Attributes:
        sensor: Index into `site.sensors`.
        channel: Index into `POLLUTANTS`.
        since_ms: First reading of the excess. [ms]
        heard_ms: Last reading of the excess. [ms]
        stood_ms: Last minute in which the breach stood, heard or not. [ms]
        x_m: Where it was last heard, easting. [m]
        y_m: Where it was last heard, northing. [m]
    """

    sensor: int
    channel: int
    since_ms: int
    heard_ms: int
    stood_ms: int
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakExcess:
    """The greatest excess of an incident, and where it was. Concentrations in µg/m³, places in metres."""

    sensor: int
    channel: int
    time_ms: int
    value_ugm3: float
    background_ugm3: float
    x_m: float
    y_m: float

    @property
    def excess_ugm3(self) -> float:
        """Value above background. [µg/m³]"""
        return self.value_ugm3 - self.background_ugm3


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Breaches that belong together.

    Attributes:
        members: In order of joining.
        witnesses: What its sensors say about the source.
        evidence: Hash over the rows that the judgement rests on.
        held: Why no ticket is open yet; None before the first judgement and once a ticket is open.
        absorbed: Ids of tickets that were merged into this one and are not told of yet.
        ticket: As last written up; None before the ticket opens.
    """

    members: tuple[Member, ...]
    peak: PeakExcess
    witnesses: Witnesses
    evidence: str = ""
    held: Decision | None = None
    absorbed: tuple[str, ...] = ()
    ticket: Ticket | None = None

    @property
    def opener(self) -> Member:
        """The member whose excess began first."""
        return min(self.members, key=lambda member: (member.since_ms, member.sensor, member.channel))

    @property
    def sensors(self) -> tuple[int, ...]:
        """Distinct sensors, in order of their joining."""
        return tuple(dict.fromkeys(member.sensor for member in self.members))

    @property
    def channels(self) -> tuple[int, ...]:
        """Distinct pollutants, in the order of `POLLUTANTS`."""
        return tuple(sorted({member.channel for member in self.members}))

    @property
    def heard_ms(self) -> int:
        """Last reading of any excess. [ms]"""
        return max(member.heard_ms for member in self.members)

    @property
    def stood_ms(self) -> int:
        """Last minute in which any breach stood. [ms]"""
        return max(member.stood_ms for member in self.members)
