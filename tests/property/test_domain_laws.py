"""Laws of single steps: rounding, backgrounds, claims, packing, wire."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from domain.background import expected_level, from_log, to_log
from domain.candidates import thousandths
from domain.network import network_of
from domain.readings import arrival_order, concat_readings
from tests.builders import a_site, air

LAW = settings(max_examples=60, deadline=None, derandomize=True)
weights = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40).filter(lambda found: sum(found) > 0.01)


@LAW
@given(weights, st.floats(0.0, 1.0))
def test_shown_probabilities_and_unknown_sum_to_a_thousand(found: list[float], unknown: float) -> None:
    exact = np.array(found) / (sum(found) + unknown)
    counts, rest = thousandths(exact)
    assert sum(counts) + rest == 1000
    assert rest >= 0
    assert all(count >= 0 for count in counts)
    assert np.abs(np.array(counts) / 1000 - np.where(exact >= 0.001, exact, 0.0)).max() <= 0.0015


@LAW
@given(arrays(np.float64, (9, 4), elements=st.floats(0.0, 5000.0)))
def test_logarithms_go_back(values: np.ndarray) -> None:
    assert from_log(to_log(values)) == pytest.approx(values, abs=1e-6)


SITE = a_site(3)
NETWORK = network_of(SITE, 8)


@LAW
@given(st.floats(1.0, 500.0), st.floats(0.2, 5.0))
def test_when_all_rise_together_nobody_stands_out(level: float, factor: float) -> None:
    values = np.full((9, 4), level) * np.linspace(0.9, 1.1, 9)[:, np.newaxis]
    usable = np.ones((9, 4), np.bool_)
    offset = np.zeros((9, 4))
    before = to_log(values) - expected_level(to_log(values), offset, usable, NETWORK.neighbour)
    after = to_log(factor * values) - expected_level(to_log(factor * values), offset, usable, NETWORK.neighbour)
    assert np.abs(after).max() <= max(np.abs(before).max(), 0.25)


@LAW
@given(st.integers(0, 8), st.floats(0.0, 5000.0))
def test_a_sensor_does_not_lift_its_own_background(sensor: int, value: float) -> None:
    level = to_log(np.full((9, 4), 40.0))
    usable, offset = np.ones((9, 4), np.bool_), np.zeros((9, 4))
    before = expected_level(level, offset, usable, NETWORK.neighbour)[sensor]
    level[sensor] = to_log(np.full((1, 4), value))
    assert (expected_level(level, offset, usable, NETWORK.neighbour)[sensor] == before).all()


@LAW
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_arrival_does_not_depend_on_the_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = air(SITE, 3, delay_s=(1.0, 1.0))
    rows = concat_readings([rows, rows.take(slice(0, 9))])
    rows.values[-9:] *= 2.0  # the same sensor, time and receipt, and other values
    shuffled = rows.take(rng.permutation(len(rows)))
    for one, other in ((arrival_order(rows), arrival_order(shuffled)),):
        assert np.array_equal(one.values, other.values, equal_nan=True)
        assert np.array_equal(one.sensor, other.sensor)
