"""An episode of the whole zone written up: one notice a local day, opened, amended, ended and taken up again."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from domain.attribution import zone_wind
from domain.channels import POLLUTANTS
from domain.evidence import add_evidence, evidence_row
from domain.field import Flag, JudgedField
from domain.readings import BoolArray, FloatArray
from domain.regional_episode import LIMIT_UGM3
from domain.regional_level import ZoneLevel, healthy_stations
from domain.ticket import (
    Action,
    Excluded,
    HistoryEntry,
    Peak,
    Recommendation,
    Ticket,
    TicketKind,
    TicketState,
    Wind,
)
from domain.times import to_datetime
from domain.zone import Zone

NEWS_RATIO = 1.25
"""A peak that grew by this factor is news."""
SHOWN_STATIONS = 50
"""So many stations are named at most, the loudest: the notice speaks of the zone, not of them. Design value."""
_ADVICE = Recommendation(action=Action.WATCH, reasons=("regional",))
_PRIORITY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """What one look shows of a raised zone, arrays of shape (4,).

    Attributes:
        judged: The minute.
        raised: Which pollutants are in an episode.
        zone: The zone's level.
        usual: What was usual before. [µg/m³]
        start_ms: When the earliest of the rises began. [ms]
    """

    judged: JudgedField
    raised: BoolArray
    zone: ZoneLevel
    usual: FloatArray
    start_ms: int


def local_day(clock_ms: int, zone: Zone) -> str:
    """Return the local date of a moment."""
    return to_datetime(clock_ms).astimezone(ZoneInfo(zone.site.timezone)).date().isoformat()


def notice_id(site: str, day: str) -> str:
    """Return the id of a regional notice: a hash of site, kind and local date (contract, "Determinism")."""
    words = "|".join((site, TicketKind.REGIONAL, day))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def write_notice(before: Ticket | None, rise: Rise, zone: Zone) -> Ticket:
    """Return the notice of a raised zone.

    Args:
        before: The last notice of this zone: it goes on while it lasts, is taken up again on its own local day, and is
            followed by a new one on another.
        rise: What is seen now.
        zone: Whose air.

    Returns:
        The very same ticket where nothing is news.
    """
    at = to_datetime(rise.judged.clock_ms)
    name = notice_id(zone.site.site_id, local_day(rise.judged.clock_ms, zone))
    if before is None or (before.event_end is not None and before.id != name):
        before = _blank(name, at, to_datetime(rise.start_ms), zone)
    told = _news(before, rise)
    if not told:
        return before
    return _amended(before, told, rise, zone)


def end_notice(before: Ticket, clock_ms: int, last_ms: int) -> Ticket:
    """Return the notice of an episode that is over; `last_ms` is when it was last seen. [ms]"""
    at = to_datetime(clock_ms)
    history = (*before.history, _entry(at, "ended", before.state))
    return replace(before, updated_at=at, event_end=to_datetime(last_ms), history=history)


def _news(before: Ticket, rise: Rise) -> tuple[str, ...]:
    if before.peak is None:
        return ("opened",)
    if before.event_end is not None:
        return ("reopened",)
    if not (rise.raised & (rise.zone.witness >= 0)).any():
        return ()  # it lasts by what was seen last; too few stations speak of it now
    channel = _loudest(rise)
    stronger = _loudness(float(rise.zone.level[channel]), channel) > NEWS_RATIO * _told(before.peak)
    wider = any(POLLUTANTS[channel] not in before.pollutants for channel in np.flatnonzero(rise.raised))
    return ("amended",) if wider or stronger else ()


def _amended(before: Ticket, told: tuple[str, ...], rise: Rise, zone: Zone) -> Ticket:
    at = to_datetime(rise.judged.clock_ms)
    names = zone.site.sensor_ids
    raised = {POLLUTANTS[channel] for channel in np.flatnonzero(rise.raised)}
    return replace(
        before,
        updated_at=at,
        event_end=None,
        pollutants=tuple(name for name in POLLUTANTS if name in raised or name in before.pollutants),
        peak=_peak(before.peak, rise, names),
        sensors=_stations(rise, zone),
        excluded=_excluded(rise, zone),
        wind=_wind(rise, zone),
        evidence_hash=_evidence(before.evidence_hash, rise, names),
        history=(*before.history, *(_entry(at, word, before.state) for word in told)),
    )


def _blank(name: str, at: datetime, start: datetime, zone: Zone) -> Ticket:
    """Return a notice with what is settled at opening and never changes."""
    stations = [sensor for sensor, moves in zip(zone.site.sensors, zone.is_vehicle.tolist(), strict=True) if not moves]
    return Ticket(
        id=name,
        site=zone.site.site_id,
        kind=TicketKind.REGIONAL,
        source="air",
        state=TicketState.NEW,
        opened_at=at,
        updated_at=at,
        event_start=start,
        event_end=None,
        pollutants=(),
        peak=None,
        lon=round(float(np.mean([sensor.lon for sensor in stations])), 6),
        lat=round(float(np.mean([sensor.lat for sensor in stations])), 6),
        sensors=(),
        excluded=(),
        wind=Wind(speed_ms=None, from_deg=None, calm=True),
        candidates=(),
        unknown_probability=1.0,
        recommendation=_ADVICE,
        priority=_PRIORITY,
        rule_version=zone.rule_version,
        evidence_hash="",
        history=(),
    )


def _entry(at: datetime, what: str, state: TicketState) -> HistoryEntry:
    return HistoryEntry(
        at=at, what=what, who="system", state=state, first=None, unknown=1.0, action=Action.WATCH, why=("regional",)
    )


def _loudest(rise: Rise) -> int:
    """Return the raised pollutant whose level is the greatest part of its limit."""
    known = rise.raised & (rise.zone.witness >= 0)
    return int(np.argmax(np.where(known, rise.zone.level / LIMIT_UGM3, -1.0)))


def _loudness(value_ugm3: float, channel: int) -> float:
    return value_ugm3 / float(LIMIT_UGM3[channel])


def _told(peak: Peak) -> float:
    return _loudness(peak.value, POLLUTANTS.index(peak.pollutant))


def _peak(known: Peak | None, rise: Rise, names: tuple[str, ...]) -> Peak | None:
    """Return the greatest level so far: the reading of the station that stood at it, over what was usual."""
    channel = _loudest(rise)
    value, background = (round(float(part[channel]), 1) for part in (rise.zone.level, rise.usual))
    if known is not None and _loudness(value, channel) <= _told(known):
        return known
    return Peak(
        pollutant=POLLUTANTS[channel],
        sensor_id=names[rise.judged.sensor[rise.zone.witness[channel]]],
        time=to_datetime(rise.judged.minute_ms),
        value=value,
        background=background,
        excess=round(value - background, 1),
    )


def _stations(rise: Rise, zone: Zone) -> tuple[str, ...]:
    """Return the stations at or above the zone's level of what is raised, by name."""
    healthy = healthy_stations(rise.judged, zone.is_vehicle)
    parts = np.where(healthy & rise.raised, rise.judged.value / np.maximum(rise.zone.level, 1.0), 0.0)
    loudness = np.nan_to_num(parts).max(axis=1)
    loud = np.argsort(-loudness, kind="stable")[:SHOWN_STATIONS]
    return tuple(sorted(zone.site.sensor_ids[rise.judged.sensor[row]] for row in loud if loudness[row] >= 1.0))


