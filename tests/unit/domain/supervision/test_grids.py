"""The decision table of `domain/supervision/grids.py`, row by row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.supervision.grids import (
    RAISED,
    SAME_HOUR,
    Grid,
    GridRefused,
    Quantity,
    cut,
    grid_id,
    is_of_that_hour,
    nearest_in_time,
    seen_at,
    speaks_of,
)

AT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
LON, LAT = 116.525, 39.775
"""In the cell of row 2, column 2."""
SECOND = timedelta(seconds=1)


def a_grid(place: float = 10.0, **told) -> Grid:
    """Five by five cells of 0.05 degrees: 9, 10 and 11 about the place in the middle."""
    values = np.array([9.0, 10.0, 11.0, 10.0, 9.0] * 5, np.float32).reshape(5, 5)
    values[2, 2] = place
    edges = {"west": 116.4, "east": 116.65, "south": 39.65, "north": 39.9}
    return Grid(product="TROPOMI", quantity=Quantity.NO2, unit="µmol/m²", at=AT, values=values, **edges, **told)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (10 + RAISED * 1.4826, "satellite_raised"),
        (10 + RAISED * 1.4826 - 0.01, ""),
        (10.01, ""),
        (10.0, "satellite_not_raised"),
        (1.0, "satellite_not_raised"),
    ],
)
def test_raised_is_two_spreads_above_the_median_around_it(place: float, reason: str) -> None:
    seen = seen_at(a_grid(place), LON, LAT)
    assert seen.reason == reason
    assert seen.told.startswith(f"no2 {place:.3g} µmol/m²")
    assert seen.told.endswith("TROPOMI")


def test_nothing_is_said_without_a_value_at_the_place_or_beside_the_grid() -> None:
    assert seen_at(a_grid(float("nan")), LON, LAT).told == ""
    for lon, lat in ((116.3, LAT), (116.7, LAT), (LON, 39.6), (LON, 39.95)):
        assert seen_at(a_grid(), lon, lat).told == ""


def test_nothing_is_said_with_too_few_values_around_or_all_alike() -> None:
    lonely = a_grid(50.0)
    values = np.full_like(lonely.values, np.nan)
    values[2, :] = lonely.values[2, :]
    assert seen_at(replace(lonely, values=values), LON, LAT).told == ""
    alike = np.full_like(lonely.values, 10.0)
    alike[2, 2] = 50.0
    assert seen_at(replace(lonely, values=alike), LON, LAT).told == ""


@pytest.mark.parametrize(
    ("quantity", "pollutants", "says"),
    [
        (Quantity.NO2, ("nox",), True),
        (Quantity.NO2, ("pm25",), False),
        (Quantity.AEROSOL, ("pm10", "nox"), True),
        (Quantity.AEROSOL, ("o3",), False),
        (Quantity.AEROSOL, (), True),
    ],
)
def test_a_product_speaks_of_its_pollutants(quantity, pollutants, says) -> None:
    assert speaks_of(quantity, pollutants) is says


def test_the_same_hour_is_an_hour_before_to_an_hour_after() -> None:
    over = AT + timedelta(minutes=10)
    assert is_of_that_hour(AT - SAME_HOUR, AT, over)
    assert is_of_that_hour(over + SAME_HOUR, AT, over)
    assert not is_of_that_hour(AT - SAME_HOUR - SECOND, AT, over)
    assert not is_of_that_hour(over + SAME_HOUR + SECOND, AT, over)


def test_the_nearest_in_time_is_taken_in_whatever_order() -> None:
    taken = [(AT + SAME_HOUR, "b"), (AT - SECOND, "d"), (AT + SECOND, "c")]
    assert nearest_in_time(taken, AT, AT) == nearest_in_time(taken[::-1], AT, AT) == "c"
    assert nearest_in_time([], AT, AT) is None


def test_cutting_keeps_each_value_at_its_place() -> None:
    grid = a_grid(50.0)
    part = cut(grid, LON - 0.06, LAT - 0.01, LON, LAT + 0.06)

    assert part.values.shape == (2, 2)
    assert seen_at(grid, LON, LAT).told
    assert part.values[1, 1] == 50.0
    assert part.step == pytest.approx(grid.step)
    lons, lats = part.centres()
    assert (lons[1], lats[1]) == pytest.approx((LON, LAT))
    with pytest.raises(GridRefused, match="does not touch"):
        cut(grid, 10, 10, 11, 11)


def test_the_id_is_of_all_that_a_grid_says() -> None:
    grid = a_grid()
    others = [a_grid(11.0), replace(grid, product="x"), replace(grid, at=AT + SECOND), replace(grid, west=116.3)]
    assert grid_id(grid) == grid_id(a_grid())
    assert len({grid_id(one) for one in (grid, *others)}) == 5
