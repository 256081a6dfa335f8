"""Rows to tickets as the outside sees them, and the system's tickets to rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.settings import TicketRules
from alerts.store.clues import clues_of, entries_of, told_of
from alerts.store.delivered import deliveries_of
from alerts.store.experience import Experience, advice_told
from alerts.store.models import MoveRow, TicketRow, TimerRow
from alerts.store.moves import entry_of
from alerts.view import PersonSide, TicketView, Times, view
from domain.candidates import leading
from domain.problem import Problem
from domain.ticket import Ticket, TicketState
from domain.times import to_datetime, to_ms
from domain.wire import decode_ticket, encode_ticket

NO_RULES = TicketRules()
_OPEN = (TicketState.NEW, TicketState.ACKNOWLEDGED, TicketState.WATCHING)
"""States in which nobody has decided for good: the advice is still given."""


def find(session: Session, ticket_id: str) -> TicketRow:
    """Return a ticket's row.

    Raises:
        Problem: 404, there is none of this id.
    """
    row = session.get(TicketRow, ticket_id) if ticket_id.isprintable() else None
    if row is None:
        raise Problem(
            404,
            "unknown_ticket",
            "Unknown ticket",
            f"no ticket has the id {ticket_id!r}; GET /api/v1/tickets lists them",
        )
    return row


def views(session: Session, rows: Sequence[TicketRow], rules: TicketRules = NO_RULES) -> list[TicketView]:
    """Return tickets with both sides, in the order of the rows."""
    moves: dict[str, list[MoveRow]] = defaultdict(list)
    ids = [row.id for row in rows if row.version]
    asked = select(MoveRow).where(MoveRow.ticket_id.in_(ids)).order_by(MoveRow.ticket_id, MoveRow.version)
    for move in session.scalars(asked) if ids else ():
        moves[move.ticket_id].append(move)
    delivered = deliveries_of(session, ids)
    due = select(TimerRow).where(TimerRow.ticket_id.in_([row.id for row in rows]))
    timers = {timer.ticket_id: timer for timer in session.scalars(due)} if rows else {}
    tickets = [decode_ticket(row.system.encode()) for row in rows]
    open_ones = [ticket for row, ticket in zip(rows, tickets, strict=True) if row.state in _OPEN]
    clues = clues_of(session, [row.id for row in rows])
    known = Experience(session, open_ones, rules, clues)
    sides = (
        _person_side(row, ticket, moves[row.id], timers.get(row.id), known)
        for row, ticket in zip(rows, tickets, strict=True)
    )
    return [
        view(
            ticket,
            replace(side, clues=told_of(clues.get(row.id, ()))),
            (*delivered.get(row.id, ()), *entries_of(clues.get(row.id, ()))),
        )
        for row, ticket, side in zip(rows, tickets, sides, strict=True)
    ]


def _person_side(
    row: TicketRow, ticket: Ticket, moves: Iterable[MoveRow], timers: TimerRow | None, known: Experience
) -> PersonSide:
    moves = list(moves)
    state = TicketState(row.state)
    return PersonSide(
        number=row.number,
        state=state,
        advice=known.advice(ticket) if state in _OPEN else advice_told(moves),
        entries=tuple(entry for entry in map(entry_of, moves) if entry),
        version=row.version,
        merged_into=row.merged_into,
        times=_times(timers),
    )


def _times(timers: TimerRow | None) -> Times:
    if timers is None:
        return Times()
    return Times(
        deadline=_time(timers.deadline_ms),
        watch_until=_time(timers.watch_until_ms),
        undo_until=_time(timers.leaves_ms),
        shelved_until=_time(timers.shelved_until_ms),
    )


def _time(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else to_datetime(at_ms)


def age(ticket: Ticket) -> tuple[int, int]:
    """Return what tells an older version of the system's ticket from a newer: time and length of the history."""
    return to_ms(ticket.updated_at), len(ticket.history)


def fill(row: TicketRow, ticket: Ticket) -> None:
    """Put the system's side into a row; the person's side stays."""
    row.system = encode_ticket(ticket).decode()
    row.system_ms, row.system_entries = age(ticket)
    row.kind = ticket.kind.value
    row.priority = ticket.priority
    row.opened_ms = to_ms(ticket.opened_at)
    row.updated_ms = max(row.updated_ms, row.system_ms)
    row.lead = leading(ticket.candidates, ticket.unknown_probability)
    row.pollutant = ticket.peak.pollutant if ticket.peak else None
    row.lon, row.lat = ticket.lon, ticket.lat
    if not row.version:
        row.state = ticket.state.value
