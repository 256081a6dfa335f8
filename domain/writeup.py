"""An incident written up as a clue ticket: rounded, named and dated by the zone clock."""

import hashlib
from dataclasses import replace

import numpy as np

from domain.attribution import Places, ZoneWind, posterior
from domain.channels import POLLUTANTS
from domain.field import Flag, JudgedField
from domain.geo import Projection
from domain.incident import Finding, Incident
from domain.readings import FloatArray
from domain.recommend import recommend
from domain.rules import CorrelateRules
from domain.site import Site
from domain.ticket import (
    Candidate,
    Excluded,
    HistoryEntry,
    Peak,
    Ticket,
    TicketKind,
    TicketState,
    Wind,
)
from domain.times import rfc3339, to_datetime

SHOWN_PROBABILITY = 0.001
"""Candidates below this are left to "unknown" (contract)."""
EXCLUDED_WITHIN_M = 2000.0
"""Excluded sensors up to this far from the peak are named on the ticket. [m]"""
NEWS_RATIO = 1.25
"""A peak that grew by this factor is news."""


def ticket_id(site: str, sensor_id: str, pollutant: str, event_start_ms: int) -> str:
    """Return the id of a local ticket: a hash of values as they stood at opening (contract, "Determinism")."""
    words = "|".join((site, "local", sensor_id, pollutant, rfc3339(to_datetime(event_start_ms))))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def write_up(
    incident: Incident,
    judged: JudgedField,
    wind: ZoneWind,
    zone: "Zone",
    *,
    ended: bool = False,
) -> Incident:
    """Return the incident with its ticket as of this minute; the same ticket object where nothing is news.

    Opens the ticket where there is none. History gains an entry for each thing that changed.
    """
    at = to_datetime(judged.clock_ms)
    probability, unknown = posterior(incident.score, incident.score_minutes, zone.rules)
    calm = wind.is_calm(zone.rules)
    finding = recommend(incident, probability, unknown, calm=calm, site=zone.site, at=at)
    candidates, unknown_shown = _candidates(probability, incident, zone)
    first = candidates[0].enterprise_id if candidates and candidates[0].probability > unknown_shown else None
    before = incident.ticket
    what = _news(incident, before, finding, first, ended=ended)
    if not what and before is not None:
        return incident
    entries = tuple(
        HistoryEntry(
            at=at,
            what=word,
            who="system",
            state=TicketState.NEW,
            first=first,
            unknown=unknown_shown,
            action=finding.action,
            why=finding.recommendation.reasons,
        )
        for word in what
    )
    history = incident.history + entries
    lon, lat = _place(probability, incident, zone)
    start_ms = min(member.since_ms for member in incident.members)
    names = zone.site.sensor_ids
    opener = incident.members[0]
    ticket = Ticket(
        id=before.id
        if before
        else ticket_id(zone.site.site_id, names[opener.sensor], POLLUTANTS[opener.channel], start_ms),
        site=zone.site.site_id,
        kind=TicketKind.LOCAL,
        source="air",
        state=TicketState.NEW,
        opened_at=before.opened_at if before else at,
        updated_at=at,
        event_start=before.event_start if before else to_datetime(start_ms),
        event_end=to_datetime(incident.last_ms) if ended else None,
        pollutants=tuple(POLLUTANTS[channel] for channel in incident.channels),
        peak=_peak(incident, names),
        lon=lon,
        lat=lat,
        sensors=tuple(names[sensor] for sensor in incident.sensors),
        excluded=_excluded(incident, judged, zone),
        wind=_wind(wind, calm=calm),
        candidates=candidates,
        unknown_probability=unknown_shown,
        recommendation=finding.recommendation,
        priority=finding.priority,
        rule_version=zone.rule_version,
        evidence_hash=incident.evidence,
        history=history,
    )
    return replace(incident, ticket=ticket, history=history)


