"""Which ticket tells of which event: it must fit in time, and in space or by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.channels import MINUTE_MS
from domain.geo import EARTH_RADIUS_M
from domain.ticket import Ticket
from domain.times import to_ms
from simulators.scoring.truth import TrueEvent

AFTER_MIN = 40
"""A plume stays for a while after its source rests; a ticket opened this long after is still about it. [min]"""
PLACE_M, SENSOR_M = 2000.0, 3000.0
"""How far a ticket's place, and one of its sensors, may lie from the source. [m]"""
AROUND_M = 600.0
"""This near a source a sensor counts from every side: eddies carry upwind. [m]"""
DOWNWIND_DEG = 75.0
"""A sensor farther off must lie within this of the way the wind blows, by the ticket's wind. [degrees]"""
REACH = {"outside": 12_000.0, "moving": 5000.0}
"""Kinds whose sensors may be farther away: a large source beyond the zone, one that drives about. [m]"""


@dataclass(frozen=True, slots=True)
class Match:
    """A ticket that fits an event; `named`: the event's source leads in it, at some moment; by `distance_m`."""

    event: TrueEvent
    named: bool
    distance_m: float


def leaders(ticket: Ticket) -> tuple[str | None, ...]:
    """Return who led at each entry of the ticket's history, and at its end; None: unknown led."""
    return (*(entry.first for entry in ticket.history), last_leader(ticket))


def last_leader(ticket: Ticket) -> str | None:
    """Return who leads in the ticket as it stands; None: unknown leads."""
    best = ticket.candidates[0] if ticket.candidates else None
    return best.enterprise_id if best is not None and best.probability >= ticket.unknown_probability else None


def best_match(
    ticket: Ticket, events: Sequence[TrueEvent], stations: Mapping[str, tuple[float, float]]
) -> Match | None:
    """Return the one event that a ticket tells of: of those that fit, one that it names, else the nearest."""
    fitting = [match for event in events if (match := _fit(ticket, event, stations)) is not None]
    return min(fitting, key=lambda match: (not match.named, match.distance_m, match.event.event_id), default=None)


def in_time(ticket: Ticket, event: TrueEvent) -> bool:
    """Say whether a ticket was opened while the event lasted, or soon after."""
    return event.start_ms <= to_ms(ticket.opened_at) <= event.end_ms + AFTER_MIN * MINUTE_MS


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two places (lon, lat) lie apart; NaN where one is missing. [m]"""
    return float(np.hypot(*_vector_m(one, other)))


def _fit(ticket: Ticket, event: TrueEvent, stations: Mapping[str, tuple[float, float]]) -> Match | None:
    if not event.emits or not in_time(ticket, event):
        return None
    named = bool(event.enterprise_id) and event.enterprise_id in leaders(ticket)
    away_m = distance_m((event.lon, event.lat), (ticket.lon, ticket.lat))
    near = away_m <= max(PLACE_M, REACH.get(event.kind, 0.0))
    if named or near or any(_sees(stations[name], ticket, event) for name in ticket.sensors if name in stations):
        return Match(event, named, away_m if away_m == away_m else float("inf"))
    return None


def _sees(station: tuple[float, float], ticket: Ticket, event: TrueEvent) -> bool:
    """Say whether a station may have seen the event's plume, by its distance and the ticket's wind."""
    east, north = _vector_m((event.lon, event.lat), station)
    away_m = float(np.hypot(east, north))
    if not away_m <= REACH.get(event.kind, SENSOR_M):
        return False
    wind = ticket.wind
    if away_m <= AROUND_M or wind.calm or wind.from_deg is None:
        return True
    off = (float(np.degrees(np.arctan2(east, north))) - wind.from_deg) % 360.0 - 180.0  # 0: straight downwind
    return abs(off) <= DOWNWIND_DEG


def _vector_m(origin: tuple[float, float], place: tuple[float, float]) -> tuple[float, float]:
    """Return east and north from one place to another on a plane about the first. [m]"""
    narrow = float(np.cos(np.radians(origin[1])))
    per_degree = np.radians(1.0) * EARTH_RADIUS_M
    return float((place[0] - origin[0]) * narrow * per_degree), float((place[1] - origin[1]) * per_degree)
