"""Excesses in bins of five minutes, as the search for sources looks at them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.field import ChannelState, Flag, JudgedField, no_weather_minute
from domain.passes import PassRows, no_pass_rows
from domain.window import BIN_MIN, BINS, LEAST_SCATTER_UGM3, Window, forgotten, look, moments_min, no_window

SENSORS = 3
FIRST = 29_538_720
"""A minute at which a bin begins. [minutes since 1970]"""


def judged(
    minute: int,
    excess: Mapping[int, float],
    *,
    flags: Flag = Flag.NONE,
    state: ChannelState = ChannelState.NORMAL,
    fresh: bool = True,
) -> JudgedField:
    """Return a minute in which some sensors show PM2.5 above a background of 40 µg/m³, and nothing else."""
    rows = len(excess)
    block = np.full((rows, 4), np.nan)
    value, background = block.copy(), block.copy()
    value[:, 0], background[:, 0] = 40.0 + np.array(list(excess.values())), 40.0
    return JudgedField(
        minute_ms=minute * MINUTE_MS,
        clock_ms=(minute + 1) * MINUTE_MS + 10_000,
        sensor=np.array(list(excess), np.int32),
        lon=np.zeros(rows),
        lat=np.zeros(rows),
        value=value,
        completeness=np.ones((rows, 4)),
        flags=np.full((rows, 4), flags, np.uint16),
        background=background,
        upper=block,
        sigma=np.full((rows, 4), 0.01),
        state=np.full((rows, 4), state, np.uint8),
        since_ms=np.zeros((rows, 4), np.int64),
        fresh=np.full(rows, fresh),
        weather=no_weather_minute(),
    )


def seen(*minutes: JudgedField, claimed: tuple[int, ...] = (), known: Window | None = None) -> Window:
    window = no_window() if known is None else known
    mine = np.isin(np.arange(SENSORS), claimed)
    rows: PassRows = no_pass_rows()
    for minute in minutes:
        window = look(window, minute, rows, mine)
    return window


def test_a_bin_is_the_mean_excess_in_units_of_its_scatter() -> None:
    window = seen(*(judged(FIRST + minute, {1: excess}) for minute, excess in enumerate((4.0, 8.0, 12.0))))
    assert window.said[-1].tolist() == [[0, 0, 0], [3, 0, 0], [0, 0, 0]]
    assert window.score[-1, 1, 0] == pytest.approx(8.0 / LEAST_SCATTER_UGM3[0])
    assert not window.score[:-1].any()


def test_bins_begin_at_fixed_times_of_the_day() -> None:
    window = seen(judged(FIRST + BIN_MIN - 1, {0: 6.0}), judged(FIRST + BIN_MIN, {0: 8.0}))
    assert window.score[-2:, 0, 0].tolist() == [3.0, 4.0]
    assert window.first_bin + BINS - 1 == (FIRST + BIN_MIN) // BIN_MIN


def test_a_slow_sensors_word_is_the_mean_since_its_last_one() -> None:
    stands = [judged(FIRST + minute, {1: 6.0}, fresh=False) for minute in range(1, BIN_MIN)]
    window = seen(judged(FIRST, {1: 6.0}), *stands)
    assert window.score[-1, 1, 0] == 3.0
    window = seen(judged(FIRST + BIN_MIN, {1: 20.0}), known=window)
    assert window.score[-2:, 1, 0] == pytest.approx([(6.0 + 4 * 20.0) / 5 / 2.0, 10.0])
    assert window.said[-2:, 1, 0].tolist() == [BIN_MIN, 1]
    assert not window.held.any()


def test_a_word_that_is_not_trusted_changes_nothing_of_what_stood() -> None:
    window = seen(judged(FIRST, {1: 6.0}), judged(FIRST + 1, {1: 6.0}, fresh=False))
    after = seen(judged(FIRST + 2, {1: 90.0}, flags=Flag.SPIKE), known=window)
    assert after.score[-1, 1, 0] == window.score[-1, 1, 0] == 3.0
    assert not after.held.any()


def test_a_gap_leaves_empty_bins_and_an_hour_of_it_leaves_none_filled() -> None:
    begun = seen(judged(FIRST, {0: 6.0}))
    gap = seen(judged(FIRST + 3 * BIN_MIN, {0: 8.0}), known=begun)
    assert gap.said[-4:, 0, 0].tolist() == [1, 0, 0, 1]
    late = seen(judged(FIRST + 1000, {0: 8.0}), known=begun)
    assert late.said[:, 0, 0].tolist() == [0] * (BINS - 1) + [1]


def test_what_a_sensor_said_before_it_was_let_go_is_forgotten_and_what_it_says_then_is_not() -> None:
    before = seen(*(judged(FIRST + minute, {0: 4.0, 1: 8.0}) for minute in range(7)))
    let_go = np.array([False, True, False])
    after = forgotten(before, let_go)
    assert not after.score[:, 1].any()
    assert not after.said[:, 1].any()
    assert after.score[:, 0].tolist() == before.score[:, 0].tolist()
    again = seen(judged(FIRST + 7, {0: 4.0, 1: 6.0}), known=after)
    assert again.score[-1, 1, 0] == pytest.approx(6.0 / LEAST_SCATTER_UGM3[0])
    assert forgotten(before, np.zeros(SENSORS, np.bool_)) is before


def test_what_stands_of_a_slow_sensor_speaks_for_it() -> None:
    window = seen(judged(FIRST, {0: 6.0}), *(judged(FIRST + 5 * i, {0: 6.0}, fresh=False) for i in range(1, BINS)))
    assert window.score[:, 0, 0].tolist() == [3.0] * BINS


@pytest.mark.parametrize("flags", [Flag.STUCK, Flag.SPIKE, Flag.DRIFT, Flag.POSITION])
def test_what_is_flagged_counts_as_nothing_said(flags: Flag) -> None:
    window = seen(judged(FIRST, {0: 600.0}, flags=flags))
    assert not window.said.any()
    assert not window.score.any()


@pytest.mark.parametrize("state", [ChannelState.EXCLUDED, ChannelState.UNJUDGED])
def test_what_is_not_judged_counts_as_nothing_said(state: ChannelState) -> None:
    assert not seen(judged(FIRST, {0: 600.0}, state=state)).said.any()


def test_a_missing_value_counts_as_nothing_said() -> None:
    assert not seen(judged(FIRST, {0: float("nan")})).said.any()


def test_a_sensor_that_is_often_loud_gets_a_name_for_it_unless_a_source_explains_it() -> None:
    minutes = [judged(FIRST + BIN_MIN * i, {0: 60.0, 1: 60.0, 2: 0.0}) for i in range(40)]
    window = seen(*minutes, claimed=(1,))
    usual = no_window_habit()
    assert window.loud[0] > 2.0 * usual
    assert window.loud[1] == pytest.approx(usual)
    assert window.loud[2] < usual


def no_window_habit() -> float:
    """Return what is thought of a sensor that was never heard."""
    return float(seen(judged(FIRST, {0: 0.0})).loud[0])


@pytest.mark.parametrize("newest", range(BIN_MIN))
def test_a_zones_bin_is_looked_at_in_its_middle_and_a_dense_networks_in_all_its_minutes(newest: int) -> None:
    window = replace(no_window(), minute=FIRST + newest)
    bins = np.array([BINS - 2, BINS - 1])

    assert moments_min(window, bins, 1.0) == [[newest + 3], [newest - newest // 2]]
    assert moments_min(window, bins, 0.05) == [list(range(newest + 5, newest, -1)), list(range(newest, -1, -1))]
