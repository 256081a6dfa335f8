"""What is told of a ticket: moments, sensors, candidates, levels; plain values without a method of their own."""

from dataclasses import dataclass

from domain.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSeen:
    """A sensor's loudest channel at the moment; concentrations in µg/m³, `scatters` = excess over its scatter."""

    sensor_id: str
    pollutant: str
    value: float
    background: float
    scatters: float
    gains: tuple[float, ...]
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A leading candidate: what the evidence and the prior say of it (natural logarithms), its probability now."""

    enterprise_id: str
    name: str
    industry: str
    prior: float
    permit: float
    evidence: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A channel that was raised in the ticket's time, but is no part of it; minutes hot and in breach."""

    sensor_id: str
    pollutant: str
    hot_min: int
    breach_min: int
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the search says at one moment, over the window before it.

    Attributes:
        time_ms: The minute looked at. [ms]
        wind: Speed [m/s] and direction it blows from [degrees].
        odds: Logarithm of the odds of "some source", NaN = no place could be the source.
        needed: What a ticket needs of it at least: more where bursts are common, or where all rises.
        unknown: Probability of a place that nobody registered.
        candidates: The leading ones.
        sensors: Those that were asked, loudest first.
        agreeing: How many agree with the best source.
    """

    time_ms: int
    wind: tuple[float, float]
    odds: float
    needed: float
    unknown: float
    candidates: tuple[Weighed, ...]
    sensors: tuple[SensorSeen, ...]
    agreeing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How the zone's level of a pollutant stood. [µg/m³]"""

    time_ms: int
    pollutant: str
    level: float
    background: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is told of a ticket; a regional one has `levels` and no `moments`."""

    ticket: Ticket
    site: str
    timezone: str
    open_odds: float
    agree_gain: float
    moments: tuple[Moment, ...]
    levels: tuple[Level, ...]
    flagged: tuple[tuple[str, str, int], ...]
    held: tuple[Held, ...]
