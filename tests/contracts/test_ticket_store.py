"""What the ticket store promises, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from threading import Event

import msgspec
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from alerts.lifecycle import MoveKind
from alerts.store import Tickets, Wanted, open_store
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, MoveRow, OutboxRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.store.rows import fill, find, views
from domain.problem import Problem
from domain.ticket import DismissalReason, TicketState
from domain.wire import decode_ticket, encode_ticket
from tests.builders_alerts import NOON, amended, make_move, make_ticket
from tests.ticket_stores import BACKENDS, fresh_store

POLL_S = 0.005


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def tickets(engine) -> Tickets:
    return Tickets(engine)


@pytest.fixture
def second(engine) -> Iterator[Tickets]:
    """The same store opened by another process."""
    other = open_store(engine.url.render_as_string(hide_password=False))
    yield Tickets(other)
    other.dispose()


def all_at_once(calls: list[Callable[[], object]]) -> list[object]:
    """Run calls side by side; a refusal is its status."""
    go = Event()

    def run(call: Callable[[], object]) -> object:
        go.wait()
        try:
            return call()
        except Problem as refused:
            return refused.status

    with ThreadPoolExecutor(len(calls)) as pool:
        running = [pool.submit(run, call) for call in calls]
        go.set()
        return [one.result() for one in running]


def ids(tickets: Tickets, **wanted) -> list[str]:
    return [ticket.id for ticket in tickets.page(Wanted(**wanted)).tickets]


def test_the_same_ticket_twice_is_one(tickets):
    assert tickets.upsert([make_ticket()]) == 1
    seq = tickets.last_change()

    assert tickets.upsert([make_ticket(), make_ticket()]) == 0
    assert ids(tickets) == ["a1"]
    assert tickets.last_change() == seq


def test_the_systems_side_comes_back_byte_for_byte(tickets):
    tickets.upsert([make_ticket("b2"), make_ticket("a1")])
    tickets.decide("a1", make_move(MoveKind.WATCH))

    assert tickets.system_tickets() == [encode_ticket(make_ticket("a1")), encode_ticket(make_ticket("b2"))]


def test_an_older_version_never_replaces_a_newer(tickets):
    newer = amended(make_ticket())
    same_time_longer = replace(newer, history=(*newer.history, replace(newer.history[-1], what="candidates")))

    assert [tickets.upsert([one]) for one in (newer, make_ticket(), same_time_longer, newer)] == [1, 0, 1, 0]
    assert tickets.system_tickets() == [encode_ticket(same_time_longer)]


def test_the_newest_of_one_call_is_kept_in_whatever_order(tickets):
    first = make_ticket()

    tickets.upsert([amended(first), first])

    assert tickets.system_tickets() == [encode_ticket(amended(first))]


def test_a_thousand_duplicates_at_once_are_one_ticket_told_once(engine, tickets, second):
    def write(store: Tickets) -> int:
        return sum(store.upsert([make_ticket()]) for _ in range(50))

    results = all_at_once([lambda store=store: write(store) for store in (tickets, second) * 10])

    assert sorted(results) == [0] * 19 + [1]
    assert [ticket.number for ticket in tickets.page(Wanted()).tickets] == [1]
    with reading(engine) as session:
        assert [row.type for row in session.scalars(select(OutboxRow))] == ["wugan.ticket.opened.v1"]
        assert [row.what for row in session.scalars(select(AuditRow))] == ["ticket.opened"]


def test_writers_side_by_side_leave_the_newest_version(tickets, second):
    versions = [make_ticket()]
    for _ in range(30):
        versions.append(amended(versions[-1]))

    all_at_once([lambda one=one: (tickets, second)[len(one.history) % 2].upsert([one]) for one in versions])

    assert tickets.system_tickets() == [encode_ticket(versions[-1])]


def test_numbers_are_short_and_increase_per_site(tickets):
    tickets.upsert([make_ticket("x"), make_ticket("m"), make_ticket("other", site="west")])
    tickets.upsert([make_ticket("a")])

    numbers = {ticket.id: ticket.number for ticket in tickets.page(Wanted()).tickets}
    assert numbers == {"x": 1, "m": 2, "a": 3, "other": 1}


def test_two_hundred_decisions_at_once_one_wins(engine, tickets, second):
    tickets.upsert([make_ticket()])

    results = all_at_once([lambda store=store: store.decide("a1", make_move()) for store in (tickets, second) * 100])

    assert results.count(409) == 199
    with reading(engine) as session:
        sent = session.scalars(select(OutboxRow).where(OutboxRow.type == "wugan.ticket.dispatched.v1")).all()
        assert len(sent) == 1
    assert tickets.get("a1").version == 1
    assert [one.what for one in tickets.get("a1").history] == ["opened", "decided"]


def test_of_two_who_saw_the_same_version_one_wins(tickets, second):
    tickets.upsert([make_ticket()])

    results = all_at_once(
        [
            lambda: tickets.decide("a1", make_move(MoveKind.WATCH, seen=0)),
            lambda: second.decide("a1", make_move(MoveKind.DISPATCH, seen=0)),
        ]
    )

    assert results.count(409) == 1
    assert tickets.get("a1").version == 1


def test_the_system_may_amend_between_seeing_and_deciding(tickets):
    tickets.upsert([make_ticket()])
    tickets.upsert([amended(make_ticket())])

    assert decode_ticket(tickets.decide("a1", make_move(seen=0))).state is TicketState.DISPATCHED


def test_an_amendment_keeps_what_a_person_decided(tickets):
    tickets.upsert([make_ticket()])
    tickets.decide("a1", make_move(MoveKind.DISMISS, reason_code=DismissalReason.OTHER, note="焊接演练"))

    tickets.upsert([amended(make_ticket(), minutes=9)])

    ticket = tickets.get("a1")
    assert ticket.state is TicketState.DISMISSED
    assert [one.what for one in ticket.history] == ["opened", "decided", "amended"]
    assert ticket.history[1].why == ("other",)
    assert ticket.history[1].note == "焊接演练"
    assert ticket.updated_at == ticket.amended == NOON + timedelta(minutes=9)


def test_a_refused_move_leaves_no_trace(tickets):
    tickets.upsert([make_ticket()])
    before = tickets.get("a1"), tickets.last_change()

    with pytest.raises(Problem) as refused:
        tickets.decide("a1", make_move(enterprise_id="e-999"), key="k")

    assert refused.value.status == 422
    assert refused.value.extra == {"candidates": ["e-112"]}
    assert (tickets.get("a1"), tickets.last_change()) == before
    assert decode_ticket(tickets.decide("a1", make_move(), key="k")).state is TicketState.DISPATCHED


def test_an_enterprise_of_the_site_may_be_named_beside_the_candidates(engine):
    tickets = Tickets(engine, enterprise_ids={"e-7"})
    tickets.upsert([make_ticket()])

    answer = msgspec.json.decode(tickets.decide("a1", make_move(enterprise_id="e-7")))

    assert answer["history"][-1]["enterprise_id"] == "e-7"


def test_the_same_key_gives_the_first_answer_again(tickets, second):
    tickets.upsert([make_ticket()])

    results = all_at_once(
        [lambda store=store: store.decide("a1", make_move(), key="k-1") for store in (tickets, second) * 5]
    )
    tickets.upsert([amended(make_ticket())])
    later = tickets.decide("a1", make_move(at=NOON + timedelta(hours=3)), key="k-1")

    assert set(results) == {later}
    assert tickets.get("a1").version == 1


def test_the_same_key_with_other_content_is_refused(tickets):
    tickets.upsert([make_ticket("a1"), make_ticket("a2")])
    tickets.decide("a1", make_move(MoveKind.WATCH), key="k-1")

    for ticket_id, move in (("a1", make_move(MoveKind.DISPATCH)), ("a2", make_move(MoveKind.WATCH))):
        with pytest.raises(Problem, match="k-1") as refused:
            tickets.decide(ticket_id, move, key="k-1")
        assert refused.value.status == 422


def test_a_key_is_forgotten_after_a_day(tickets):
    tickets.upsert([make_ticket("a1"), make_ticket("a2")])
    tickets.decide("a1", make_move(), key="k-1")

    answer = tickets.decide("a2", make_move(at=NOON + timedelta(hours=25)), key="k-1")

    assert decode_ticket(answer).id == "a2"


def test_no_two_moves_take_the_same_version(engine, tickets):
    tickets.upsert([make_ticket()])
    tickets.decide("a1", make_move(MoveKind.WATCH))
    same = MoveRow(
        ticket_id="a1", version=1, at_ms=0, who="b", move="dispatch", state="dispatched", unknown=0.5, action="watch"
    )

    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(same)


def test_pages_neither_repeat_nor_skip_while_tickets_are_added(tickets):
    old = [make_ticket(f"t{n:02}", opened_at=NOON + timedelta(minutes=n // 3)) for n in range(10)]
    tickets.upsert(old)
    seen: list[str] = []
    cursor = None

    for late in range(5):
        page = tickets.page(Wanted(limit=3, cursor=cursor))
        seen += [ticket.id for ticket in page.tickets]
        cursor = page.next_cursor
        if cursor is None:
            break
        tickets.upsert([make_ticket(f"late{late}", opened_at=NOON + timedelta(hours=1 + late))])

    assert seen == [ticket.id for ticket in reversed(old)]


def test_a_list_may_be_narrowed_by_state_and_by_change(tickets):
    tickets.upsert([make_ticket("a1"), make_ticket("a2"), make_ticket("a3")])
    tickets.decide("a2", make_move(MoveKind.WATCH))
    tickets.decide("a3", make_move(MoveKind.ACKNOWLEDGE))

    assert ids(tickets, states=[TicketState.WATCHING]) == ["a2"]
    assert ids(tickets, states=[TicketState.WATCHING, TicketState.NEW]) == ["a2", "a1"]
    assert ids(tickets, since=NOON + timedelta(minutes=5)) == ["a3", "a2"]
    assert ids(tickets, since=NOON + timedelta(minutes=6)) == []


@pytest.mark.parametrize("unknown", ["zz", "", "a\x00b", "嗯"])
def test_an_unknown_ticket_is_refused(tickets, unknown):
    for ask in (lambda: tickets.get(unknown), lambda: tickets.decide(unknown, make_move())):
        with pytest.raises(Problem) as refused:
            ask()
        assert refused.value.status == 404


def test_the_feed_tells_each_change_once_and_in_order(tickets):
    tickets.upsert([make_ticket("a1"), make_ticket("a2")])
    start = tickets.changes_since(0)
    tickets.decide("a1", make_move())
    later = tickets.changes_since(start[-1][0])

    assert [decode_ticket(text.encode()).id for _, text in start] == ["a1", "a2"]
    assert [text.encode() for _, text in later] == [encode_ticket(tickets.get("a1"))]
    assert later[-1][0] == tickets.last_change()
    assert tickets.changes_since(later[-1][0]) == []


def test_a_reader_sees_one_moment_of_both_sides(engine, tickets, second):
    tickets.upsert([make_ticket()])
    with reading(engine) as session:
        row = find(session, "a1")
        second.decide("a1", make_move(MoveKind.ACKNOWLEDGE))
        second.decide("a1", make_move(MoveKind.WATCH))
        session.refresh(row)

        assert row.version == 0
        assert [one.what for one in views(session, [row])[0].history] == ["opened"]


def test_the_feed_may_be_read_in_pieces(tickets):
    tickets.upsert([make_ticket(f"t{n}") for n in range(7)])
    seq, seen = 0, []
    while piece := tickets.changes_since(seq, limit=3):
        seq = piece[-1][0]
        seen += [decode_ticket(text.encode()).id for _, text in piece]

    assert seen == [f"t{n}" for n in range(7)]


def test_the_feed_misses_nothing_when_the_lower_number_commits_late(engine, tickets, second):
    tickets.upsert([make_ticket("a0")])
    seq = tickets.last_change()
    slow = make_ticket("slow")
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as session:
            numbering = Numbering(session)
            row = TicketRow(id="slow", site="etown", number=numbering.next_ticket("etown"), updated_ms=0, version=0)
            row.change_seq = numbering.next_change()
            fill(row, slow)
            session.add(row)
            session.flush()
            quick = pool.submit(second.upsert, [make_ticket("quick")])
            assert tickets.changes_since(seq) == []
        assert quick.result() == 1

    assert [decode_ticket(text.encode()).id for _, text in tickets.changes_since(seq)] == ["slow", "quick"]


def test_the_feed_misses_nothing_under_writers_side_by_side(tickets, second):
    def write(writer: int) -> None:
        store = (tickets, second)[writer % 2]
        for n in range(6):
            ticket = make_ticket(f"w{writer}-{n}")
            store.upsert([ticket])
            store.upsert([amended(ticket)])
            store.decide(ticket.id, make_move(MoveKind.WATCH))

    told: dict[str, str] = {}
    seq, polls_after_end = 0, 0
    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, writer) for writer in range(6)]
        while polls_after_end < 2:
            # without a pause the reader takes Python's lock, and each step of a writer waits 5 ms for it
            polls_after_end += not wait(writers, timeout=POLL_S).not_done
            for number, text in tickets.changes_since(seq, limit=20):
                assert number > seq
                seq = number
                told[decode_ticket(text.encode()).id] = text
            if polls_after_end and tickets.changes_since(seq, limit=1):
                polls_after_end = 0
        for one in writers:
            one.result()

    assert len(told) == 36
    assert all(text.encode() == encode_ticket(tickets.get(ticket_id)) for ticket_id, text in told.items())
