"""An incident written up as a clue ticket: rounded, named and dated by the zone clock."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from domain.attribution import ZoneWind
from domain.candidates import candidates_of, leading, with_passes
from domain.channels import POLLUTANTS
from domain.field import Flag, JudgedField
from domain.finding import Belief
from domain.incident import Incident, PeakExcess
from domain.recommend import Advice, recommend, with_reasons
from domain.ticket import Candidate, Excluded, HistoryEntry, Peak, Ticket, TicketKind, TicketState, Wind
from domain.times import rfc3339, to_datetime
from domain.visits import Ways
from domain.zone import Zone

EXCLUDED_WITHIN_M = 2000.0
"""Excluded sensors up to this far from the peak are named on the ticket. [m]"""
NEWS_RATIO = 1.25
"""A peak that grew by this factor is news."""
NEWS_LEAD = 0.1
"""Another leader is news when it leads the one told last by this probability: two that are level are no change."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a ticket tells beside its source: reasons of the moment (what is missing, limits crossed), and ways."""

    reasons: tuple[str, ...]
    ways: Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What an incident says at one tick; probabilities as shown."""

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
        """Return an entry of the history that tells this conclusion."""
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


def ticket_id(site: str, sensor_id: str, pollutant: str, event_start: datetime) -> str:
    """Return the id of a local ticket: a hash of values as they stood at opening (contract, "Determinism")."""
    words = "|".join((site, TicketKind.LOCAL, sensor_id, pollutant, rfc3339(event_start)))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def conclude(
    incident: Incident, judged: JudgedField, wind: ZoneWind, zone: Zone, beside: tuple[str, ...] = ()
) -> Conclusion:
    """Return what an incident says now; `beside` are further reasons of the moment."""
    at = to_datetime(judged.clock_ms)
    probability, unknown = incident.belief.probability, incident.belief.unknown
    calm = wind.is_calm(zone.rules)
    candidates, unknown_shown = candidates_of(probability, incident, zone)
    lon, lat = _source(incident.belief, zone)
    return Conclusion(
        at=at,
        candidates=candidates,
        unknown=unknown_shown,
        lon=lon,
        lat=lat,
        advice=with_reasons(recommend(incident, probability, unknown, calm=calm, site=zone.site, at=at), beside),
    )


def write_up(
    incident: Incident,
    judged: JudgedField,
    wind: ZoneWind,
    zone: Zone,
    *,
    beside: Beside,
    ended: bool = False,
) -> Incident:
    """Return the incident with its ticket as of this minute; the same ticket object where nothing is news.

    Opens the ticket where there is none. The history gains an entry for each thing that changed.
    """
    conclusion = conclude(incident, judged, wind, zone, beside.reasons)
    before = incident.ticket
    changed = () if before is None else _changes(incident, before)
    what = ("opened",) if before is None else _news(incident, before, conclusion, changed, ended=ended)
    if not what:
        return incident
    reasons = conclusion.advice.recommendation.reasons
    why = {"merged": incident.absorbed, "amended": changed}
    told = tuple(conclusion.entry(word, why.get(word, reasons)) for word in what)
    ticket = before or _opened(incident, conclusion, zone)
    names = zone.site.sensor_ids
    ticket = replace(
        ticket,
        updated_at=conclusion.at,
        event_end=to_datetime(incident.heard_ms) if ended else None,
        pollutants=tuple(POLLUTANTS[channel] for channel in incident.channels),
        peak=_peak(incident.peak, names),
        lon=conclusion.lon,
        lat=conclusion.lat,
        sensors=tuple(names[sensor] for sensor in incident.sensors),
        excluded=ticket.excluded if ended else _excluded(ticket.excluded, incident, judged, zone),
        wind=wind_of(wind, zone),
        candidates=with_passes(conclusion.candidates, beside.ways, zone),
        unknown_probability=conclusion.unknown,
        recommendation=conclusion.advice.recommendation,
        priority=conclusion.advice.priority,
        evidence_hash=incident.evidence,
        history=ticket.history + told,
    )
    return replace(incident, ticket=ticket, absorbed=(), late=())


def write_late(incident: Incident, clock_ms: int, zone: Zone) -> Incident:
    """Return an ended incident whose ticket tells what late readings change: its peak, its end."""
    before = incident.ticket
    if before is None or not incident.late:
        return replace(incident, late=())
    at, names = to_datetime(clock_ms), zone.site.sensor_ids
    entry = replace(before.history[-1], at=at, what="amended", who="system", why=_changes(incident, before))
    ticket = replace(
        before,
        updated_at=at,
        event_end=to_datetime(incident.heard_ms),
        peak=_peak(incident.peak, names),
        evidence_hash=incident.evidence,
        history=(*before.history, entry),
    )
    return replace(incident, ticket=ticket, late=())


def write_merged(ticket: Ticket, into: str, at: datetime) -> Ticket:
    """Return a ticket closed because it has become part of another; `why` of its last entry names that one."""
    last = ticket.history[-1]
    entry = replace(last, at=at, what="merged", who="system", state=TicketState.MERGED, why=(into,))
    return replace(ticket, state=TicketState.MERGED, updated_at=at, history=(*ticket.history, entry))


def write_split(ticket: Ticket, other: str, at: datetime) -> Ticket:
    """Return a ticket some of whose sensors another's source explains now; `why` of its last entry names that one."""
    entry = replace(ticket.history[-1], at=at, what="split", who="system", why=(other,))
    return replace(ticket, updated_at=at, history=(*ticket.history, entry))


