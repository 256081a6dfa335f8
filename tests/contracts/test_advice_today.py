"""The advice on a ticket knows today's cap, visits and white list, on both databases, with few queries."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event

from alerts.settings import TicketRules
from alerts.store import Tickets, Wanted
from alerts.store.models import CreditFactRow
from alerts.supervision.agreed import agreed_today
from alerts.supervision.white_list import add_listing
from domain.advice import Advised
from domain.supervision.white_list import Listing
from domain.ticket import Candidate
from tests.builders_alerts import make_ticket
from tests.builders_office import NOON, Clock, an_enterprise, an_office, keep, outcome_row, ticket_row, visit_row

LEAD = (Candidate(enterprise_id="e1", name="x", probability=0.9, distance_m=1),)


@pytest.fixture
def tickets(engine: Engine, clock: Clock) -> Tickets:
    office = an_office(engine, an_enterprise(credit_grade="A"), clock=clock)
    tickets = Tickets(engine, rules=TicketRules(agreed=agreed_today(office)))
    tickets.upsert([replace(make_ticket("a1"), candidates=LEAD, unknown_probability=0.1)])
    return tickets


def advice(tickets: Tickets) -> tuple[str, Advised]:
    told = tickets.get("a1").recommendation
    return next(one.value for one in told.inputs if one.name == "visits_of_cap"), told


def test_the_cap_is_that_of_todays_grade(engine: Engine, tickets: Tickets) -> None:
    assert advice(tickets)[0] == "0 of 4"
    fact = CreditFactRow(
        fact_id="f1", enterprise_id="e1", kind="penalty_grave", day="2026-05-31", note="", who="x", at_ms=0
    )
    keep(engine, fact)

    assert advice(tickets)[0] == "0 of 36"


def test_visits_of_the_calendar_year_count_scanned_or_not(engine: Engine, tickets: Tickets, clock: Clock) -> None:
    keep(engine, *(visit_row(f"s{number}", NOON - timedelta(days=number), number) for number in range(3)))
    keep(engine, ticket_row("t1", 9), outcome_row("t1", problem_found=False))
    keep(engine, visit_row("old", NOON - timedelta(days=300), 7))

    value, told = advice(tickets)
    assert value == "4 of 4"
    assert "cap_reached" in told.reasons
    clock.at += timedelta(days=300)
    value, told = advice(tickets)
    assert (value, "quota_unused" in told.reasons) == ("0 of 4", True)


def test_the_white_list_is_todays(engine: Engine, tickets: Tickets) -> None:
    office = an_office(engine)
    add_listing(office, Listing(enterprise_id="e1", first=NOON.date(), last=date(2026, 6, 2), reason="x"), "chief")

    assert "whitelisted_no_routine" in advice(tickets)[1].reasons


def test_an_enterprise_that_nobody_knows_has_no_cap(tickets: Tickets) -> None:
    stranger = (Candidate(enterprise_id="e-112", name="x", probability=0.9, distance_m=1),)
    tickets.upsert([replace(make_ticket("a2"), candidates=stranger, unknown_probability=0.1)])

    told = tickets.get("a2").recommendation
    assert "0 of no cap" in [one.value for one in told.inputs]


def test_a_page_of_many_asks_no_more_often_than_a_page_of_one(engine: Engine, tickets: Tickets) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    tickets.page(Wanted())
    one = len(asked)
    tickets.upsert([replace(make_ticket(f"b{number}"), candidates=LEAD) for number in range(30)])
    asked.clear()
    tickets.page(Wanted())

    assert len(asked) == one > 8
