"""Tickets nobody answered or set out for in time → the next contact is told: history, timer, audit, outbox at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from alerts.escalation.schedule import Contact, Schedule, Step, may_tell_ms, next_step, on_duty
from alerts.escalation.telling import Call, tell_each, tell_together
from alerts.lifecycle import SYSTEM, Move, MoveKind
from alerts.settings import TicketRules
from alerts.store.decide import make_move
from alerts.store.engine import reading, writing
from alerts.store.models import EndpointRow, MoveRow, TicketRow, TimerRow
from alerts.store.moves import detail_of
from alerts.store.numbering import Numbering
from domain.ticket import TicketState
from domain.times import to_datetime

AT_ONCE = 10
"""Tickets looked at in one transaction, which keeps other writers waiting. Design value."""
LOOK_AGAIN_MS = 300_000
"""A ticket that waits for duty hours is looked at so often: it may become urgent meanwhile. Design value. [ms]"""
SINGLY = 3
"""A contact gets so many messages at once; more tickets than that come in one that lists them. Design value."""
_CONTACT = "contact:"
NOT_ARRIVED = "not_arrived"
"""Why somebody is told of a dispatch: no inspector has accepted it, or arrived."""
_BEGINS = {TicketState.NEW: MoveKind.REOPEN, TicketState.DISPATCHED: MoveKind.DISPATCH}
"""States in which somebody is waited for, and the move that began the wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """By what tickets of a site are escalated."""

    site: str
    schedule: Schedule
    rules: TicketRules


def escalate_due(engine: Engine, plan: Plan, now_ms: int) -> int:
    """Tell the next contact of every ticket that nobody acknowledged, or set out for, in time; may run often.

    What was told stands in the database, so restarts and several processes neither skip nor repeat a step.

    Args:
        engine: The store; blocks.
        plan: Site, contacts and rules.
        now_ms: The wall clock. [ms]

    Returns:
        How many tickets somebody was told of.

    Raises:
        ConnectionError: The database is away.
    """
    with reading(engine) as session:
        if not _due(session, plan.site, now_ms, 1):
            return 0
    with writing(engine) as session:
        numbering = Numbering(session)  # held from here: nobody acknowledges meanwhile
        found = _due(session, plan.site, now_ms, AT_ONCE)
        unreachable = _unreachable(session, plan.schedule)
        calls = [_escalate(session, numbering, plan, ticket_id, unreachable, now_ms) for ticket_id in found]
        made = [call for call in calls if call is not None]
        for contact, mine in _by_contact(made):
            tell = tell_together if len(mine) > SINGLY else tell_each
            tell(session, plan.site, contact, mine, now_ms)
        return len(made)


def _due(session: Session, site: str, now_ms: int, limit: int) -> Sequence[str]:
    """Return ids of tickets that nobody acknowledged or took on, the most pressing first."""
    waits = TicketRow.state.in_([state.value for state in _BEGINS])
    late = (TimerRow.next_ms <= now_ms, TicketRow.site == site, waits)
    asked = select(TicketRow.id).join(TimerRow, TimerRow.ticket_id == TicketRow.id).where(*late)
    return session.scalars(asked.order_by(TicketRow.priority, TimerRow.next_ms, TicketRow.id).limit(limit)).all()


def _escalate(
    session: Session, numbering: Numbering, plan: Plan, ticket_id: str, unreachable: frozenset[str], now_ms: int
) -> Call | None:
    """Make the move of one ticket; None where it waits for duty hours."""
    row, timers = session.get_one(TicketRow, ticket_id), session.get_one(TimerRow, ticket_id)
    open_ms = may_tell_ms(plan.schedule, now_ms, row.priority)
    if open_ms > now_ms:
        timers.next_ms = min(open_ms, now_ms + LOOK_AGAIN_MS)
        return None
    step = next_step(plan.schedule, now_ms, _told(session, row, plan.schedule) | unreachable)
    ticket = make_move(session, numbering, row.id, _move(step, now_ms, row.state), plan.rules)
    timers.level += 1
    timers.next_ms = step.next_ms
    return Call(contact=step.contact, row=row, round=timers.level, ticket=ticket)


def _move(step: Step, now_ms: int, state: str) -> Move:
    kind = MoveKind.REMIND if step.last else MoveKind.ESCALATE
    late = (NOT_ARRIVED,) if state == TicketState.DISPATCHED else ()
    return Move(kind=kind, who=SYSTEM, at=to_datetime(now_ms), why=(f"{_CONTACT}{step.contact.key}", *late))


def _told(session: Session, row: TicketRow, schedule: Schedule) -> frozenset[str]:
    """Return who knows of a ticket since the wait began: who was told since, and at its opening the first on duty.

    Of a dispatch that no inspector takes on nobody at the desk knows.
    """
    begins = _BEGINS[TicketState(row.state)]
    told: list[str] = []
    asked = select(MoveRow).where(MoveRow.ticket_id == row.id).order_by(MoveRow.version.desc())
    since_ms = row.opened_ms
    for move in session.scalars(asked):
        if move.move == begins:
            since_ms = move.at_ms
            break
        told += _contacts(move)
    first = on_duty(schedule, since_ms)[:1] if begins is MoveKind.REOPEN else ()
    return frozenset((*told, *first))


def _contacts(move: MoveRow) -> list[str]:
    why = detail_of(move).get("why")
    words = why if isinstance(why, list) else []
    return [str(word).removeprefix(_CONTACT) for word in words if str(word).startswith(_CONTACT)]


def _unreachable(session: Session, schedule: Schedule) -> frozenset[str]:
    """Return contacts whose endpoint takes nothing any more; others are told instead, the chief in any case."""
    gone = set(session.scalars(select(EndpointRow.name).where(EndpointRow.disabled.is_not(None))))
    there = schedule.contacts.values()
    return frozenset(contact.key for contact in there if contact.endpoint in gone and contact.key != schedule.chief)


def _by_contact(calls: Sequence[Call]) -> list[tuple[Contact, list[Call]]]:
    gathered: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        gathered[call.contact.key].append(call)
    return [(mine[0].contact, mine) for mine in gathered.values()]
