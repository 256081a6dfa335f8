"""The white list on both databases: who is on it, listing and ending, and that each act is in the audit."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from alerts.store.engine import reading
from alerts.store.models import AuditRow
from alerts.supervision.office import Office
from alerts.supervision.white_list import Listed, add_listing, end_listing, listed, listings
from domain.problem import Problem
from domain.supervision.white_list import Listing, is_listed
from tests.builders_office import NOON, Clock, an_enterprise, an_office

TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def office(engine: Engine, clock: Clock) -> Office:
    return an_office(engine, an_enterprise(), an_enterprise("e2", whitelisted=True), clock=clock)


def add(office: Office, first: date = TODAY, last: date | None = None, place: str = "e1") -> Listed:
    return add_listing(office, Listing(enterprise_id=place, first=first, last=last, reason="试点 / pilot"), "chief")


def is_on(office: Office, day: date, place: str = "e1") -> bool:
    with reading(office.engine) as session:
        return is_listed(listings(session, office), place, day)


def test_the_registers_are_listed_without_days(office: Office) -> None:
    assert [is_on(office, day, "e2") for day in (date.min, TODAY, date.max)] == [True] * 3
    with reading(office.engine) as session:
        assert [(one.enterprise_id, one.first, one.last, one.who) for one in listed(session, office)] == [
            ("e2", None, None, "registered")
        ]


def test_a_listing_holds_from_its_first_day_to_its_last(office: Office) -> None:
    add(office, TODAY, TODAY + DAY)

    days = [TODAY + number * DAY for number in (-1, 0, 1, 2)]
    assert [is_on(office, day) for day in days] == [False, True, True, False]


def test_ending_holds_at_once_and_may_begin_again(office: Office) -> None:
    one = add(office, TODAY - 10 * DAY)
    ended = end_listing(office, one.listing_id, None, "被投诉", "chief")

    assert ended.last == TODAY - DAY
    assert [is_on(office, day) for day in (TODAY - DAY, TODAY)] == [True, False]
    again = add(office)
    end_listing(office, again.listing_id, None, "又撤", "chief")
    add(office)
    assert is_on(office, TODAY)


def test_a_listing_to_come_that_is_ended_never_holds(office: Office) -> None:
    one = add(office, TODAY + 5 * DAY)
    end_listing(office, one.listing_id, None, "撤回", "chief")

    assert not any(is_on(office, TODAY + number * DAY) for number in range(-3, 10))


def test_each_act_is_in_the_audit(engine: Engine, office: Office) -> None:
    one = add(office)
    end_listing(office, one.listing_id, TODAY, "被投诉", "boss")

    with reading(engine) as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    assert [(row.who, row.what, row.subject) for row in rows] == [
        ("chief", "white_list.add", "e1"),
        ("boss", "white_list.end", "e1"),
    ]
    assert "试点" in rows[0].detail
    assert "被投诉" in rows[1].detail


@pytest.mark.parametrize(
    ("first", "last", "place", "code"),
    [
        (TODAY, None, "nobody", "unknown_enterprise"),
        (TODAY, None, "e2", "already_listed"),
        (TODAY + DAY, TODAY, "e1", "bad_days"),
        (TODAY - 30 * DAY, TODAY, "e1", "already_listed"),
        (TODAY + 9 * DAY, None, "e1", "already_listed"),
    ],
)
def test_what_cannot_be_listed_is_refused_and_leaves_no_trace(
    engine: Engine, office: Office, first: date, last: date | None, place: str, code: str
) -> None:
    add(office, TODAY, TODAY + 9 * DAY)
    with pytest.raises(Problem) as problem:
        add(office, first, last, place)

    assert problem.value.code == code
    with reading(engine) as session:
        assert len(listed(session, office)) == 2
        assert len(session.scalars(select(AuditRow)).all()) == 1


@pytest.mark.parametrize(
    ("last", "code"), [(TODAY - 2 * DAY, "bad_days"), (TODAY + 10 * DAY, "bad_days"), (TODAY + 9 * DAY, None)]
)
def test_a_listing_ends_between_yesterday_and_its_last_day(office: Office, last: date, code: str | None) -> None:
    one = add(office, TODAY - DAY, TODAY + 9 * DAY)
    if code is None:
        assert end_listing(office, one.listing_id, last, "x", "chief").last == last
        return
    with pytest.raises(Problem) as problem:
        end_listing(office, one.listing_id, last, "x", "chief")
    assert problem.value.code == code


@pytest.mark.parametrize(("listing_id", "code"), [("registered", "registered"), ("no\0ne", "unknown_listing")])
def test_what_nobody_listed_cannot_be_ended(office: Office, listing_id: str, code: str) -> None:
    with pytest.raises(Problem) as problem:
        end_listing(office, listing_id, None, "x", "chief")
    assert problem.value.code == code


def test_what_has_ended_cannot_be_ended_again(office: Office, clock: Clock) -> None:
    one = add(office, TODAY, TODAY)
    clock.at += 2 * DAY

    with pytest.raises(Problem) as problem:
        end_listing(office, one.listing_id, None, "x", "chief")
    assert problem.value.code == "already_ended"
