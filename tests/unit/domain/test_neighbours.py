"""Laws of a sensor beside its neighbours: agreement, rising, nearness, humidity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.channels import CHANNEL_INDEX, MINUTE_MS, N_CHANNELS, POLLUTANTS, WEATHER_KEYS
from domain.damp import nearest_humidity, own_humidity
from domain.field import ChannelState
from domain.likeness import End, Ending, ending_of, likeness_of
from domain.neighbours import LEAST_PAIRS, Agreement, agreement, nearest, overall, rank_correlation, rose
from domain.series import JudgedRows, ReadingRows, WeatherRows
from domain.ticket import TicketState

COURSE = 40.0 + 20.0 * np.sin(np.arange(600) / 40.0)
FINITE = st.floats(-1e4, 1e4, allow_nan=False)
LISTS = st.integers(2, 40).flatmap(lambda n: st.tuples(*[st.lists(FINITE, min_size=n, max_size=n)] * 2))


def rows(value: np.ndarray, first_min: int = 0, state: int = ChannelState.NORMAL) -> JudgedRows:
    block = np.tile(np.asarray(value, float)[:, np.newaxis], (1, len(POLLUTANTS)))
    time_ms = MINUTE_MS * (first_min + np.arange(len(value), dtype=np.int64))
    states, flags = np.full(block.shape, state, np.uint8), np.zeros(block.shape, np.uint16)
    return JudgedRows(time_ms, block, block, block, states, flags, block)


@given(LISTS)
def test_correlation_is_within_one_and_the_same_both_ways(both):
    one, other = map(np.array, both)
    r = rank_correlation(one, other)

    assert r == rank_correlation(other, one)
    assert r is None or -1.0 <= r <= 1.0


@given(st.lists(FINITE, min_size=2, max_size=40, unique=True))
def test_what_only_differs_by_gain_agrees_fully(values):
    one = np.sort(np.array(values))

    assert rank_correlation(one, np.arange(len(one)) * 3.0 + 7.0) == 1.0
    assert rank_correlation(one, -np.arange(len(one)) * 3.0) == -1.0


def test_the_formula_for_ranks_without_ties():
    rng = np.random.default_rng(1)
    one, other = rng.permutation(50).astype(float), rng.permutation(50).astype(float)

    assert rank_correlation(one, other) == pytest.approx(
        1 - 6 * ((one - other) ** 2).sum() / (50 * (50**2 - 1)), abs=1e-3
    )


def test_a_plume_of_ten_minutes_hardly_moves_agreement():
    raised = COURSE.copy()
    raised[590:] += 500.0

    assert agreement(rows(raised), rows(1.3 * COURSE + 5.0), 0).r > 0.95


def test_a_sensor_that_stands_still_or_wanders_does_not_agree():
    rng = np.random.default_rng(2)

    assert agreement(rows(np.full(600, 40.0)), rows(COURSE), 0) == Agreement(r=None, pairs=600)
    assert abs(agreement(rows(rng.normal(size=600)), rows(COURSE), 0).r) < 0.2


def test_only_minutes_that_both_have_are_compared_and_few_tell_nothing():
    holes = COURSE.copy()
    holes[::2] = np.nan

    assert agreement(rows(COURSE), rows(holes), 0).pairs == 300
    assert agreement(rows(COURSE), rows(COURSE, first_min=600 - LEAST_PAIRS + 1), 0) == Agreement(
        r=None, pairs=LEAST_PAIRS - 1
    )
    assert agreement(rows(COURSE), rows(COURSE[:0]), 0) == Agreement(r=None, pairs=0)


def test_the_whole_is_the_median_of_what_is_known():
    told = [Agreement(r=0.9, pairs=900), Agreement(r=0.8, pairs=700), Agreement(r=0.1, pairs=1000)]

    assert overall([*told, Agreement(r=None, pairs=3)]) == Agreement(r=0.8, pairs=700)
    assert overall([Agreement(r=None, pairs=3)]) == Agreement(r=None, pairs=3)
    assert overall([]) == Agreement(r=None, pairs=0)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (ChannelState.NORMAL, False),
        (ChannelState.HOT, True),
        (ChannelState.BREACH, True),
        (ChannelState.EXCLUDED, None),
        (ChannelState.UNJUDGED, None),
    ],
)
def test_who_is_not_believed_neither_rose_nor_stayed(state, told):
    assert rose(rows(COURSE[:5], state=state), 0, 3 * MINUTE_MS) is told
    assert rose(rows(COURSE[:5], state=state), 0, 60 * MINUTE_MS) is None


def test_the_nearest_come_first_and_unknown_places_never():
    xy_m = np.array([[300.0, 0.0], [np.nan, np.nan], [0.0, 100.0], [0.0, 900.0]])
    which, apart_m = nearest(xy_m, np.zeros(2), 3)

    assert which.tolist() == [2, 0, 3]
    assert apart_m.tolist() == [100.0, 300.0, 900.0]
    assert len(nearest(xy_m, np.full(2, np.nan), 3)[0]) == 0


def readings(*humidity: float) -> ReadingRows:
    values = np.full((len(humidity), N_CHANNELS), np.nan)
    values[:, CHANNEL_INDEX["humidity_pct"]] = humidity
    none = np.full(len(humidity), np.nan)
    return ReadingRows(np.arange(len(humidity), dtype=np.int64), none, none, values)


def test_a_sensors_own_humidity_is_the_last_that_can_be():
    assert own_humidity(readings(60.0, 71.24, np.nan, 900.0), "s").value_pct == 71.2
    assert own_humidity(readings(np.nan, -5.0), "s") is None
    assert own_humidity(readings(), "s") is None


def test_of_weather_stations_the_nearest_that_tells_is_asked():
    values = np.full((4, len(WEATHER_KEYS)), np.nan)
    values[:, WEATHER_KEYS.index("humidity_pct")] = [50.0, 60.0, 70.0, np.nan]
    weather = WeatherRows(("far", "near", "near", "nearest"), np.arange(4), np.zeros(4), np.zeros(4), values)
    xy_m = np.array([[5000.0, 0.0], [400.0, 0.0], [400.0, 0.0], [1.0, 0.0]])

    told = nearest_humidity(weather, xy_m, np.zeros(2))
    assert (told.value_pct, told.measured_by, told.is_own, told.distance_m) == (70.0, "near", False, 400)
    lost = nearest_humidity(weather, xy_m, np.full(2, np.nan))
    assert (lost.measured_by, lost.distance_m) == ("far", None)


STATES = st.sampled_from(TicketState)
VISITS = st.none() | st.tuples(st.booleans(), st.sampled_from(["none", "guidance", "penalty"]))


@given(STATES, VISITS, st.sampled_from([None, "humidity"]))
def test_what_was_found_on_the_spot_outweighs_the_desk(state, visit, reason):
    ending = ending_of(state, visit, reason)

    if visit is not None:
        assert ending == Ending(end=End.CONFIRMED if visit[0] else End.NOTHING_FOUND, measure=visit[1])
    else:
        assert ending.measure is None
        assert (ending.end is End.DISMISSED) == (state is TicketState.DISMISSED)
        assert ending.reason_code is None or ending.end is End.DISMISSED


@given(st.lists(st.builds(ending_of, STATES, VISITS, st.none())))
def test_confirmed_are_among_the_visited_and_all_are_counted(endings):
    told = likeness_of(endings, ())

    assert 0 <= told.confirmed <= told.visited <= told.alike == len(endings)
    assert told.visited + told.dismissed <= told.alike
