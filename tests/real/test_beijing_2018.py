"""April 2018 in Beijing: a day of dust is weather, an hour that is Yizhuang's own is a clue."""

import pytest

from simulators.importing import Tables
from tests.real.replayed import DATA, ROOT, Run, moment, overlapping, run_real, shared

FOLDER = DATA / "beijing_2018"
pytestmark = shared(FOLDER.name)

YIZHUANG = "yizhuang_aq"
OWN_HOUR = "2018-04-16T11:00:00Z"
"""PM2.5 at Yizhuang: 66, 267, 77 µg/m³ about this hour; 57 to 127 at the nine stations about it (PM10 is missing)."""
LATE_FRONT = "2018-04-02T15:00:00Z", "2018-04-02T18:00:00Z"
"""A north wind clears the haze; Yizhuang (218) and Daxing (225) are an hour behind the others (39 to 115)."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    tables = Tables(
        readings=FOLDER / "readings_hourly.parquet",
        weather=FOLDER / "weather_grid_hourly.parquet",
        stations=FOLDER / "stations.csv",
    )
    return run_real(tmp_path_factory.mktemp("april"), ROOT / "docs" / "examples" / "beijing_2018.toml", tables)


def test_the_day_of_dust_is_one_notice_at_most(run: Run) -> None:
    assert run.per_day("regional")["2018-04-29"] <= 1
    assert max(run.per_day("regional").values(), default=0) <= 1


def test_the_day_of_dust_lies_under_a_notice(run: Run) -> None:
    noon = moment("2018-04-29T04:00:00Z")

    assert len(overlapping(run.of_kind("regional"), noon, noon)) == 1


def test_the_day_of_dust_has_no_clue_of_its_own(run: Run) -> None:
    dust = [one["peak"] for one in run.of_kind("local") if one["opened_at"].startswith("2018-04-29")]

    assert dust == []


def test_the_hour_that_is_yizhuangs_own_is_seen(run: Run) -> None:
    raised = {(row["sensor_id"], row["minute"]) for row in run.breaches.to_pylist()}

    assert (YIZHUANG, moment(OWN_HOUR)) in raised


def test_air_that_clears_late_is_no_clue(run: Run) -> None:
    clues = overlapping(run.of_kind("local"), *map(moment, LATE_FRONT))

    assert [one["peak"] for one in clues if YIZHUANG in one["sensors"]] == []


def test_a_month_is_quiet(run: Run) -> None:
    """No enterprise is registered: clues are few, and nobody is sent out."""
    assert len(run.of_kind("local")) <= 15, run.per_day("local")
    assert not [one for one in run.tickets if one["recommendation"]["action"] == "dispatch"]
