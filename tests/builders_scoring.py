"""Tickets and true events by hand, for the scoring."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from domain.ticket import (
    Action,
    Candidate,
    HistoryEntry,
    Recommendation,
    Ticket,
    TicketKind,
    TicketState,
    Wind,
)
from domain.times import to_ms
from simulators.scoring import RunSeen, TrueEvent

NOON = datetime(2026, 4, 14, 4, tzinfo=UTC)
"""12:00 in Beijing."""
LON, LAT = 116.5, 39.8
M_PER_DEG_LON, M_PER_DEG_LAT = 85_430.0, 111_195.0
STATIONS = {"east-1km": (1000.0, 0.0), "east-2.5km": (2500.0, 0.0), "west-2.5km": (-2500.0, 0.0), "at": (100.0, 0.0)}


def spot(east_m: float = 0.0, north_m: float = 0.0) -> tuple[float, float]:
    """Degrees of a place in metres from the zone's middle."""
    return LON + east_m / M_PER_DEG_LON, LAT + north_m / M_PER_DEG_LAT


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def an_event(name: str = "ev-1", minutes: tuple[float, float] = (0, 40), **more: object) -> TrueEvent:
    """An enterprise's release in the middle of the zone, seen from its fifth minute on."""
    lon, lat = spot(*more.pop("at", (0.0, 0.0)))
    given = {
        "enterprise_id": "e-1",
        "due": True,
        "kind": "enterprise",
        "first_visible_ms": to_ms(after(minutes[0] + 5)),
        "visibility_told": True,
        **more,
    }
    return TrueEvent(
        event_id=name, start_ms=to_ms(after(minutes[0])), end_ms=to_ms(after(minutes[1])), lon=lon, lat=lat, **given
    )


def a_ticket(
    name: str = "t-1",
    opened_min: float = 12,
    candidates: Sequence[tuple[str, float]] = (("e-1", 0.7), ("e-2", 0.1)),
    *,
    at: tuple[float, float] = (300.0, 0.0),
    sensors: Sequence[str] = ("east-1km",),
    from_deg: int | None = 270,
    sends: bool = False,
    led: Sequence[str | None] | None = None,
    kind: TicketKind = TicketKind.LOCAL,
    state: TicketState = TicketState.NEW,
) -> Ticket:
    """A ticket of the middle of the zone under a west wind; `led` is who led at each entry of its history."""
    lon, lat = spot(*at)
    action = Action.DISPATCH if sends else Action.WATCH
    unknown = round(1.0 - sum(share for _, share in candidates), 3)
    listed = sorted(candidates, key=lambda pair: -pair[1])
    leader = listed[0][0] if listed and listed[0][1] >= unknown else None
    history = tuple(
        HistoryEntry(
            at=after(opened_min + number),
            what="opened" if not number else "candidates",
            who="system",
            state=TicketState.NEW,
            first=first,
            unknown=unknown,
            action=action,
        )
        for number, first in enumerate([leader] if led is None else led)
    )
    return Ticket(
        id=name,
        site="test",
        kind=kind,
        source="air",
        state=state,
        opened_at=after(opened_min),
        updated_at=after(opened_min + 20),
        event_start=after(opened_min - 5),
        event_end=after(opened_min + 20),
        pollutants=("pm25",),
        peak=None,
        lon=lon,
        lat=lat,
        sensors=tuple(sensors),
        excluded=(),
        wind=Wind(speed_ms=2.5, from_deg=from_deg, calm=from_deg is None),
        candidates=tuple(
            Candidate(enterprise_id=place, name=place, probability=share, distance_m=500) for place, share in listed
        ),
        unknown_probability=unknown,
        recommendation=Recommendation(action=action, reasons=()),
        priority=2,
        rule_version="1",
        evidence_hash="",
        history=history,
    )


def seen(*tickets: Ticket, hours: float = 12.0, stations: bool = True) -> RunSeen:
    """A run of so many hours from two hours before noon on."""
    first_ms = to_ms(after(-120))
    places = {name: spot(*place) for name, place in STATIONS.items()} if stations else {}
    return RunSeen(
        tickets=tickets,
        first_ms=first_ms,
        last_ms=first_ms + round(hours * 3_600_000),
        timezone="Asia/Shanghai",
        stations=places,
    )


def truth_table(unit: str = "ms", **columns: object) -> pa.Table:
    """One event as `truth.parquet` holds it, columns as given; None takes one away."""
    moment = pa.timestamp(unit, tz="UTC")
    given = {
        "event_id": pa.array(["ev-1"]),
        "enterprise_id": pa.array(["e-1"]).dictionary_encode(),
        "start": pa.array([NOON], moment),
        "end": pa.array([after(40)], moment),
        "pollutants": pa.array([["pm25"]]),
        "lon": pa.array([LON]),
        "lat": pa.array([LAT]),
        "expect": pa.array(["ticket"]).dictionary_encode(),
        "kind": pa.array(["enterprise"]),
        **columns,
    }
    return pa.table({name: column for name, column in given.items() if column is not None})
