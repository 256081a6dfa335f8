"""What an incident says at one tick, as a ticket shows it: who leads, where the source likely is, what is advised."""

from dataclasses import dataclass
from datetime import datetime

from domain.attribution import ZoneWind
from domain.candidates import candidates_of, leading
from domain.field import JudgedField
from domain.finding import Belief
from domain.incident import Incident
from domain.recommend import Advice, recommend, with_reasons
from domain.ticket import Candidate, HistoryEntry, TicketState
from domain.times import to_datetime
from domain.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What an incident says at one tick; probabilities as shown.

    Attributes:
        at: The tick.
        candidates: Registered places, the likeliest first.
        unknown: Probability of a place that nobody registered.
        lon: The best single estimate of the source. [degrees, WGS 84]
        lat: The same. [degrees, WGS 84]
        advice: What is recommended and why, and how pressing it is.
    """

    at: datetime
    candidates: tuple[Candidate, ...]
    unknown: float
    lon: float
    lat: float
    advice: Advice

    @property
    def first(self) -> str | None:
        """The leading candidate's id; None when unknown leads."""
        return leading(self.candidates, self.unknown)

    def entry(self, what: str, why: tuple[str, ...], state: TicketState = TicketState.NEW) -> HistoryEntry:
        """Return an entry of the history that tells this conclusion: `what` happened, and `why` (codes)."""
        return HistoryEntry(
            at=self.at,
            what=what,
            who="system",
            state=state,
            first=self.first,
            unknown=self.unknown,
            action=self.advice.recommendation.action,
            why=why,
        )


def conclusion_of(
    incident: Incident, judged: JudgedField, wind: ZoneWind, zone: Zone, beside: tuple[str, ...] = ()
) -> Conclusion:
    """Return what an incident says now.

    Args:
        incident: As it has been heard and weighed.
        judged: This minute; its clock dates the conclusion.
        wind: The zone's wind now: whether it is calm.
        zone: Places and sensors.
        beside: Further reasons of the moment (codes), which change nothing about the advice.
    """
    at = to_datetime(judged.clock_ms)
    probability, unknown = incident.belief.probability, incident.belief.unknown
    candidates, unknown_shown = candidates_of(probability, incident, zone)
    lon, lat = _source(incident.belief, zone)
    advice = recommend(incident, probability, unknown, wind=wind, site=zone.site, at=at)
    return Conclusion(
        at=at,
        candidates=candidates,
        unknown=unknown_shown,
        lon=lon,
        lat=lat,
        advice=with_reasons(advice, beside),
    )


def _source(belief: Belief, zone: Zone) -> tuple[float, float]:
    """Return the best single estimate of the source: the candidate that leads, else the likeliest place."""
    leader = int(belief.probability.argmax()) if len(belief.probability) else -1
    if leader >= 0 and belief.probability[leader] > belief.unknown:
        place = zone.site.enterprises[leader]
        return round(place.lon, 6), round(place.lat, 6)
    lon, lat = zone.projection.to_degrees(belief.x_m, belief.y_m)
    return round(lon, 6), round(lat, 6)
