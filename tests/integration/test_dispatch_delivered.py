"""A dispatch reaches an endpoint: the ticket's history shows it, and nobody's decision becomes stale by that."""

import json
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from alerts.delivery.letters import Letters
from alerts.lifecycle import MoveKind, Outcome
from alerts.store import Tickets, Wanted
from alerts.store.engine import reading
from alerts.store.models import AuditRow, OutboxRow
from domain.times import to_datetime
from tests.builders_alerts import make_move, make_ticket
from tests.builders_delivery import bench, endpoint_to, receiving
from tests.ticket_stores import BACKENDS, fresh_store


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path):
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def dispatched(engine, at) -> Tickets:
    """A ticket that was dispatched so long ago that it may leave."""
    tickets, now = Tickets(engine), to_datetime(at.clock())
    tickets.upsert([make_ticket(opened_at=now - timedelta(minutes=2))])
    tickets.decide("a1", make_move(MoveKind.DISPATCH, at=now - timedelta(minutes=1)))
    return tickets


def delivered(tickets: Tickets) -> list[tuple[str, tuple[str, ...]]]:
    return [(entry.who, entry.why) for entry in tickets.get("a1").history if entry.what == "delivered"]


def events(engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


async def test_the_history_shows_it_and_nobodys_decision_becomes_stale(engine, receiver):
    async with bench(engine, endpoint_to(receiver)) as at:
        tickets = dispatched(engine, at)
        before, told, change = tickets.get("a1"), events(engine), tickets.last_change()
        await at.run_for(2)
        after = tickets.get("a1")
        ((_, seen_live),) = tickets.changes_since(change)

        assert delivered(tickets) == [("system", ("city",))]
        assert after.history[-1].state == "dispatched"
        assert after.updated_at == after.history[-1].at > before.updated_at
        assert tickets.page(Wanted(since=after.history[-1].at)).tickets == (after,)
        assert json.loads(seen_live)["history"][-1]["what"] == "delivered"
        assert (after.version, events(engine)) == (before.version, told)
        tickets.decide("a1", make_move(MoveKind.ACCEPT, at=to_datetime(at.clock()), seen=before.version))


async def test_it_is_shown_once_whoever_else_is_told_and_however_often(engine, receiver):
    with receiving() as other:
        async with bench(engine, endpoint_to(receiver), endpoint_to(other, "county")) as at:
            tickets = dispatched(engine, at)
            await at.run_for(2)
            first, change = delivered(tickets), tickets.last_change()
            (event,) = [request.id for request in receiver.got if b"dispatched.v1" in request.body]
            for endpoint in ("city", "county"):
                Letters(engine).resend(f"{event}.{endpoint}", "chief", at.clock())
            await at.run_for(2)

            assert len([request for request in (*receiver.took, *other.took) if request.id == event]) == 4
            assert delivered(tickets) == first == [("system", ("city",))]
            assert tickets.last_change() == change
    with reading(engine) as session:
        asked = select(AuditRow.subject).where(AuditRow.what == "ticket.delivered")
        assert list(session.scalars(asked)) == ["a1"]


async def test_what_fails_is_not_shown_until_it_arrives(engine, receiver):
    turn = count()
    receiver.answer = lambda _: (503 if next(turn) < 4 else 204, {})
    async with bench(engine, endpoint_to(receiver)) as at:
        tickets = dispatched(engine, at)
        await at.step()
        early = delivered(tickets)
        await at.run_for(600, 20)

    assert early == []
    assert delivered(tickets) == [("system", ("city",))]


async def test_a_second_dispatch_is_shown_too(engine, receiver):
    async with bench(engine, endpoint_to(receiver)) as at:
        tickets = dispatched(engine, at)
        await at.run_for(2)
        for kind in (MoveKind.ARRIVE, MoveKind.OUTCOME, MoveKind.REOPEN, MoveKind.DISPATCH):
            tickets.decide("a1", a_move(kind, at))
        await at.run_for(15)

    assert len(delivered(tickets)) == 2


def a_move(kind: MoveKind, at):
    said = {"outcome": Outcome(problem_found=False)} if kind is MoveKind.OUTCOME else {}
    return make_move(kind, at=to_datetime(at.clock()), **said)
