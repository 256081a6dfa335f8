"""How well a source explains what sensors saw and did not see."""

import numpy as np
import pytest

from domain.gains import SHELTERED, gains
from domain.likelihood import fit, log_noise, pairs_of
from domain.readings import FloatArray

BINS = 4


def gain(told: FloatArray, score: FloatArray, said: FloatArray | None = None) -> FloatArray:
    """Return what one source gains of each sensor; `told` has shape (n,), `score` (n,) in every bin."""
    footprint = np.tile(np.asarray(told, np.float32), (1, BINS, 1))
    seen = np.tile(np.asarray(score, np.float32), (BINS, 1))
    pairs = pairs_of(footprint, 40.0)
    known = np.ones_like(seen) if said is None else np.tile(np.asarray(said, np.float32), (BINS, 1))
    found = np.zeros(len(told))
    found[pairs.sensor] = gains(fit(pairs, seen, np.full_like(seen, 3.0), known > 0)).compared
    return found


def test_the_noise_is_a_density() -> None:
    level = np.linspace(-15.0, 15.0, 30_001, dtype=np.float32)
    assert np.exp(log_noise(level)).sum() * 0.001 == pytest.approx(1.03, abs=0.05)


def test_what_a_source_predicts_and_a_sensor_sees_speaks_for_it() -> None:
    assert gain(np.array([1.0]), np.array([10.0]))[0] > 2.0


def test_the_louder_the_more() -> None:
    heard = [gain(np.array([1.0]), np.array([score]))[0] for score in (0.0, 3.0, 10.0)]
    assert heard == sorted(heard)
    assert heard[0] < 0.0 < heard[2]


def test_where_nothing_is_predicted_nothing_is_gained() -> None:
    assert gain(np.array([1.0, 0.0, 0.0]), np.array([10.0, 0.0, 10.0]))[1:].tolist() == [0.0, 0.0]


def test_a_silent_sensor_in_the_way_costs_but_never_rules_out() -> None:
    silent = gain(np.array([1.0, 1.0]), np.array([20.0, 0.0]))[1]
    assert np.log(SHELTERED) <= silent < -0.5


def test_a_sensor_that_said_nothing_is_no_silent_one() -> None:
    heard = gain(np.array([1.0, 1.0]), np.array([20.0, 0.0]), np.array([1.0, 0.0]))
    silent = gain(np.array([1.0, 1.0]), np.array([20.0, 0.0]))
    assert heard[1] == 0.0
    assert silent[1] < 0.0


def test_a_source_needs_no_unit_its_best_rate_counts() -> None:
    told, score = np.array([1.0, 0.3]), np.array([15.0, 5.0])
    assert gain(1e-6 * told, score) == pytest.approx(gain(told, score), rel=1e-4)


def test_the_shape_that_fits_gains_more_than_the_shape_turned_round() -> None:
    score = np.array([20.0, 4.0])
    assert gain(np.array([1.0, 0.2]), score).sum() > gain(np.array([0.2, 1.0]), score).sum() + 1.0
