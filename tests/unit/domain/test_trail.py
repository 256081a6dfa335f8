"""Where the wind of the last minutes has carried air, and how far its direction is believed."""

from dataclasses import replace

import numpy as np
import pytest

from domain.attribution import ZoneWind
from domain.trail import (
    ANYWHERE_DEG,
    BLIND_MS,
    FRESH_MIN,
    SPLIT_DEG,
    STRAYS_DEG,
    STUCK_DEG,
    TRAIL_MIN,
    blow,
    carried,
    is_blind,
    no_trail,
    stray_deg,
)

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


def test_of_a_wind_that_nobody_ever_measured_no_direction_is_believed() -> None:
    trail = blow(no_trail(), NOBODY, 20)
    assert is_blind(trail)
    assert stray_deg(trail, 20) == stray_deg(no_trail(), 20) == ANYWHERE_DEG
    _, way = carried(trail, 0, np.array([15.0]))
    assert way == pytest.approx([15.0 * 60.0 * BLIND_MS])
    moved, way = carried(no_trail(), 0, np.array([15.0]))
    assert (moved.tolist(), way.tolist()) == ([[0.0, 0.0]], [0.0])


def test_a_wind_goes_on_when_its_vane_falls_silent_and_is_believed_less_and_less() -> None:
    trail = blow(blow(no_trail(), WEST, 60), NOBODY, 120)
    assert trail.east_ms.tolist() == pytest.approx([2.0] * TRAIL_MIN)
    assert stray_deg(trail, 1) == pytest.approx(STRAYS_DEG * np.sqrt(120.0))
    assert (np.diff(trail.stale_deg[-120:]) > 0.0).all()
    assert not is_blind(trail)
    trail = blow(trail, NOBODY, TRAIL_MIN)
    assert is_blind(blow(trail, NOBODY, TRAIL_MIN))


def test_a_wind_of_an_hour_ago_is_believed_less_than_a_new_one() -> None:
    old = replace(WEST, age_min=60.0, stood_min=59.0)
    assert stray_deg(blow(no_trail(), WEST, 60), 60) == 0.0
    assert stray_deg(blow(no_trail(), old, 1), 1) == pytest.approx(STRAYS_DEG * np.sqrt(60.0 - FRESH_MIN))


def test_an_hourly_wind_has_turned_evenly_from_one_word_to_the_next() -> None:
    trail = no_trail()
    for minute in range(60):
        trail = blow(trail, replace(WEST, age_min=1.0 + minute, stood_min=float(minute)), 1)
    before = stray_deg(trail, 60)
    trail = blow(trail, SOUTH, 1)
    assert np.diff(trail.east_ms) == pytest.approx(-2.0 / 60.0)
    assert np.diff(trail.north_ms) == pytest.approx(2.0 / 60.0)
    assert 0.0 < stray_deg(trail, 60) < before
    assert trail.stale_deg[[0, -1]].tolist() == [0.0, 0.0]


def test_what_was_blown_before_the_first_vane_spoke_is_taken_from_its_first_word() -> None:
    trail = blow(blow(no_trail(), NOBODY, 30), WEST, 1)
    assert trail.east_ms == pytest.approx(2.0)
    assert stray_deg(trail, 30) < STRAYS_DEG * np.sqrt(30.0)


def test_a_vane_that_is_found_stuck_has_long_been() -> None:
    trail = blow(blow(no_trail(), WEST, 100), replace(WEST, is_stuck=True), 1)
    assert not is_blind(trail)
    assert stray_deg(trail, 100) == pytest.approx(STUCK_DEG)


def test_vanes_that_disagree_make_a_doubtful_wind_and_those_that_nearly_agree_do_not() -> None:
    near, far = (blow(no_trail(), replace(WEST, split_deg=split), 30) for split in (SPLIT_DEG, 35.0))
    assert stray_deg(near, 30) == pytest.approx(0.0, abs=1e-6)
    assert stray_deg(far, 30) == pytest.approx(np.sqrt(35.0**2 - SPLIT_DEG**2))


def test_before_the_trail_begins_its_oldest_wind_counts() -> None:
    moved, _ = carried(blow(blow(no_trail(), WEST, 1), SOUTH, 1), 0, np.array([10.0]))
    assert moved == pytest.approx(np.array([[9 * 120.0, 120.0]]), abs=1e-6)


def test_what_is_remembered_stays_bounded() -> None:
    trail = blow(blow(no_trail(), WEST, 10_000), SOUTH, 3)
    assert len(trail.east_ms) == len(trail.north_ms) == TRAIL_MIN
