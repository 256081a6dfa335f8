"""A person's move within one transaction: answered before, allowed, added, numbered, answered."""

import hashlib
from collections.abc import Collection
from dataclasses import asdict, replace

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from alerts.lifecycle import Move, check_enterprise, check_reason, check_seen, next_state
from alerts.store.models import IdempotencyRow, MoveRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.store.rows import find, views
from domain.problem import Problem
from domain.ticket import Ticket, TicketState
from domain.times import EPOCH, to_ms
from domain.wire import decode_ticket, encode_ticket

KEY_LIFETIME_MS = 24 * 3600 * 1000
"""How long an `Idempotency-Key` is honoured (design value). [ms]"""


def decide(session: Session, ticket_id: str, move: Move, known: Collection[str], key: str | None) -> bytes:
    """Make a move and return the ticket's JSON as it is then; writers queue at the numbering.

    Raises:
        Problem: 404 unknown ticket; 409 not allowed, or somebody else was first; 422 reason, enterprise or key.
    """
    check_reason(move)
    numbering = Numbering(session)
    fingerprint = _fingerprint(ticket_id, move)
    before = _answer_before(session, move, key, fingerprint)
    if before is not None:
        return before
    row = find(session, ticket_id)
    ticket = decode_ticket(row.system.encode())
    state = TicketState(row.state)
    check_seen(ticket_id, move, row.version, state)
    after = next_state(ticket_id, state, move.kind)
    check_enterprise(ticket, move, known)
    _add(session, row, ticket, move, after)
    row.change_seq = numbering.next_change()
    session.flush()
    answer = encode_ticket(views(session, [row])[0])
    if key is not None:
        session.add(
            IdempotencyRow(who=move.who, key=key, fingerprint=fingerprint, answer=answer.decode(), at_ms=to_ms(move.at))
        )
    return answer


def _add(session: Session, row: TicketRow, ticket: Ticket, move: Move, after: TicketState) -> None:
    now = ticket.history[-1]
    row.version += 1
    row.state = after.value
    row.updated_ms = max(row.updated_ms, to_ms(move.at))
    session.add(
        MoveRow(
            ticket_id=row.id,
            version=row.version,
            at_ms=to_ms(move.at),
            who=move.who,
            move=move.kind.value,
            state=after.value,
            reason_code=move.reason_code.value if move.reason_code else None,
            note=move.note,
            enterprise_id=move.enterprise_id,
            first=now.first,
            unknown=now.unknown,
            action=now.action.value,
        )
    )


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
