"""The limits that count on a day."""

import itertools
from datetime import date

import numpy as np
import pytest

from domain.channels import POLLUTANTS
from domain.limits.tables import CLASSES, EDITION_2012, EDITION_2026, Averaging, limit_on, limit_row, limits_on

DAY, HOUR, EIGHT = Averaging.DAY, Averaging.ONE_HOUR, Averaging.EIGHT_HOUR_MAX


@pytest.mark.parametrize("limits_class", CLASSES)
@pytest.mark.parametrize("day", [date(2018, 4, 29), date(2026, 2, 28), date(2026, 3, 1), date(2040, 1, 1)])
def test_particulates_have_no_one_hour_limit(day: date, limits_class: int) -> None:
    row = limit_row(limits_on(day, limits_class=limits_class), HOUR)
    assert np.isnan(row[:2]).all()
    assert row[2:].tolist() == [250.0, 160.0 if limits_class == 1 else 200.0]


@pytest.mark.parametrize(
    ("day", "edition", "pm25", "pm10", "nox", "no2"),
    [
        (date(2026, 2, 28), EDITION_2012, 75, 150, 100, 80),
        (date(2026, 3, 1), EDITION_2026, 60, 120, 100, 80),
        (date(2030, 12, 31), EDITION_2026, 60, 120, 100, 80),
        (date(2031, 1, 1), EDITION_2026, 50, 100, 70, 50),
    ],
)
def test_daily_limits_change_with_the_day(
    day: date, edition: str, pm25: float, pm10: float, nox: float, no2: float
) -> None:
    found = {limit.pollutant: limit for limit in limits_on(day) if limit.averaging is DAY}
    assert [found[name].value_ugm3 for name in ("pm25", "pm10", "nox", "no2")] == [pm25, pm10, nox, no2]
    assert {limit.edition for limit in found.values()} == {edition}


def test_class_one_is_stricter_and_has_its_own_final_limits() -> None:
    at = {
        day: {x.pollutant: x.value_ugm3 for x in limits_on(day, limits_class=1) if x.averaging is DAY} for day in DAYS
    }
    assert [at[DAYS[0]][name] for name in ("pm25", "pm10")] == [35, 50]
    assert [at[DAYS[1]][name] for name in ("pm25", "pm10")] == [25, 50]
    assert limit_on(DAYS[0], "o3", EIGHT, limits_class=1).value_ugm3 == 100


DAYS = (date(2026, 3, 1), date(2031, 1, 1))


def test_phases_follow_each_other_without_gap_or_overlap() -> None:
    ends = [limits_on(day)[0] for day in (date(2016, 1, 1), date(2026, 3, 1), date(2031, 1, 1))]
    for before, after in itertools.pairwise(ends):
        assert (after.valid_from - before.valid_until).days == 1
    assert ends[-1].valid_until is None


def test_every_limit_names_where_it_stands() -> None:
    for limit in limits_on(date(2026, 3, 1)):
        table = "table 2" if limit.pollutant in ("nox", "tsp") else "table 1"
        assert limit.clause == f"{table}; 4.4, transition"


def test_a_site_that_names_the_old_edition_keeps_it() -> None:
    assert limit_on(date(2027, 1, 1), "pm10", DAY, EDITION_2012).value_ugm3 == 150


def test_before_the_oldest_edition_there_are_none() -> None:
    assert limits_on(date(2015, 12, 31)) == ()
    assert np.isnan(limit_row((), HOUR)).all()
    assert len(limit_row((), HOUR)) == len(POLLUTANTS)


@pytest.mark.parametrize(("edition", "limits_class"), [("GB 3095-1996", 2), (EDITION_2026, 3)])
def test_unknown_limits_are_refused_with_a_way_out(edition: str, limits_class: int) -> None:
    with pytest.raises(ValueError, match="use GB 3095-2012 or GB 3095-2026, class 1 or 2"):
        limits_on(date(2026, 3, 1), edition, limits_class)
