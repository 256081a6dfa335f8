"""A channel that needs care written up: opened, widened, ended; nobody is ever sent to an enterprise by it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from domain.attribution import zone_wind
from domain.channels import POLLUTANTS
from domain.evidence import add_evidence, evidence_row
from domain.field import Flag, JudgedField
from domain.ticket import Action, Excluded, HistoryEntry, Recommendation, Ticket, TicketKind, TicketState
from domain.times import rfc3339, to_datetime
from domain.writeup import wind_of
from domain.zone import Zone

ADVICE = {
    Flag.STUCK: "sensor_stuck",
    Flag.UNIT: "sensor_unit",
    Flag.RANGE: "sensor_range",
    Flag.CLOCK: "sensor_clock",
    Flag.POSITION: "sensor_position",
    Flag.OFFLINE: "sensor_offline",
    Flag.DRIFT: "sensor_drift",
}
"""The reason of the recommendation, by what is wrong."""
_PRIORITY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CareCase:
    """A ticket that lasts: whose, why (an index into `sensor_care.REASONS`), since when it seems healed (0: not)."""

    sensor: int
    reason: int
    channels: tuple[int, ...]
    healed: int = 0
    ticket: Ticket


def care_id(site: str, sensor_id: str, pollutant: str, start: datetime) -> str:
    """Return the id: a hash of site, kind, sensor, channel and start (contract, "Determinism")."""
    words = "|".join((site, TicketKind.SENSOR, sensor_id, pollutant, rfc3339(start)))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def open_case(
    which: tuple[int, int, tuple[int, ...]], flag: Flag, start_ms: int, judged: JudgedField, zone: Zone
) -> CareCase:
    """Return a new case of (sensor, reason, channels), flagged since `start_ms`. [ms]"""
    sensor, reason, channels = which
    at, start, name = to_datetime(judged.clock_ms), to_datetime(start_ms), zone.site.sensor_ids[sensor]
    lon, lat = _place(sensor, judged, zone)
    advice = Recommendation(action=Action.WATCH, reasons=(ADVICE[flag],))
    ticket = Ticket(
        id=care_id(zone.site.site_id, name, POLLUTANTS[channels[0]], start),
        site=zone.site.site_id,
        kind=TicketKind.SENSOR,
        source="air",
        state=TicketState.NEW,
        opened_at=at,
        updated_at=at,
        event_start=start,
        event_end=None,
        pollutants=tuple(POLLUTANTS[channel] for channel in channels),
        peak=None,
        lon=lon,
        lat=lat,
        sensors=(name,),
        excluded=(Excluded(sensor_id=name, reason=(flag.name or "").lower()),),
        wind=wind_of(zone_wind(judged.weather), zone),
        candidates=(),
        unknown_probability=1.0,
        recommendation=advice,
        priority=_PRIORITY,
        rule_version=zone.rule_version,
        evidence_hash=_evidence("", sensor, channels, judged, zone),
        history=(_entry(at, "opened", advice),),
    )
    return CareCase(sensor=sensor, reason=reason, channels=channels, ticket=ticket)


def amend(case: CareCase, more: tuple[int, ...], judged: JudgedField, zone: Zone) -> CareCase:
    """Return a case that has come to include further channels."""
    at, channels = to_datetime(judged.clock_ms), tuple(sorted({*case.channels, *more}))
    ticket = replace(
        case.ticket,
        updated_at=at,
        pollutants=tuple(POLLUTANTS[channel] for channel in channels),
        evidence_hash=_evidence(case.ticket.evidence_hash, case.sensor, more, judged, zone),
        history=(*case.ticket.history, _entry(at, "amended", case.ticket.recommendation)),
    )
    return replace(case, channels=channels, ticket=ticket)


def end(case: CareCase, clock_ms: int, healed_ms: int) -> Ticket:
    """Return the ticket of a case that has healed; `healed_ms` is the first minute in which it had. [ms]"""
    at = to_datetime(clock_ms)
    entry = _entry(at, "ended", case.ticket.recommendation)
    history = (*case.ticket.history, entry)
    return replace(case.ticket, updated_at=at, event_end=to_datetime(healed_ms), history=history)


def _entry(at: datetime, what: str, advice: Recommendation) -> HistoryEntry:
    return HistoryEntry(
        at=at,
        what=what,
        who="system",
        state=TicketState.NEW,
        first=None,
        unknown=1.0,
        action=advice.action,
        why=advice.reasons,
    )


def _place(sensor: int, judged: JudgedField, zone: Zone) -> tuple[float, float]:
    """Return where a device stands; the middle of the zone for a vehicle that nobody knows the place of. [degrees]"""
    row = int(np.searchsorted(judged.sensor, sensor))
    lon, lat = zone.site.post_deg[sensor]
    if np.isnan(lon) and row < len(judged.sensor) and judged.sensor[row] == sensor:
        lon, lat = judged.lon[row], judged.lat[row]
    if np.isnan(lon):
        lon, lat = np.nanmean(zone.site.post_deg, axis=0)
    return round(float(lon), 6), round(float(lat), 6)


def _evidence(known: str, sensor: int, channels: tuple[int, ...], judged: JudgedField, zone: Zone) -> str:
    row, name = int(np.searchsorted(judged.sensor, sensor)), zone.site.sensor_ids[sensor]
    for channel in channels:
        value, background = np.nan, np.nan
        if row < len(judged.sensor) and judged.sensor[row] == sensor:
            value, background = float(judged.value[row, channel]), float(judged.background[row, channel])
        known = add_evidence(known, evidence_row(judged.minute_ms, name, POLLUTANTS[channel], value, background))
    return known
