"""Tickets for tests of the store and its routes, and moves of a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.lifecycle import Move, MoveKind
from domain.ticket import (
    Action,
    Candidate,
    Excluded,
    HistoryEntry,
    Peak,
    Recommendation,
    Ticket,
    TicketKind,
    TicketState,
    Wind,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def entry(what: str, at: datetime) -> HistoryEntry:
    return HistoryEntry(
        at=at,
        what=what,
        who="system",
        state=TicketState.NEW,
        first="e-112",
        unknown=0.46,
        action=Action.DISPATCH,
        why=("three_sensors_agree",),
    )


def make_ticket(ticket_id: str = "a1", *, site: str = "etown", opened_at: datetime = NOON, priority: int = 1) -> Ticket:
    return Ticket(
        id=ticket_id,
        site=site,
        kind=TicketKind.LOCAL,
        source="air",
        state=TicketState.NEW,
        opened_at=opened_at,
        updated_at=opened_at,
        event_start=opened_at - timedelta(minutes=3),
        event_end=None,
        pollutants=("pm25", "pm10"),
        peak=Peak(pollutant="pm25", sensor_id="ms-052", time=opened_at, value=186.0, background=41.0, excess=145.0),
        lon=116.51,
        lat=39.79,
        sensors=("ms-052", "ms-061"),
        excluded=(Excluded(sensor_id="ms-060", reason="stuck"),),
        wind=Wind(speed_ms=2.3, from_deg=315, calm=False),
        candidates=(Candidate(enterprise_id="e-112", name="示例一厂", probability=0.54, distance_m=420),),
        unknown_probability=0.46,
        recommendation=Recommendation(action=Action.DISPATCH, reasons=("three_sensors_agree",)),
        priority=priority,
        rule_version="r1",
        evidence_hash="0" * 64,
        history=(entry("opened", opened_at),),
    )


def amended(ticket: Ticket, minutes: int = 1) -> Ticket:
    """The ticket as the system sees it some minutes later."""
    at = ticket.updated_at + timedelta(minutes=minutes)
    return replace(ticket, updated_at=at, history=(*ticket.history, entry("amended", at)))


def ended(ticket: Ticket, minutes: int = 1) -> Ticket:
    """The ticket of an incident that is over some minutes later."""
    at = ticket.updated_at + timedelta(minutes=minutes)
    return replace(ticket, updated_at=at, event_end=at, history=(*ticket.history, entry("ended", at)))


def returned(ticket: Ticket, minutes: int = 1) -> Ticket:
    """The ticket of an incident that came back some minutes after its end."""
    at = ticket.updated_at + timedelta(minutes=minutes)
    return replace(ticket, updated_at=at, event_end=None, history=(*ticket.history, entry("reopened", at)))


def merged(ticket: Ticket, into: str, minutes: int = 1) -> Ticket:
    """The ticket of an incident that some minutes later is part of another."""
    at = ticket.updated_at + timedelta(minutes=minutes)
    last = replace(entry("merged", at), state=TicketState.MERGED, why=(into,))
    return replace(ticket, state=TicketState.MERGED, updated_at=at, history=(*ticket.history, last))


def make_move(kind: MoveKind = MoveKind.DISPATCH, *, at: datetime = NOON + timedelta(minutes=5), **said) -> Move:
    return Move(kind=kind, who="duty", at=at, **said)
