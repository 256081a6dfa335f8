"""What each move does beside the state: timers, what has not left yet, the other ticket, the result."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from alerts.lifecycle import Move, MoveKind
from alerts.settings import TicketRules
from alerts.store.models import OutcomeRow, TicketRow, TimerRow
from alerts.store.moves import add_move, detail_of, last_move
from alerts.store.numbering import Numbering
from alerts.store.outbox import EventType, cancel, put
from alerts.store.rows import find, views
from alerts.store.visits import fill_visits
from domain.problem import Problem
from domain.ticket import Ticket, TicketState
from domain.times import to_ms
from domain.wire import decode_ticket

Detail = dict[str, object]
_TIMES = ("deadline_ms", "watch_until_ms", "leaves_ms", "shelved_until_ms", "next_ms")
_TAKES_IN = {
    TicketState.NEW,
    TicketState.ACKNOWLEDGED,
    TicketState.WATCHING,
    TicketState.DISPATCHED,
    TicketState.ON_SITE,
}
"""States in which a ticket may take another in."""
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Step:
    """A move that is being made, and all that it touches."""

    session: Session
    numbering: Numbering
    row: TicketRow
    ticket: Ticket
    move: Move
    timers: TimerRow
    rules: TicketRules

    @property
    def at_ms(self) -> int:
        """When. [ms]"""
        return to_ms(self.move.at)


def take_effect(step: Step, after: TicketState | None) -> tuple[TicketState, Detail]:
    """Let a move take effect; return the state after it and what its row shall tell.

    Raises:
        Problem: 409 or 422, the move can't be made; nothing may be kept of the transaction.
    """
    if step.move.kind is MoveKind.UNDO or after is None:
        return _undo(step)
    effect = _EFFECTS.get(step.move.kind)
    detail = effect(step) if effect else {}
    return after, {**detail, "why": list(step.move.why)} if step.move.why else detail


def start_answering(timers: TimerRow, at_ms: int, priority: int, rules: TicketRules) -> None:
    """Let the time run in which a person must answer."""
    clear(timers)
    timers.deadline_ms = timers.next_ms = at_ms + rules.answer_ms(priority)


def clear(timers: TimerRow) -> None:
    """Let nothing be due."""
    for name in _TIMES:
        setattr(timers, name, None)
    timers.level = 0


def _acknowledge(step: Step) -> Detail:
    clear(step.timers)
    return {}


def _dispatch(step: Step) -> Detail:
    timers = step.timers
    before = {name: getattr(timers, name) for name in _TIMES} | {"level": timers.level}
    clear(timers)
    timers.deadline_ms = timers.next_ms = step.at_ms + step.rules.arrive_ms(step.row.priority)
    timers.leaves_ms = step.at_ms + step.rules.undo_s * 1000
    return {"before": {"state": step.row.state, **before}}


def _watch(step: Step) -> Detail:
    minutes = step.rules.watch_min if step.move.minutes is None else step.move.minutes
    clear(step.timers)
    step.timers.watch_until_ms = step.at_ms + minutes * MINUTE_MS
    return {"minutes": minutes}


def _shelve(step: Step) -> Detail:
    minutes = step.move.minutes or 0
    clear(step.timers)
    step.timers.shelved_until_ms = step.at_ms + minutes * MINUTE_MS
    return {"minutes": minutes, "why": [f"minutes:{minutes}"]}


def _reopen(step: Step) -> Detail:
    start_answering(step.timers, step.at_ms, step.row.priority, step.rules)
    return {}


def _accept(step: Step) -> Detail:
    """Let nobody else be told: an inspector is on the way; the deadline stays."""
    step.timers.next_ms = None
    return {}


def _arrive(step: Step) -> Detail:
    clear(step.timers)
    return {}


def _outcome(step: Step) -> Detail:
    found, sent = step.move.outcome, last_move(step.session, step.row.id, MoveKind.DISPATCH)
    if found is None:
        raise Problem(422, "outcome_missing", "A result is missing", "say problem_found and measure")
    clear(step.timers)
    place = step.move.enterprise_id or ((sent.enterprise_id or sent.first) if sent else None)
    result = OutcomeRow(
        ticket_id=step.row.id,
        at_ms=step.at_ms,
        who=step.move.who,
        enterprise_id=place,
        problem_found=found.problem_found,
        measure=found.measure.value,
        note=found.note,
    )
    fill_visits(step.session, step.session.merge(result))
    words = ["problem_found" if found.problem_found else "no_problem_found", f"measure:{found.measure.value}"]
    return {"why": words, "enterprise_id": place}


def _merge(step: Step) -> Detail:
    """Let the other ticket take this one in; its history tells of it too."""
    other = find(step.session, step.move.into or "")
    if other.id == step.row.id or other.site != step.row.site or TicketState(other.state) not in _TAKES_IN:
        raise Problem(
            409,
            "cannot_merge",
            "These cannot be one",
            f"ticket {step.row.id} cannot become part of {other.id}, which is "
            f"{'itself' if other.id == step.row.id else other.state}; name another that is open, of the same site",
            {"state": other.state, "open": sorted(state.value for state in _TAKES_IN)},
        )
    clear(step.timers)
    step.row.merged_into = other.id
    ticket = decode_ticket(other.system.encode())
    told = replace(step.move, seen=None, into=None)
    add_move(step.session, other, ticket, told, TicketState(other.state), {"why": [step.row.id]})
    other.change_seq = step.numbering.next_change()
    step.session.flush()
    seen = views(step.session, [other], step.rules)[0]
    put(step.session, EventType.UPDATED, seen, step.at_ms, other.change_seq)
    return {"why": [other.id]}


def _undo(step: Step) -> tuple[TicketState, Detail]:
    sent, leaves_ms = last_move(step.session, step.row.id, MoveKind.DISPATCH), step.timers.leaves_ms
    if sent is None or leaves_ms is None or leaves_ms <= step.at_ms:
        raise _too_late(step)
    if not cancel(step.session, step.row.id, EventType.DISPATCHED, step.at_ms):
        raise _too_late(step)
    before = detail_of(sent).get("before")
    known = before if isinstance(before, dict) else {}
    for name in (*_TIMES, "level"):
        setattr(step.timers, name, known.get(name))
    return TicketState(known.get("state", TicketState.NEW)), {}


def _too_late(step: Step) -> Problem:
    return Problem(
        409,
        "too_late",
        "The dispatch has left",
        f"ticket {step.row.id} was dispatched more than {step.rules.undo_s} s ago and is told to the inspectors; "
        "call them, then report the outcome",
        {"state": step.row.state, "allowed": [MoveKind.ACCEPT.value, MoveKind.ARRIVE.value, MoveKind.OUTCOME.value]},
    )


_EFFECTS: dict[MoveKind, Callable[[Step], Detail]] = {
    MoveKind.ACKNOWLEDGE: _acknowledge,
    MoveKind.DISPATCH: _dispatch,
    MoveKind.WATCH: _watch,
    MoveKind.DISMISS: _acknowledge,
    MoveKind.SHELVE: _shelve,
    MoveKind.MERGE: _merge,
    MoveKind.ACCEPT: _accept,
    MoveKind.ARRIVE: _arrive,
    MoveKind.OUTCOME: _outcome,
    MoveKind.REOPEN: _reopen,
}
