"""Rows that nobody needs any more are deleted, a few at a time; tickets, their history and the audit are kept."""

from typing import Any

from sqlalchemy import Delete, Engine, Select, delete, exists, select
from sqlalchemy.orm import Session

from alerts.store.decide import KEY_LIFETIME_MS
from alerts.store.engine import reading, writing
from alerts.store.models import AttemptRow, DeliveryRow, IdempotencyRow, OutboxRow, SessionRow
from alerts.store.numbering import Numbering

DELIVERED = "delivered"
KEEP_DELIVERIES_MS = 400 * 24 * 3600 * 1000
"""Events that all endpoints have taken are kept so long: a year of deliveries can be looked at. Design value. [ms]"""
AT_ONCE = 200
"""Events deleted in one transaction, which keeps other writers waiting. Design value."""


def prune(engine: Engine, now_ms: int) -> int:
    """Delete old delivered events with their deliveries and attempts, spent idempotency keys and ended sessions.

    An event that waits for any endpoint, or is a dead letter, is kept however old. Run as often as one likes.

    Args:
        engine: The store; blocks.
        now_ms: The wall clock. [ms]

    Returns:
        How many events, keys and sessions are gone; of events 200 at most at one call.

    Raises:
        ConnectionError: The database is away.
    """
    with reading(engine) as session:
        if not any(session.execute(asked.limit(1)).first() for asked in (_old_events(now_ms), *_over(now_ms))):
            return 0
    with writing(engine) as session:
        Numbering(session)  # whoever sends an old one again is before or after us
        old = session.scalars(_old_events(now_ms).limit(AT_ONCE)).all()
        for table, column in ((AttemptRow, AttemptRow.outbox_id), (DeliveryRow, DeliveryRow.outbox_id)):
            session.execute(delete(table).where(column.in_(old)))
        events = delete(OutboxRow).where(OutboxRow.id.in_(old))
        return sum(_deleted(session, one) for one in (events, *_endings(now_ms)))


def _old_events(now_ms: int) -> Select[Any]:
    """Return ids of events that were told long ago and that every endpoint has taken, the oldest first."""
    waits = exists().where(DeliveryRow.outbox_id == OutboxRow.id, DeliveryRow.state != DELIVERED)
    old = (OutboxRow.at_ms < now_ms - KEEP_DELIVERIES_MS, OutboxRow.spread.is_(True), ~waits)
    return select(OutboxRow.id).where(*old).order_by(OutboxRow.at_ms, OutboxRow.id)


def _over(now_ms: int) -> tuple[Select[Any], ...]:
    return (
        select(IdempotencyRow.key).where(IdempotencyRow.at_ms < now_ms - KEY_LIFETIME_MS),
        select(SessionRow.token_hash).where(SessionRow.expires_ms <= now_ms),
    )


def _endings(now_ms: int) -> tuple[Delete, ...]:
    return (
        delete(IdempotencyRow).where(IdempotencyRow.at_ms < now_ms - KEY_LIFETIME_MS),
        delete(SessionRow).where(SessionRow.expires_ms <= now_ms),
    )


def _deleted(session: Session, statement: Delete) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
