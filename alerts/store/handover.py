"""What one shift hands to the next: open tickets, what is watched and shelved, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.settings import TicketRules
from alerts.store.models import MoveRow, TicketRow
from alerts.store.moves import detail_of
from alerts.store.rows import views
from alerts.view import TicketView
from domain.ticket import TicketKind, TicketState

OPEN = (
    TicketState.NEW,
    TicketState.ACKNOWLEDGED,
    TicketState.DISPATCHED,
    TicketState.ON_SITE,
    TicketState.WATCHING,
)
"""States in which somebody still has something to do."""
BY_PEOPLE = (
    MoveKind.DISPATCH,
    MoveKind.WATCH,
    MoveKind.DISMISS,
    MoveKind.SHELVE,
    MoveKind.MERGE,
    MoveKind.UNDO,
    MoveKind.OUTCOME,
)
"""Moves that a shift answers for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One move of a person within the shift.

    Attributes:
        move: What was done, as `dispatch`.
        reason: Named reason of a dismissal.
        enterprise_id: Who a dispatch goes to.
        minutes: How long was shelved or watched. [min]
        advised: What had been recommended at that moment.
        undone: Whether it was taken back afterwards.
    """

    ticket_id: str
    number: int
    priority: int
    at_ms: int
    who: str
    move: str
    reason: str | None
    note: str | None
    enterprise_id: str | None
    minutes: int | None
    advised: str
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A shift, [since, until); tickets as they stand now, the most urgent first.

    Attributes:
        opened: Tickets that opened within the shift, whatever became of them.
        waiting: Nobody has decided yet, or somebody is on the way; neither watched nor shelved.
        watching: Come back by themselves.
        shelved: Put aside for a while; in no other list.
        care: Open tickets of devices; in no other list.
        decided: Oldest first.
    """

    since_ms: int
    until_ms: int
    opened: int
    waiting: Sequence[TicketView]
    watching: Sequence[TicketView]
    shelved: Sequence[TicketView]
    care: Sequence[TicketView]
    decided: Sequence[Decided]


def handover(session: Session, site_id: str, since_ms: int, until_ms: int, rules: TicketRules) -> Handover:
    """Return what a shift hands over. [Unix ms]"""
    mine = select(TicketRow).where(TicketRow.site == site_id)
    standing = mine.where(TicketRow.state.in_([state.value for state in OPEN]))
    rows = session.scalars(standing.order_by(TicketRow.priority, TicketRow.opened_ms, TicketRow.id)).all()
    tickets = views(session, rows, rules)
    care = [one for one in tickets if one.kind is TicketKind.SENSOR]
    air = [one for one in tickets if one.kind is not TicketKind.SENSOR]
    put_aside = [one for one in air if one.shelved_until is not None]
    rest = [one for one in air if one.shelved_until is None]
    within = mine.where(TicketRow.opened_ms >= since_ms, TicketRow.opened_ms < until_ms)
    return Handover(
        since_ms=since_ms,
        until_ms=until_ms,
        opened=len(session.scalars(within.with_only_columns(TicketRow.id)).all()),
        waiting=[one for one in rest if one.state is not TicketState.WATCHING],
        watching=[one for one in rest if one.state is TicketState.WATCHING],
        shelved=put_aside,
        care=care,
        decided=_decided(session, site_id, since_ms, until_ms),
    )


def _decided(session: Session, site_id: str, since_ms: int, until_ms: int) -> list[Decided]:
    asked = (
        select(MoveRow, TicketRow.number, TicketRow.priority)
        .join(TicketRow, TicketRow.id == MoveRow.ticket_id)
        .where(TicketRow.site == site_id, MoveRow.at_ms >= since_ms, MoveRow.at_ms < until_ms)
        .where(MoveRow.move.in_([kind.value for kind in BY_PEOPLE]))
        .order_by(MoveRow.at_ms, MoveRow.ticket_id, MoveRow.version)
    )
    told: list[Decided] = []
    for move, number, priority in session.execute(asked):
        if move.move == MoveKind.UNDO.value:
            told = _taken_back(told, move.ticket_id)
        told.append(_told(move, number, priority))
    return told


def _taken_back(told: list[Decided], ticket_id: str) -> list[Decided]:
    """Mark a ticket's last dispatch as undone."""
    sent = [row for row, one in enumerate(told) if one.ticket_id == ticket_id and one.move == MoveKind.DISPATCH.value]
    return [replace(one, undone=True) if sent and row == sent[-1] else one for row, one in enumerate(told)]


def _told(move: MoveRow, number: int, priority: int) -> Decided:
    minutes = detail_of(move).get("minutes")
    return Decided(
        ticket_id=move.ticket_id,
        number=number,
        priority=priority,
        at_ms=move.at_ms,
        who=move.who,
        move=move.move,
        reason=move.reason_code,
        note=move.note,
        enterprise_id=move.enterprise_id,
        minutes=minutes if isinstance(minutes, int) else None,
        advised=move.action,
        undone=False,
    )
