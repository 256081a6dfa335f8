"""A move within one transaction: answered before, allowed, added, numbered, told, answered."""

import hashlib
from dataclasses import asdict, replace

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from alerts.checks import check_enterprise, check_move
from alerts.lifecycle import Move, check_seen, next_state
from alerts.settings import TicketRules
from alerts.store.clues import follow_ticket
from alerts.store.effects import Step, take_effect
from alerts.store.experience import DECISIONS, Experience
from alerts.store.models import IdempotencyRow, TimerRow
from alerts.store.moves import add_move
from alerts.store.numbering import Numbering
from alerts.store.rows import find, views
from alerts.store.telling import tell_move
from domain.problem import Problem
from domain.ticket import TicketState
from domain.times import EPOCH, to_ms
from domain.wire import decode_ticket, encode_ticket

KEY_LIFETIME_MS = 24 * 3600 * 1000
"""How long an `Idempotency-Key` is honoured (design value). [ms]"""


def decide(session: Session, ticket_id: str, move: Move, rules: TicketRules, key: str | None) -> bytes:
    """Make a move and return the ticket's JSON as it is then; writers queue at the numbering.

    Raises:
        Problem: 404 unknown ticket; 409 not allowed, too late, or somebody else was first; 422 what the move says, key.
    """
    check_move(move)
    numbering = Numbering(session)
    fingerprint = _fingerprint(ticket_id, move)
    before = _answer_before(session, move, key, fingerprint)
    if before is not None:
        return before
    answer = make_move(session, numbering, ticket_id, move, rules)
    if key is not None:
        session.add(
            IdempotencyRow(who=move.who, key=key, fingerprint=fingerprint, answer=answer.decode(), at_ms=to_ms(move.at))
        )
    return answer


def make_move(session: Session, numbering: Numbering, ticket_id: str, move: Move, rules: TicketRules) -> bytes:
    """Make a move whose words are right: state, history, timers, events and audit in the caller's transaction.

    Raises:
        Problem: 404 unknown ticket; 409 not allowed, too late, or somebody else was first; 422 enterprise.
    """
    row = find(session, ticket_id)
    ticket = decode_ticket(row.system.encode())
    state = TicketState(row.state)
    check_seen(ticket_id, move, row.version, state)
    after = next_state(ticket_id, state, move.kind)
    check_enterprise(ticket, move, rules.places)
    timers = session.get(TimerRow, ticket_id) or TimerRow(ticket_id=ticket_id, level=0)
    session.add(timers)
    step = Step(session, numbering, row, ticket, move, timers, rules)
    advice = Experience(session, [ticket], rules).advice(ticket) if move.kind in DECISIONS else None
    after, detail = take_effect(step, after)
    if advice is not None:
        detail["advice"] = msgspec.to_builtins(advice)
    add_move(session, row, ticket, move, after, detail)
    follow_ticket(session, row, step.at_ms)
    row.change_seq = numbering.next_change()
    session.flush()
    seen = views(session, [row], rules)[0]
    tell_move(session, seen, move, row.change_seq, rules)
    return encode_ticket(seen)


def _answer_before(session: Session, move: Move, key: str | None, fingerprint: str) -> bytes | None:
    """Return the answer that this key got before; None where it is new."""
    if key is None:
        return None
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.at_ms < to_ms(move.at) - KEY_LIFETIME_MS))
    kept = session.get(IdempotencyRow, (move.who, key))
    if kept is None:
        return None
    if kept.fingerprint != fingerprint:
        raise Problem(
            422,
            "key_reused",
            "Idempotency-Key used for another request",
            f"the key {key!r} came before with other content; send a new key with a new request",
        )
    return kept.answer.encode()


def _fingerprint(ticket_id: str, move: Move) -> str:
    timeless = asdict(replace(move, at=EPOCH))
    return hashlib.sha256(msgspec.json.encode([ticket_id, timeless])).hexdigest()
