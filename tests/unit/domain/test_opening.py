"""Whether what a group of sensors tells is enough for a ticket."""

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.finding import Belief, Finding
from domain.opening import (
    BESIDE_COSTS,
    LONE_COSTS,
    LONE_STATIONS,
    WIDER,
    WIDER_MOST,
    WIDER_SHARE,
    costs_beside,
    needed,
    telling_odds,
)
from domain.pipeline import make_ready
from domain.readings import FloatArray
from tests.builders import START_MS, a_site, an_enterprise, joined, messages, run, wind
from tests.unit.domain.test_following import MINUTES, SITE, one_plume

ZONE = make_ready(a_site(3, enterprises=(an_enterprise("only", 250.0, 500.0),))).zone
FREE = np.zeros(4)


def found(odds: float, agreeing: int = 2, wide_odds: float = -99.0) -> Finding:
    """Return what is sure of the only place."""
    share = np.zeros(len(ZONE.sources.xy_m))
    share[0] = 1.0
    belief = Belief(odds, odds, share, share[:1], 0.0, *ZONE.sources.xy_m[0].tolist())
    return Finding(belief, wide_odds, 0, np.arange(2), np.arange(2), np.full(2, 3.0), (0,), agreeing)


def convinces(told: Finding, costs: FloatArray = FREE) -> bool:
    return telling_odds(told) >= needed(told, costs, ZONE)


def test_a_ticket_opens_on_the_odds_of_the_rules_and_not_below() -> None:
    assert convinces(found(ZONE.rules.open_odds))
    assert not convinces(found(ZONE.rules.open_odds - 0.01))


@pytest.mark.parametrize("dearer", [0.5, np.inf])
def test_what_costs_more_needs_as_much_more(dearer: float) -> None:
    assert not convinces(found(ZONE.rules.open_odds + min(dearer, 99.0) - 0.01), FREE + dearer)


@pytest.mark.parametrize("wider", [0.0, WIDER, WIDER + 1.0, 99.0])
def test_several_sensors_that_suit_a_wide_plume_better_than_one_that_swings_need_more(wider: float) -> None:
    needed = ZONE.rules.open_odds + min(WIDER_SHARE * max(wider - WIDER, 0.0), WIDER_MOST)
    assert convinces(found(needed + 1e-9, wide_odds=needed + wider))
    assert not convinces(found(needed - 0.01, wide_odds=needed - 0.01 + wider))


def test_one_sensor_alone_needs_more_than_two_and_the_wide_plume_tells() -> None:
    needed = ZONE.rules.open_odds + LONE_COSTS + float(np.log(len(ZONE.xy_m) / LONE_STATIONS))
    assert convinces(found(np.nan, agreeing=1, wide_odds=needed))
    assert not convinces(found(99.0, agreeing=1, wide_odds=needed - 0.01))


def test_beside_a_ticket_that_lives_another_needs_more_and_far_from_it_no_more() -> None:
    before, *_ = messages(joined(one_plume()), wind(MINUTES, 270.0), [START_MS + 40 * MINUTE_MS])
    incidents = list(run(SITE, [before]).state.correlate.incidents)
    zone = make_ready(SITE).zone
    (near, *_), far = incidents[0].claimed, len(SITE.sensors) - 1
    assert costs_beside(near, incidents, zone) == BESIDE_COSTS
    assert np.hypot(*(zone.xy_m[far] - zone.xy_m[list(incidents[0].claimed)]).T).min() > zone.rules.link_m
    assert costs_beside(far, incidents, zone) == 0.0
    assert costs_beside(near, [], zone) == 0.0
