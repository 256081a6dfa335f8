"""NOx alone on a road, pass after pass, is the decision `traffic`, told once; what a place emits is none."""

import numpy as np
import pytest
from shapely.geometry import LineString

from domain.channels import POLLUTANTS
from domain.decisions import Decision, DecisionMade
from domain.pipeline import make_ready
from domain.readings import Readings
from domain.site import Road
from domain.traffic import hold_traffic
from domain.zone import Zone
from tests.builders import START_MS, a_site, at
from tests.builders_vehicles import Patrol, drive, eastwards

ROAD = Road(road_id="r-1", name="Ring", geometry=LineString([at(0, 0), at(3000, 0)]))
CLEAN, MORE = 40.0, 100.0


@pytest.fixture(scope="module")
def zone() -> Zone:
    return make_ready(a_site(2, roads=(ROAD,))).zone


def a_pass(minute: int, channels: tuple[str, ...]) -> Readings:
    way = eastwards(60)
    rows = drive(way, np.full(60, CLEAN), sensor=0, begin_s=60.0 * minute)
    inside = (way[:, 0] >= 300.0) & (way[:, 0] < 450.0)
    for name in channels:
        rows.values[inside, POLLUTANTS.index(name)] += MORE
    return rows


def told(zone: Zone, channels: tuple[str, ...], passes: int = 4) -> list[DecisionMade]:
    patrol, known, made = Patrol(zone.cells), (), []
    for number in range(passes):
        minute = 20 * number
        patrol.minute(minute, a_pass(minute, channels))
        known, new = hold_traffic(known, patrol.state, patrol.seen, START_MS + minute, zone)
        made += new
    return made


def test_nox_alone_on_repeated_passes_is_traffic_and_told_once(zone: Zone) -> None:
    made = told(zone, ("nox",))

    assert {one.name for one in made} == {Decision.TRAFFIC}
    assert 0 < len(made) == len({one.key for one in made})
    assert told(zone, ("nox",), passes=2) == made


def test_one_pass_is_not_even_traffic(zone: Zone) -> None:
    assert told(zone, ("nox",), passes=1) == []


def test_particles_beside_nox_are_no_traffic(zone: Zone) -> None:
    assert told(zone, ("nox", "pm10")) == []


def test_clean_roads_tell_nothing(zone: Zone) -> None:
    assert told(zone, ()) == []
