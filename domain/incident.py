"""An incident as correlate remembers it: what sensors saw of one source."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from domain.finding import Belief, Finding
from domain.readings import BoolArray, IntArray
from domain.ticket import Ticket

KEPT_SHARE = 3e-5
"""Hypotheses above this are weighed again while an incident lives: a first look at few sensors is often surely wrong,
and what it left out had no second chance. Design value."""
CLAIM_GAIN = 1.0
"""A sensor belongs to an incident whose source explains it by this log-likelihood. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One sensor's one pollutant within an incident.

    Attributes:
        sensor: Index into `site.sensors`.
        channel: Index into `POLLUTANTS`.
        since_ms: First reading of the excess. [ms]
        heard_ms: Last reading of the excess. [ms]
        x_m: Easting. [m]
        y_m: Northing. [m]
    """

    sensor: int
    channel: int
    since_ms: int
    heard_ms: int
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
    """Excesses that one source explains.

    Attributes:
        members: In order of joining.
        peak: The greatest excess of all.
        found_minute: When it was found, or found again. [minutes since 1970]
        belief: What the ticket says of its source: as at the moment of most evidence within `following.SHARPENS_MIN`;
            later ones tell less, as the plume decays.
        early_belief: The same within `following.CLAIMS_SETTLE_MIN`: by it sensors are claimed, and other sources are
            told from this one.
        first_bin: Where it began, a bin of five minutes since 1970.
        claimed: Sensors whose present excess is this source's, ascending; they are no evidence for another.
        bursts: What more evidence its ticket needed as bursts met often, as of `second_look.costs_of_bursts`.
        evidence: Hash over the rows that the judgement rests on.
        absorbed: Ids of tickets that were merged into this one and are not told of yet.
        late: Sensors whose late readings change the ticket and are not told of yet.
        ticket: As last written up; None before the ticket opens.
    """

    members: tuple[Member, ...]
    peak: PeakExcess
    found_minute: int
    belief: Belief
    early_belief: Belief
    first_bin: int
    claimed: tuple[int, ...]
    bursts: float = 0.0
    evidence: str = ""
    absorbed: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
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


def believed_in(incident: Incident, least_share: float = KEPT_SHARE) -> IntArray:
    """Return the places (rows of `Sources`) that it believed in early, ascending; at least the likeliest."""
    share = incident.early_belief.share
    places: IntArray = np.flatnonzero(share >= min(least_share, float(share.max())))
    return places


def explained_by(found: Finding, loud: BoolArray) -> tuple[int, ...]:
    """Return the sensors that a finding's likeliest source explains, ascending; `loud` says which are, (sensors,)."""
    explained: tuple[int, ...] = tuple(found.sensor[(found.gain >= CLAIM_GAIN) & loud[found.sensor]].tolist())
    return explained


def claiming(incident: Incident, sensors: Iterable[int]) -> Incident:
    """Return the incident with more sensors (indices into `site.sensors`) that it claims."""
    return replace(incident, claimed=tuple(sorted({*incident.claimed, *sensors})))


def claimed_by(incidents: tuple[Incident, ...], sensors: int) -> BoolArray:
    """Return which sensors some incident explains, shape (sensors,)."""
    claimed = np.zeros(sensors, np.bool_)
    for incident in incidents:
        claimed[list(incident.claimed)] = True
    return claimed


def let_go(before: tuple[Incident, ...], now: tuple[Incident, ...], sensors: int) -> BoolArray:
    """Return which sensors some incident explained before and none does now, shape (sensors,).

    What they showed until now was that source's, and is no evidence for another one.
    """
    free: BoolArray = claimed_by(before, sensors) & ~claimed_by(now, sensors)
    return free
