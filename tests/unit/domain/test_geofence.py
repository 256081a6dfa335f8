"""Who enters, leaves, stays at and crosses a ground, under the noise of real receivers."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from domain.fence import FenceEvent, FenceEvents, FenceRules, FenceState, Fixes, grounds_of, nobody
from domain.geofence import advance
from domain.packing import Packer

RULES = FenceRules()
GROUNDS = grounds_of([box(0, 0, 200, 200), box(1000, 0, 1030, 400)], RULES)
ENTER, EXIT, DWELL, CROSSED = (kind.name.lower() for kind in FenceEvent)
LAW = settings(max_examples=60, deadline=None, derandomize=True)


def fixes(
    places: list[tuple[float, float]],
    *,
    every_s: float = 1.0,
    accuracy_m: float | list[float] = 5.0,
    who: int = 0,
    begin_s: float = 0.0,
) -> Fixes:
    rows = len(places)
    return Fixes(
        np.full(rows, who),
        (1000 * (begin_s + every_s * np.arange(rows))).astype(np.int64),
        np.array(places, np.float64).reshape(rows, 2),
        np.broadcast_to(np.asarray(accuracy_m, np.float64), rows),
    )


def together(*parts: Fixes) -> Fixes:
    return Fixes(*(np.concatenate([getattr(part, name) for part in parts]) for name in Fixes.__slots__))


def told(events: FenceEvents) -> list[tuple[str, int, float]]:
    kinds = [FenceEvent(kind).name.lower() for kind in events.kind.tolist()]
    return list(zip(kinds, events.ground.tolist(), (events.time_ms / 1000.0).tolist(), strict=True))


def what(found: Fixes, rules: FenceRules = RULES) -> list[tuple[str, int, float]]:
    return told(advance(nobody(), found, GROUNDS, rules)[1])


def through(y_m: float = 100.0, speed_ms: float = 10.0) -> list[tuple[float, float]]:
    return [(float(x), y_m) for x in np.arange(-200.0, 420.0, speed_ms)]


def test_a_drive_through_enters_and_leaves_once() -> None:
    assert what(fixes(through())) == [(ENTER, 0, 20.0), (EXIT, 0, 43.0)]


def test_leaving_needs_a_tenth_of_the_radius_or_20_m_and_the_fixs_own_error() -> None:
    found = advance(nobody(), fixes([(100.0, 100.0)] * 3 + [(224.0, 100.0)] * 5), GROUNDS, RULES)
    assert told(found[1]) == [(ENTER, 0, 0.0)]
    left = advance(found[0], fixes([(226.0, 100.0)] * 2, begin_s=100.0), GROUNDS, RULES)
    assert told(left[1]) == [(EXIT, 0, 100.0)]
    large = grounds_of([Point(0, 0).buffer(1000.0)], RULES)
    assert large.buffer_m[0] == pytest.approx(100.0, rel=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_an_hour_at_the_fence_with_15_m_of_noise_does_not_come_and_go(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = [(float(x), 100.0) for x in 200.0 + rng.uniform(-15.0, 15.0, 3600)]
    kinds = [kind for kind, _, _ in what(fixes(places, accuracy_m=15.0))]
    assert kinds == [ENTER, DWELL]


@pytest.mark.parametrize("every_s", [1.0, 10.0])
def test_standing_outside_in_noise_crosses_nothing(every_s: float) -> None:
    rng = np.random.default_rng(2)
    places = [(float(x), float(y)) for x, y in np.array([1050.0, 420.0]) + rng.uniform(-15.0, 15.0, (2000, 2))]
    assert what(fixes(places, every_s=every_s, accuracy_m=3.0)) == []


def test_a_glitch_of_200_m_that_claims_1_7_m_neither_leaves_nor_enters() -> None:
    inside = [(100.0, 100.0)] * 10
    inside[5] = (400.0, 100.0)
    claimed = [5.0] * 10
    claimed[5] = 1.7
    assert what(fixes(inside, accuracy_m=claimed)) == [(ENTER, 0, 0.0)]
    outside = [(400.0, 100.0)] * 10
    outside[5] = (100.0, 100.0)
    assert what(fixes(outside, accuracy_m=claimed)) == []


def test_a_fix_that_owns_to_a_great_error_says_nothing() -> None:
    assert what(fixes([(100.0, 100.0)] * 5, accuracy_m=80.0)) == []
    places = [(100.0, 100.0)] * 3 + [(900.0, 900.0)] * 5
    assert what(fixes(places, accuracy_m=[5.0] * 3 + [80.0] * 5)) == [(ENTER, 0, 0.0)]


def test_who_stays_is_told_once() -> None:
    assert what(fixes([(100.0, 100.0)] * 600)) == [(ENTER, 0, 0.0), (DWELL, 0, 120.0)]
    assert (DWELL, 0, 120.0) not in what(fixes([(100.0, 100.0)] * 100))


def test_who_comes_back_stays_anew() -> None:
    inside, away = [(100.0, 100.0)] * 150, [(600.0, 600.0)] * 10
    kinds = [kind for kind, _, _ in what(fixes(inside + away + inside))]
    assert kinds == [ENTER, DWELL, EXIT, ENTER, DWELL]


def test_a_narrow_ground_is_crossed_between_two_fixes() -> None:
    found = what(fixes([(800.0, 100.0), (950.0, 100.0), (1080.0, 100.0), (1200.0, 100.0)], every_s=10.0))
    assert found == [(CROSSED, 1, pytest.approx(15.0, abs=0.1))]


def test_a_single_fix_inside_between_two_outside_has_crossed_too() -> None:
    found = what(fixes([(700.0, 100.0), (850.0, 100.0), (1015.0, 100.0), (1180.0, 100.0)], every_s=10.0))
    assert found == [(CROSSED, 1, 20.0)]


def test_a_way_that_grazes_a_corner_has_not_crossed() -> None:
    assert what(fixes([(-60.0, 55.0), (55.0, -60.0)], every_s=10.0)) == []


def test_a_way_nobody_can_drive_or_after_a_long_silence_tells_nothing() -> None:
    places = [(900.0, 100.0), (1130.0, 100.0)]
    assert what(fixes(places, every_s=2.0)) == []
    assert what(fixes(places, every_s=600.0)) == []
    assert [kind for kind, _, _ in what(fixes(places, every_s=20.0))] == [CROSSED]


def test_a_fix_that_comes_late_says_nothing() -> None:
    state, _ = advance(nobody(), fixes([(600.0, 600.0)] * 5, begin_s=100.0), GROUNDS, RULES)
    late = advance(state, fixes([(100.0, 100.0)] * 5, begin_s=10.0), GROUNDS, RULES)
    assert told(late[1]) == []


def test_the_same_fixes_twice_are_once() -> None:
    drive = fixes(through())
    assert what(together(drive, drive)) == what(drive)


def test_one_second_inside_is_not_two_fixes() -> None:
    assert what(together(fixes([(100.0, 100.0)]), fixes([(100.0, 100.0)]))) == []


def test_one_fix_is_enough_where_the_rules_say_so() -> None:
    rules = FenceRules(fixes=1)
    assert what(fixes([(100.0, 100.0), (400.0, 100.0)], every_s=60.0), rules) == [(ENTER, 0, 0.0), (EXIT, 0, 60.0)]


def test_two_grounds_side_by_side_are_told_apart() -> None:
    grounds = grounds_of([box(0, 0, 100, 100), box(100, 0, 200, 100)], RULES)
    places = [(float(x), 50.0) for x in range(-50, 300, 5)]
    events = advance(nobody(), fixes(places), grounds, RULES)[1]
    assert [(kind, ground) for kind, ground, _ in told(events)] == [(ENTER, 0), (ENTER, 1), (EXIT, 0), (EXIT, 1)]


def test_two_hundred_vehicles_do_not_mix() -> None:
    one = what(fixes(through()))
    state, events = advance(nobody(), together(*(fixes(through(), who=i) for i in range(200))), GROUNDS, RULES)
    assert len(events) == 200 * len(one)
    for i in (0, 77, 199):
        mine = events.who == i
        assert events.time_ms[mine].tolist() == [1000 * when for _, _, when in one]
    assert len(state.tail) == 400


def test_nobody_and_nowhere_is_nothing() -> None:
    assert what(fixes([])) == []
    assert what(fixes([(np.nan, np.nan)] * 3)) == []
    nowhere = grounds_of([], RULES)
    assert len(advance(nobody(), fixes(through()), nowhere, RULES)[1]) == 0


steps = st.lists(
    st.tuples(st.sampled_from([-120.0, -25.0, 0.0, 25.0, 120.0]), st.sampled_from([3.0, 30.0, 80.0, np.nan])),
    min_size=1,
    max_size=40,
)


def wandering(moves: list[tuple[float, float]]) -> Fixes:
    east_m = 250.0 + np.cumsum([move for move, _ in moves])
    places = [(float(x), 100.0) for x in east_m]
    return fixes(places, every_s=10.0, accuracy_m=[accuracy for _, accuracy in moves])


@LAW
@given(steps, st.lists(st.integers(0, 40), max_size=4))
def test_it_does_not_matter_where_the_fixes_are_cut(moves: list[tuple[float, float]], cuts: list[int]) -> None:
    way = wandering(moves)
    whole_state, whole = advance(nobody(), way, GROUNDS, RULES)
    state, events = nobody(), []
    bounds = [0, *sorted(min(cut, len(way)) for cut in cuts), len(way)]
    for begin, end in pairwise(bounds):
        state, found = advance(state, way.take(np.arange(begin, end)), GROUNDS, RULES)
        events += told(found)
    assert events == told(whole)
    packer = Packer(FenceState)
    assert packer.encode(state) == packer.encode(whole_state)


@LAW
@given(steps)
def test_entering_and_leaving_take_turns(moves: list[tuple[float, float]]) -> None:
    kinds = [kind for kind, ground, _ in what(wandering(moves)) if ground == 0 and kind in (ENTER, EXIT)]
    assert kinds == [ENTER, EXIT] * (len(kinds) // 2) + [ENTER] * (len(kinds) % 2)


@LAW
@given(steps)
def test_an_event_is_known_no_earlier_than_it_happened(moves: list[tuple[float, float]]) -> None:
    events = advance(nobody(), wandering(moves), GROUNDS, RULES)[1]
    assert (events.known_ms >= events.time_ms).all()
