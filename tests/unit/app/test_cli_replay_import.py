"""`wugan replay` and `wugan import`: figures on standard output, faults as lines on standard error, exit codes."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli.importing import import_table
from app.cli.replay import replay
from tests.builders import a_site
from tests.builders_recording import an_hour, put, weather_table, wide

RUNNER = CliRunner()
APP = typer.Typer()
APP.command("replay")(replay)
APP.command("import")(import_table)

MAP = """
[site]
id = "test"
name = "Test"
timezone = "Asia/Shanghai"
[readings]
sensor = "sensor_id"
time = "time"
[readings.values]
pm25 = "pm25"
[stations]
sensor = "id"
lon = "lon"
lat = "lat"
"""


def wugan(*words: object) -> Result:
    return RUNNER.invoke(APP, [str(word) for word in words])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording and its site, the site without enterprises."""
    folder, site = tmp_path_factory.mktemp("cli"), a_site()
    readings, weather = an_hour(site)
    put(folder / "REC", wide(readings, site), weather_table(weather))
    (folder / "SITE").mkdir()
    (folder / "SITE" / "site.toml").write_text(
        'id = "test"\nname = "Test"\ntimezone = "Asia/Shanghai"\n'
        "[rules.detect]\nwarmup_min = 10\nwarmup_readings = 10\n"
    )
    rows = [f"{sensor.sensor_id},station,{sensor.lon},{sensor.lat}\n" for sensor in site.sensors]
    (folder / "SITE" / "sensors.csv").write_text("sensor_id,kind,lon,lat\n" + "".join(rows))
    return folder


def test_a_replay_writes_a_run_and_tells_its_figures(place: Path, tmp_path: Path) -> None:
    done = wugan("replay", place / "REC", "--site", place / "SITE", "--to", tmp_path / "RUN")

    assert done.exit_code == 0, done.stderr
    assert "720 readings" in done.stdout
    assert "1 clue tickets" in done.stdout
    assert (tmp_path / "RUN" / "report.html").exists()


def test_the_site_that_a_recording_holds_need_not_be_named(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "REC", tmp_path / "REC")
    shutil.copytree(place / "SITE", tmp_path / "REC" / "site")

    named = wugan("replay", place / "REC", "--site", place / "SITE", "--json")
    held = wugan("replay", tmp_path / "REC", "--json")

    assert held.exit_code == 0, held.stderr
    assert json.loads(held.stdout)["run_hash"] == json.loads(named.stdout)["run_hash"]


def test_a_recording_without_a_site_says_so(place: Path) -> None:
    done = wugan("replay", place / "REC")

    assert done.exit_code == 2
    assert "--site" in done.stderr


def test_a_recording_that_is_not_there_is_not_asked_for_its_site(tmp_path: Path) -> None:
    done = wugan("replay", tmp_path / "nowhere")

    assert done.exit_code == 2
    assert "RECORDING" in done.stderr
    assert "--site" not in done.stderr


def test_json_is_run_json_and_the_same_at_any_rate(place: Path, tmp_path: Path) -> None:
    words = ("replay", place / "REC", "--site", place / "SITE", "--json")

    fast = json.loads(wugan(*words, "--to", tmp_path / "RUN").stdout)
    paced = json.loads(wugan(*words, "--rate", "1e6").stdout)

    assert fast == json.loads((tmp_path / "RUN" / "run.json").read_text(encoding="utf-8"))
    assert paced["run_hash"] == fast["run_hash"]
    assert paced["wall"]["rate"] == 1e6


def test_a_span_is_given_in_rfc_3339(place: Path) -> None:
    words = ("replay", place / "REC", "--site", place / "SITE", "--json")

    part = json.loads(wugan(*words, "--from", "2026-03-01T08:05:00+08:00", "--until", "2026-03-01T00:10:00Z").stdout)

    assert part["clock"]["first"] >= "2026-03-01T00:05:00.000Z"
    assert part["clock"]["last"] < "2026-03-01T00:10:00.000Z"
    assert part["settings"]["from"] == "2026-03-01T08:05:00+08:00"


