"""Indices of HJ 633, rounded as it says."""

import numpy as np
import pytest

from domain.limits.aqi import HJ_633_2012, HOURLY_ITEMS, Level, air_quality, iaqi
from domain.limits.tables import Averaging

DAY, HOUR, EIGHT = Averaging.DAY, Averaging.ONE_HOUR, Averaging.EIGHT_HOUR_MAX


def index(pollutant: str, averaging: Averaging, value: float, **more: str) -> float:
    return float(iaqi(pollutant, averaging, np.array([value]), **more)[0])


@pytest.mark.parametrize(
    ("pollutant", "averaging", "value", "expected"),
    [
        ("pm25", DAY, 60, 100),
        ("pm25", DAY, 61, 101),
        ("pm25", DAY, 115, 150),
        ("pm10", DAY, 120, 100),
        ("pm10", DAY, 121, 101),
        ("no2", HOUR, 200, 100),
        ("o3", HOUR, 250, 125),
        ("o3", EIGHT, 900, 300),
        ("so2", HOUR, 900, 200),
        ("co", HOUR, 10.0, 100),
        ("co", DAY, 4.1, 101),
        ("pm25", DAY, 9999, 500),
        ("pm25", DAY, -3, 0),
    ],
)
def test_known_indices(pollutant: str, averaging: Averaging, value: float, expected: float) -> None:
    assert index(pollutant, averaging, value) == expected


@pytest.mark.parametrize(("value", "whole"), [(60.5, 60), (61.5, 62), (60.51, 61)])
def test_concentrations_are_rounded_half_to_even_first(value: float, whole: float) -> None:
    assert index("pm25", DAY, value) == index("pm25", DAY, whole)


def test_breakpoints_are_met_exactly_and_the_index_never_falls() -> None:
    for pollutant, averaging, points in (
        ("pm25", DAY, (0, 35, 60, 115, 150, 250, 350, 500)),
        ("no2", HOUR, (0, 100, 200, 700, 1200, 2340, 3090, 3840)),
        ("o3", HOUR, (0, 160, 200, 300, 400, 800, 1000, 1200)),
    ):
        assert iaqi(pollutant, averaging, np.array(points, float)).tolist() == [0, 50, 100, 150, 200, 300, 400, 500]
        course = iaqi(pollutant, averaging, np.arange(points[-1] + 50.0))
        assert (np.diff(course) >= 0).all()


def test_a_missing_mean_has_no_index_and_shapes_are_kept() -> None:
    found = iaqi("pm25", DAY, np.array([[60.0, np.nan]]))
    assert found.shape == (1, 2)
    assert found[0, 0] == 100
    assert np.isnan(found[0, 1])


def test_a_particulate_hour_goes_by_the_breakpoints_of_the_day() -> None:
    assert index("pm10", HOUR, 120) == index("pm10", DAY, 120) == 100


def test_the_edition_before_had_other_particulates_and_no_index_above_800() -> None:
    assert index("pm25", DAY, 75, edition=HJ_633_2012) == 100
    assert index("pm10", DAY, 150, edition=HJ_633_2012) == 100
    assert np.isnan(index("o3", EIGHT, 801, edition=HJ_633_2012))
    assert index("o3", EIGHT, 800, edition=HJ_633_2012) == 300


@pytest.mark.parametrize("pollutant", ["nox", "no"])
def test_nox_has_no_index(pollutant: str) -> None:
    with pytest.raises(ValueError, match=f"no index for {pollutant}"):
        index(pollutant, HOUR, 100)


def test_the_greatest_index_counts_and_ties_are_all_primary() -> None:
    found = air_quality({**dict.fromkeys(HOURLY_ITEMS, 20.0), "pm10": 120.0, "o3": 120.0})
    assert (found.value, found.level, found.primary) == (120, Level.LIGHT, ("pm10", "o3"))


@pytest.mark.parametrize(
    ("value", "level"),
    [(50, "优"), (51, "良"), (100, "良"), (150, "轻度污染"), (200, "中度污染"), (300, "重度污染"), (301, "严重污染")],
)
def test_levels_end_at_their_top(value: float, level: str) -> None:
    found = air_quality(dict.fromkeys(HOURLY_ITEMS, float(value)))
    assert found.level == level
    assert bool(found.primary) == (value > 50)


def test_with_an_item_missing_only_an_index_above_100_is_told() -> None:
    assert air_quality({"pm25": 100.0, "o3": np.nan}) is None
    assert air_quality({"pm25": 101.0, "o3": np.nan}).value == 101
    assert air_quality({"pm25": np.nan}) is None
