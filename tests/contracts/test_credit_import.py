"""Imports of credit facts on both databases: all rows or none, also when two come at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from alerts.audit_check import check_store
from alerts.store.engine import reading
from alerts.store.models import AuditRow, CreditFactRow
from alerts.supervision import credit_import
from alerts.supervision.credit_import import FactsRefused, import_facts
from alerts.supervision.office import Office
from alerts.supervision.white_list import add_listing
from domain.problem import Problem
from domain.supervision.white_list import Listing
from tests.builders_office import NOON, an_office

HEAD = "fact_id,enterprise_id,kind,on,note\n"


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(engine)


def file_of(*numbers: int) -> str:
    return HEAD + "".join(f"f{number},e1,honour,2026-01-01,粉尘“引号”\n" for number in numbers)


def kept(engine: Engine) -> tuple[int, int]:
    """Return how many facts, and acts of the audit, there are."""
    with reading(engine) as session:
        counted = [session.scalar(select(func.count()).select_from(row)) or 0 for row in (CreditFactRow, AuditRow)]
    return counted[0], counted[1]


def test_of_the_same_file_many_times_at_once_one_is_taken(engine: Engine, office: Office) -> None:
    def attempt(number: int) -> str:
        try:
            import_facts(office, file_of(*range(40)), "facts.csv", f"u{number}")
        except FactsRefused as refused:
            return refused.faults[0].what
        return "taken"

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(attempt, range(6)))

    assert sorted(told) == ["fact_id 'f0' is known already"] * 5 + ["taken"]
    assert kept(engine) == (40, 1)
    assert check_store(engine).whole


def test_a_file_that_shares_one_fact_with_another_is_refused_whole(engine: Engine, office: Office) -> None:
    import_facts(office, file_of(1, 2), "a.csv", "x")
    with pytest.raises(FactsRefused) as refused:
        import_facts(office, file_of(3, 2, 4), "b.csv", "x")

    assert [str(one) for one in refused.value.faults] == [
        "b.csv:3: fact_id 'f2' is known already; leave the row out; a fact is never changed"
    ]
    assert kept(engine) == (2, 1)


def test_a_file_without_rows_leaves_no_trace(engine: Engine, office: Office) -> None:
    assert import_facts(office, HEAD, "a.csv", "x").facts == 0
    assert kept(engine) == (0, 0)


def test_a_file_with_too_many_facts_is_refused(engine: Engine, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_import, "MOST_FACTS", 2)
    with pytest.raises(FactsRefused, match=r"a\.csv: has 3 facts; send at most 2 at once"):
        import_facts(office, file_of(1, 2, 3), "a.csv", "x")
    assert kept(engine) == (0, 0)


def test_of_many_listings_at_once_one_holds(engine: Engine, office: Office) -> None:
    def attempt(number: int) -> str:
        wish = Listing(enterprise_id="e1", first=NOON.date(), reason=f"r{number}")
        try:
            add_listing(office, wish, "chief")
        except Problem as problem:
            return problem.code
        return "listed"

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(attempt, range(6)))

    assert sorted(told) == ["already_listed"] * 5 + ["listed"]
    assert kept(engine) == (0, 1)
