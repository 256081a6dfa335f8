"""An incident written up as a clue ticket: rounded, named and dated by the zone clock."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from domain.attribution import ZoneWind
from domain.candidates import with_passes
from domain.channels import POLLUTANTS
from domain.conclusion import Conclusion, conclusion_of
from domain.field import Flag, JudgedField
from domain.incident import Incident, PeakExcess
from domain.news import changes_of, news_of, shown_excess
from domain.ticket import Excluded, Peak, Ticket, TicketKind, TicketState, Wind
from domain.times import rfc3339, to_datetime
from domain.visits import Ways
from domain.zone import Zone

EXCLUDED_WITHIN_M = 2000.0
"""Excluded sensors up to this far from the peak are named on the ticket. [m]"""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a ticket tells beside its source: reasons of the moment (what is missing, limits crossed), and ways."""

    reasons: tuple[str, ...]
    ways: Ways


def ticket_id(site: str, sensor_id: str, pollutant: str, event_start: datetime) -> str:
    """Return the id of a local ticket: a hash of values as they stood at opening (contract, "Determinism")."""
    words = "|".join((site, TicketKind.LOCAL, sensor_id, pollutant, rfc3339(event_start)))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


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
    conclusion = conclusion_of(incident, judged, wind, zone, beside.reasons)
    before = incident.ticket
    changed = () if before is None else changes_of(incident, before)
    what = ("opened",) if before is None else news_of(incident, before, conclusion, changed, ended=ended)
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
    entry = replace(before.history[-1], at=at, what="amended", who="system", why=changes_of(incident, before))
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


def _peak(peak: PeakExcess, names: tuple[str, ...]) -> Peak:
    value, background = round(peak.value_ugm3, 1), round(peak.background_ugm3, 1)
    return Peak(
        pollutant=POLLUTANTS[peak.channel],
        sensor_id=names[peak.sensor],
        time=to_datetime(peak.time_ms),
        value=value,
        background=background,
        excess=shown_excess(peak),
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
