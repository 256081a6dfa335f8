"""Random moves, people's and the clock's, against the table: the store never leaves it, and tells all that it took."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.lifecycle import TABLE, Move, MoveKind, Outcome
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import AuditRow, MoveRow, OutboxRow
from alerts.timers import due
from domain.problem import Problem
from domain.supervision.compliance import Measure
from domain.ticket import DismissalReason, TicketState
from domain.times import to_ms
from tests.builders_alerts import NOON, make_move, make_ticket
from tests.ticket_stores import fresh_store

SAID = {
    MoveKind.DISMISS: {"reason_code": DismissalReason.HUMIDITY},
    MoveKind.SHELVE: {"minutes": 20},
    MoveKind.WATCH: {"minutes": 5},
    MoveKind.MERGE: {"into": "b2"},
    MoveKind.OUTCOME: {"outcome": Outcome(problem_found=True, measure=Measure.GUIDANCE)},
}
STEPS = st.lists(st.tuples(st.sampled_from([*MoveKind, None]), st.sampled_from([1, 7, 11, 400, 2000])), max_size=14)
LEFT = 10


def status_of(tickets: Tickets, move: Move) -> int:
    try:
        tickets.decide("a1", move)
    except Problem as refused:
        return refused.status
    return 200


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_the_store_follows_the_table_and_nothing_else(steps):
    with TemporaryDirectory() as folder, fresh_store("sqlite", Path(folder)) as engine:
        tickets = Tickets(engine)
        tickets.upsert([make_ticket("a1"), make_ticket("b2")])
        at, taken, dispatched_at = NOON + timedelta(minutes=1), 0, None
        for kind, seconds in steps:
            at += timedelta(seconds=seconds)
            before = tickets.get("a1")
            if kind is None:
                came = due(tickets, to_ms(at))
                assert tickets.get("a1").state is (TicketState.NEW if came else before.state)
                taken += came
                continue
            legal = kind in TABLE[before.state]
            if kind is MoveKind.UNDO and legal:
                legal = dispatched_at is not None and at - dispatched_at < timedelta(seconds=LEFT)
            status = status_of(tickets, make_move(kind, at=at, **SAID.get(kind, {})))
            assert status == (200 if legal else 409)
            if not legal:
                assert tickets.get("a1") == before
                continue
            taken += 1
            dispatched_at = at if kind is MoveKind.DISPATCH else dispatched_at
            assert tickets.get("a1").state in {TABLE[before.state][kind], *([] if kind is not MoveKind.UNDO else TABLE)}
        _check_all_is_told(engine, taken)


def _check_all_is_told(engine, taken: int) -> None:
    with reading(engine) as session:
        moves = session.scalars(select(MoveRow).where(MoveRow.ticket_id == "a1").order_by(MoveRow.version)).all()
        audited = session.scalars(select(AuditRow).where(AuditRow.subject == "a1", AuditRow.what != "ticket.opened"))
        sent = session.scalars(select(OutboxRow).where(OutboxRow.type == "wugan.ticket.dispatched.v1")).all()
        assert [move.version for move in moves] == list(range(1, taken + 1))
        assert [row.what for row in audited] == [f"ticket.{move.move}" for move in moves]
        undone = sum(move.move == MoveKind.UNDO for move in moves)
        assert sum(row.cancelled for row in sent) == undone
        assert len(sent) == sum(move.move == MoveKind.DISPATCH for move in moves)
