"""Where the wind of the last minutes has carried air."""

import numpy as np
import pytest

from domain.attribution import ZoneWind
from domain.trail import TRAIL_MIN, blow, carried, no_trail

WEST, SOUTH = ZoneWind(2.0, 270.0), ZoneWind(2.0, 180.0)
NOBODY = ZoneWind(float("nan"), float("nan"))


def test_steady_wind_carries_straight_on() -> None:
    moved, way = carried(blow(no_trail(), WEST, 30), 0, np.array([0.5, 10.0, 20.0]))
    assert moved == pytest.approx(np.array([[60.0, 0.0], [1200.0, 0.0], [2400.0, 0.0]]), abs=1e-6)
    assert way == pytest.approx([60.0, 1200.0, 2400.0])


def test_air_goes_the_way_the_wind_turned() -> None:
    trail = blow(blow(no_trail(), WEST, 10), SOUTH, 10)
    moved, way = carried(trail, 0, np.array([10.0, 20.0]))
    assert moved == pytest.approx(np.array([[0.0, 1200.0], [1200.0, 1200.0]]), abs=1e-6)
    assert way == pytest.approx([1200.0, 2400.0])


def test_air_of_earlier_minutes_knows_nothing_of_the_wind_after() -> None:
    trail = blow(blow(no_trail(), WEST, 10), SOUTH, 10)
    moved, _ = carried(trail, 10, np.array([5.0]))
    assert moved == pytest.approx(np.array([[600.0, 0.0]]), abs=1e-6)


def test_wind_that_returns_brings_air_back_by_a_long_way() -> None:
    trail = blow(blow(no_trail(), WEST, 10), ZoneWind(2.0, 90.0), 10)
    moved, way = carried(trail, 0, np.array([20.0]))
    assert moved == pytest.approx(np.zeros((1, 2)), abs=1e-6)
    assert way == pytest.approx([2400.0])


def test_minutes_that_were_not_judged_had_the_wind_of_the_next_one() -> None:
    stepwise = no_trail()
    for _ in range(7):
        stepwise = blow(stepwise, WEST, 1)
    assert blow(no_trail(), WEST, 7).east_ms.tolist() == stepwise.east_ms.tolist()


def test_a_wind_that_nobody_measured_carries_nothing() -> None:
    moved, way = carried(blow(no_trail(), NOBODY, 20), 0, np.array([15.0]))
    assert (moved.tolist(), way.tolist()) == ([[0.0, 0.0]], [0.0])
    moved, way = carried(no_trail(), 0, np.array([15.0]))
    assert (moved.tolist(), way.tolist()) == ([[0.0, 0.0]], [0.0])


def test_before_the_trail_begins_its_oldest_wind_counts() -> None:
    moved, _ = carried(blow(blow(no_trail(), WEST, 1), SOUTH, 1), 0, np.array([10.0]))
    assert moved == pytest.approx(np.array([[9 * 120.0, 120.0]]), abs=1e-6)


def test_what_is_remembered_stays_bounded() -> None:
    trail = blow(blow(no_trail(), WEST, 10_000), SOUTH, 3)
    assert len(trail.east_ms) == len(trail.north_ms) == TRAIL_MIN
