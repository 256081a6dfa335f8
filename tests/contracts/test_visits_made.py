"""Visits that were made, on both databases: scans that were let in and results that no scan belongs to."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from alerts.store.engine import reading
from alerts.supervision.made import last_visits, used_in, visits_made
from tests.builders_office import NOON, ZONE, an_office, keep, outcome_row, ticket_row, visit_row

LAST = datetime(2026, 12, 31, 23, 59, 59, tzinfo=ZONE)
FIRST = datetime(2026, 1, 1, tzinfo=ZONE)
SECOND = timedelta(seconds=1)


def test_the_year_is_the_sites(engine: Engine) -> None:
    times = (FIRST - SECOND, FIRST, LAST, LAST + SECOND)
    keep(engine, *(visit_row(f"s{number}", at, number) for number, at in enumerate(times)))
    for number, at in enumerate(times):
        keep(engine, ticket_row(f"t{number}", number), outcome_row(f"t{number}", at, problem_found=False))

    with reading(engine) as session:
        office = an_office(engine)
        assert [used_in(session, office, year)["e1"] for year in (2025, 2026, 2027)] == [2, 4, 2]
        assert used_in(session, office, 2026, ["e2"]) == {}


def test_a_result_under_a_scan_is_the_scans_visit(engine: Engine) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1"), ticket_row("t2", 2), outcome_row("t2"))
    keep(engine, visit_row("s1", cover_kind="ticket", cover_id="t1"))
    keep(engine, visit_row("s2", seq=2, cover_kind="ticket", cover_id="t2", enterprise_id="e3"))

    with reading(engine) as session:
        office = an_office(engine)
        made = [(one.scan_id, one.enterprise_id) for one in visits_made(session)]
        assert made == [("s1", "e1"), ("s2", "e3"), ("ticket:t2", "e1")]
        assert used_in(session, office, 2026) == {"e1": 2, "e3": 1}


def test_a_result_of_nowhere_is_nobodys_visit(engine: Engine) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1", enterprise_id=None))

    with reading(engine) as session:
        office = an_office(engine)
        assert visits_made(session) == []
        assert used_in(session, office, 2026) == {}


def test_a_visit_tells_its_own_time_cause_and_override(engine: Engine) -> None:
    told = {"cause": "special", "override_by": "boss", "override_reason": "重复投诉", "problem_found": True}
    keep(engine, visit_row("s1", **told), visit_row("old", NOON - timedelta(days=400), 2))

    with reading(engine) as session:
        since_ms = int((NOON - timedelta(days=365)).timestamp() * 1000)
        (one,) = visits_made(session, ["e1"], since_ms)
    assert (one.at, one.problem_found, one.cause) == (NOON, True, "special")
    assert one.override is not None
    assert (one.override.user_id, one.override.reason) == ("boss", "重复投诉")


def test_what_was_used_by_a_day(engine: Engine) -> None:
    for number in range(4):
        keep(engine, visit_row(f"s{number}", NOON + timedelta(hours=12 * number), number))

    with reading(engine) as session:
        days = [NOON.date() + timedelta(days=number) for number in (-1, 0, 1)]
        assert [used_in(session, an_office(engine), 2026, None, day)["e1"] for day in days] == [0, 1, 3]


def test_the_last_visit_is_told_by_the_sites_day(engine: Engine) -> None:
    keep(engine, visit_row("s1", FIRST - timedelta(days=30), 1), visit_row("s2", LAST, 2))
    keep(engine, ticket_row("t1"), outcome_row("t1", LAST + SECOND, enterprise_id="e2"))
    keep(engine, ticket_row("t2", 2), outcome_row("t2", enterprise_id=None))

    with reading(engine) as session:
        office = an_office(engine)
        assert last_visits(session, office) == {"e1": LAST.date(), "e2": (LAST + SECOND).date()}
        assert last_visits(session, office, ["e3"]) == {}