def _excluded(rise: Rise, zone: Zone) -> tuple[Excluded, ...]:
    """Return stations that were not asked about what is raised."""
    flags = np.bitwise_or.reduce(np.where(rise.raised, rise.judged.flags, 0), axis=1)
    rows = np.flatnonzero((flags != 0) & ~zone.is_vehicle[rise.judged.sensor])[:SHOWN_STATIONS]
    reasons = {zone.site.sensor_ids[rise.judged.sensor[row]]: int(flags[row]) for row in rows}
    return tuple(
        Excluded(sensor_id=name, reason="+".join(flag.name.lower() for flag in Flag if flag.name and flag & bits))
        for name, bits in sorted(reasons.items())
    )


def _wind(rise: Rise, zone: Zone) -> Wind:
    wind = zone_wind(rise.judged.weather)
    if np.isnan(wind.speed_ms):
        return Wind(speed_ms=None, from_deg=None, calm=True)
    return Wind(speed_ms=round(wind.speed_ms, 1), from_deg=round(wind.from_deg) % 360, calm=wind.is_calm(zone.rules))


def _evidence(known: str, rise: Rise, names: tuple[str, ...]) -> str:
    """Return the hash over the rows that each telling rests on: who stood at the zone's level, and what was usual."""
    for channel in np.flatnonzero(rise.raised & (rise.zone.witness >= 0)).tolist():
        name = names[rise.judged.sensor[rise.zone.witness[channel]]]
        value, usual = float(rise.zone.level[channel]), float(rise.usual[channel])
        known = add_evidence(known, evidence_row(rise.judged.minute_ms, name, POLLUTANTS[channel], value, usual))
    return known
