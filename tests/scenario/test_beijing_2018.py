"""A month of real hourly readings of 35 stations comes in by the map in the documents, and is replayed in seconds."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

from app.site_folder import read_site
from domain.pipeline import make_ready
from domain.site import Site
from domain.times import rfc3339
from simulators.importing import ImportResult, Tables, bring_in, parse_map, write_import
from simulators.recording import Recording, read_recording
from simulators.replay import RunMeta, RunResult, replay, write_run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "data" / "beijing_2018"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="needs ../shared/data/beijing_2018 beside the repository"),
]


@pytest.fixture(scope="module")
def brought() -> ImportResult:
    tables = Tables(
        readings=FOLDER / "readings_hourly.parquet",
        weather=FOLDER / "weather_grid_hourly.parquet",
        stations=FOLDER / "stations.csv",
    )
    text = (ROOT / "docs" / "examples" / "beijing_2018.toml").read_text(encoding="utf-8")
    return bring_in(tables, parse_map(text), with_site=True)


@pytest.fixture(scope="module")
def site(brought: ImportResult, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    folder = tmp_path_factory.mktemp("beijing")
    write_import(brought, folder / "REC", folder / "SITE")
    return read_site(folder / "SITE")[0], folder


@pytest.fixture(scope="module")
def recording(site: tuple[Site, Path]) -> Recording:
    return read_recording(site[1] / "REC", site[0])


@pytest.fixture(scope="module")
def result(recording: Recording, site: tuple[Site, Path]) -> RunResult:
    return replay(recording, make_ready(site[0]))


def test_every_row_of_the_tables_is_accounted_for(brought: ImportResult, site: tuple[Site, Path]) -> None:
    figures = brought.summary()

    assert figures["readings"] + figures["without_value"] == 23_870
    assert figures["weather"] == 12_480
    assert figures["refused"] == {}
    assert figures["unused_columns"] == ("co_mg_m3", "so2_ug_m3")
    assert "yizhuang_aq" in site[0].sensor_ids
    assert len(site[0].sensors) == 35


def test_every_reading_is_taken(recording: Recording, result: RunResult) -> None:
    assert result.readings == len(recording.readings)
    assert (result.duplicates, result.late, result.too_late) == (0, 0, 0)
    assert rfc3339(recording.recorded_until) == "2018-04-30T23:00:00.000Z"


def test_a_month_of_35_stations_makes_few_clues(
    result: RunResult, recording: Recording, site: tuple[Site, Path]
) -> None:
    summary = write_run(site[1] / "RUN", result, RunMeta(recording=recording, zoned=make_ready(site[0])))

    assert 1 <= len(result.tickets) <= 60  # at most two a day over an area of 100 km
    assert all(ticket.unknown_probability == 1.0 for ticket in result.tickets)  # no enterprise is registered
    assert not any(ticket.recommendation.action == "dispatch" for ticket in result.tickets)
    assert summary["counts"]["tickets"] == len(result.tickets)


def test_the_dust_of_29_april_is_seen_as_pm10(result: RunResult) -> None:
    day = pc.strftime(result.breaches.column("minute"), format="%Y-%m-%d")
    dust = result.breaches.filter(pc.equal(day, "2018-04-29"))

    assert "pm10" in dust.column("pollutant").to_pylist()
    assert pc.max(dust.column("value")).as_py() > 900.0
