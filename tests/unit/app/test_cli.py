"""The command line as a whole: what it lists, how wrong usage and bad input end."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.children import clean_environment
from app.cli.commands import app
from simulators.scenario import load_scenario
from simulators.world import World
from simulators.write_recording import write_recording

COMMANDS = (
    "demo",
    "ingest",
    "worker",
    "desk",
    "simulate",
    "replay",
    "score",
    "import",
    "map",
    "doctor",
    "config",
    "db",
)


def wugan(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WUGAN_SITE", raising=False)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "REC"
    write_recording(folder, World(load_scenario("tiny"), 7))
    return folder


def refusal(result: Result) -> list[str]:
    """Return what was said on standard error by a command that refused, each line as a refusal is written."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    lines = result.stderr.strip().splitlines()
    assert all(line.startswith("wugan: ") for line in lines)
    return [line.removeprefix("wugan: ") for line in lines]


def test_help_lists_every_command() -> None:
    told = wugan("--help")

    assert told.exit_code == 0
    assert {name for name in COMMANDS if f" {name} " in told.stdout} == set(COMMANDS)


@pytest.mark.parametrize("command", [*(name for name in COMMANDS if name != "db"), "db upgrade"])
def test_every_command_takes_help(command: str) -> None:
    told = wugan(*command.split(), "--help")

    assert told.exit_code == 0
    assert "Usage: " in told.stdout


def test_the_version_is_the_package_s() -> None:
    assert wugan("--version").stdout == f"wugan {version('wugan')}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",),
        ("demo", "--colour", "red"),
        ("demo", "--for", "soon"),
        ("demo", "--port", "0"),
        ("replay",),
        ("replay", "REC"),
        ("replay", "REC", "--site", "SITE", "--mqtt", "embedded"),
        ("simulate",),
        ("simulate", "tiny"),
        ("simulate", "tiny", "--seed", "-1", "--out", "X"),
        ("simulate", "tiny", "--start", "yesterday", "--out", "X"),
        ("score", "RUN"),
        ("worker", "--steps", "none"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2(words: tuple[str, ...]) -> None:
    wrong = wugan(*words)

    assert wrong.exit_code == 2
    assert "Error" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_missing_recording_is_named(recording: Path) -> None:
    (line,) = refusal(wugan("replay", "nowhere", "--site", recording / "site"))

    assert "nowhere" in line


def test_a_recording_that_is_no_parquet_is_named(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "REC").mkdir()
    (tmp_path / "REC" / "readings.parquet").write_text("sensor_id,time,pm25\n")

    (line,) = refusal(wugan("replay", "REC", "--site", recording / "site"))

    assert "readings.parquet" in line
    assert "Parquet" in line


def test_every_fault_of_a_site_is_a_line(recording: Path, tmp_path: Path) -> None:
    site = tmp_path / "SITE"
    site.mkdir()
    (site / "site.toml").write_text('id = "z"\nname = "Z"\ntimezone = "Mars/Base"\n')
    (site / "sensors.csv").write_text("sensor_id,kind,lon,lat\ns1,station,east,39.8\ns2,balloon,116.5,39.8\n")

    lines = refusal(wugan("replay", recording, "--site", site))

    assert [line.split(" ")[0].rstrip(":") for line in lines] == ["site.toml", "sensors.csv:2", "sensors.csv:3"]
    assert "Mars/Base" in lines[0]
    assert "east" in lines[1]
    assert "balloon" in lines[2]


def test_a_site_that_is_no_folder_says_what_to_name(recording: Path) -> None:
    (line,) = refusal(wugan("replay", recording, "--site", "nowhere"))

    assert "nowhere: is no folder; name the folder" in line


def test_an_unknown_scenario_names_those_there_are() -> None:
    (line,) = refusal(wugan("simulate", "no-such-place", "--out", "X"))

    assert "no-such-place" in line
    assert "tiny" in line


@pytest.mark.parametrize("where", ["nowhere", "host:", ":1883", "host:port"])
def test_a_wrong_mqtt_address_says_how_to_write_one(recording: Path, where: str) -> None:
    for words in (("replay", recording, "--site", recording / "site"), ("simulate", "tiny")):
        (line,) = refusal(wugan(*words, "--mqtt", where))

        assert line == f"--mqtt {where!r} is not HOST:PORT; write as 127.0.0.1:1883"


def test_a_broker_that_is_away_is_named(recording: Path) -> None:
    (line,) = refusal(wugan("replay", recording, "--site", recording / "site", "--mqtt", "127.0.0.1:1"))

    assert "127.0.0.1:1 " in line


def test_without_a_site_the_setting_is_named() -> None:
    assert refusal(wugan("map")) == ["WUGAN_SITE: no site folder is named; set it or give --site FOLDER"]


@pytest.mark.parametrize("command", ["ingest", "worker", "desk"])
def test_a_process_without_a_site_ends_with_one_line(command: str, tmp_path: Path) -> None:
    """In a process of its own: these set up the logs for good."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "app.cli", command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=clean_environment(),
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "wugan: WUGAN_SITE: no site folder is named; set it or give --site FOLDER\n"


def test_bringing_the_database_up_twice_is_harmless() -> None:
    made = wugan("db", "upgrade")
    again = wugan("db", "upgrade")

    assert made.exit_code == again.exit_code == 0
    assert made.stdout.startswith("database: empty → ")
    assert Path(".wugan/tickets.db").exists()


def test_the_same_seed_gives_the_same_bytes(recording: Path, tmp_path: Path) -> None:
    done = wugan("simulate", "tiny", "--seed", "7", "--out", "A", "--json")

    files = content_of(tmp_path / "A")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["recording"] == "A"
    assert {"readings.parquet", "weather.parquet", "truth.parquet", "site/site.toml"} <= files.keys()
    assert files == content_of(recording)


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
