"""What nobody needs any more goes after its time, and nothing else does."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts.people.sessions import LIFETIME_MS
from alerts.store import Tickets
from alerts.store.decide import KEY_LIFETIME_MS
from alerts.store.engine import reading, writing
from alerts.store.models import (
    AttemptRow,
    AuditRow,
    DeliveryRow,
    IdempotencyRow,
    MoveRow,
    OutboxRow,
    SessionRow,
    TicketRow,
    UserRow,
)
from alerts.store.pruning import AT_ONCE, KEEP_DELIVERIES_MS, prune
from app.ticket_clock import PRUNE_EVERY_MS, TicketClock
from domain.times import to_ms
from tests.builders_alerts import NOON, make_move, make_ticket
from tests.ticket_stores import BACKENDS, fresh_store

NOW_MS = to_ms(NOON)
LATER_MS = NOW_MS + KEEP_DELIVERIES_MS + 1
KEPT = (TicketRow, MoveRow, AuditRow)


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path: Path):
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


def put(engine, number: int, *states: str, spread: bool = True) -> None:
    """An event of noon, with a delivery and an attempt for each state."""
    name = f"evt_{number}"
    fixed = {"type": "t", "priority": 1, "body": "{}", "cancelled": False, "not_before_ms": NOW_MS}
    with writing(engine) as session:
        session.add(OutboxRow(id=name, seq=number, ticket_id="a1", at_ms=NOW_MS, spread=spread, **fixed))
        session.flush()
        for endpoint, state in enumerate(states):
            key = {"outbox_id": name, "endpoint": f"e{endpoint}"}
            times = {"first_ms": NOW_MS, "next_ms": NOW_MS}
            session.add(DeliveryRow(**key, ticket_id="a1", seq=number, state=state, attempts=1, **times))
            session.add(AttemptRow(**key, attempt=1, at_ms=NOW_MS, took_ms=3, code=204, error=None))


def left(engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(OutboxRow.id)))


def counted(engine, *tables) -> Counter[str]:
    with reading(engine) as session:
        return Counter({one.__tablename__: session.scalar(select(func.count()).select_from(one)) for one in tables})


def test_an_event_goes_when_its_time_is_over_and_all_have_taken_it(engine):
    put(engine, 1, "delivered", "delivered")
    put(engine, 2, "delivered", "dead")
    put(engine, 3, "waiting")
    put(engine, 4, spread=False)
    put(engine, 5)

    assert prune(engine, LATER_MS - 1) == 0
    assert prune(engine, LATER_MS) == 2
    assert left(engine) == {"evt_2", "evt_3", "evt_4"}
    assert counted(engine, DeliveryRow, AttemptRow) == {"deliveries": 3, "delivery_attempts": 3}
    assert prune(engine, LATER_MS) == 0


def test_spent_keys_and_ended_sessions_go(engine):
    tickets = Tickets(engine)
    tickets.upsert([make_ticket()])
    tickets.decide("a1", make_move(at=NOON), key="k")
    with writing(engine) as session:
        person = {"role": "duty", "password_hash": None, "must_change": False, "disabled": False}
        session.add(UserRow(name="li", created_ms=NOW_MS, **person))
        session.flush()
        session.add(SessionRow(token_hash="x", user_name="li", created_ms=NOW_MS, expires_ms=NOW_MS + LIFETIME_MS))  # noqa: S106
    kept = counted(engine, *KEPT)

    assert prune(engine, NOW_MS + LIFETIME_MS - 1) == 0
    assert prune(engine, NOW_MS + LIFETIME_MS) == 1
    assert prune(engine, NOW_MS + KEY_LIFETIME_MS) == 0
    assert prune(engine, NOW_MS + KEY_LIFETIME_MS + 1) == 1
    assert counted(engine, SessionRow, IdempotencyRow) == {"sessions": 0, "idempotency_keys": 0}
    assert counted(engine, *KEPT) == kept


def test_the_clock_of_the_desk_does_it_a_part_at_a_time(engine):
    for number in range(1, AT_ONCE + 3):
        put(engine, number, "delivered")
    now = [LATER_MS]
    clock = TicketClock(Tickets(engine), lambda: now[0])

    clock.tick()
    clock.tick()
    assert len(left(engine)) == 2
    now[0] += PRUNE_EVERY_MS
    clock.tick()
    assert left(engine) == set()
    assert clock.counts()["rows_pruned"] == AT_ONCE + 2