def _opened(incident: Incident, conclusion: Conclusion, zone: Zone) -> Ticket:
    """Return a new ticket with what is settled at opening and never changes; the rest is as good as blank."""
    opener, start = incident.opener, to_datetime(incident.opener.since_ms)
    names = zone.site.sensor_ids
    return Ticket(
        id=ticket_id(zone.site.site_id, names[opener.sensor], POLLUTANTS[opener.channel], start),
        site=zone.site.site_id,
        kind=TicketKind.LOCAL,
        source="air",
        state=TicketState.NEW,
        opened_at=conclusion.at,
        updated_at=conclusion.at,
        event_start=start,
        event_end=None,
        pollutants=(),
        peak=None,
        lon=conclusion.lon,
        lat=conclusion.lat,
        sensors=(),
        excluded=(),
        wind=Wind(speed_ms=None, from_deg=None, calm=True),
        candidates=(),
        unknown_probability=1.0,
        recommendation=conclusion.advice.recommendation,
        priority=conclusion.advice.priority,
        rule_version=zone.rule_version,
        evidence_hash="",
        history=(),
    )


def _news(
    incident: Incident, before: Ticket, conclusion: Conclusion, changed: tuple[str, ...], *, ended: bool
) -> tuple[str, ...]:
    last = before.history[-1]
    words = {
        "reopened": before.event_end is not None,
        "merged": bool(incident.absorbed),
        "amended": bool(changed),
        "candidates": _another_leads(last.first, conclusion),
        "recommendation": conclusion.advice.recommendation.action is not last.action,
        "ended": ended,
    }
    return tuple(word for word, happened in words.items() if happened)


def _changes(incident: Incident, before: Ticket) -> tuple[str, ...]:
    """Name what is amended, each with what was before and what is after, and whose late readings did it."""
    sensors, channels = len(incident.sensors), len(incident.channels)
    was, excess = before.peak.excess if before.peak else 0.0, _shown_excess(incident.peak)
    ratio = 1.0 if incident.late else NEWS_RATIO
    over, end = before.event_end, to_datetime(incident.heard_ms)
    names = {
        f"sensors:{len(before.sensors)}→{sensors}": sensors > len(before.sensors),
        f"pollutants:{len(before.pollutants)}→{channels}": channels > len(before.pollutants),
        f"peak_excess:{was:.1f}→{excess:.1f}": incident.peak.excess_ugm3 > ratio * was or before.peak is None,
        f"event_end:{rfc3339(over) if over else ''}→{rfc3339(end)}": bool(incident.late and over and end > over),
    }
    return (*(name for name, happened in names.items() if happened), *(f"late:{name}" for name in incident.late))


def _shown_excess(peak: PeakExcess) -> float:
    return round(round(peak.value_ugm3, 1) - round(peak.background_ugm3, 1), 1)


def _another_leads(told: str | None, conclusion: Conclusion) -> bool:
    now = {candidate.enterprise_id: candidate.probability for candidate in conclusion.candidates}
    before = conclusion.unknown if told is None else now.get(told, 0.0)
    leads = conclusion.unknown if conclusion.first is None else now[conclusion.first]
    return conclusion.first != told and leads - before >= NEWS_LEAD


def _source(belief: Belief, zone: Zone) -> tuple[float, float]:
    """Return the best single estimate of the source: the candidate that leads, else the likeliest place."""
    leader = int(belief.probability.argmax()) if len(belief.probability) else -1
    if leader >= 0 and belief.probability[leader] > belief.unknown:
        place = zone.site.enterprises[leader]
        return round(place.lon, 6), round(place.lat, 6)
    lon, lat = zone.projection.to_degrees(belief.x_m, belief.y_m)
    return round(lon, 6), round(lat, 6)


def _peak(peak: PeakExcess, names: tuple[str, ...]) -> Peak:
    value, background = round(peak.value_ugm3, 1), round(peak.background_ugm3, 1)
    return Peak(
        pollutant=POLLUTANTS[peak.channel],
        sensor_id=names[peak.sensor],
        time=to_datetime(peak.time_ms),
        value=value,
        background=background,
        excess=_shown_excess(peak),
    )


def _excluded(known: tuple[Excluded, ...], incident: Incident, judged: JudgedField, zone: Zone) -> tuple[Excluded, ...]:
    """Return every sensor near that was not asked at some moment of the incident, with the newest reason."""
    flagged = np.flatnonzero(judged.flags.any(axis=1) & ~np.isin(judged.sensor, incident.sensors))
    peak = incident.peak
    if not len(flagged):
        return known
    xy = zone.projection.to_metres(judged.lon[flagged], judged.lat[flagged])
    near = np.hypot(xy[:, 0] - peak.x_m, xy[:, 1] - peak.y_m) <= EXCLUDED_WITHIN_M
    reasons = {out.sensor_id: out.reason for out in known}
    for row in flagged[near].tolist():
        bits = int(np.bitwise_or.reduce(judged.flags[row]))
        reasons[zone.site.sensor_ids[judged.sensor[row]]] = _flag_names(bits)
    return tuple(Excluded(sensor_id=name, reason=reasons[name]) for name in sorted(reasons))


def _flag_names(bits: int) -> str:
    return "+".join(flag.name.lower() for flag in Flag if flag.name and flag & bits)


def wind_of(wind: ZoneWind, zone: Zone) -> Wind:
    """Return the zone's wind as a ticket shows it."""
    if np.isnan(wind.speed_ms):
        return Wind(speed_ms=None, from_deg=None, calm=True)
    return Wind(speed_ms=round(wind.speed_ms, 1), from_deg=round(wind.from_deg) % 360, calm=wind.is_calm(zone.rules))
