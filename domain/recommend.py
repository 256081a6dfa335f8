"""Dispatch, watch or dismiss, with named reasons; a person decides."""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.advice import action_of, score_of
from domain.attribution import ZoneWind
from domain.incident import Incident
from domain.readings import FloatArray
from domain.second_look import MANY
from domain.site import PermitKind, Site
from domain.ticket import Action, Recommendation
from domain.times import to_datetime

SURE = 0.5
"""A leading candidate at or above this probability is worth a visit. Design value."""
STILL_SURE = 0.4
"""An advice to go stands until the leading candidate falls below this: it must not change with every gust."""
UNKNOWN_MOST = 0.25
"""Where somebody whom nobody registered, maybe beyond the zone, is likelier than this, nobody is sent. Design value."""
STILL_UNKNOWN_MOST = 0.35
"""An advice to go stands until "unknown" exceeds this. Design value."""
FIRM_ODDS, DOUBTED_ODDS = 2.0, 3.0
"""An advice to go needs so much more evidence (in log odds) than a ticket, and the second beyond it where bursts of two
sensors often meet (`second_look.MANY`). Design values."""
PERMITTED_P = 0.25
"""Where registered works explain as much as this, nobody is sent. Design value."""
STRONG_RATIO = 3.0
"""A peak of this many backgrounds is strong. Design value."""

_PERMITTED = {PermitKind.WORKS: "registered_works", PermitKind.DRILL: "registered_drill"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is advised, and how pressing it is: 1 first, 3 last."""

    recommendation: Recommendation
    priority: int


def recommend(
    incident: Incident, probability: FloatArray, unknown: float, *, wind: ZoneWind, site: Site, at: datetime
) -> Advice:
    """Return the advice for an incident as it stands.

    | sensors agree | leading candidate sure | permit running | action   |
    |---------------|------------------------|----------------|----------|
    | yes, firmly   | yes                    | no             | dispatch |
    | any           | any                    | works or drill | watch    |
    | otherwise     |                        |                | watch    |

    One sensor alone is never enough to send somebody, whatever it sees; nor is a plume while nobody has measured the
    wind of late, only a stuck vane does, or weather stations disagree. An advice to go that was given before stands.
    The points behind the table: `advice.py`.
    """
    reasons: list[str] = []
    _add_agreement(incident, reasons)
    leader = int(probability.argmax()) if len(probability) else -1
    stands = _advised(incident) is Action.DISPATCH
    needed, most = (STILL_SURE, STILL_UNKNOWN_MOST) if stands else (SURE, UNKNOWN_MOST)
    sure = leader >= 0 and float(probability[leader]) >= needed and unknown <= most and (stands or wind.is_believed)
    reasons.append("upwind_probability_high" if sure else "source_uncertain")
    if wind.is_calm(site.rules.correlate):
        reasons.append("calm_no_direction")
    permit = _permit_meanwhile(site, probability, to_datetime(incident.opener.since_ms), at)
    if permit:
        reasons.append(permit)
    strong = is_strong(incident)
    if strong:
        reasons.append("excess_strong")
    if leader >= 0 and site.enterprises[leader].whitelisted:
        reasons.append("whitelisted_no_routine")
    if not _is_firm(incident, site.rules.correlate.open_odds):
        reasons.append("evidence_thin")
    action = action_of(score_of(tuple(reasons)), tuple(reasons))
    go = action is Action.DISPATCH
    priority = 1 if go and strong else 2 if go or strong else 3
    return Advice(recommendation=Recommendation(action=action, reasons=tuple(reasons)), priority=priority)


def with_reasons(advice: Advice, more: tuple[str, ...]) -> Advice:
    """Return an advice with further reasons, which change nothing about it."""
    told = advice.recommendation
    return replace(advice, recommendation=replace(told, reasons=told.reasons + more)) if more else advice


def is_strong(incident: Incident) -> bool:
    """Say whether an incident's peak is many times its background."""
    return incident.peak.value_ugm3 >= STRONG_RATIO * max(incident.peak.background_ugm3, 1.0)


def _advised(incident: Incident) -> Action | None:
    return incident.ticket.recommendation.action if incident.ticket else None


def _is_firm(incident: Incident, open_odds: float) -> bool:
    """Say whether the evidence is enough to send somebody: two bursts tell as much as a faint plume, but no more."""
    more = DOUBTED_ODDS if incident.bursts >= MANY else 0.0
    return incident.belief.odds >= open_odds + FIRM_ODDS + more


def _add_agreement(incident: Incident, reasons: list[str]) -> None:
    names = {2: "two_sensors_agree", 3: "three_sensors_agree"}
    sensors = len(incident.sensors)
    if sensors > 1:
        reasons.append(names.get(sensors, "many_sensors_agree"))
        return
    reasons.append("single_sensor")
    if len(incident.channels) > 1:
        reasons.append("pollutants_agree")


def _permit_meanwhile(site: Site, probability: FloatArray, since: datetime, at: datetime) -> str:
    """Return why emissions were expected in an event, where places with a permit are likely enough together."""
    likely = {place.enterprise_id: float(p) for place, p in zip(site.enterprises, probability, strict=False)}
    running = [
        permit for permit in site.permits if permit.kind in _PERMITTED and permit.start <= at and since < permit.end
    ]
    running = [permit for permit in running if likely.get(permit.place_id, 0.0) > 0.0]
    if sum(likely[place] for place in {permit.place_id for permit in running}) < PERMITTED_P:
        return ""
    return _PERMITTED[max(running, key=lambda permit: likely[permit.place_id]).kind]