def _news(
    incident: Incident, before: Ticket | None, finding: Finding, first: str | None, *, ended: bool
) -> tuple[str, ...]:
    if before is None:
        return ("opened",)
    last = before.history[-1]
    words: list[str] = []
    grew = (
        incident.peak.value_ugm3 - incident.peak.background_ugm3 > NEWS_RATIO * before.peak.excess
        if before.peak
        else True
    )
    if len(incident.sensors) > len(before.sensors) or len(incident.channels) > len(before.pollutants) or grew:
        words.append("amended")
    if first != last.first:
        words.append("candidates")
    if finding.action is not last.action:
        words.append("recommendation")
    if ended:
        words.append("ended")
    return tuple(words)


def _candidates(probability: FloatArray, incident: Incident, zone: "Zone") -> tuple[tuple[Candidate, ...], float]:
    rounded = np.round(probability, 3)
    order = np.lexsort((np.arange(len(rounded)), -rounded))
    peak = next(member for member in incident.members if member.sensor == incident.peak.sensor)
    shown = []
    for row in order:
        if rounded[row] < SHOWN_PROBABILITY:
            break
        offset = zone.places.xy_m[row] - np.array([peak.x_m, peak.y_m])
        place = zone.site.enterprises[int(row)]
        shown.append(
            Candidate(
                enterprise_id=place.enterprise_id,
                name=place.name,
                probability=float(rounded[row]),
                distance_m=round(float(np.hypot(*offset))),
            )
        )
    rest = 1.0 - sum(candidate.probability for candidate in shown)
    return tuple(shown), max(round(rest, 3), 0.0)


def _place(probability: FloatArray, incident: Incident, zone: "Zone") -> tuple[float, float]:
    """Return the best single estimate of the source: the leading candidate if it leads unknown, else the peak's sensor."""
    leader = int(probability.argmax()) if len(probability) else -1
    if leader >= 0 and probability[leader] > 1.0 - probability.sum():
        place = zone.site.enterprises[leader]
        return round(place.lon, 6), round(place.lat, 6)
    peak = next(member for member in incident.members if member.sensor == incident.peak.sensor)
    lon, lat = zone.projection.to_degrees(peak.x_m, peak.y_m)
    return round(lon, 6), round(lat, 6)


def _peak(incident: Incident, names: tuple[str, ...]) -> Peak:
    peak = incident.peak
    value, background = round(peak.value_ugm3, 1), round(peak.background_ugm3, 1)
    return Peak(
        pollutant=POLLUTANTS[peak.channel],
        sensor_id=names[peak.sensor],
        time=to_datetime(peak.time_ms),
        value=value,
        background=background,
        excess=round(value - background, 1),
    )


def _excluded(incident: Incident, judged: JudgedField, zone: "Zone") -> tuple[Excluded, ...]:
    peak = next(member for member in incident.members if member.sensor == incident.peak.sensor)
    flagged = np.flatnonzero(judged.flags.any(axis=1))
    if not len(flagged):
        return ()
    xy = zone.projection.to_metres(judged.lon[flagged], judged.lat[flagged])
    near = np.hypot(xy[:, 0] - peak.x_m, xy[:, 1] - peak.y_m) <= EXCLUDED_WITHIN_M
    return tuple(
        Excluded(
            sensor_id=zone.site.sensor_ids[judged.sensor[row]],
            reason=_flag_names(int(np.bitwise_or.reduce(judged.flags[row]))),
        )
        for row in flagged[near]
    )


def _flag_names(bits: int) -> str:
    return "+".join(flag.name.lower() for flag in Flag if flag.name and flag & bits)


def _wind(wind: ZoneWind, *, calm: bool) -> Wind:
    if np.isnan(wind.speed_ms):
        return Wind(speed_ms=None, from_deg=None, calm=True)
    return Wind(speed_ms=round(wind.speed_ms, 1), from_deg=round(wind.from_deg) % 360, calm=calm)


class Zone:
    """What stays the same about a site while its incidents come and go."""

    def __init__(
        self, site: Site, projection: Projection, places: Places, rules: CorrelateRules, rule_version: str
    ) -> None:
        self.site = site
        self.projection = projection
        self.places = places
        self.rules = rules
        self.rule_version = rule_version
