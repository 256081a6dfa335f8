import numpy as np
import pytest

from domain.readings import Weather
from simulators.scenario import ScenarioRefused, parse_scenario
from simulators.scenario_types import WeatherFault
from simulators.world.weather_faults import WeatherFaults

START_MS = 1_700_000_000_000


def sky(minute: int) -> Weather:
    """Two stations in one minute; every value is the minute, the second station's ten more."""
    time_ms = np.full(2, START_MS + 60_000 * minute)
    values = np.array([[minute] * 5, [minute + 10] * 5], np.float64)
    return Weather(("wx-1", "wx-2"), time_ms, time_ms, np.zeros(2), np.zeros(2), values)


def test_a_silent_station_says_nothing_in_its_time():
    faults = WeatherFaults([WeatherFault(kind="silent", stations=("wx-2",), start_min=5, duration_min=2)], START_MS)

    said = [faults.apply(sky(minute)).station_id for minute in (4, 5, 6, 7)]
    assert said == [("wx-1", "wx-2"), ("wx-1",), ("wx-1",), ("wx-1", "wx-2")]


def test_a_stuck_station_repeats_its_wind_and_goes_on_measuring_the_rest():
    faults = WeatherFaults([WeatherFault(kind="stuck", stations=("wx-1",), start_min=3)], START_MS)
    given = [sky(minute) for minute in (2, 3, 9)]
    seen = [faults.apply(rows).values for rows in given]

    assert [values[0].tolist() for values in seen] == [[2] * 5, [3] * 5, [3, 3, 9, 9, 9]]
    assert [values[1].tolist() for values in seen] == [[12] * 5, [13] * 5, [19] * 5]
    assert given[2].values[0].tolist() == [9] * 5


def test_without_names_every_station_is_meant():
    faults = WeatherFaults([WeatherFault(kind="silent")], START_MS)

    assert len(faults.apply(sky(0))) == 0


def test_an_unknown_weather_station_is_refused():
    with pytest.raises(ScenarioRefused, match=r"weather_faults\[1\].stations: 'wx-9' is unknown; use wx-1"):
        parse_scenario("[[weather_faults]]\nkind = 'stuck'\nstations = ['wx-9']")
