"""The index of an hour: told only as far as the hour was measured, and the standard lets it be told."""

from datetime import date

import numpy as np

from domain.field import Flag
from maps.hour_index import hour_index
from tests.builders_maps import judged_rows

DAY = date(2026, 6, 1)


def test_without_every_item_there_is_an_aqi_above_100_only():
    low, high = (hour_index(judged_rows(np.full((60, 4), level)), DAY) for level in (50.0, 90.0))

    assert (low["aqi"], low["level"], low["leads"]) == (None, None, ["pm25"])
    assert low["iaqi"] == {"pm25": 80, "pm10": 50, "o3": 16}
    assert (high["aqi"], high["level"], high["leads"]) == (128, "轻度污染", ["pm25"])


def test_pollutants_that_lead_together_are_all_named():
    rows = judged_rows(np.tile([60.0, 120.0, 900.0, 10.0], (60, 1)))

    assert hour_index(rows, DAY)["leads"] == ["pm25", "pm10"]


def test_an_hour_that_is_not_complete_has_no_index():
    enough, short = (hour_index(judged_rows(np.full((minutes, 4), 90.0)), DAY) for minutes in (45, 44))

    assert enough["aqi"] == 128
    assert (short["iaqi"], short["leads"], short["aqi"]) == ({"pm25": None, "pm10": None, "o3": None}, [], None)


def test_what_nobody_trusts_makes_no_index():
    assert hour_index(judged_rows(np.full((60, 4), 900.0), flags=Flag.STUCK), DAY)["leads"] == []


def test_the_edition_is_that_of_the_day():
    rows = judged_rows(np.full((60, 4), 75.0))
    before, since = hour_index(rows, date(2026, 2, 28)), hour_index(rows, date(2026, 3, 1))

    assert (before["standard"], before["iaqi"]["pm25"]) == ("HJ 633-2012", 100)
    assert (since["standard"], since["iaqi"]["pm25"]) == ("HJ 633-2026", 114)
