"""A plume swings about the zone's wind: all its ways are weighed, and what swings is told from what stands."""

import itertools

import numpy as np
import pytest

from domain.attribution import ZoneWind
from domain.plume import AGE_MIN, at_once
from domain.roadside import TRACERS
from domain.swing import TURNS, turns_deg, ways
from domain.swung import Swung, swung
from domain.swung_cells import Trust
from domain.trail import blow, carried, no_trail
from domain.witnesses import Seen

MIDDLE = TURNS // 2
BINS = 12
LOUD = 20.0


def test_the_sum_over_all_ways_is_that_of_each_way_by_itself() -> None:
    score = np.random.default_rng(1).normal(0.0, 4.0, (2, 3, TURNS))
    total, likely = ways(score)
    alone = np.full((2, TURNS, TURNS, TURNS), -np.inf)
    for way in itertools.product(range(TURNS), repeat=3):
        only = np.full_like(score, -1e9)
        for number, turn in enumerate(way):
            only[:, number, turn] = score[:, number, turn]
        alone[:, *way], _ = ways(only)
    assert total == pytest.approx(np.logaddexp.reduce(alone.reshape(2, -1), axis=1))
    by_last = np.logaddexp.reduce(alone.reshape(2, -1, TURNS), axis=1)
    assert likely[:, -1] == pytest.approx(np.exp(by_last - total[:, np.newaxis]))


def test_where_no_turn_says_more_than_another_nothing_is_gained() -> None:
    total, likely = ways(np.zeros((1, BINS, TURNS)))
    assert total == pytest.approx(0.0)
    assert likely.sum(axis=2) == pytest.approx(1.0)
    assert likely[0].argmax(axis=1) == pytest.approx(MIDDLE)


def test_a_turn_that_was_seen_in_one_bin_is_likelier_in_the_next() -> None:
    score = np.zeros((1, BINS, TURNS))
    score[0, 2, 0] = 20.0
    _, likely = ways(score)
    assert likely[0, 2, 0] > 0.99
    assert likely[0, 3, 0] > 2.0 * likely[0, BINS - 1, 0]
    assert likely[0, 1, 0] > likely[0, 0, 0]


def test_light_air_turns_a_plume_farther_and_all_turns_lie_about_the_wind() -> None:
    light, fresh = (
        turns_deg(at_once(*carried(blow(no_trail(), ZoneWind(speed_ms, 270.0), 90), 0, AGE_MIN), 90.0), 1.0)
        for speed_ms in (0.5, 5.0)
    )
    assert light[-1] > 1.5 * fresh[-1]
    assert fresh + fresh[::-1] == pytest.approx(0.0)
    assert fresh[MIDDLE] == 0.0


def weighed(score: np.ndarray, most: float = 50.0, begins: int = 0) -> Swung:
    """Weigh two sources: the first reaches the left or the right one of two sensors as it swings, the second both."""
    told = np.zeros((TURNS, 2, BINS, 2), np.float32)
    told[:MIDDLE, 0, :, 0] = told[MIDDLE + 1 :, 0, :, 1] = 1.0
    told[:, 1] = 1.0
    told[:, :, :begins] = 0.0
    block = np.zeros((BINS, 2, TRACERS), np.float32)
    block[..., 2] = score
    seen = Seen(np.zeros((2, 2)), block, np.ones_like(block), np.ones(block.shape, np.bool_))
    trust = Trust(np.array([False, False, True]), np.full(2, most), 0.0, np.ones(2))
    return swung(told, seen, np.ones((2, TRACERS)), trust, 1.0)


def test_what_passes_two_sensors_in_turn_swings_and_what_both_see_at_once_does_not() -> None:
    in_turn, at_once = np.zeros((BINS, 2)), np.full((BINS, 2), LOUD)
    in_turn[:6, 0] = in_turn[6:, 1] = LOUD
    for told in (weighed(in_turn).compared, weighed(in_turn).noticed):
        assert told[0] > told[1] + 0.5
    for told in (weighed(at_once).compared, weighed(at_once).noticed):
        assert told[1] > told[0] + 1.0


def test_sensors_say_no_more_than_they_may() -> None:
    at_once = np.full((BINS, 2), 1000.0)
    little, much = weighed(at_once, most=3.0), weighed(at_once)
    assert max(little.compared[1], little.noticed[1]) < 2 * 3.0 + 1.0
    assert min(much.compared[1], much.noticed[1]) > 2 * 3.0 + 1.0


def test_against_no_source_the_first_bin_is_a_whole_look_and_an_hour_the_same_for_both() -> None:
    score = np.full((BINS, 2), LOUD)
    first, hour = weighed(score, begins=BINS - 1), weighed(score)
    assert first.noticed[1] > first.compared[1] + 1.0
    assert hour.noticed[1] == pytest.approx(hour.compared[1], abs=1e-6)


def test_where_nothing_is_loud_no_source_is_likelier_than_none() -> None:
    quiet = weighed(np.zeros((BINS, 2)))
    assert max(*quiet.compared, *quiet.noticed) < 0.0
