"""Puffs through steady wind add up to a plume: mass, direction, height and spread."""

import numpy as np
import pytest

from domain.attribution import ZoneWind
from domain.plume import AGE_MIN, INLET_SIGMA_M, STAY_MIN, WANDER_MS, Winds, at_once, footprint
from domain.readings import FloatArray
from domain.trail import blow, carried, carried_at, no_trail

SPEED_MS = 3.0
OLD_MIN = 90.0


def seen(
    receptors_m: FloatArray,
    *,
    height_m: float = 0.0,
    radius_m: float = 0.0,
    speed_ms: float = SPEED_MS,
    oldest_min: float = OLD_MIN,
) -> FloatArray:
    """Return what a source at the origin adds at each receptor in a steady wind from the west."""
    trail = blow(no_trail(), ZoneWind(speed_ms, 270.0), 90)
    winds = at_once(*carried(trail, 0, AGE_MIN), oldest_min)
    source = np.zeros((1, 2)), np.array([radius_m]), np.array([height_m])
    return footprint(*source, receptors_m, winds)[0, 0].astype(np.float64)


def line(along_m: float, step_m: float = 10.0, half_m: float = 3000.0) -> FloatArray:
    """Return receptors across the wind."""
    across = np.arange(-half_m, half_m + step_m, step_m)
    return np.column_stack([np.full(len(across), along_m), across])


@pytest.mark.parametrize("along_m", [300.0, 600.0, 1200.0, 2400.0])
def test_what_passes_a_line_across_the_wind_is_what_was_emitted(along_m: float) -> None:
    """At the ground the crosswind integral of a plume is √(2/π) / (σz u), whatever its width."""
    up_m = INLET_SIGMA_M + 0.14 * along_m / np.sqrt(1.0 + 0.0003 * along_m) + 0.1 * WANDER_MS * along_m / SPEED_MS
    expected = np.sqrt(2.0 / np.pi) / (up_m * SPEED_MS)
    assert 10.0 * seen(line(along_m)).sum() == pytest.approx(expected, rel=0.2)


def test_ages_follow_each_other_without_a_gap() -> None:
    begun = np.cumsum(STAY_MIN) - STAY_MIN
    assert ((begun <= AGE_MIN) & (np.cumsum(STAY_MIN) + 0.5 >= AGE_MIN)).all()
    assert STAY_MIN.sum() > AGE_MIN[-1]


def test_nothing_comes_against_the_wind() -> None:
    down, up = seen(np.array([[500.0, 0.0], [-500.0, 0.0]]))
    assert up < 1e-3 * down


def test_a_plume_thins_with_its_way_and_to_its_sides() -> None:
    near, far, aside = seen(np.array([[400.0, 0.0], [1600.0, 0.0], [400.0, 200.0]]))
    assert near > far > 0.0
    assert near > 3.0 * aside


def test_a_stack_spares_the_near_ground_and_hardly_the_far() -> None:
    where = np.array([[200.0, 0.0], [2500.0, 0.0]])
    share = seen(where, height_m=60.0) / seen(where)
    assert share[0] < 0.3
    assert share[1] > 0.8


def test_a_wide_ground_widens_the_plume_and_keeps_its_mass() -> None:
    point, yard = seen(line(1200.0)), seen(line(1200.0), radius_m=300.0)
    assert yard.max() < 0.9 * point.max()
    assert yard.sum() == pytest.approx(point.sum(), rel=0.05)


def test_wandering_air_widens_what_hardly_moves() -> None:
    def width(speed_ms: float) -> float:
        told = seen(line(600.0), speed_ms=speed_ms)
        return float(np.sqrt((told * line(600.0)[:, 1] ** 2).sum() / told.sum()))

    assert width(0.7) > 1.2 * width(5.0)


def test_calm_air_stays_about_its_source_on_all_sides() -> None:
    around = 200.0 * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    told = seen(around, speed_ms=0.0)
    assert told.min() > 0.0
    assert told == pytest.approx(np.full(4, told[0]), rel=1e-5)


def test_a_source_that_has_just_begun_has_not_arrived_far_away() -> None:
    where = np.array([[300.0, 0.0], [2000.0, 0.0]])
    young = seen(where, oldest_min=5.0) / seen(where)
    assert young[0] > 0.9
    assert young[1] < 0.05


def test_of_several_moments_the_mean_is_told() -> None:
    """A bin shows the mean of the plumes of its minutes, in a wind that turns from minute to minute."""
    trail = no_trail()
    for from_deg in (180.0, 225.0, 270.0, 315.0):
        trail = blow(trail, ZoneWind(SPEED_MS, from_deg), 1)
    place = np.zeros((1, 2)), np.array([5.0]), np.array([2.0])
    receptors_m = np.array([[40.0, 0.0], [30.0, 30.0], [0.0, 40.0], [-40.0, 0.0]])
    each = carried_at(trail, [0, 1, 2, 3], 0.1 * AGE_MIN)
    single = footprint(*place, receptors_m, Winds(*each, np.arange(4), np.full(4, OLD_MIN)), 0.1)
    together = footprint(*place, receptors_m, Winds(*each, np.zeros(4, np.int64), np.array([OLD_MIN])), 0.1)[:, 0]
    assert together == pytest.approx(single.mean(axis=1), rel=1e-4)
    assert (together[0, :3] > 0.1 * together.max()).all()  # each wind's sensor, though none has it for long
