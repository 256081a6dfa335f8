"""A day's course is drawn with few points, and no peak and no flag is lost by that."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.pages.course_path import kept_rows, steps
from alerts.pages.course_svg import Course, course_svg
from alerts.pages.words import say
from alerts.pages.words.sensors import SENSORS
from alerts.sensors.course import stretches
from domain.channels import N_POLLUTANTS
from domain.series import JudgedRows

DAY_MS = 86_400_000
MOST_BYTES = 13_500
"""Of one pollutant's day without flags: four of them leave a page below 60 kB."""


@given(
    st.lists(st.floats(0, 500, allow_nan=False), min_size=1, max_size=400),
    st.integers(1, 40),
    st.sampled_from([1.0, 2.0, 4.0]),
)
def test_every_column_keeps_its_least_and_its_greatest(values: list[float], per_px: int, column_px: float):
    y, x = np.array(values), np.arange(len(values)) / per_px
    kept = kept_rows(x, y, column_px)

    assert (kept[0], kept[-1]) == (0, len(y) - 1)
    assert np.all(np.diff(kept) > 0)
    columns = np.floor(x / column_px)
    for column in np.unique(columns):
        whole, left = y[columns == column], y[kept[columns[kept] == column]]
        assert (left.min(), left.max()) == (whole.min(), whole.max())


@given(st.lists(st.tuples(st.floats(0, 720), st.floats(-5, 200)), min_size=1, max_size=60))
def test_a_path_ends_where_its_points_end_to_a_tenth(points: list[tuple[float, float]]):
    told = [float(number) for number in re.findall(r"-?[\d.]+", steps(points))]
    walked = np.cumsum(np.array(told).reshape(-1, 2), axis=0)

    assert len(walked) == len(points)
    assert np.abs(walked - np.array(points)).max() <= 0.0501


def a_day(seed: int, flagged: tuple[int, ...] = ()) -> JudgedRows:
    """Return a full day of minutes that never rest."""
    rng = np.random.default_rng(seed)
    shape = (1440, N_POLLUTANTS)
    background = 40 + np.cumsum(rng.normal(0, 1, shape), axis=0).clip(-30, 60)
    bits = np.zeros(shape, np.uint16)
    bits[list(flagged), 0] = 4
    value = background + rng.gamma(2, 6, shape)
    time_ms = 60_000 * np.arange(1440, dtype=np.int64)
    return JudgedRows(time_ms, value, background, background + 15, np.zeros(shape, np.uint8), bits, value)


def drawn(judged: JudgedRows) -> str:
    one = Course(
        name="pm25",
        title="PM2.5",
        since_ms=0,
        until_ms=DAY_MS,
        series=judged.series(0),
        marks=stretches(judged, 0),
        told=lambda mark: f"since {mark.since_ms}",
        hour=lambda at_ms: f"{at_ms // 3_600_000}h",
    )
    return course_svg(one, say("en", SENSORS))


@pytest.mark.parametrize("seed", range(5))
def test_a_full_day_is_light(seed: int):
    assert len(drawn(a_day(seed)).encode()) < MOST_BYTES


@pytest.mark.parametrize("minute", [0, 1, 713, 1438, 1439])
def test_one_minutes_peak_is_drawn_to_its_height(minute: int):
    judged = a_day(1)
    judged.value[minute, 0] = 700.0  # the scale ends at 1,000
    line = re.search(r'<path d="M([^"]+)" fill="none" stroke="#1b1f23" stroke-width="1.5"', drawn(judged))
    assert line
    told = np.array([float(number) for number in re.findall(r"-?[\d.]+", line[1])]).reshape(-1, 2)
    height = 150 - 136 * 0.7

    assert np.cumsum(told, axis=0)[:, 1].min() == pytest.approx(height, abs=0.06)


def test_every_flagged_stretch_is_drawn_however_short():
    flagged = tuple(range(3, 1440, 9))
    svg = drawn(a_day(2, flagged))

    assert [f"since {60_000 * minute}<" in svg for minute in flagged] == [True] * len(flagged)
    assert svg.count('height="12" fill="url(#hatch-pm25)"') == len(flagged)
