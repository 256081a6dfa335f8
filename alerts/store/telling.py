"""Who is told of a change, in its own transaction: events for the endpoints, and the audit."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from alerts.lifecycle import Move, MoveKind
from alerts.settings import TicketRules
from alerts.store.audit import record
from alerts.store.moves import RETURNED
from alerts.store.outbox import EventType, put
from alerts.view import TicketView
from domain.times import to_ms

_EVENTS = {
    MoveKind.ACKNOWLEDGE: EventType.UPDATED,
    MoveKind.DISPATCH: EventType.DISPATCHED,
    MoveKind.WATCH: EventType.UPDATED,
    MoveKind.DISMISS: EventType.UPDATED,
    MoveKind.UNDO: EventType.UPDATED,
    MoveKind.SHELVE: EventType.UPDATED,
    MoveKind.MERGE: EventType.UPDATED,
    MoveKind.ACCEPT: EventType.UPDATED,
    MoveKind.ARRIVE: EventType.UPDATED,
    MoveKind.OUTCOME: EventType.CLOSED,
    MoveKind.REOPEN: EventType.UPDATED,
}
"""What the endpoints are told of a move; reminders have messages of their own."""

_AUDITED = ("opened", "merged", "split", "ended", "reopened")
"""What the system does to a ticket that the audit keeps; the rest stands in the history."""


def tell_move(session: Session, ticket: TicketView, move: Move, change: int, rules: TicketRules) -> None:
    """Tell of a move."""
    event = _EVENTS.get(move.kind)
    if event is not None and RETURNED not in move.why:
        wait_ms = rules.undo_s * 1000 if event is EventType.DISPATCHED else 0
        put(session, event, ticket, to_ms(move.at), change, wait_ms)
    said = {
        "reason_code": move.reason_code,
        "note": move.outcome.note if move.outcome else move.note,
        "enterprise_id": move.enterprise_id,
        "minutes": move.minutes,
        "into": move.into,
        "problem_found": move.outcome.problem_found if move.outcome else None,
        "measure": move.outcome.measure if move.outcome else None,
        "why": list(move.why) or None,
    }
    detail = {name: value for name, value in said.items() if value is not None}
    told = {"state": ticket.state.value, "version": ticket.version, **detail}
    record(session, to_ms(move.at), move.who, f"ticket.{move.kind.value}", ticket.id, told)


def audit_news(session: Session, ticket: TicketView, news: Collection[str]) -> None:
    """Keep what the system did to a ticket."""
    at_ms = to_ms(ticket.updated_at)
    for word in _AUDITED:
        if word in news:
            detail = {"state": ticket.state.value, "evidence_hash": ticket.evidence_hash, "rule": ticket.rule_version}
            record(session, at_ms, "system", f"ticket.{word}", ticket.id, detail)
