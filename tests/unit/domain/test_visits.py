"""Passes of a fence: told once each, raised where the air was, and forgotten after two hours."""

import numpy as np
import pytest
import shapely

from domain.channels import MINUTE_MS
from domain.geo import Projection
from domain.readings import FloatArray, Readings
from domain.road_cells import cell_map_of
from domain.ticket import PassedBy
from domain.visits import KEPT_MS, Ways, drive, no_ways, passed_by
from tests.builders import LAT, LON, START_MS, a_site, an_enterprise
from tests.builders_vehicles import Patrol, eastwards
from tests.builders_vehicles import drive as driven

SITE = a_site(2, enterprises=(an_enterprise("e-1", 400, 60), an_enterprise("e-2", 400, 1500)))
CELLS = cell_map_of(SITE, Projection(LON, LAT))
NEAR, FAR = CELLS.grounds.geometries
CLEAN, PLUME = 40.0, 240.0


def a_pass(minute: int, *, raised: bool = False, sensor: int = 0, way: FloatArray | None = None) -> Readings:
    """Drive a minute along the road beside e-1; a plume lies over 200 m of it."""
    way = eastwards(60, 13.0) if way is None else way
    values = np.full(len(way), CLEAN)
    values[(way[:, 0] > 300) & (way[:, 0] < 500) & raised] = PLUME
    return driven(way, values, sensor=sensor, begin_s=60.0 * minute)


def ways_of(*drives: Readings, until_min: int = 0) -> Ways:
    patrol, ways = Patrol(CELLS), no_ways()
    minutes = sorted((int(rows.time_ms[0] - START_MS) // MINUTE_MS, at) for at, rows in enumerate(drives))
    by_minute = {minute: [drives[at] for other, at in minutes if other == minute] for minute, _ in minutes}
    for minute in range(max(until_min, max(by_minute)) + 1):
        patrol.minute(minute, *by_minute.get(minute, [drives[0].take(slice(0, 0))]))
        ways = drive(ways, patrol.seen, START_MS + minute * MINUTE_MS, patrol.floor_ugm3)
    return ways


@pytest.mark.parametrize("raised", [(False, False, False), (True, False, True), (True, True, True)])
def test_every_pass_counts_once_and_is_raised_where_the_air_was(raised: tuple[bool, ...]) -> None:
    ways = ways_of(*(a_pass(20 * number, raised=one) for number, one in enumerate(raised)))
    assert passed_by(ways, NEAR) == PassedBy(count=3, raised=sum(raised))


def test_two_vehicles_are_two_passes_each_with_its_own_air() -> None:
    ways = ways_of(a_pass(3, raised=True), a_pass(3, sensor=1))
    assert passed_by(ways, NEAR) == PassedBy(count=2, raised=1)


def test_who_drives_elsewhere_passes_nothing() -> None:
    assert passed_by(ways_of(a_pass(3, raised=True)), FAR) == PassedBy(count=0, raised=0)
    assert passed_by(no_ways(), NEAR) == PassedBy(count=0, raised=0)


def test_who_waits_beside_a_fence_passes_it_once() -> None:
    rng = np.random.default_rng(1)
    waits = [a_pass(minute, way=np.array([400.0, 0.0]) + rng.normal(0, 8, (60, 2))) for minute in range(10)]
    assert passed_by(ways_of(*waits), NEAR) == PassedBy(count=1, raised=0)


def test_ways_are_forgotten_after_two_hours() -> None:
    kept_min = KEPT_MS // MINUTE_MS
    ways = ways_of(a_pass(0, raised=True), a_pass(kept_min - 1), until_min=kept_min + 2)
    assert passed_by(ways, NEAR) == PassedBy(count=1, raised=0)
    assert len(ways_of(a_pass(0), until_min=kept_min + 2).time_ms) == 0


def test_a_ground_is_any_shape() -> None:
    both = shapely.union(NEAR, FAR)
    assert passed_by(ways_of(a_pass(3, raised=True)), both) == PassedBy(count=1, raised=1)
