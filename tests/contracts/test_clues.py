"""Clues from elsewhere on both databases: one ticket each, joining, following their ticket, the same twice is one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, func, select

from alerts.lifecycle import MoveKind, Outcome
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import AuditRow, ClueRow, OutboxRow, TicketRow
from alerts.supervision.clues import Taken, Told, close_clue, list_clues, post_clue
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.supervision.clues import ClueSource, clue_ticket_id
from domain.ticket import DismissalReason, TicketState
from tests.builders_alerts import amended, make_move, make_ticket, merged
from tests.builders_office import NOON, Clock, an_enterprise, an_office

PLACE = {"lon": 116.51, "lat": 39.79}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(engine: Engine, clock: Clock) -> Office:
    return an_office(engine, an_enterprise(), an_enterprise("e-112", name="示例一厂"), clock=clock)


@pytest.fixture
def tickets(engine: Engine) -> Tickets:
    return Tickets(engine, enterprise_ids={"e1", "e-112"})


def tell(office: Office, external_id: str = "12345-1", **said: Any) -> Taken:
    told = {"source": ClueSource.COMPLAINT, "at": NOON, "text": "夜间异味", **PLACE} | said
    return post_clue(office, Told(external_id=external_id, **told), "hotline")


def audit(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq))
        return [(row.who, row.what, row.subject) for row in rows]


def counted(engine: Engine, table: type[Any]) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def air(at=NOON, **said: Any):
    return make_ticket(said.pop("ticket_id", "a1"), opened_at=at, **said)


def test_a_clue_opens_a_ticket_like_those_of_the_air(office: Office, tickets: Tickets, engine: Engine) -> None:
    taken = tell(office, enterprise_id="e1", lon=None, lat=None)

    ticket = tickets.get(taken.ticket_id)
    assert taken == Taken(ticket_id=ticket.id, number=1, opened=True, is_new=True)
    assert ticket.id == clue_ticket_id("etown", ClueSource.COMPLAINT, "12345-1")
    assert (ticket.source, ticket.kind, ticket.state, ticket.number) == ("complaint", "local", "new", 1)
    assert [(one.text, one.opened, one.closed_at) for one in ticket.clues] == [("夜间异味", True, None)]
    assert ticket.candidates[0].enterprise_id == "e1"
    assert ticket.deadline == NOON + 30 * MINUTE
    assert [entry.what for entry in ticket.history] == ["opened"]
    assert audit(engine) == [
        ("system", "ticket.opened", ticket.id),
        ("hotline", "clue.opened", "complaint:12345-1"),
    ]
    with reading(engine) as session:
        event = msgspec.json.decode(session.scalars(select(OutboxRow.body)).one())
    assert event["type"] == "wugan.ticket.opened.v1"
    assert event["data"]["clues"][0]["text"] == "夜间异味"
    assert [msgspec.json.decode(text)["id"] for _, text in tickets.changes_since(0)] == [ticket.id]


def test_the_same_clue_twice_is_one(office: Office, engine: Engine) -> None:
    first = tell(office)
    again = tell(office, text="in other words", lon=116.52)

    assert (again.ticket_id, again.number, again.opened, again.is_new) == (first.ticket_id, 1, True, False)
    assert (counted(engine, ClueRow), counted(engine, TicketRow), counted(engine, OutboxRow)) == (1, 1, 1)


def test_many_at_once_are_one_ticket(office: Office, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: tell(office), range(60)))

    assert sum(one.is_new for one in taken) == 1
    assert len({one.ticket_id for one in taken}) == 1
    assert (counted(engine, ClueRow), counted(engine, TicketRow)) == (1, 1)


def test_the_same_external_id_of_another_source_is_another_clue(office: Office, engine: Engine) -> None:
    tell(office)
    other = tell(office, source=ClueSource.DATA_CHECK)

    assert other.is_new
    assert counted(engine, ClueRow) == 2


def test_one_of_the_same_place_and_time_joins_the_open_ticket(office: Office, tickets: Tickets, engine: Engine) -> None:
    tickets.upsert([air()])
    before = tickets.get("a1")

    taken = tell(office)

    ticket = tickets.get("a1")
    assert (taken.ticket_id, taken.opened) == ("a1", False)
    entry = ticket.history[-1]
    assert (entry.what, entry.who, entry.why, entry.note) == (
        "corroborated",
        "hotline",
        ("complaint", "clue:12345-1"),
        "夜间异味",
    )
    assert (entry.state, entry.action) == (TicketState.NEW, ticket.history[0].action)
    assert "corroborated_complaint" in ticket.recommendation.reasons
    assert ticket.recommendation.score == before.recommendation.score + 1
    assert ticket.version == before.version  # whoever has it before them may still decide
    assert ticket.updated_at >= before.updated_at
    assert counted(engine, TicketRow) == 1
    assert ("hotline", "clue.joined", "complaint:12345-1") in audit(engine)


def test_ten_complaints_weigh_as_one(office: Office, tickets: Tickets) -> None:
    tickets.upsert([air()])
    tell(office)
    once = tickets.get("a1").recommendation.score
    for number in range(2, 11):
        tell(office, f"12345-{number}")

    ticket = tickets.get("a1")
    assert len(ticket.clues) == 10
    assert ticket.recommendation.score == once


def test_what_the_air_says_later_keeps_the_corroboration(office: Office, tickets: Tickets) -> None:
    tickets.upsert([air()])
    tell(office)

    assert tickets.upsert([amended(air())]) == 1

    assert [entry.what for entry in tickets.get("a1").history] == ["opened", "corroborated", "amended"]


def test_the_systems_side_is_as_the_worker_wrote_it(office: Office, tickets: Tickets) -> None:
    tickets.upsert([air()])
    before = tickets.system_tickets()
    tell(office)

    assert tickets.system_tickets() == before


def test_clues_are_settled_with_their_ticket(office: Office, tickets: Tickets) -> None:
    tickets.upsert([air()])
    tell(office)
    tickets.decide("a1", make_move(MoveKind.DISPATCH, at=NOON + MINUTE))
    assert tickets.get("a1").clues[0].closed_at is None
    tickets.decide("a1", make_move(MoveKind.OUTCOME, at=NOON + 30 * MINUTE, outcome=Outcome(problem_found=True)))

    assert tickets.get("a1").clues[0].closed_at == NOON + 30 * MINUTE
    assert not list_clues(office, is_open=True)
    assert [(one.clue.external_id, one.state) for one in list_clues(office, is_open=False)] == [("12345-1", "closed")]


def test_a_dismissed_ticket_settles_its_clue_and_the_next_opens_another(office: Office, tickets: Tickets) -> None:
    first = tell(office)
    move = make_move(MoveKind.DISMISS, at=NOON + MINUTE, reason_code=DismissalReason.DUPLICATE)
    tickets.decide(first.ticket_id, move)

    second = tell(office, "12345-2")

    assert second.ticket_id != first.ticket_id
    assert second.opened
    assert tickets.get(first.ticket_id).clues[0].closed_at == NOON + MINUTE


@pytest.mark.parametrize("by", ["a person", "the system"])
def test_clues_follow_a_merging(office: Office, tickets: Tickets, by: str) -> None:
    tickets.upsert([air(), air(ticket_id="b2")])
    taken = tell(office, "12345-9")
    other = "b2" if taken.ticket_id == "a1" else "a1"
    if by == "a person":
        tickets.decide(taken.ticket_id, make_move(MoveKind.MERGE, at=NOON + MINUTE, into=other))
    else:
        tickets.upsert([merged(air(ticket_id=taken.ticket_id), other)])

    assert [one.external_id for one in tickets.get(other).clues] == ["12345-9"]
    assert "corroborated_complaint" in tickets.get(other).recommendation.reasons
    assert tickets.get(taken.ticket_id).clues == ()


def test_a_clues_own_ticket_merged_into_another_corroborates_it(office: Office, tickets: Tickets) -> None:
    taken = tell(office)
    tickets.upsert([air()])
    tickets.decide(taken.ticket_id, make_move(MoveKind.MERGE, at=NOON + MINUTE, into="a1"))

    ticket = tickets.get("a1")
    assert "corroborated_complaint" in ticket.recommendation.reasons
    assert [one.opened for one in ticket.clues] == [True]


def test_a_settled_clue_no_longer_speaks_for_its_ticket(office: Office, tickets: Tickets, clock: Clock) -> None:
    tickets.upsert([air()])
    tell(office)
    seq = tickets.last_change()
    clock.at = NOON + MINUTE
    close_clue(office, ClueSource.COMPLAINT, "12345-1", "withdrawn", "duty")

    ticket = tickets.get("a1")
    assert ticket.clues[0].closed_at == NOON + MINUTE
    assert "corroborated_complaint" not in ticket.recommendation.reasons
    assert len(tickets.changes_since(seq)) == 1
    with pytest.raises(Problem, match="was settled"):
        close_clue(office, ClueSource.COMPLAINT, "12345-1", "", "duty")
    with pytest.raises(Problem, match="no clue"):
        close_clue(office, ClueSource.OTHER, "x", "", "duty")


@pytest.mark.parametrize(
    ("said", "code", "mend"),
    [
        ({"enterprise_id": "e9"}, "unknown_enterprise", "is not registered"),
        ({"lon": 39.79, "lat": 116.51 - 30}, "bad_clue", "perhaps they are swapped"),
        ({"lon": None, "lat": None}, "bad_clue", "give both"),
        ({"lon": None, "enterprise_id": "e1"}, "bad_clue", "give both"),
        ({"at": NOON + timedelta(minutes=6)}, "bad_clue", "in the future"),
    ],
)
def test_a_wrong_clue_leaves_no_trace(office: Office, engine: Engine, said, code: str, mend: str) -> None:
    with pytest.raises(Problem, match=mend) as refused:
        tell(office, **said)

    assert refused.value.code == code
    assert (counted(engine, ClueRow), counted(engine, TicketRow), audit(engine)) == (0, 0, [])


def test_a_clue_on_the_land_of_an_enterprise_speaks_of_it(office: Office, tickets: Tickets) -> None:
    taken = tell(office, lon=116.5005, lat=39.7805)

    ticket = tickets.get(taken.ticket_id)
    assert ticket.candidates[0].enterprise_id == "e1"
    assert "on_the_ground_of" in ticket.recommendation.reasons
