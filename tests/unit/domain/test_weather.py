"""The newest weather of each station, while it is fresh."""

import numpy as np

from domain.channels import WEATHER_KEYS
from domain.readings import Weather
from domain.weather import WEATHER_MAX_AGE_MS, forget_old, no_latest, take_weather, weather_minute, weather_order


def rows(*given: tuple[str, int, int, float]) -> Weather:
    values = np.full((len(given), len(WEATHER_KEYS)), np.nan)
    values[:, 0] = [row[3] for row in given]
    times = np.array([row[1] for row in given], np.int64), np.array([row[2] for row in given], np.int64)
    return Weather(tuple(row[0] for row in given), *times, np.zeros(len(given)), np.zeros(len(given)), values)


def speeds(*parts: Weather) -> dict[str, float]:
    known = no_latest()
    for part in parts:
        known = take_weather(known, weather_order(part))
    minute = weather_minute(known, 0)
    return dict(zip(minute.station_id, minute.column("wind_speed_ms").tolist(), strict=True))


def test_the_newest_row_of_each_station_stands() -> None:
    assert speeds(rows(("b", 1, 1, 2.0), ("a", 1, 1, 1.0)), rows(("a", 5, 6, 3.0), ("a", 4, 7, 9.0))) == {
        "a": 3.0,
        "b": 2.0,
    }


def test_a_station_with_a_clock_ahead_does_not_outlive_its_next_row() -> None:
    assert speeds(rows(("a", 10**12, 1, 1.0)), rows(("a", 5, 6, 3.0))) == {"a": 3.0}


def test_the_order_of_rows_does_not_matter() -> None:
    given = (("a", 5, 6, 3.0), ("a", 5, 6, 1.0), ("b", 1, 2, 4.0))
    assert speeds(rows(*given)) == speeds(rows(*reversed(given)))


def test_stations_long_silent_are_forgotten() -> None:
    known = take_weather(no_latest(), rows(("a", 0, 0, 1.0), ("b", 60_000, 60_000, 2.0)))
    assert forget_old(known, WEATHER_MAX_AGE_MS + 1).station_id == ("b",)
    assert weather_minute(forget_old(known, 10 * WEATHER_MAX_AGE_MS), 0).station_id == ()
