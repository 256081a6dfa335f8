"""Where bursts of two sensors often meet by chance a ticket needs more evidence, and mostly a second look."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.pipeline import make_ready
from domain.rarity import HABIT_MOST
from domain.second_look import GROWN, MANY, SURE, USUAL, WITHIN_MIN, costs_of_bursts, is_enough, linked_of
from domain.ticket import Ticket
from tests.builders import START_MS, Ran, air, joined, messages, run, wind
from tests.builders_plume import emit
from tests.unit.domain.test_following import MINUTES, SITE, SOUTH

FIRST = 1000
JUST_BELOW = -1e-9


def costs_where(meet: float, linked: float = 32.0) -> float:
    """Return the costs where so many of the stations about one are loud at any moment."""
    return costs_of_bursts(np.full(5, meet / linked, np.float32), linked)


def test_where_bursts_meet_no_oftener_than_usual_a_ticket_needs_no_more() -> None:
    assert [costs_where(meet) for meet in (0.0, USUAL / 2, USUAL - 1e-6)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("linked", [2.0, 32.0, 500.0])
def test_where_they_do_it_needs_more_by_the_logarithm_up_to_a_limit(linked: float) -> None:
    assert costs_where(USUAL * np.e**0.7, linked) == pytest.approx(0.7, abs=1e-6)
    assert costs_where(USUAL * np.e**9, linked) == HABIT_MOST


def test_stations_are_linked_with_themselves_and_with_those_within_the_distance() -> None:
    row = np.array([[0.0, 0.0], [100.0, 0.0], [300.0, 0.0]])
    assert [linked_of(row, far) for far in (50.0, 100.0, 200.0, 300.0)] == [1.0, 5 / 3, 7 / 3, 3.0]


@pytest.mark.parametrize("bursts", [0.0, MANY])
def test_too_little_evidence_is_never_enough(bursts: float) -> None:
    assert not is_enough(JUST_BELOW, FIRST, FIRST + 2, bursts)


@pytest.mark.parametrize("bursts", [0.0, MANY - 0.01])
def test_where_bursts_are_no_commoner_than_usual_one_look_is_enough(bursts: float) -> None:
    assert is_enough(0.0, 0.0, FIRST, bursts)


def test_much_evidence_needs_no_second_look() -> None:
    assert is_enough(SURE, 0.0, FIRST, MANY)
    assert not is_enough(SURE - 0.01, 0.0, FIRST, MANY)


def test_at_the_second_look_the_evidence_must_have_grown() -> None:
    assert is_enough(GROWN, FIRST, FIRST + 2, MANY)
    assert not is_enough(GROWN - 0.01, FIRST, FIRST + 2, MANY)


def test_a_look_long_after_the_first_is_a_first_one() -> None:
    assert is_enough(GROWN, FIRST, FIRST + WITHIN_MIN, MANY)
    assert not is_enough(GROWN, FIRST, FIRST + WITHIN_MIN + 1, MANY)


def ticket_of(strength: float, times: float) -> Ticket:
    """Return the ticket of a plume where each sensor has been loud so many times as often as is usual."""
    rows = joined(emit(air(SITE, MINUTES), SITE, SOUTH, (20, 45), strength, from_deg=270.0))
    before, *after = messages(rows, wind(MINUTES, 270.0), [START_MS + 19 * MINUTE_MS])
    state = run(SITE, [before]).state
    window = replace(state.correlate.window, loud=state.correlate.window.loud * np.float32(times))
    state = replace(state, correlate=replace(state.correlate, window=window))
    (ticket,) = Ran(state).take(after, make_ready(SITE)).last.values()
    return ticket


def test_where_bursts_are_common_a_plume_opens_its_ticket_at_the_second_look() -> None:
    usual, common = ticket_of(60.0, 1.0), ticket_of(60.0, 3.0)
    assert common.opened_at == usual.opened_at + timedelta(minutes=2)
    assert common.candidates[0].enterprise_id == usual.candidates[0].enterprise_id == "south"
