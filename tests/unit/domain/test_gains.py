"""How many looks a sensor's bins are, whose noise remembers the one before."""

import numpy as np
import pytest

from domain.gains import MEMORY_BINS, SHELTERED, gains, memory_of
from domain.window import BINS

PLAIN = np.float32(3.0)


def bins_of(count: int) -> np.ndarray:
    """Return the ratios of one pair of which so many bins are told, each alike."""
    ratio = np.zeros((1, BINS), np.float32)
    ratio[0, :count] = PLAIN
    return ratio


def test_as_many_bins_as_the_noise_remembers_are_one_look_of_those_that_are_compared() -> None:
    looks = gains(bins_of(int(MEMORY_BINS))).compared[0]
    assert 2.0 < looks < 3.0
    assert gains(bins_of(1)).compared[0] < 0.6 * looks


def test_the_first_bin_is_a_whole_look_against_no_source() -> None:
    assert gains(bins_of(1)).noticed[0] == pytest.approx(gains(bins_of(int(MEMORY_BINS))).compared[0], rel=1e-6)


def test_what_follows_the_first_bin_tells_less_than_it() -> None:
    noticed = np.array([gains(bins_of(count)).noticed[0] for count in range(1, BINS + 1)])
    steps = np.diff(noticed)
    assert (steps > 0.0).all()
    assert steps.max() < noticed[0]


def test_after_an_hour_both_ways_of_counting_are_the_same() -> None:
    whole = gains(bins_of(BINS))
    assert whole.noticed[0] == pytest.approx(whole.compared[0], rel=1e-6)


def test_silence_in_the_first_bin_counts_whole_too_but_never_rules_out() -> None:
    silent = gains(-bins_of(1))
    assert np.log(SHELTERED) <= silent.noticed[0] < silent.compared[0] < 0.0


def test_where_nothing_is_told_nothing_is_gained() -> None:
    nothing = gains(bins_of(0))
    assert (nothing.compared[0], nothing.noticed[0]) == (0.0, 0.0)


def test_the_denser_a_network_the_sooner_it_looks_anew_but_never_twice_in_a_bin() -> None:
    memory = [memory_of(scale) for scale in (1.0, 0.5, 0.3, 0.1, 0.05)]
    assert memory == sorted(memory, reverse=True)
    assert (memory[0], memory[1], memory[-1]) == (MEMORY_BINS, MEMORY_BINS, 1.0)
    touches = np.array([[3.0, -1.0, 3.0, -1.0, 3.0]], np.float32)
    assert gains(touches, memory_of(0.1)).compared[0] > gains(touches).compared[0] + 1.0


def test_where_every_bin_is_a_look_both_ways_of_counting_are_the_same() -> None:
    one = gains(bins_of(5), memory_bins=1.0)
    assert one.noticed[0] == pytest.approx(one.compared[0], rel=1e-6)


def test_no_ratio_however_great_is_infinite() -> None:
    extreme = gains(np.array([[1e30, -1e30]], np.float32))
    assert np.isfinite([extreme.compared, extreme.noticed]).all()
