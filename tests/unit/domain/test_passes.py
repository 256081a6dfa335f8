"""Passes of road cells: one photograph is no clue, a place that is raised again and again is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.field import Flag
from domain.geo import Projection
from domain.packing import Packer
from domain.passes import KEPT_MS, TIDY_MS, Passes, joined
from domain.readings import FloatArray, Readings, no_readings
from domain.repeated import Repeated
from domain.road_cells import cell_map_of
from domain.site import Road
from tests.builders import LAT, LON, START_MS, a_site, an_enterprise, at
from tests.builders_vehicles import Patrol, drive, eastwards

PROJECTION = Projection(LON, LAT)
CLEAN = 40.0
ROAD = Road(road_id="r-1", name="Ring", geometry=LineString([at(0, 0), at(3000, 0)]))
SITE = a_site(2, roads=(ROAD,), enterprises=(an_enterprise("e-1", 350, 150), an_enterprise("e-2", 2500, 900)))
CELLS = cell_map_of(SITE, PROJECTION)
PLUME_M = (300.0, 450.0)


def a_pass(
    minute: float, *, plume: float = 200.0, where_m: tuple[float, float] = PLUME_M, sensor: int = 0, busy: float = 0.0
) -> Readings:
    """Drive a minute eastwards at 10 m/s through clean air, and a plume between two places of the road."""
    way = eastwards(60)
    values = np.full(60, CLEAN + busy)
    values[(way[:, 0] >= where_m[0]) & (way[:, 0] < where_m[1])] += plume
    return drive(way, values, sensor=sensor, begin_s=60.0 * minute)


def patrolled(*minutes: int, **how: float) -> Patrol:
    patrol, now = Patrol(CELLS), 0
    for minute in minutes:
        patrol.idle(now, minute).minute(minute, a_pass(minute, **how))
        now = minute + 1
    return patrol


def east_m(found: Repeated) -> FloatArray:
    return found.xy_m[:, 0] - PROJECTION.to_metres(np.array([LON]), np.array([LAT]))[0, 0]


def test_a_single_pass_is_no_clue_however_strong() -> None:
    patrol = patrolled(0, plume=900.0)
    assert patrol.seen.z.max() > 10.0
    assert len(patrol.repeated()) == 0


def test_two_passes_apart_are() -> None:
    found = patrolled(0, 20).repeated()
    assert set(found.channel.tolist()) == {0, 1, 2}  # nobody emits ozone
    assert (found.passes == 2).all()
    assert ((east_m(found) > 250.0) & (east_m(found) < 500.0)).all()
    assert START_MS + 20_000 <= found.first_ms.min() <= START_MS + 30_000
    assert found.last_ms.max() <= START_MS + 21 * MINUTE_MS


def test_passes_less_than_five_minutes_apart_are_one_exposure() -> None:
    assert len(patrolled(0, 4).repeated()) == 0
    assert len(patrolled(0, 4, 8).repeated()) > 0


def test_a_vehicle_that_stands_in_a_queue_passes_once() -> None:
    patrol = Patrol(CELLS)
    place = eastwards(60, speed_ms=0.0, east_m=350.0)
    for minute in range(30):
        patrol.minute(minute, drive(place, np.full(60, CLEAN + 200.0), begin_s=60.0 * minute))
    assert len(patrol.repeated()) == 0
    assert len(joined(patrol.state.rows)) == 1


def test_a_vehicle_that_waits_on_the_border_of_two_cells_has_not_come_back() -> None:
    patrol, rng = Patrol(CELLS), np.random.default_rng(5)
    for minute in range(40):
        place = eastwards(60, speed_ms=0.0, east_m=399.0 + float(rng.choice([-12.0, 12.0])))
        patrol.minute(minute, drive(place, np.full(60, CLEAN + 200.0), begin_s=60.0 * minute))
    assert len(patrol.repeated()) == 0


@pytest.mark.parametrize("seconds", [2, 4])
def test_exhaust_of_the_car_ahead_raises_no_cell_even_when_it_comes_twice(seconds: int) -> None:
    patrol = patrolled(0, 20, plume=900.0, where_m=(330.0, 330.0 + 10.0 * seconds))
    assert patrol.seen.z.max() < 1.0
    assert len(patrol.repeated()) == 0


def test_exhaust_at_another_place_each_time_is_no_clue() -> None:
    patrol = Patrol(CELLS)
    for number, begin_m in enumerate((0.0, 300.0, 500.0)):
        minute = 20 * number
        patrol.idle(minute - 19, minute)
        patrol.minute(minute, a_pass(minute, plume=300.0, where_m=(begin_m, begin_m + 90.0)))
    assert len(patrol.repeated()) == 0


def test_two_vehicles_are_two_passes_when_they_come_apart_and_one_in_convoy() -> None:
    convoy = Patrol(CELLS).minute(0, a_pass(0), a_pass(0, sensor=1))
    assert len(convoy.repeated()) == 0
    apart = Patrol(CELLS).minute(0, a_pass(0)).idle(1, 15).minute(15, a_pass(15, sensor=1))
    assert len(apart.repeated()) > 0


def test_a_plume_that_swings_a_little_between_passes_is_the_same() -> None:
    patrol = Patrol(CELLS).minute(0, a_pass(0, where_m=(300.0, 400.0))).idle(1, 20)
    assert len(patrol.minute(20, a_pass(20, where_m=(400.0, 500.0))).repeated()) > 0


def test_a_cell_that_is_raised_once_in_many_passes_is_traffic() -> None:
    patrol = Patrol(CELLS)
    for number in range(9):
        patrol.minute(20 * number, a_pass(20 * number, plume=200.0 if number in (0, 5) else 0.0))
    assert len(patrol.repeated()) == 0


def test_passes_before_the_plume_began_do_not_speak_against_it() -> None:
    patrol = Patrol(CELLS)
    for number in range(9):
        patrol.minute(20 * number, a_pass(20 * number, plume=200.0 if number >= 7 else 0.0))
    assert len(patrol.repeated()) > 0


def test_rush_hour_on_every_road_is_no_clue() -> None:
    patrol = Patrol(CELLS)
    for minute in range(60):
        patrol.minute(minute, a_pass(minute, plume=0.0, busy=min(0.0 + 8.0 * minute, 160.0)))
    assert patrol.seen.z.max() < 1.0
    assert not (patrol.repeated().last_ms > START_MS + 40 * MINUTE_MS).any()


def test_a_road_that_is_always_busy_is_learnt_from_its_own_passes() -> None:
    patrol = Patrol(CELLS)
    first = patrol.minute(0, a_pass(0, plume=60.0)).seen.z.max()
    for number in range(1, 40):
        patrol.minute(30 * number, a_pass(30 * number, plume=60.0))
    assert patrol.seen.z.max() < 0.5 * first
    assert len(patrol.repeated()) == 0


def test_an_event_of_hours_is_not_learnt_as_usual() -> None:
    patrol = Patrol(CELLS)
    for number in range(8):
        patrol.minute(30 * number, a_pass(30 * number))
    found = patrol.repeated()
    assert found.passes.max() == 8
    assert (found.learnt == 0).all()


def test_nox_alone_is_traffic_until_it_is_strong_and_frequent() -> None:
    def seen(*plumes: float) -> list[bool]:
        patrol = Patrol(CELLS)
        for number, plume in enumerate(plumes):
            drive = a_pass(20 * number, plume=0.0)
            inside = a_pass(20 * number).values[:, 0] > CLEAN
            drive.values[inside, POLLUTANTS.index("nox")] += plume
            patrol.minute(20 * number, drive)
        return patrol.repeated().traffic.tolist()

    assert set(seen(100.0, 100.0, 100.0)) == {True}
    assert set(seen(400.0, 400.0)) == {True}
    assert set(seen(400.0, 400.0, 400.0)) == {False}
    assert not patrolled(0, 20).repeated().traffic.any()


def test_passes_are_forgotten_after_four_hours() -> None:
    patrol = patrolled(0, 20)
    end = (20 * MINUTE_MS + KEPT_MS + TIDY_MS) // MINUTE_MS + 2
    assert len(patrol.idle(21, end).repeated()) == 0
    assert len(patrol.state.rows) == 0


def test_only_what_is_raised_is_remembered() -> None:
    assert len(patrolled(0, 20, 40, plume=0.0).idle(41, 50).state.rows) == 0


def test_every_piece_of_a_minute_is_a_witness_with_a_weight() -> None:
    seen = patrolled(0).seen
    inside = (seen.xy_m[:, 0] - PROJECTION.to_metres(np.array([LON]), np.array([LAT]))[0, 0]) // 100 == 3
    assert seen.z[inside].min() > 3.0
    assert np.abs(seen.z[~inside]).min() == 0.0
    assert ((seen.weight > 0.0) & (seen.weight < 1.0)).all()
    assert seen.excess[inside][0] == pytest.approx(200.0)


def test_a_pass_names_the_grounds_near() -> None:
    assert patrolled(0, 20).repeated().near.any(axis=0).tolist() == [True, False]


def test_a_vehicles_flagged_minute_is_not_believed_on_the_road_either() -> None:
    assert np.isnan(Patrol(CELLS, flag=Flag.INVERSION).minute(0, a_pass(0)).seen.z).all()


def test_without_a_background_nothing_is_raised() -> None:
    patrol = Patrol(CELLS, level=np.nan).minute(0, a_pass(0)).idle(1, 20).minute(20, a_pass(20))
    assert np.isnan(patrol.seen.z).all()
    assert len(patrol.repeated()) == 0


def test_the_memory_survives_a_snapshot() -> None:
    packer = Packer(Passes)
    patrol = patrolled(0, 20)
    again = Patrol(CELLS, state=packer.decode(packer.encode(patrol.state)))
    assert packer.encode(again.minute(21, a_pass(21)).state) == packer.encode(patrol.minute(21, a_pass(21)).state)


def test_nobody_on_the_road_is_nothing() -> None:
    patrol = Patrol(CELLS).minute(0, no_readings())
    assert len(patrol.seen) == len(patrol.repeated()) == 0


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.0, 30.0, 250.0])), min_size=1, max_size=8))
def test_a_clue_needs_two_raised_passes_five_minutes_apart(drives: list[tuple[int, float]]) -> None:
    plan = dict(sorted(drives))
    patrol = Patrol(CELLS)
    for minute, plume in plan.items():
        patrol.minute(minute, a_pass(minute, plume=plume))
    found = patrol.repeated()
    assert (found.last_ms - found.first_ms >= 5 * MINUTE_MS).all()
    raised = [minute for minute, plume in plan.items() if plume > 0.0]
    assert not len(found) or max(raised) - min(raised) >= 5
    assert (found.passes <= len(raised)).all()
