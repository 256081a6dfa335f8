"""`wugan config` and `wugan doctor`: what is set, what is wrong, and how to mend it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pmtiles.tile import TileType
from typer.testing import CliRunner, Result

from app.child_process import free_port
from app.cli.commands import app
from app.settings import Settings
from tests.builders_tiles import an_archive

HEAD = 'id = "z"\nname = "示例区"\ntimezone = "Asia/Shanghai"\n'
SENSORS = "sensor_id,kind,lon,lat\ns1,station,116.5,39.8\n"


def wugan(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_config_tells_every_setting_and_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("wugan.toml").write_text('kafka = "kafka:9092"\n')
    monkeypatch.setenv("WUGAN_DESK_PORT", "8123")
    monkeypatch.setenv("WUGAN_MQTT_PASSWORD", "hunter2")
    monkeypatch.setenv("WUGAN_DESK_PROT", "1")

    done = wugan("config", "--json")

    told = json.loads(done.stdout)
    rows = {row["setting"]: row for row in told["settings"]}
    assert done.exit_code == 0
    assert rows.keys() == {f"WUGAN_{name.upper()}" for name in Settings.model_fields}
    assert all(row["meaning"] for row in rows.values())
    found = {name: (rows[name]["value"], rows[name]["source"]) for name in ("WUGAN_KAFKA", "WUGAN_DESK_PORT")}
    assert found == {"WUGAN_KAFKA": ("kafka:9092", "wugan.toml"), "WUGAN_DESK_PORT": ("8123", "environment")}
    assert rows["WUGAN_MQTT_HOST"]["source"] == "default"
    assert told["unknown_variables"] == ["WUGAN_DESK_PROT"]
    assert "hunter2" not in done.output


def test_config_as_lines_can_be_read_by_people() -> None:
    lines = wugan("config").stdout.splitlines()

    assert len(lines) == len(Settings.model_fields)
    assert "WUGAN_DESK_PORT=8000  # default: the desk's port" in lines


def test_wrong_settings_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_DESK_PORT", "many")
    monkeypatch.setenv("WUGAN_KAFKA", "nowhere")

    done = wugan("config")

    assert done.exit_code == 1
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == ["WUGAN_KAFKA", "WUGAN_DESK_PORT"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound site folder, and nobody where the brokers should be."""
    folder = tmp_path / "SITE"
    folder.mkdir()
    (folder / "site.toml").write_text(HEAD, encoding="utf-8")
    (folder / "sensors.csv").write_text(SENSORS, encoding="utf-8")
    monkeypatch.setenv("WUGAN_SITE", str(folder))
    monkeypatch.setenv("WUGAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WUGAN_KAFKA", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("WUGAN_MQTT_PORT", str(free_port()))
    monkeypatch.setenv("WUGAN_DESK_PORT", str(free_port()))
    return folder


def examined() -> tuple[int, dict[str, dict[str, Any]]]:
    done = wugan("doctor", "--json")
    return done.exit_code, {finding["check"]: finding for finding in json.loads(done.stdout)}


def test_doctor_says_what_is_away_and_how_to_mend_it(site: Path) -> None:
    wugan("db", "upgrade")

    code, found = examined()

    verdicts = {name: finding["verdict"] for name, finding in found.items()}
    assert code == 1
    assert verdicts == {
        "python": "ok",
        "site files": "ok",
        "data folder": "ok",
        "desk port": "ok",
        "mqtt broker": "failed",
        "kafka": "failed",
        "history": "ok",
        "database": "ok",
        "clock": "ok",
    }
    assert "does not answer" in found["kafka"]["detail"]
    assert "WUGAN_KAFKA" in found["kafka"]["mend"]
    assert "WUGAN_MQTT_HOST" in found["mqtt broker"]["mend"]
    assert "示例区: 1 sensors" in found["site files"]["detail"]


def test_doctor_lists_each_fault_of_the_site_and_the_missing_tables(site: Path) -> None:
    (site / "sensors.csv").write_text(SENSORS + "s2,balloon,116.5,39.8\ns3,station,east,39.8\n", encoding="utf-8")

    code, found = examined()

    assert code == 1
    assert found["site files"]["verdict"] == found["database"]["verdict"] == "failed"
    assert "sensors.csv:3" in found["site files"]["detail"]
    assert "sensors.csv:4" in found["site files"]["detail"]
    assert "wugan db upgrade" in found["database"]["mend"]


def test_doctor_in_lines_says_the_same(site: Path) -> None:
    done = wugan("doctor")

    kafka = next(line for line in done.stdout.splitlines() if line.split()[1] == "kafka")
    assert done.exit_code == 1
    assert kafka.startswith("FAILED  ")
    assert " → start Kafka, or set WUGAN_KAFKA" in kafka


def test_a_base_map_that_cannot_be_drawn_is_told_by_doctor_and_stops_the_desk_before_anything_is_asked(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = an_archive(tmp_path / "vector.pmtiles", [(2, 0, 0)], kind=TileType.MVT)
    monkeypatch.setenv("WUGAN_BASE_MAP_FILE", str(file))
    monkeypatch.setenv("WUGAN_BASE_MAP_URL", "https://tiles.example/{z}/{x}/{y}")
    monkeypatch.setattr("app.logs.set_up_logs", lambda form, level: None)  # it would outlive this test's own stderr

    _, found = examined()
    done = wugan("desk")

    assert found["base map"]["verdict"] == "failed"
    assert "vector tiles" in found["base map"]["detail"]
    assert done.exit_code != 0
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == [
        "WUGAN_BASE_MAP_URL",
        "WUGAN_BASE_MAP_FILE",
    ]


def test_doctor_tells_of_a_base_map_that_can_be_drawn(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WUGAN_BASE_MAP_FILE", str(an_archive(tmp_path / "zone.pmtiles", [(2, 0, 0), (5, 1, 1)])))

    _, found = examined()

    assert found["base map"]["verdict"] == "ok"
    assert "image/png, zooms 2 to 5" in found["base map"]["detail"]
