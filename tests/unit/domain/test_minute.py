"""Readings of one minute to one row a sensor."""

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.field import Flag, no_weather_minute
from domain.minute import MinuteHead, minutes_of
from domain.rules import QualifyRules
from tests.builders import START_MS, a_site, some_readings

SITE = a_site(2, vehicles=1)
HEAD = MinuteHead(START_MS, START_MS + MINUTE_MS + 10_000, no_weather_minute())


def minute(
    rows: list[tuple[str, float, float, dict[str, float]]], flags: dict[int, Flag] | None = None
) -> dict[str, float]:
    readings = some_readings(SITE, rows)
    bits = np.zeros((len(rows), 4), np.uint16)
    for row, flag in (flags or {}).items():
        bits[row, 0] = flag
    usual_ms = np.full(len(SITE.sensors), 10_000.0)
    (field,), _ = minutes_of(readings, bits, usual_ms, [HEAD], SITE, QualifyRules())
    assert len(field.sensor) == 1
    return {
        "value": field.value[0, 0],
        "pm10": field.value[0, 1],
        "completeness": field.completeness[0, 0],
        "flags": field.flags[0, 0],
        "lon": field.lon[0],
    }


def test_a_station_shows_its_mean_and_how_much_of_the_minute_it_saw() -> None:
    seen = minute([("s-0-0", second, second, {"pm25": 40.0 + second}) for second in (0, 10, 20)])
    assert (seen["value"], seen["completeness"]) == (50.0, 0.5)


def test_one_flagged_reading_among_good_ones_is_left_out() -> None:
    rows = [("s-0-0", second, second, {"pm25": value}) for second, value in ((0, 40.0), (10, 900.0), (20, 42.0))]
    seen = minute(rows, {1: Flag.SPIKE})
    assert (seen["value"], seen["flags"]) == (41.0, 0)


def test_a_minute_with_nothing_good_is_flagged() -> None:
    seen = minute([("s-0-0", 1, 1, {"pm25": 900.0})], {0: Flag.SPIKE})
    assert np.isnan(seen["value"])
    assert seen["flags"] == Flag.SPIKE


@pytest.mark.parametrize(("pm25", "pm10", "flag"), [(60.0, 40.0, Flag.INVERSION), (60.0, 50.0, 0), (9.0, 2.0, 0)])
def test_more_fine_than_coarse_dust_is_impossible(pm25: float, pm10: float, flag: int) -> None:
    assert minute([("s-0-0", 1, 1, {"pm25": pm25, "pm10": pm10})])["flags"] == flag


def test_seconds_of_exhaust_do_not_move_a_vehicles_minute() -> None:
    rows = [("v-0", s, s, {"lon": 116.5, "lat": 39.8, "pm25": 900.0 if 20 <= s < 35 else 40.0}) for s in range(60)]
    assert minute(rows)["value"] == 40.0


def test_a_fix_that_jumps_does_not_move_a_vehicle() -> None:
    rows = [("v-0", s, s, {"lon": 0.0 if s == 7 else 116.5, "lat": 39.8, "pm25": 40.0}) for s in range(30)]
    assert minute(rows)["lon"] == 116.5
