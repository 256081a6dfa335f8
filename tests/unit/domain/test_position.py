"""Which fixes of a vehicle are believed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.channels import N_CHANNELS, POSITION_KEYS
from domain.position import LastFixes, flag_positions, no_fixes, without_places
from domain.readings import BoolArray, Readings
from tests.builders import START_MS, at

MOVES = np.array([False, True, True])
LAW = settings(max_examples=60, deadline=None, derandomize=True)


def drive(
    east_m: list[float], *, every_s: float = 1.0, sensor: int = 1, accuracy_m: float | list[float] = 5.0
) -> Readings:
    rows = len(east_m)
    position = np.full((rows, len(POSITION_KEYS)), np.nan)
    position[:, :2] = [at(east, 0.0) for east in east_m]
    position[:, 2] = accuracy_m
    time_ms = START_MS + (1000 * every_s * np.arange(rows)).astype(np.int64)
    return Readings(np.full(rows, sensor, np.int32), time_ms, time_ms, position, np.ones((rows, N_CHANNELS)))


def astray(rows: Readings) -> list[int]:
    return np.flatnonzero(flag_positions(no_fixes(3), rows, MOVES)[1]).tolist()


def test_a_drive_is_believed() -> None:
    assert astray(drive([12.0 * second for second in range(60)])) == []


def test_a_glitch_of_200_m_is_astray_even_when_it_claims_1_7_m() -> None:
    east_m = [10.0 * second for second in range(10)]
    east_m[5] += 200.0
    claimed = [5.0] * 10
    claimed[5] = 1.7
    assert astray(drive(east_m, accuracy_m=claimed)) == [5]


def test_a_jump_that_stays_is_believed_from_its_second_fix_on() -> None:
    assert astray(drive([0.0] * 5 + [900.0] * 5)) == [5]


def test_glitches_that_disagree_with_each_other_are_all_astray() -> None:
    assert astray(drive([0.0, 0.0, 900.0, -700.0, 1500.0, 0.0, 0.0])) == [2, 3, 4]


def test_after_a_silence_a_vehicle_may_be_elsewhere() -> None:
    assert astray(drive([0.0, 3000.0, 6000.0], every_s=120.0)) == []


def test_a_fix_that_owns_to_a_great_error_is_astray_and_one_that_says_nothing_is_not() -> None:
    assert astray(drive([0.0, 5.0, 10.0], accuracy_m=[5.0, 80.0, np.nan])) == [1]


def test_noise_of_15_m_at_1_hz_is_no_glitch() -> None:
    rng = np.random.default_rng(1)
    east_m = (10.0 * np.arange(600) + rng.uniform(-15.0, 15.0, 600)).tolist()
    assert astray(drive(east_m, accuracy_m=15.0)) == []


def test_a_receiver_without_a_fix_is_nowhere_however_long_it_says_so() -> None:
    rows = drive([0.0] * 6)
    rows.position[2:5, :2] = 0.0
    assert astray(rows) == [2, 3, 4]


def test_a_station_is_never_astray() -> None:
    assert astray(drive([0.0, 9000.0, 0.0], sensor=0)) == []


def test_a_place_that_is_not_believed_is_blanked_and_its_values_stay() -> None:
    rows = drive([0.0, 900.0, 0.0])
    kept = without_places(rows, np.array([False, True, False]))
    assert np.isnan(kept.position[1]).all()
    assert np.array_equal(kept.position[[0, 2]], rows.position[[0, 2]], equal_nan=True)
    assert np.array_equal(kept.values, rows.values)


steps = st.lists(st.sampled_from([0.0, 10.0, 12.0, 400.0, -400.0]), min_size=2, max_size=40)


@LAW
@given(steps, st.data())
def test_it_does_not_matter_where_the_fixes_are_cut(moves: list[float], data: st.DataObject) -> None:
    rows = drive(np.cumsum(moves).tolist())
    cut = data.draw(st.integers(0, len(rows)))
    whole_memory, whole = flag_positions(no_fixes(3), rows, MOVES)
    memory, first = flag_positions(no_fixes(3), rows.take(slice(0, cut)), MOVES)
    memory, second = flag_positions(memory, rows.take(slice(cut, None)), MOVES)
    assert np.array_equal(np.concatenate([first, second]), whole)
    assert _same(memory, whole_memory)


@LAW
@given(steps)
def test_two_fixes_that_agree_are_never_both_astray(moves: list[float]) -> None:
    east_m = np.cumsum(moves)
    found: BoolArray = flag_positions(no_fixes(3), drive(east_m.tolist()), MOVES)[1]
    agree = np.abs(np.diff(east_m)) < 30.0
    assert not (agree & found[1:]).any()


def _same(one: LastFixes, other: LastFixes) -> bool:
    return np.array_equal(one.believed, other.believed, equal_nan=True) and np.array_equal(
        one.doubted, other.doubted, equal_nan=True
    )


@pytest.mark.parametrize("vehicles", [200])
def test_two_hundred_vehicles_do_not_mix(vehicles: int) -> None:
    moves = np.ones(vehicles, np.bool_)
    parts = [drive([float(i), i + 5.0, i + 10.0 + 900.0 * (i % 2), i + 15.0], sensor=i) for i in range(vehicles)]
    rows = Readings(*(np.concatenate([getattr(part, name) for part in parts]) for name in Readings.__slots__))
    found = flag_positions(no_fixes(vehicles), rows, moves)[1]
    assert np.array_equal(np.flatnonzero(found), np.arange(4 + 2, 4 * vehicles, 8))
