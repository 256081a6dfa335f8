"""Over which time, and of which sensors, rows are evidence for a ticket."""

from dataclasses import dataclass

import numpy as np

from alerts.evidence.ports import Records
from alerts.view import PersonEntry
from domain.geo import EARTH_RADIUS_M
from domain.readings import BoolArray, FloatArray
from domain.series import JudgedRows, ReadingRows
from domain.site import Sensor, Site
from domain.ticket import Ticket
from domain.times import to_ms

AROUND_MS = 3_600_000
"""Rows from so long before the event to so long after it. [ms]"""
LONGEST_MS = 24 * 3_600_000
"""Of an event that lasts longer the last day counts; design value. [ms]"""
LASTING_MS = 6 * 3_600_000
"""An event that goes on is followed so long after its last amendment; design value. [ms]"""
MOST_SENSORS = 60
"""Sensors beyond these are named, but without rows; design value."""
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Span:
    """[since, until), Unix time. [ms]"""

    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """One sensor near a ticket with its rows.

    Attributes:
        role: `named` by the ticket, `excluded` by it, or just `near`.
        distance_m: From the ticket's place to the sensor, a vehicle's nearest reading; NaN = no place known. [m]
        readings: As sent; of a vehicle only those within reach.
        minutes: As judged; of a vehicle only those with a reading within reach.
    """

    sensor: Sensor
    role: str
    distance_m: float
    readings: ReadingRows
    minutes: JudgedRows


def span_of(ticket: Ticket, occasion_ms: int) -> Span:
    """Return from an hour before the event to an hour after it; what is later than now is simply not there yet."""
    told = [entry.at for entry in ticket.history if not isinstance(entry, PersonEntry)]
    last = to_ms(max(told, default=ticket.opened_at))
    last = max(last, min(occasion_ms, last + LASTING_MS))
    if ticket.event_end is not None:
        last = to_ms(ticket.event_end)
    until = last + AROUND_MS
    return Span(max(to_ms(ticket.event_start) - AROUND_MS, until - LONGEST_MS), until)


def roles_of(ticket: Ticket, site: Site) -> tuple[list[Sensor], list[str]]:
    """Return sensors that may be evidence, and their roles: the ticket's own first, then all others by distance."""
    excluded = {one.sensor_id for one in ticket.excluded}
    named = [ticket.peak.sensor_id] if ticket.peak else []
    named += [name for name in ticket.sensors if name not in named]
    rank = {name: place for place, name in enumerate([*named, *sorted(excluded - set(named))])}
    far = {sensor.sensor_id: station_distance_m(sensor, ticket) for sensor in site.sensors}
    order = sorted(
        site.sensors, key=lambda one: (rank.get(one.sensor_id, len(rank)), far[one.sensor_id], one.sensor_id)
    )
    roles = [
        "named" if one.sensor_id in named else "excluded" if one.sensor_id in excluded else "near" for one in order
    ]
    return order, roles


def near_sensors(ticket: Ticket, site: Site, records: Records, span: Span) -> tuple[list[Near], list[str]]:
    """Return the sensors with rows, and the names of those within reach that were left out.

    Raises:
        ConnectionError: The history is away.
    """
    found: list[Near] = []
    left_out: list[str] = []
    for sensor, role in zip(*roles_of(ticket, site), strict=True):
        if role == "near" and station_distance_m(sensor, ticket) > site.rules.correlate.reach_m:
            continue
        if len(found) >= MOST_SENSORS:
            left_out.append(sensor.sensor_id)
            continue
        near = _with_rows(ticket, site, records, span, (sensor, role))
        if role != "near" or len(near.readings) or not _moves(sensor):
            found.append(near)
    return found, left_out


def _with_rows(ticket: Ticket, site: Site, records: Records, span: Span, who: tuple[Sensor, str]) -> Near:
    sensor, role = who
    readings = records.readings_of(sensor.sensor_id, span.since_ms, span.until_ms)
    minutes = records.judged_of(sensor.sensor_id, span.since_ms, span.until_ms)
    if not _moves(sensor):
        return Near(
            sensor=sensor,
            role=role,
            distance_m=station_distance_m(sensor, ticket),
            readings=readings,
            minutes=minutes,
        )
    away_m = distance_m(readings.lon, readings.lat, ticket)
    kept = away_m <= site.rules.correlate.reach_m
    there = np.isin(minutes.time_ms // _MINUTE_MS, readings.time_ms[kept] // _MINUTE_MS)
    nearest = float(np.nanmin(away_m)) if np.isfinite(away_m).any() else float("nan")
    return Near(
        sensor=sensor,
        role=role,
        distance_m=nearest,
        readings=_some_readings(readings, kept),
        minutes=_some_minutes(minutes, there),
    )


def _moves(sensor: Sensor) -> bool:
    return bool(np.isnan(sensor.lon))


def station_distance_m(sensor: Sensor, ticket: Ticket) -> float:
    """Return how far a station stands from the ticket's place; -1 for a vehicle: its readings tell. [m]"""
    return -1.0 if _moves(sensor) else float(distance_m(np.array([sensor.lon]), np.array([sensor.lat]), ticket)[0])


def distance_m(lon: FloatArray, lat: FloatArray, ticket: Ticket) -> FloatArray:
    """Return distances on the ground from the ticket's place, shape (n,); right to 0.1 % within a zone. [m]"""
    east = np.radians(lon - ticket.lon) * np.cos(np.radians(ticket.lat))
    north = np.radians(lat - ticket.lat)
    away: FloatArray = EARTH_RADIUS_M * np.hypot(east, north)
    return away


def _some_readings(rows: ReadingRows, kept: BoolArray) -> ReadingRows:
    return ReadingRows(rows.time_ms[kept], rows.lon[kept], rows.lat[kept], rows.values[kept])


def _some_minutes(rows: JudgedRows, kept: BoolArray) -> JudgedRows:
    return JudgedRows(
        rows.time_ms[kept],
        rows.value[kept],
        rows.background[kept],
        rows.upper[kept],
        rows.state[kept],
        rows.flags[kept],
        rows.sigma[kept],
    )
