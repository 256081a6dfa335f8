"""Who is sent: to a likely source, and to nobody while it may well be somebody whom nobody registered."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attribution import ZoneWind
from domain.channels import MINUTE_MS
from domain.incident import Incident
from domain.recommend import DOUBTED_ODDS, FIRM_ODDS, SURE, UNKNOWN_MOST, recommend
from domain.second_look import MANY
from domain.ticket import Action
from domain.times import to_datetime
from tests.builders import START_MS, a_site, air, an_enterprise, joined, messages, run
from tests.builders import wind as blowing
from tests.builders_plume import emit

SOUTH, NORTH = (250.0, 500.0), (250.0, 3000.0)
SITE = a_site(8, enterprises=(an_enterprise("south", *SOUTH), an_enterprise("north", *NORTH)))
WIND = ZoneWind(2.5, 270.0)
NOW_MS = START_MS + 40 * MINUTE_MS


@pytest.fixture(scope="module")
def incident() -> Incident:
    """Return an incident of several sensors, 20 minutes after the southern enterprise began to emit."""
    rows = emit(air(SITE, 60), SITE, SOUTH, (20, 45), 80.0, from_deg=270.0)
    before, *_ = messages(joined(rows), blowing(60, 270.0), [NOW_MS])
    (found,) = run(SITE, [before]).state.correlate.incidents
    return replace(found, belief=replace(found.belief, odds=9.0))


def advised(
    incident: Incident, leader: float, unknown: float, before: Action | None = None, wind: ZoneWind = WIND
) -> Action:
    """Return what is advised where the first place has `leader`, and was advised `before`."""
    ticket = incident.ticket
    if before is not None and ticket is not None:
        ticket = replace(ticket, recommendation=replace(ticket.recommendation, action=before))
    known = replace(incident, ticket=ticket if before else None)
    probability = np.array([leader, 1.0 - leader - unknown])
    advice = recommend(known, probability, unknown, wind=wind, site=SITE, at=to_datetime(NOW_MS))
    return advice.recommendation.action


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_somebody_is_sent_to_a_likely_place_unless_it_may_well_be_an_unknown_one(
    incident: Incident, leader: float, rest: float
) -> None:
    unknown = (1.0 - leader) * rest
    sent = advised(incident, leader, unknown) is Action.DISPATCH
    other = 1.0 - leader - unknown
    assert sent == (max(leader, other) >= SURE and unknown <= UNKNOWN_MOST)


@pytest.mark.parametrize(
    ("bursts", "more"), [(0.0, 0.0), (MANY - 0.01, 0.0), (MANY, DOUBTED_ODDS), (1.0, DOUBTED_ODDS)]
)
def test_nobody_is_sent_on_thin_evidence_and_more_is_needed_where_bursts_meet_often(
    incident: Incident, bursts: float, more: float
) -> None:
    enough = SITE.rules.correlate.open_odds + FIRM_ODDS + more
    asked = [
        replace(incident, bursts=bursts, belief=replace(incident.belief, odds=odds)) for odds in (enough, enough - 0.01)
    ]
    assert [advised(one, 0.9, 0.05) for one in asked] == [Action.DISPATCH, Action.WATCH]


@pytest.mark.parametrize(("leader", "unknown"), [(0.6, 0.33), (0.42, 0.25)])
def test_an_advice_to_go_does_not_change_with_every_gust(incident: Incident, leader: float, unknown: float) -> None:
    stands = advised(incident, leader, unknown, Action.DISPATCH)
    assert (stands, advised(incident, leader, unknown, Action.WATCH)) == (Action.DISPATCH, Action.WATCH)


def test_nobody_is_sent_any_more_when_unknown_has_become_likely(incident: Incident) -> None:
    assert advised(incident, 0.55, 0.4, Action.DISPATCH) is Action.WATCH


@pytest.mark.parametrize(
    "wind",
    [
        ZoneWind(float("nan"), float("nan")),
        replace(WIND, is_stuck=True),
        replace(WIND, split_deg=30.0),
        replace(WIND, age_min=100.0),
    ],
    ids=["nobody", "stuck", "split", "old"],
)
def test_nobody_is_sent_upwind_of_a_wind_that_nobody_believes(incident: Incident, wind: ZoneWind) -> None:
    assert advised(incident, 0.95, 0.0) is Action.DISPATCH
    assert advised(incident, 0.95, 0.0, wind=wind) is Action.WATCH
    assert advised(incident, 0.95, 0.0, Action.DISPATCH, wind=wind) is Action.DISPATCH