@pytest.mark.parametrize(
    "words",
    [
        ("--rate", "fast"),
        ("--rate", "0"),
        ("--rate", "nan"),
        ("--from", "yesterday"),
        ("--until", "2026-03-01T00:00:00"),
        ("--colour", "red"),
    ],
)
def test_wrong_usage_of_replay_is_exit_2(place: Path, words: tuple[str, str]) -> None:
    assert wugan("replay", place / "REC", "--site", place / "SITE", *words).exit_code == 2


def test_bad_input_is_one_line_and_exit_1(place: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    tries = [
        ("replay", tmp_path / "nowhere", "--site", place / "SITE"),
        ("replay", place / "REC", "--site", tmp_path / "nowhere"),
        ("replay", place / "REC", "--site", place / "SITE", "--to", tmp_path),
        ("import", tmp_path / "nowhere.csv", "--map", tmp_path / "nowhere.toml", "--out", tmp_path / "R"),
    ]

    for words in tries:
        failed = wugan(*words)

        assert failed.exit_code == 1
        assert len(failed.stderr.strip().splitlines()) == 1
        assert failed.stderr.startswith("wugan: ")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "stations.csv").write_text("id,lon,lat\na,116.5,39.8\nb,116.51,39.8\n")
    rows = "a,2026-03-01T00:00Z,5\nb,2026-03-01T00:00Z,x\nb,2026-03-01T00:01Z,6\n"
    (tmp_path / "table.csv").write_text("sensor_id,time,pm25\n" + rows)
    return tmp_path


def bring(tables: Path, *words: object) -> Result:
    return wugan("import", tables / "table.csv", "--map", tables / "map.toml", *words)


def test_a_dry_run_lists_rows_and_reasons_and_writes_nothing(tables: Path) -> None:
    tried = bring(tables, "--out", tables / "R", "--dry-run")

    assert tried.exit_code == 1
    assert tried.stdout == "table.csv:3: not_a_number: pm25 is 'x'\n"
    assert not (tables / "R").exists()


def test_a_dry_run_with_nothing_to_refuse_is_exit_0(tables: Path) -> None:
    (tables / "table.csv").write_text("sensor_id,time,pm25\na,2026-03-01T00:00Z,5\n")

    assert bring(tables, "--dry-run").exit_code == 0


def test_an_import_tells_what_it_refused_and_can_be_replayed(tables: Path) -> None:
    words = ("--out", tables / "R", "--stations", tables / "stations.csv", "--site-out", tables / "S")

    done = bring(tables, *words)
    replayed = wugan("replay", tables / "R", "--site", tables / "S", "--json")

    assert done.exit_code == 0, done.stderr
    assert "refused 1 rows (not_a_number 1)" in done.stderr
    assert pq.read_table(tables / "R" / "readings.parquet").num_rows == 2
    assert json.loads(replayed.stdout)["counts"]["readings"] == 2


def test_import_as_json(tables: Path) -> None:
    told = json.loads(bring(tables, "--dry-run", "--json").stdout)

    assert told["readings"] == 2
    assert told["refused"] == {"not_a_number": 1}
    assert told["refused_rows"][0]["row"] == 3


def test_all_faults_of_a_map_are_lines(tables: Path) -> None:
    (tables / "map.toml").write_text(MAP.replace('time = "time"', 'zone = "Mars"').replace('"pm25"', "5"))

    failed = bring(tables, "--out", tables / "R")

    assert failed.exit_code == 1
    assert len(failed.stderr.splitlines()) == 3


def test_wrong_usage_of_import_is_exit_2(tables: Path) -> None:
    assert bring(tables).exit_code == 2
    assert bring(tables, "--out", tables / "R", "--site-out", tables / "S").exit_code == 2
