"""`wugan plans file | register | publish | list | withdraw | schedule`, at the database itself."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.store import upgrade
from app.cli.commands import app
from tests.unit.app.test_credit_commands import SENSORS, SITE_TOML, place

HEAD = "plan_id,department,field,enterprise_id,earliest,latest,duration_min,cause\n"
FIRST = datetime.now(UTC).date() + timedelta(days=20)
LAST = FIRST + timedelta(days=10)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE_TOML, encoding="utf-8")
    (site / "sensors.csv").write_text(SENSORS, encoding="utf-8")
    places = [place("e-1", "示例一厂"), place("e-2", "二厂", whitelisted=True)]
    (site / "enterprises.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": places}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WUGAN_SITE", str(site))
    monkeypatch.setenv("WUGAN_DATABASE", f"sqlite:///{tmp_path / 'tickets.db'}")
    upgrade(f"sqlite:///{tmp_path / 'tickets.db'}")


def wugan(*words: object) -> Result:
    return CliRunner().invoke(app, ["plans", *(str(word) for word in words)])


def written(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "plans.csv"
    file.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8-sig")
    return file


def row(plan_id: str, place: str = "e-1", department: str = "环保", cause: str = "") -> str:
    return f"{plan_id},{department},废气,{place},{FIRST},{LAST},60,{cause}"


def test_from_files_to_a_calendar(tmp_path: Path) -> None:
    file = written(tmp_path, row("p1"), row("p2", department="应急"), row("p3", "e-2", cause="special"))
    assert "3 plans would be filed" in wugan("file", file, "--dry-run").output
    assert json.loads(wugan("list", "--json").stdout) == []
    assert "3 plans filed, 0 there already\nfields were not checked" in wugan("file", file).output
    assert json.loads(wugan("file", file, "--json").stdout)["there"] == 3

    looked = json.loads(wugan("publish", "--dry-run", "--json").stdout)
    done = json.loads(wugan("publish", "--json").stdout)
    assert (looked["version"], done["version"], done["is_new"]) == (None, 1, True)
    assert (done["figures"]["visits_unmerged"], done["figures"]["visits"]) == (3, 2)
    assert "version 1, as it was" in wugan("publish").output
    assert len(json.loads(wugan("list", "--state", "placed", "--department", "应急", "--json").stdout)) == 1

    assert wugan("schedule", "--out", "all.csv").exit_code == 0
    assert "示例一厂" in (tmp_path / "all.csv").read_text(encoding="utf-8")
    assert wugan("schedule", "--out", "应急.ics", "--department", "应急").exit_code == 0
    assert b"BEGIN:VEVENT" in (tmp_path / "应急.ics").read_bytes()
    assert "add --department" in wugan("schedule", "--out", "x.ics").stderr

    assert "withdrawn: 1" in wugan("withdraw", "p1", "--reason", "停产").output
    assert json.loads(wugan("withdraw", "p1", "--reason", "停产", "--json").stdout) == {"withdrawn": 0}
    assert json.loads(wugan("schedule", "--out", "b.csv", "--json").stdout)["file"] == "b.csv"
    assert "p1  withdrawn  停产" in wugan("list").output


def test_a_wrong_file_is_told_row_by_row_and_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "fields.csv").write_text("department,field\n环保,废气\n", encoding="utf-8")
    (tmp_path / "teams.csv").write_text("department,minutes_per_day\n环保,0\n", encoding="utf-8")
    assert json.loads(wugan("register", "fields", "fields.csv", "--json").stdout) == {"rows": 1, "dry_run": False}
    assert "teams.csv:2: minutes_per_day is '0'" in wugan("register", "teams", "teams.csv").stderr

    file = written(tmp_path, row("p1"), row("p2", department="应急"), row("p3", "e-2"), row("p4", "e-9", cause="why"))
    for more in (["--dry-run"], []):
        done = wugan("file", file, *more)
        assert done.exit_code == 1
        assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [f"plans.csv:{n}" for n in (3, 4, 5)]
    assert json.loads(wugan("list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["publish"], "file plans first"),
        (["publish", "--closed", "soon"], "--closed"),
        (["withdraw", "p9", "--reason", "x"], "nobody filed 'p9'"),
        (["file", "absent.csv"], "absent.csv"),
    ],
)
def test_what_cannot_be_done_is_one_line(words: list[str], told: str) -> None:
    done = wugan(*words)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
