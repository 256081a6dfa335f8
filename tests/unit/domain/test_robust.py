"""Robust locations of groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.robust import grouped_median, steady_level

LAW = settings(max_examples=80, deadline=None, derandomize=True)
value = st.one_of(st.floats(0.0, 1000.0), st.just(float("nan")))
groups = st.lists(st.lists(value, min_size=1, max_size=20), min_size=1, max_size=6)


def joined(parts: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    begins = np.cumsum([0, *map(len, parts)])[:-1]
    return np.concatenate(parts)[:, np.newaxis], begins


@LAW
@given(groups)
def test_the_grouped_median_is_each_groups_median(parts: list[list[float]]) -> None:
    found = grouped_median(*joined(parts))[:, 0]
    for part, median in zip(parts, found.tolist(), strict=True):
        known = [item for item in part if not np.isnan(item)]
        assert median == pytest.approx(np.median(known)) if known else np.isnan(median)


@LAW
@given(groups)
def test_a_group_does_not_hear_the_others_and_stays_among_its_values(parts: list[list[float]]) -> None:
    found = steady_level(*joined(parts))[:, 0]
    for part, level in zip(parts, found.tolist(), strict=True):
        alone = steady_level(*joined([part]))[0, 0]
        assert level == alone or np.isnan([level, alone]).all()
        known = [item for item in part if not np.isnan(item)]
        assert min(known) <= level <= max(known) if known else np.isnan(level)


@LAW
@given(st.integers(0, 28), st.integers(0, 2**31))
def test_less_than_half_of_exhaust_does_not_move_the_level_beyond_the_clean_values(seconds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    clean = 40.0 * rng.lognormal(0.0, 0.05, 60 - seconds)
    spiked = np.concatenate([clean, rng.uniform(80.0, 900.0, seconds)])
    level = steady_level(spiked[:, np.newaxis], np.array([0]))[0, 0]
    assert clean.min() <= level <= clean.max()


def test_a_queue_of_25_s_moves_the_median_more_than_the_steady_level() -> None:
    rng = np.random.default_rng(4)
    moved = np.zeros((200, 2))
    for row in range(200):
        seconds = 40.0 * rng.lognormal(0.0, 0.1, 60)
        seconds[20:45] += rng.uniform(40.0, 300.0, 25)
        block, begins = seconds[:, np.newaxis], np.array([0])
        moved[row] = steady_level(block, begins)[0, 0] - 40.0, grouped_median(block, begins)[0, 0] - 40.0
    steady, median = moved.mean(axis=0)
    assert abs(steady) < 1.0
    assert median > 3.0


def test_nobody_has_no_level() -> None:
    assert steady_level(np.empty((0, 4)), np.empty(0, np.int64)).shape == (0, 4)


def test_long_groups_beside_short_ones_are_heard_as_if_alone() -> None:
    rng = np.random.default_rng(8)
    parts = [rng.random(size).tolist() for size in (3, 700, 60, 90, 65)]
    found = steady_level(*joined(parts))[:, 0].tolist()
    assert found == [steady_level(*joined([part]))[0, 0] for part in parts]
