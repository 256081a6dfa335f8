from itertools import pairwise
from random import Random

import pytest

from alerts.delivery.schedule import FIRST_MS, LONGEST_MS, WINDOW_MS, next_try_ms, retry_after_ms


def tries_of(seed: int) -> list[int]:
    """Times of all attempts of a delivery that always fails. [ms]"""
    rng, times, now = Random(seed), [0], 0
    while (then := next_try_ms(len(times), 0, now, rng)) is not None:
        times.append(then)
        now = then
    return times


@pytest.mark.parametrize("seed", range(20))
def test_a_delivery_is_tried_over_24_hours_and_last_at_their_end(seed):
    times = tries_of(seed)

    assert times[-1] == WINDOW_MS
    assert 15 <= len(times) <= 30


@pytest.mark.parametrize("seed", range(20))
def test_waits_double_within_the_jitter_up_to_two_hours(seed):
    times = tries_of(seed)
    waits = [later - sooner for sooner, later in pairwise(times[:-1])]
    plain = [min(FIRST_MS * 2**number, LONGEST_MS) for number in range(len(waits))]

    assert all(0.8 * one <= wait <= 1.2 * one for one, wait in zip(plain, waits, strict=True))


def test_two_endpoints_that_fail_together_are_not_tried_together():
    assert tries_of(1)[1:-1] != tries_of(2)[1:-1]


def test_the_same_seed_gives_the_same_times():
    assert tries_of(3) == tries_of(3)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        pytest.param("0", 5000, id="now"),
        pytest.param("90", 95000, id="seconds"),
        pytest.param("999999999999", 5000 + WINDOW_MS, id="for ever is a day"),
        pytest.param("Thu, 01 Jan 1970 00:01:00 GMT", 60000, id="date"),
        pytest.param("Thu, 01 Jan 1970 00:00:01 GMT", 5000, id="a date that is over"),
        pytest.param("Thu, 01 Jan 2099 00:00:00 GMT", 5000 + WINDOW_MS, id="a far date is a day"),
        pytest.param("-5", None, id="negative"),
        pytest.param("١٢", None, id="digits of another script"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_retry_after(header, wanted):
    assert retry_after_ms(header, 5000) == wanted
