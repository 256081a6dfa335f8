"""Weather stations: one that is stuck is left out, one that is silent is no stuck one, and who disagrees is doubted."""

from collections.abc import Iterable

import numpy as np
import pytest

from domain.attribution import zone_wind
from domain.channels import WEATHER_KEYS
from domain.field import WeatherMinute, no_weather_minute
from domain.vanes import STUCK_MIN, Vanes, as_told, no_vanes, watch, wind_of_vanes


def weather(winds: Iterable[tuple[float, float]], *, age_min: float = 1.0) -> WeatherMinute:
    """Return a minute in which stations say winds (speed, from)."""
    said = np.array(list(winds))
    values = np.full((len(said), len(WEATHER_KEYS)), np.nan)
    for column, key in enumerate(("wind_speed_ms", "wind_from_deg")):
        values[:, WEATHER_KEYS.index(key)] = said[:, column]
    names = tuple(f"w{row}" for row in range(len(said)))
    return WeatherMinute(names, np.zeros(len(said)), np.zeros(len(said)), values, np.full(len(said), age_min))


def watched(minutes: Iterable[WeatherMinute]) -> Vanes:
    known = no_vanes()
    for minute in minutes:
        known = watch(known, minute, 1)
    return known


def test_a_stuck_vane_is_left_out_beside_one_that_moves() -> None:
    minutes = 3 * STUCK_MIN
    vanes = watched(weather([(2.0, 90.0), (3.0, 200.0 + minute % 7)]) for minute in range(minutes))
    wind = wind_of_vanes(vanes)
    assert vanes.stuck.tolist() == [True, False]
    assert (round(wind.speed_ms, 6), round(wind.from_deg)) == (3.0, 200 + (minutes - 1) % 7)
    assert not wind.is_stuck
    assert wind.is_believed


def test_where_all_are_stuck_the_wind_stands_but_is_not_believed() -> None:
    wind = wind_of_vanes(watched(weather([(2.0, 90.0)]) for _ in range(STUCK_MIN + 2)))
    assert (wind.speed_ms, wind.from_deg) == pytest.approx((2.0, 90.0))
    assert wind.is_stuck
    assert wind.is_measured
    assert not wind.is_believed


def test_a_vane_heals_with_the_first_wind_that_is_another() -> None:
    vanes = watched(weather([(2.0, 90.0)]) for _ in range(STUCK_MIN + 2))
    assert not watch(vanes, weather([(2.0, 91.0)]), 1).stuck.any()


def test_a_vane_that_is_silent_or_says_a_calm_is_not_stuck() -> None:
    silent = watched(weather([(2.0, 90.0)], age_min=1.0 + minute) for minute in range(3 * STUCK_MIN))
    calm = watched(weather([(0.0, 0.0)]) for _ in range(3 * STUCK_MIN))
    assert not silent.stuck.any()
    assert not calm.stuck.any()
    wind = wind_of_vanes(silent)
    assert (wind.age_min, wind.stood_min) == (3.0 * STUCK_MIN, 3.0 * STUCK_MIN - 1.0)


def test_an_hourly_wind_that_repeats_itself_once_is_not_stuck() -> None:
    hours = [(2.0, 90.0), (2.0, 90.0)]
    vanes = watched(weather([hours[minute // 60]], age_min=1.0 + minute % 60) for minute in range(120))
    assert not vanes.stuck.any()


@pytest.mark.parametrize("apart_deg", [0.0, 10.0, 40.0])
def test_how_far_the_wind_may_be_amiss_is_half_of_what_two_vanes_are_apart(apart_deg: float) -> None:
    wind = wind_of_vanes(watched([weather([(2.0, 350.0), (2.0, 350.0 + apart_deg)])]))
    assert wind.split_deg == pytest.approx(apart_deg / 2.0, abs=0.6)
    assert wind.from_deg == pytest.approx((350.0 + apart_deg / 2.0) % 360.0)


@pytest.mark.parametrize(("age_min", "counts"), [(10.0, True), (70.0, False)])
def test_a_vane_that_has_fallen_silent_does_not_count_beside_one_that_speaks(age_min: float, *, counts: bool) -> None:
    minute = weather([(2.0, 90.0), (2.0, 180.0)])
    minute.age_min[:] = [age_min, 2.0]
    wind = wind_of_vanes(watched([minute]))
    assert wind.age_min == 2.0
    assert wind.from_deg == pytest.approx(135.0 if counts else 180.0)
    assert wind.is_split is counts


def test_all_that_ask_for_the_winds_of_a_minute_hear_the_same() -> None:
    vanes = watched(weather([(2.0, 90.0), (3.0, 200.0 + minute % 7)]) for minute in range(2 * STUCK_MIN))
    told, wind = zone_wind(as_told(weather([(2.0, 90.0), (3.0, 200.0)]), vanes)), wind_of_vanes(vanes)
    assert (told.speed_ms, wind.speed_ms) == pytest.approx((3.0, 3.0))
    assert told.from_deg == pytest.approx(200.0)
    nobody = as_told(no_weather_minute(), no_vanes())
    assert np.isnan(zone_wind(nobody).speed_ms)


def test_where_nobody_measures_there_is_no_wind() -> None:
    for vanes in (no_vanes(), watched([no_weather_minute()])):
        wind = wind_of_vanes(vanes)
        assert np.isnan(wind.speed_ms)
        assert not wind.is_believed


def test_one_gust_that_reaches_one_vane_first_splits_no_wind_and_a_vane_that_is_turned_does() -> None:
    agree = weather([(2.0, 90.0), (2.0, 95.0)])
    apart = weather([(2.0, 90.0), (2.0, 160.0)])
    vanes = watched([agree] * 30 + [apart] * 3)
    assert not wind_of_vanes(vanes).is_split
    for _ in range(60):
        vanes = watch(vanes, apart, 1)
    wind = wind_of_vanes(vanes)
    assert wind.is_split
    assert wind.is_measured
    assert not wind.is_believed
