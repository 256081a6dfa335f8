"""Satellite products on both databases: kept once, told to the tickets of that hour, always with their reason."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, select

from alerts.lifecycle import MoveKind
from alerts.store import Tickets
from alerts.store.engine import reading
from alerts.store.models import AuditRow
from alerts.supervision.office import Office
from alerts.supervision.satellite import find_grid, keep_grid, list_grids, values_of, zone_box
from domain.problem import Problem
from domain.supervision.grids import Grid, Quantity
from domain.ticket import Action, Recommendation, Ticket
from tests.builders_alerts import make_move, make_ticket
from tests.builders_office import NOON, an_office

HOUR = timedelta(hours=1)
LON, LAT = 116.51, 39.79
FIRM = ("two_sensors_agree", "upwind_probability_high")


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(engine)


@pytest.fixture
def tickets(engine: Engine) -> Tickets:
    return Tickets(engine)


def a_grid(place: float, at: datetime = NOON, quantity: Quantity = Quantity.AEROSOL) -> Grid:
    """Seven by seven cells of 0.02 degrees about the ticket's place."""
    values = np.tile(np.array([9, 10, 11, 10, 9, 10, 11], np.float32), (7, 1))
    values[3, 3] = place
    edges = {"west": LON - 0.07, "east": LON + 0.07, "south": LAT - 0.07, "north": LAT + 0.07}
    return Grid(product="MODIS <b>", quantity=quantity, unit="1", at=at, values=values, **edges)


def a_ticket(*reasons: str, action: Action = Action.WATCH) -> Ticket:
    told = Recommendation(action=action, reasons=reasons)
    return replace(make_ticket("a1", opened_at=NOON), recommendation=told)


def test_a_product_is_kept_once_and_given_back_as_it_was(office: Office, engine: Engine) -> None:
    first, again = keep_grid(office, a_grid(50.0), "analyst"), keep_grid(office, a_grid(50.0), "analyst")

    assert (first.is_new, again.is_new, first.grid_id) == (True, False, again.grid_id)
    (row,) = list_grids(office)
    assert (row.rows, row.columns, row.product) == (7, 7, "MODIS <b>")
    values = values_of(find_grid(office, row.grid_id))
    assert values[3][3] == 50.0
    with reading(engine) as session:
        acts = [(act.who, act.what, act.subject) for act in session.scalars(select(AuditRow))]
    assert acts == [("analyst", "satellite.imported", first.grid_id)]


def test_missing_values_are_null(office: Office) -> None:
    kept = keep_grid(office, a_grid(float("nan")), "analyst")
    assert values_of(find_grid(office, kept.grid_id))[3][3] is None


def test_what_it_saw_raises_or_lowers_the_advice_with_its_reason_shown(office: Office, tickets: Tickets) -> None:
    tickets.upsert([a_ticket(*FIRM, "evidence_thin")])
    before, seq = tickets.get("a1").recommendation, tickets.last_change()
    assert before.action is Action.WATCH

    kept = keep_grid(office, a_grid(50.0), "analyst")

    after = tickets.get("a1").recommendation
    assert kept.tickets == ("a1",)
    assert (after.action, after.score) == (Action.DISPATCH, before.score + 1)
    assert after.reasons[-1] == "satellite_raised" or "satellite_raised" in after.reasons
    (seen,) = [one for one in after.inputs if one.name == "satellite"]
    assert (seen.points, seen.value.startswith("aerosol 50 1, +")) == (1.0, True)
    assert len(tickets.changes_since(seq)) == 1


def test_nothing_raised_there_weakens_it(office: Office, tickets: Tickets) -> None:
    tickets.upsert([a_ticket(*FIRM, action=Action.DISPATCH)])
    keep_grid(office, a_grid(5.0), "analyst")

    advice = tickets.get("a1").recommendation
    assert advice.action is Action.WATCH
    assert "satellite_not_raised" in advice.reasons


@pytest.mark.parametrize(
    "grid",
    [
        a_grid(50.0, NOON - timedelta(minutes=3) - HOUR - timedelta(seconds=1)),
        a_grid(50.0, quantity=Quantity.NO2),
        a_grid(float("nan")),
    ],
)
def test_a_product_of_another_hour_or_pollutant_or_without_value_says_nothing(office, tickets, grid: Grid) -> None:
    tickets.upsert([a_ticket(*FIRM)])
    before, seq = tickets.get("a1").recommendation, tickets.last_change()

    assert keep_grid(office, grid, "analyst").tickets == ()

    assert tickets.get("a1").recommendation == before
    assert tickets.changes_since(seq) == []


def test_what_a_person_decided_keeps_the_advice_of_then(office: Office, tickets: Tickets) -> None:
    tickets.upsert([a_ticket(*FIRM)])
    tickets.decide("a1", make_move(MoveKind.DISPATCH, at=NOON))
    before = tickets.get("a1").recommendation
    keep_grid(office, a_grid(5.0), "analyst")

    assert tickets.get("a1").recommendation == before


def test_of_two_the_nearest_in_time_counts(office: Office, tickets: Tickets) -> None:
    tickets.upsert([a_ticket(*FIRM)])
    keep_grid(office, a_grid(5.0, NOON - HOUR), "analyst")
    keep_grid(office, a_grid(50.0, NOON), "analyst")

    assert "satellite_raised" in tickets.get("a1").recommendation.reasons


def test_a_wrong_product_leaves_no_trace(office: Office) -> None:
    with pytest.raises(Problem, match="in the future"):
        keep_grid(office, a_grid(5.0, NOON + HOUR), "analyst")
    with pytest.raises(Problem, match="no satellite product"):
        find_grid(office, "none")
    assert list_grids(office) == []


def test_products_are_cut_to_half_a_degree_around_the_zone(office: Office) -> None:
    assert zone_box(office) == pytest.approx((116.0, 39.28, 117.001, 40.281))
