"""Flags of single readings, one table a test."""

import numpy as np
import pytest

from domain.field import Flag
from domain.quality import flag_readings, nothing_yet
from domain.rules import QualifyRules
from tests.builders import a_site, some_readings

SITE = a_site(2)
RULES = QualifyRules()


def flags_of(values: list[float], *, every_s: float = 60.0, channel: str = "pm25") -> list[Flag]:
    rows = some_readings(
        SITE, ((SITE.sensor_ids[0], i * every_s, i * every_s, {channel: v}) for i, v in enumerate(values))
    )
    _, flags = flag_readings(nothing_yet(len(SITE.sensors)), rows, RULES)
    column = ("pm25", "pm10", "nox", "o3").index(channel)
    return [Flag(int(bits)) for bits in flags[:, column]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([40, 41, 42], [0, 0, 0]),
        ([40, -9, 41], [0, Flag.RANGE, 0]),
        ([40, 41, 4000], [0, 0, Flag.RANGE | Flag.SPIKE]),
        ([40, 400, 41], [0, Flag.SPIKE, 0]),
        ([40, 400, 410, 405], [0, Flag.SPIKE, 0, 0]),  # a rise that stays is believed from its second reading
        ([5, 50], [0, 0]),  # ten times as much, but a small step
        ([40, 100], [0, 0]),  # a large step, but not three times as much
    ],
)
def test_range_and_spike(values: list[float], expected: list[int]) -> None:
    assert flags_of(values) == expected


def test_after_a_silence_a_jump_is_the_air() -> None:
    assert flags_of([40, 400], every_s=3600) == [0, 0]


def test_the_same_value_for_an_hour_is_stuck_and_heals() -> None:
    flags = flags_of([40.3] * 62 + [41.0])
    assert flags[59] == 0
    assert flags[60] == flags[61] == Flag.STUCK
    assert flags[62] == 0


def test_a_calm_night_near_zero_is_not_stuck() -> None:
    assert set(flags_of([2.0] * 100, channel="o3")) == {Flag(0)}


def test_hourly_integers_may_agree_a_few_times() -> None:
    flags = flags_of([35.5] * 8, every_s=3600)
    assert flags[:5] == [0] * 5
    assert flags[5:] == [Flag.STUCK] * 3


def test_small_whole_numbers_need_three_hours_to_be_stuck() -> None:
    flags = flags_of([12.0] * 182)
    assert set(flags[:180]) == {Flag(0)}
    assert flags[181] == Flag.STUCK


def test_a_plume_that_fluctuates_is_no_spike_and_a_drop_out_is_left_out_once() -> None:
    assert flags_of([40, 200, 50, 300, 60, 250])[2:] == [0] * 4
    assert flags_of([40, 41, 1, 40, 41]) == [0, 0, Flag.RATE, 0, 0]
    assert flags_of([60, 61, 1, 2], channel="o3") == [0] * 4  # nitric oxide takes ozone


@pytest.mark.parametrize("cut", [1, 5, 61])
def test_flags_do_not_depend_on_where_the_rows_are_cut(cut: int) -> None:
    rng = np.random.default_rng(3)
    values = np.where(rng.random(80) < 0.1, 300.0, 40.0)
    rows = some_readings(SITE, ((SITE.sensor_ids[1], i * 60, i * 60, {"pm25": v}) for i, v in enumerate(values)))
    _, whole = flag_readings(nothing_yet(4), rows, RULES)
    memory, first = flag_readings(nothing_yet(4), rows.take(slice(0, cut)), RULES)
    _, second = flag_readings(memory, rows.take(slice(cut, None)), RULES)
    assert np.array_equal(np.concatenate([first, second]), whole)
