"""What moves do in the store, on both databases: states, timers, events, audit, the other ticket."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Engine, select

from alerts.lifecycle import MoveKind, Outcome
from alerts.settings import PlaceRules, TicketRules
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import AuditRow, OutboxRow, OutcomeRow, TimerRow
from alerts.timers import due
from alerts.view import TicketView
from domain.problem import Problem
from domain.supervision.compliance import Measure
from domain.ticket import Action, DismissalReason, TicketState
from domain.times import to_ms
from domain.wire import decode_ticket
from tests.builders_alerts import NOON, amended, ended, make_move, make_ticket, merged, returned
from tests.ticket_stores import BACKENDS, fresh_store

RULES = TicketRules(places={"e-112": PlaceRules(cap=2), "e-7": PlaceRules(whitelisted=True)})
FOUND = Outcome(problem_found=True, measure=Measure.RECTIFICATION, note="喷漆房未开风机")


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def tickets(engine) -> Tickets:
    tickets = Tickets(engine, rules=RULES)
    tickets.upsert([make_ticket()])
    return tickets


def at(seconds: float):
    return NOON + timedelta(minutes=5, seconds=seconds)


def ms(seconds: float) -> int:
    return to_ms(at(seconds))


def move(tickets: Tickets, kind: MoveKind, seconds: float = 0, ticket_id: str = "a1", **said) -> TicketView:
    tickets.decide(ticket_id, make_move(kind, at=at(seconds), **said))
    return tickets.get(ticket_id)


def refused(tickets: Tickets, kind: MoveKind, seconds: float = 0, **said) -> Problem:
    before = tickets.get("a1"), tickets.last_change()
    with pytest.raises(Problem) as problem:
        move(tickets, kind, seconds, **said)
    assert (tickets.get("a1"), tickets.last_change()) == before
    return problem.value


def outbox(engine: Engine) -> list[tuple[str, str, bool]]:
    with reading(engine) as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.seq)).all()
        return [(row.ticket_id, row.type.removeprefix("wugan.").removesuffix(".v1"), row.cancelled) for row in rows]


def audited(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        return [(row.who, row.what) for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))]


def words(ticket: TicketView) -> list[str]:
    return [entry.what for entry in ticket.history]


def test_the_whole_way_from_new_to_closed(engine, tickets):
    states = [
        move(tickets, kind, seconds, **said).state
        for kind, seconds, said in [
            (MoveKind.ACKNOWLEDGE, 0, {}),
            (MoveKind.DISPATCH, 10, {"enterprise_id": "e-112"}),
            (MoveKind.ACCEPT, 60, {}),
            (MoveKind.ARRIVE, 900, {}),
            (MoveKind.OUTCOME, 1800, {"outcome": FOUND}),
        ]
    ]

    ticket = tickets.get("a1")
    assert [state.value for state in states] == ["acknowledged", "dispatched", "dispatched", "on_site", "closed"]
    assert words(ticket) == ["opened", "acknowledged", "decided", "accepted", "arrived", "outcome"]
    assert ticket.history[-1].why == ("problem_found", "measure:rectification")
    assert ticket.history[-1].note == "喷漆房未开风机"
    assert (ticket.deadline, ticket.watch_until, ticket.shelved_until) == (None, None, None)
    assert [kind for _, kind, _ in outbox(engine)] == [
        "ticket.opened",
        "ticket.updated",
        "ticket.dispatched",
        "ticket.updated",
        "ticket.updated",
        "ticket.closed",
    ]
    assert audited(engine) == [
        ("system", "ticket.opened"),
        *(("duty", f"ticket.{kind}") for kind in ("acknowledge", "dispatch", "accept", "arrive", "outcome")),
    ]
    with reading(engine) as session:
        kept = session.get_one(OutcomeRow, "a1")
        assert (kept.enterprise_id, kept.problem_found, kept.measure) == ("e-112", True, "rectification")


@pytest.mark.parametrize(("priority", "answer", "arrive"), [(1, 3, 45), (2, 30, 120), (3, 120, 480)])
def test_each_priority_has_its_deadline_to_answer_and_to_arrive(engine, priority, answer, arrive):
    tickets = Tickets(engine, rules=RULES)
    tickets.upsert([make_ticket("p", priority=priority)])

    assert tickets.get("p").deadline == NOON + timedelta(minutes=answer)
    assert move(tickets, MoveKind.DISPATCH, ticket_id="p").deadline == at(0) + timedelta(minutes=arrive)


def test_a_ticket_that_becomes_more_pressing_has_less_time(engine):
    tickets = Tickets(engine, rules=RULES)
    tickets.upsert([make_ticket("p", priority=3)])

    tickets.upsert([amended(make_ticket("p", priority=1), 2)])

    assert tickets.get("p").deadline == NOON + timedelta(minutes=5)
    with reading(engine) as session:
        assert session.get_one(TimerRow, "p").next_ms == to_ms(NOON + timedelta(minutes=5))


def test_a_dispatch_waits_and_can_be_undone_until_it_leaves(engine, tickets):
    move(tickets, MoveKind.ACKNOWLEDGE)
    assert move(tickets, MoveKind.DISPATCH, 1).undo_until == at(11)
    with reading(engine) as session:
        sent = session.scalars(select(OutboxRow).where(OutboxRow.type == "wugan.ticket.dispatched.v1")).one()
        assert sent.not_before_ms - sent.at_ms == 10_000

    ticket = move(tickets, MoveKind.UNDO, 10.999)

    assert (ticket.state, words(ticket)[-1], ticket.undo_until) == (TicketState.ACKNOWLEDGED, "undone", None)
    assert ("a1", "ticket.dispatched", True) in outbox(engine)
    assert move(tickets, MoveKind.DISPATCH, 20).state is TicketState.DISPATCHED
    assert outbox(engine).count(("a1", "ticket.dispatched", False)) == 1


def test_a_dispatch_that_has_left_is_not_undone_and_the_refusal_says_why(engine, tickets):
    move(tickets, MoveKind.DISPATCH)

    problem = refused(tickets, MoveKind.UNDO, 10)

    assert (problem.status, problem.code) == (409, "too_late")
    assert "more than 10 s ago" in problem.detail
    assert problem.extra["allowed"] == ["accept", "arrive", "outcome"]
    assert ("a1", "ticket.dispatched", False) in outbox(engine)


def test_an_undone_dispatch_brings_back_what_was_due(tickets):
    deadline = tickets.get("a1").deadline
    move(tickets, MoveKind.WATCH, 1, minutes=30)
    move(tickets, MoveKind.DISPATCH, 2)

    ticket = move(tickets, MoveKind.UNDO, 3)

    assert (ticket.state, ticket.watch_until) == (TicketState.WATCHING, at(1) + timedelta(minutes=30))
    assert deadline is not None
    assert ticket.deadline is None


@pytest.mark.parametrize(("minutes", "lasts"), [(None, 60), (15, 15)])
def test_watching_ends_on_the_clock_and_the_ticket_is_new_again(engine, tickets, minutes, lasts):
    move(tickets, MoveKind.WATCH, minutes=minutes)

    assert due(tickets, ms(lasts * 60 - 1)) == 0
    assert [due(tickets, ms(lasts * 60)) for _ in range(3)] == [1, 0, 0]

    ticket = tickets.get("a1")
    assert (ticket.state, words(ticket)[-1]) == (TicketState.NEW, "reopened")
    assert (ticket.history[-1].who, ticket.history[-1].why) == ("system", ("watch_ended",))
    assert ticket.deadline == at(lasts * 60) + timedelta(minutes=3)
    assert outbox(engine)[-1] == ("a1", "ticket.updated", False)
    assert audited(engine)[-1] == ("system", "ticket.reopen")


def test_a_watched_ticket_that_was_decided_meanwhile_does_not_come_back(tickets):
    move(tickets, MoveKind.WATCH)
    move(tickets, MoveKind.DISMISS, 60, reason_code=DismissalReason.HUMIDITY)

    assert due(tickets, ms(86_400)) == 0
    assert tickets.get("a1").state is TicketState.DISMISSED


def test_what_is_due_is_done_once_by_two_processes(engine, tickets):
    move(tickets, MoveKind.WATCH)
    (waiting,) = tickets.due(ms(3600))
    assert due(Tickets(engine, rules=RULES), ms(3600)) == 1

    with pytest.raises(Problem, match="read it again first"):
        tickets.decide("a1", make_move(MoveKind.REOPEN, at=at(3600), seen=waiting.version))


def test_shelving_is_quiet_until_it_ends(tickets):
    move(tickets, MoveKind.ACKNOWLEDGE)

    shelved = move(tickets, MoveKind.SHELVE, 1, minutes=240)
    assert (shelved.state, shelved.deadline) == (TicketState.ACKNOWLEDGED, None)
    assert shelved.shelved_until == at(1) + timedelta(minutes=240)
    assert shelved.history[-1].why == ("minutes:240",)

    assert [due(tickets, ms(1 + 240 * 60)) for _ in range(2)] == [1, 0]
    back = tickets.get("a1")
    assert (back.state, back.history[-1].why, back.shelved_until) == (TicketState.NEW, ("shelving_ended",), None)


def test_a_merged_ticket_names_the_other_and_both_histories_tell(engine, tickets):
    tickets.upsert([make_ticket("b2")])

    gone = move(tickets, MoveKind.MERGE, into="b2", note="同一来源")

    other = tickets.get("b2")
    assert (gone.state, gone.merged_into) == (TicketState.MERGED, "b2")
    assert (words(gone)[-1], gone.history[-1].why) == ("merged", ("b2",))
    assert (other.state, words(other)[-1], other.history[-1].why) == (TicketState.NEW, "merged", ("a1",))
    assert (gone.version, other.version) == (1, 1)
    assert outbox(engine)[-2:] == [("b2", "ticket.updated", False), ("a1", "ticket.updated", False)]


@pytest.mark.parametrize(
    ("into", "status"), [("a1", 409), ("dismissed", 409), ("other", 409), ("zz", 404), ("a\x00", 404)]
)
def test_only_an_open_ticket_of_the_same_site_takes_another_in(tickets, into, status):
    tickets.upsert([make_ticket("dismissed"), make_ticket("other", site="west")])
    move(tickets, MoveKind.DISMISS, ticket_id="dismissed", reason_code=DismissalReason.HUMIDITY)

    assert refused(tickets, MoveKind.MERGE, into=into).status == status


def test_the_systems_own_merging_names_the_other(engine, tickets):
    tickets.upsert([merged(make_ticket(), "b2")])

    ticket = tickets.get("a1")
    assert (ticket.state, ticket.merged_into, ticket.deadline) == (TicketState.MERGED, "b2", None)
    assert audited(engine)[-1] == ("system", "ticket.merged")


@pytest.mark.parametrize(
    ("kind", "after"), [(MoveKind.ACKNOWLEDGE, TicketState.MERGED), (MoveKind.DISPATCH, TicketState.DISPATCHED)]
)
def test_the_systems_merging_stops_nobody_who_is_out(tickets, kind, after):
    move(tickets, kind)

    tickets.upsert([merged(make_ticket(), "b2")])

    assert (tickets.get("a1").state, tickets.get("a1").merged_into) == (after, "b2")


@pytest.mark.parametrize(
    ("moves", "after"),
    [
        ([], TicketState.NEW),
        ([(MoveKind.ACKNOWLEDGE, {})], TicketState.ACKNOWLEDGED),
        ([(MoveKind.WATCH, {})], TicketState.NEW),
        ([(MoveKind.DISMISS, {"reason_code": DismissalReason.HUMIDITY})], TicketState.NEW),
        ([(MoveKind.DISPATCH, {})], TicketState.DISPATCHED),
        ([(MoveKind.DISPATCH, {}), (MoveKind.OUTCOME, {"outcome": FOUND})], TicketState.NEW),
    ],
)
def test_an_incident_that_returns_brings_its_ticket_back_unless_somebody_is_at_it(engine, tickets, moves, after):
    tickets.upsert([ended(make_ticket(), 1)])
    for kind, said in moves:
        move(tickets, kind, **said)

    tickets.upsert([returned(ended(make_ticket(), 1), 30)])

    ticket = tickets.get("a1")
    assert ticket.state is after
    assert words(ticket).count("reopened") == 1
    assert outbox(engine)[-1] == ("a1", "ticket.updated", False)
    if after is TicketState.NEW and moves:
        assert ticket.deadline == NOON + timedelta(minutes=31 + 3)
        assert move(tickets, MoveKind.ACKNOWLEDGE, 3600).state is TicketState.ACKNOWLEDGED


def test_the_outside_is_told_once_of_each_change_of_the_system(engine, tickets):
    later = ended(amended(make_ticket()), 5)
    for _ in range(2):
        tickets.upsert([amended(make_ticket())])
        tickets.upsert([later, later])

    assert [kind for _, kind, _ in outbox(engine)] == ["ticket.opened", "ticket.updated", "ticket.updated"]
    assert audited(engine) == [("system", "ticket.opened"), ("system", "ticket.ended")]


def test_reminders_stand_in_the_history_and_tell_the_endpoints_nothing(engine, tickets):
    before = outbox(engine)

    ticket = move(tickets, MoveKind.ESCALATE, why=("contact:chief",))

    assert (ticket.state, words(ticket)[-1], ticket.history[-1].why) == (
        TicketState.NEW,
        "escalated",
        ("contact:chief",),
    )
    assert outbox(engine) == before
    assert ticket.deadline is not None


def found_at(tickets: Tickets, ticket_id: str, *, found: bool) -> None:
    tickets.upsert([make_ticket(ticket_id)])
    move(tickets, MoveKind.DISPATCH, ticket_id=ticket_id, enterprise_id="e-112")
    outcome = Outcome(problem_found=found, measure=Measure.NONE)
    move(tickets, MoveKind.OUTCOME, 60, ticket_id=ticket_id, outcome=outcome)


def test_the_advice_knows_what_was_found_there_before_and_that_the_cap_is_reached(tickets):
    assert "quota_unused" in tickets.get("a1").recommendation.reasons
    found_at(tickets, "x1", found=True)
    found_at(tickets, "x2", found=False)

    advice = tickets.get("a1").recommendation

    assert {"problems_found_before", "cap_reached"} <= set(advice.reasons)
    inputs = {one.name: one for one in advice.inputs}
    assert (inputs["outcomes_before"].value, inputs["outcomes_before"].points) == ("1 found, 1 nothing", 1.0)
    assert (inputs["visits_of_cap"].value, inputs["visits_of_cap"].points) == ("2 of 2", 0.0)
    assert advice.score == pytest.approx(sum(one.points for one in advice.inputs))


def test_the_advice_knows_of_somebody_on_the_way(tickets):
    tickets.upsert([make_ticket("near")])
    move(tickets, MoveKind.DISPATCH, ticket_id="near")

    advice = tickets.get("a1").recommendation
    assert "dispatch_open_nearby" in advice.reasons
    assert advice.action is Action.WATCH

    move(tickets, MoveKind.OUTCOME, 60, ticket_id="near", outcome=FOUND)
    assert "dispatch_open_nearby" not in tickets.get("a1").recommendation.reasons


def test_once_decided_the_advice_stays_as_it_was_then(tickets):
    before = tickets.get("a1").recommendation
    move(tickets, MoveKind.DISPATCH)
    found_at(tickets, "x1", found=True)

    assert tickets.get("a1").recommendation == before


def test_the_systems_side_knows_nothing_of_that_history(tickets):
    found_at(tickets, "x1", found=True)

    system = decode_ticket(tickets.system_tickets()[0])

    assert system.recommendation == make_ticket().recommendation


def test_a_storm_is_told_of_in_one_notice_that_lists_every_further_ticket(engine):
    tickets = Tickets(engine, rules=TicketRules(storm_per_min=3))
    burst = [make_ticket(f"s{n:02}", opened_at=NOON + timedelta(seconds=n), priority=3 - n % 2) for n in range(12)]
    tickets.upsert(burst[:7])
    tickets.upsert(burst[7:])

    assert len(tickets.system_tickets()) == 12
    told = outbox(engine)
    assert [one for one, kind, _ in told if kind == "ticket.opened"] == ["s00", "s01", "s02"]
    assert [one for one, kind, _ in told if kind == "storm"] == ["storm/etown"]
    with reading(engine) as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.type == "wugan.storm.v1")).one()
        data = msgspec.json.decode(row.body)["data"]
    assert [one["id"] for one in data["tickets"]] == [f"s{n:02}" for n in range(3, 12)]
    assert (data["count"], data["priority"], data["until"]) == (9, 2, "2026-03-02T04:00:11.000Z")
    storm = tickets.storm(to_ms(NOON) + 30_000)
    assert (storm.active, storm.gathered, storm.notices) == (True, 9, 1)
    assert not tickets.storm(to_ms(NOON) + 120_000).active


def test_after_a_storm_tickets_are_told_of_singly_again(engine):
    tickets = Tickets(engine, rules=TicketRules(storm_per_min=2))
    tickets.upsert([make_ticket(f"s{n}", opened_at=NOON + timedelta(seconds=n)) for n in range(4)])
    tickets.upsert([make_ticket("later", opened_at=NOON + timedelta(minutes=3))])
    tickets.upsert([make_ticket(f"t{n}", opened_at=NOON + timedelta(minutes=3, seconds=n + 1)) for n in range(3)])

    assert ("later", "ticket.opened", False) in outbox(engine)
    assert [kind for _, kind, _ in outbox(engine)].count("storm") == 2
    assert tickets.storm(0).gathered == 4


def test_a_notice_that_has_left_is_not_added_to(engine):
    tickets = Tickets(engine, rules=TicketRules(storm_per_min=1))
    tickets.upsert([make_ticket("s0"), make_ticket("s1")])
    with engine.begin() as connection:
        connection.execute(OutboxRow.__table__.update().values(spread=True))

    tickets.upsert([make_ticket("s2")])

    assert [kind for _, kind, _ in outbox(engine)] == ["ticket.opened", "storm", "storm"]
