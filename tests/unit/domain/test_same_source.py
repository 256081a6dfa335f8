"""Whether a group of loud sensors tells of a source that has its ticket already."""

from dataclasses import replace

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.correlate import CorrelateState
from domain.incident import Incident, believed_in
from domain.old_air import GONE_MIN
from domain.pipeline import make_ready
from domain.same_source import LEADS, is_known, same_source
from domain.search import search
from tests.builders import START_MS, a_site, air, an_enterprise, joined, messages, run, wind
from tests.builders_plume import emit

SOUTH, NORTH = (250.0, 500.0), (250.0, 3000.0)
SITE = a_site(8, enterprises=(an_enterprise("south", *SOUTH), an_enterprise("north", *NORTH)))
"""A zone of 3.5 km × 3.5 km."""
ZONE = make_ready(SITE).zone


@pytest.fixture(scope="module")
def seen() -> CorrelateState:
    """Return what is remembered 20 minutes after the southern enterprise began to emit."""
    rows = emit(air(SITE, 60), SITE, SOUTH, (20, 45), 80.0, from_deg=270.0)
    before, *_ = messages(joined(rows), wind(60, 270.0), [START_MS + 40 * MINUTE_MS])
    return run(SITE, [before]).state.correlate


def who_explains(seen: CorrelateState, believed: list[Incident]) -> int | None:
    """Return whose source explains what the plume's own sensors show, were they a group that nobody claims."""
    (incident,) = seen.incidents
    air_seen, free = (seen.window, seen.trail), np.ones(len(SITE.sensors), np.bool_)
    found = search(air_seen, np.array(incident.claimed), free, incident.first_bin, ZONE)
    assert found is not None
    return same_source(believed, found, air_seen, ZONE)


def sure_of(incident: Incident, place: int) -> Incident:
    share = np.zeros_like(incident.early_belief.share)
    share[place] = 1.0
    return replace(incident, early_belief=replace(incident.early_belief, share=share))


def test_what_a_ticket_s_source_shows_is_no_second_source(seen: CorrelateState) -> None:
    (incident,) = seen.incidents
    assert who_explains(seen, [incident]) == 0
    assert who_explains(seen, [sure_of(incident, 1), incident]) == 1


def test_a_source_elsewhere_explains_nothing_of_it(seen: CorrelateState) -> None:
    (incident,) = seen.incidents
    assert who_explains(seen, [sure_of(incident, 1)]) is None


def test_a_ticket_whose_air_has_left_holds_no_faint_source_back(seen: CorrelateState) -> None:
    (incident,) = seen.incidents
    air_seen, free = (seen.window, seen.trail), np.ones(len(SITE.sensors), np.bool_)
    found = search(air_seen, np.array(incident.claimed), free, incident.first_bin, ZONE)
    assert found is not None
    faint = replace(found, belief=replace(found.belief, odds=LEADS - 0.5))
    long_ago = replace(incident.peak, time_ms=incident.peak.time_ms - 2 * GONE_MIN * MINUTE_MS)
    gone = replace(sure_of(incident, 1), peak=long_ago)
    assert not is_known([gone], faint, incident.claimed, air_seen, ZONE)


def test_what_has_no_ticket_is_not_asked(seen: CorrelateState) -> None:
    (incident,) = seen.incidents
    assert who_explains(seen, [replace(incident, ticket=None)]) is None


def test_a_ticket_whose_sensors_are_out_of_reach_is_not_asked(seen: CorrelateState) -> None:
    (incident,) = seen.incidents
    away_m = np.hypot(*(ZONE.xy_m - ZONE.xy_m[list(incident.claimed)].mean(axis=0)).T)
    far = replace(ZONE, rules=replace(ZONE.rules, reach_m=1.0))
    free = np.ones(len(SITE.sensors), np.bool_)
    found = search((seen.window, seen.trail), np.array(incident.claimed), free, incident.first_bin, ZONE)
    assert found is not None
    elsewhere = replace(incident, claimed=(int(away_m.argmax()),))
    assert same_source([incident], found, (seen.window, seen.trail), far) == 0
    assert same_source([elsewhere], found, (seen.window, seen.trail), far) is None


@pytest.mark.parametrize("least_share", [0.0, 0.003, 0.9, 1.0])
def test_the_likeliest_place_is_always_among_those_believed_in(seen: CorrelateState, least_share: float) -> None:
    (incident,) = seen.incidents
    places = believed_in(incident, least_share)
    assert int(incident.early_belief.share.argmax()) in places.tolist()
    assert places.tolist() == sorted(set(places.tolist()))
