"""A simulated year: the same for a seed, parts sum up, its rules are the domain's, its figures the measured ones."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import fields, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import app
from domain.supervision.grades import Grade
from simulators import year
from simulators.year.assumptions import Assumptions
from simulators.year.compare import Year, simulate_year
from simulators.year.measured import AirScores, Share

ROOT = Path(__file__).parents[3]
SMALL = Assumptions(enterprises=60)


@pytest.fixture(scope="module")
def lived() -> Year:
    return simulate_year(7, SMALL)


def test_the_same_seed_is_the_same_year_and_another_is_not(lived: Year) -> None:
    assert year.as_json(simulate_year(7, SMALL)) == year.as_json(lived)
    assert year.as_json(simulate_year(8, SMALL))["ways"] != year.as_json(lived)["ways"]


def test_parts_sum_to_wholes(lived: Year) -> None:
    assert sum(lived.graded.values()) == SMALL.enterprises
    for one in (*lived.lived, lived.alone):
        for name in ("visits", "found", "fields", "problems"):
            whole = getattr(one.all, name)
            assert whole == getattr(one.routine, name) + getattr(one.by_clue, name)
            assert whole == sum(getattr(part, name) for part in one.by_grade.values())
        assert one.all.found <= one.all.visits
        assert one.all.found <= one.all.problems


def test_visits_made_are_the_scans_that_were_let_in(lived: Year) -> None:
    told = lived.new.told
    assert lived.new.routine.visits == told["routine_allowed"]
    assert lived.new.by_clue.visits == told["clue_allowed"] + told.get("clue_above_cap_with_cause", 0)
    assert lived.new.by_clue.visits > 0


def test_the_old_way_asks_nobody_and_knows_no_clue(lived: Year) -> None:
    assert lived.old.by_clue.visits == 0
    assert not lived.old.told
    assert lived.alone.routine.visits == 0
    assert lived.old.all.visits == lived.old.all.fields


def test_merging_alone_visits_less_for_the_same_fields(lived: Year) -> None:
    merged = lived.lived[1]
    assert merged.all.visits < lived.old.all.visits
    left_out = lived.old.all.fields - merged.all.fields
    assert 0 <= left_out < 0.02 * lived.old.all.fields  # windows without a working day with time


def test_better_tickets_make_better_clue_visits() -> None:
    sure, blind = Share(1, 1), Share(0, 1)
    good = simulate_year(7, replace(SMALL, air=AirScores(dispatch_right=sure)))
    bad = simulate_year(7, replace(SMALL, air=AirScores(dispatch_right=blind)))
    assert (good.new.by_clue.rate or 0.0) > 2 * (bad.new.by_clue.rate or 0.0)


def test_no_enterprises_divide_by_nothing() -> None:
    empty = simulate_year(7, replace(SMALL, enterprises=1, problems_a_year=0.0))
    assert "–" in year.as_text(empty)
    assert ET.fromstring(year.as_svg(empty)).tag.endswith("svg")  # noqa: S314 our own text


@pytest.mark.parametrize("name", [field.name for field in fields(AirScores)])
def test_the_measured_shares_are_those_of_the_published_scores(name: str) -> None:
    scores = (ROOT / "docs/scores.md").read_text(encoding="utf-8").partition("## In all")[2]
    row = re.search(rf"^\| {name} \| [\d.]+ \((\d+)/(\d+)\)", scores, re.MULTILINE)
    assert row is not None
    assert getattr(AirScores(), name) == Share(int(row[1]), int(row[2])), "set simulators/year/measured.py anew"


def test_text_tells_rates_grades_and_assumptions(lived: Year) -> None:
    told = year.as_text(lived)
    assert "Nothing here was observed" in told
    assert all(line in told for line in SMALL.lines())
    assert all(re.search(rf"^{grade} +\d", told, re.MULTILINE) for grade in Grade)


def test_the_plot_is_one_file_without_scripts_or_other_hosts(lived: Year) -> None:
    plot = year.as_svg(lived)
    assert ET.fromstring(plot).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 our own text
    assert re.findall(r"https?://[^\"]+", plot) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in plot


def test_the_command_writes_its_files_and_prints_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = simulate_year(3, SMALL)
    monkeypatch.setattr(year, "simulate_year", lambda seed, on_way: simulate_year(seed, SMALL, on_way))
    done = CliRunner().invoke(app, ["simulate-year", "--seed", "3", "--json", "--out", str(tmp_path / "year")])
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines()[:2] == ["simulating: year before", "simulating: old way"]
    assert json.loads(done.stdout) == json.loads(json.dumps(year.as_json(small)))
    assert {path.name for path in (tmp_path / "year").iterdir()} == {"year.svg", "year.json", "year.txt"}
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = CliRunner().invoke(app, ["simulate-year", "--out", str(tmp_path / "file")])
    assert refused.exit_code == 1
    assert refused.stderr.startswith("wugan: ")
