"""A bounded memory of readings: it may forget, it never takes a new reading for an old one."""

import numpy as np

from domain.channels import N_CHANNELS, POSITION_KEYS
from domain.readings import Readings
from ingest.dedupe import Recent


def rows(*given: tuple[int, int, dict[int, float]]) -> Readings:
    """Return readings given as (sensor, time [ms], channel → value)."""
    values = np.full((len(given), N_CHANNELS), np.nan)
    for row, (_, _, said) in enumerate(given):
        for channel, value in said.items():
            values[row, channel] = value
    times = np.array([time for _, time, _ in given], np.int64)
    sensor = np.array([sensor for sensor, _, _ in given], np.int32)
    return Readings(sensor, times, times, np.full((len(given), len(POSITION_KEYS)), np.nan), values)


def test_the_second_of_two_is_no_first() -> None:
    recent = Recent(64)

    assert recent.first(rows((1, 5, {0: 1.0}), (1, 5, {0: 2.0}), (1, 6, {0: 1.0}))).tolist() == [True, False, True]
    assert recent.first(rows((1, 5, {0: 1.0}))).tolist() == [False]


def test_a_channel_that_had_not_come_is_news() -> None:
    recent = Recent(64)

    assert recent.first(rows((1, 5, {0: 1.0}), (1, 5, {0: 1.0, 3: 2.0}), (1, 5, {3: 2.0}))).tolist() == [
        True,
        True,
        False,
    ]


def test_a_reading_without_any_value_is_known_again() -> None:
    assert Recent(64).first(rows((1, 5, {}), (1, 5, {}))).tolist() == [True, False]


def test_a_small_memory_never_refuses_what_is_new() -> None:
    recent = Recent(4)
    fresh = rows(*((sensor, time, {0: 1.0}) for sensor in range(10) for time in range(20)))

    assert recent.first(fresh).all()


def test_times_outside_the_calendar_are_let_through() -> None:
    recent = Recent(64)
    odd = rows((1, -5, {0: 1.0}), (1, 1 << 52, {0: 1.0}))

    assert recent.first(odd).tolist() == recent.first(odd).tolist() == [True, True]
