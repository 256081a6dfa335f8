"""Twelve stations over three years: haze is weather, and an instrument that stands still is no source."""

from pathlib import Path

import pandas as pd
import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, MAPS, Run, moment, overlapping, run_real, shared, table

FOLDER = DATA / "beijing_2013_2017"
POSITIONS = DATA / "beijing_2018" / "stations.csv"
pytestmark = [*shared(FOLDER.name), *shared(POSITIONS.parent.name)]

POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
DEGREES = {point: number * 22.5 for number, point in enumerate(POINTS)}
NAMES_OF_2018 = {"changping_aq": "pingchang_aq"}


def span_of(folder: Path, since: str, until: str) -> Run:
    """Replay the table between two local moments, with two days before them to learn from."""
    seen = pd.read_parquet(FOLDER / "readings_hourly.parquet")
    seen = seen[(seen.time >= since) & (seen.time < until)]
    seen = seen.assign(station=seen.station.str.lower() + "_aq", wind_from_deg=seen.wind_from_16pt.map(DEGREES))
    where = pd.read_csv(POSITIONS).set_index("station_id")
    stations = pd.DataFrame({"station": sorted(seen.station.unique())})
    named = [NAMES_OF_2018.get(name, name) for name in stations.station]
    stations[["lon", "lat"]] = where.loc[named, ["lon", "lat"]].to_numpy()
    weather = seen.merge(stations, on="station")
    return run_real(
        folder,
        MAPS / "beijing_2013_2017.toml",
        Tables(
            readings=table(folder, "readings", seen.drop(columns=["wind_from_deg"])),
            weather=table(folder, "weather", weather),
            stations=table(folder, "stations", stations),
        ),
    )


@pytest.fixture(scope="module")
def haze(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The red alerts of December 2015: a daily mean of 495 µg/m³ on the 25th, three episodes in all."""
    return span_of(tmp_path_factory.mktemp("haze"), "2015-12-17", "2015-12-29")


@pytest.fixture(scope="module")
def stuck(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ozone at Guanyuan stands at 107 µg/m³ from 16 March 2013, 05:00, for 51 hours (UTC)."""
    return span_of(tmp_path_factory.mktemp("stuck"), "2013-03-13", "2013-03-20")


def test_haze_is_at_most_one_notice_a_day(haze: Run) -> None:
    days = haze.per_day("regional")

    assert max(days.values(), default=0) <= 1, days


def test_the_worst_day_lies_under_a_notice(haze: Run) -> None:
    noon = moment("2015-12-25T04:00:00Z")

    assert len(overlapping(haze.of_kind("regional"), noon, noon)) == 1


def test_haze_sends_nobody_out(haze: Run) -> None:
    assert not [one for one in haze.tickets if one["recommendation"]["action"] == "dispatch"]
    assert len(haze.of_kind("local")) <= 4, haze.per_day("local")  # all of them before the notice, all to be watched


def test_ozone_that_stands_still_is_no_clue(stuck: Run) -> None:
    clues = [one for one in stuck.of_kind("local") if "guanyuan_aq" in one["sensors"] and "o3" in one["pollutants"]]

    assert clues == []


def test_ozone_that_stands_still_everywhere_is_no_flood(stuck: Run) -> None:
    """In that week the ozone of all twelve stations stands still for hours of every night: the network's doing."""
    assert len(stuck.of_kind("sensor")) <= 3, stuck.per_day("sensor")


def test_ozone_that_stands_still_is_told(stuck: Run) -> None:
    told = {(name, one["excluded"][0]["reason"]) for one in stuck.of_kind("sensor") for name in one["sensors"]}

    assert "guanyuan_aq" in {name for name, _ in told}, told
