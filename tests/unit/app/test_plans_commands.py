"""`wugan plans`: from plans.csv to the schedule, and what is refused."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app

HEAD = "plan_id,department,field,enterprise_id,earliest,latest,duration_min\n"
GOOD = "p1,d1,f1,e1,2026-03-02,2026-03-06,60\np2,d2,f2,e1,2026-03-05,2026-03-10,60\n"


def wugan(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    (tmp_path / "enterprises.csv").write_text("enterprise_id,whitelisted,visits_left\ne1,false,4\n")
    (tmp_path / "fields.csv").write_text("department,field\nd1,f1\nd2,f2\n")
    file = tmp_path / "plans.csv"
    file.write_text(HEAD + GOOD)
    return file


def test_two_plans_whose_windows_overlap_are_one_visit(plans: Path, tmp_path: Path) -> None:
    out = tmp_path / "schedule.csv"
    done = wugan("plans", "merge", plans, "--out", out, "--calendars", tmp_path / "teams", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["enterprises"] == {"e1": {"before": 2, "after": 1}}
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert {(r["visit_id"], r["fields_in_visit"]) for r in rows} == {(f"e1@{rows[0]['day']}", "2")}
    calendar = (tmp_path / "teams" / "d1.ics").read_bytes().decode()
    assert calendar.count("BEGIN:VEVENT") == 1
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    again = wugan("plans", "merge", plans, "--out", out, "--published", out, "--json")
    assert json.loads(again.stdout)["changes"] == 0


def test_every_wrong_row_is_told_and_nothing_is_written(plans: Path, tmp_path: Path) -> None:
    bad = (
        "p1,d1,f1,e1,2026-03-02,2026-03-06,60\n"
        "p3,d1,f1,e1,2026-03-06,2026-03-02,60\n"
        "p4,d1,f9,e9,2026-03-02,2026-03-06,60\n"
        "p5,d1,f1,e1,soon,2026-03-06,-1\n"
    )
    plans.write_text(HEAD + GOOD + bad)
    for last in ("--dry-run", "--weekends"):
        done = wugan("plans", "merge", plans, "--out", tmp_path / "schedule.csv", last)
        lines = done.stderr.splitlines()
        assert done.exit_code == 1
        assert [line.split(": ")[1] for line in lines] == [f"plans.csv:{n}" for n in (4, 5, 6, 6, 7, 7)]
        assert "stands in row 2 already" in lines[0]
        assert "before it begins" in lines[1]
        assert "enterprise 'e9' is unknown" in lines[2]
        assert "field 'f9'" in lines[3]
        assert all(";" in line for line in lines)
        assert not (tmp_path / "schedule.csv").exists()


def test_a_dry_run_writes_nothing(plans: Path, tmp_path: Path) -> None:
    assert wugan("plans", "merge", plans, "--out", tmp_path / "s.csv", "--dry-run").exit_code == 0
    assert not (tmp_path / "s.csv").exists()


def test_a_formula_in_a_name_is_text_in_the_schedule_and_found_again(plans: Path, tmp_path: Path) -> None:
    plans.write_text(HEAD + "=1+1,d1,f1,e1,2026-03-02,2026-03-06,60\n")
    out = tmp_path / "s.csv"
    wugan("plans", "merge", plans, "--out", out)
    assert "\n'=1+1," in out.read_text()
    assert json.loads(wugan("plans", "merge", plans, "--dry-run", "--published", out, "--json").stdout)["changes"] == 0


def test_the_seeded_file_is_the_same_each_time_and_merges_close_to_the_bound(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert wugan("plans", "example", tmp_path / folder, "--count", 500).exit_code == 0
    assert (tmp_path / "a" / "plans.csv").read_bytes() == (tmp_path / "b" / "plans.csv").read_bytes()
    told = json.loads(wugan("plans", "merge", tmp_path / "a" / "plans.csv", "--dry-run", "--json").stdout)
    assert (told["visits"] - told["visits_at_least"]) * 20 <= told["visits"]
