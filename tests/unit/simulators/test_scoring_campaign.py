"""Many worlds: recorded once, scored again and again, and one that breaks stops none."""

import re
from pathlib import Path

import pytest

from simulators.scoring import page, score_run
from simulators.scoring.campaign import Job, campaign, simulate, simulator_version
from simulators.scoring.markdown import as_markdown
from tests.builders_scoring import a_ticket, an_event, seen

SCENARIO = """
duration_min = 3
[counts]
stations = 4
vehicles = 0
enterprises = 6
construction_sites = 0
roads = 6
weather_stations = 1
unit_stations = 0
"""


@pytest.fixture
def job(tmp_path):
    file = tmp_path / "short.toml"
    file.write_text(f'name = "short"\n{SCENARIO}', encoding="utf-8")
    return Job(str(file), 1)


def test_worlds_are_written_ahead_and_only_once(tmp_path, job):
    (tmp_path / "store").mkdir()
    written, again = [], []
    simulate([job], tmp_path / "store", 1, written.append)
    recording = next((tmp_path / "store").rglob("readings.parquet"))
    before = recording.stat().st_mtime_ns
    simulate([job], tmp_path / "store", 1, again.append)

    assert (written, again) == ([job], [])
    assert recording.stat().st_mtime_ns == before
    assert simulator_version() in recording.parts


def test_a_changed_scenario_is_simulated_anew_and_the_others_stay(tmp_path, job):
    other = Job("strong", 1)
    before = job.kept_in(tmp_path), other.kept_in(tmp_path)
    with Path(job.group).open("a", encoding="utf-8") as file:
        file.write("[weather]\nwind_speed_ms = 3\n")

    assert job.kept_in(tmp_path) != before[0]
    assert other.kept_in(tmp_path) == before[1]
    assert other.kept_in(tmp_path) != Job("strong", 2).kept_in(tmp_path)


def test_a_world_that_breaks_is_told_and_the_others_go_on(tmp_path, job):
    broken = Job("mine", 0, tmp_path / "nothing")
    one, other = campaign([broken, job], tmp_path / "store", 1)

    assert one.score is None
    assert "ScoringRefused" in one.broke
    assert other.score is not None
    assert other.simulated_s > 0


def test_the_tables_hold_every_scenario_and_seed():
    groups = {
        name: [score_run(seen(a_ticket(), hours=24), [an_event()], f"{name}-{seed}") for seed in (1, 2)]
        for name in ("strong", "weak")
    }
    text = as_markdown(groups, "head")

    assert text.startswith("head\n\n## Against the bars")
    assert "| recall | ≥ 0.93 | 1.00 (4/4) | 1.00 … 1.00 | reached |" in text
    assert re.findall(r"^\| (strong|weak) \| 2 \| 1\.00 \(2/2\)", text, re.MULTILINE) == ["strong", "weak"] * 2
    assert re.findall(r"^\| (\d) \| 2 \| 1\.00 \(2/2\)", text, re.MULTILINE) == ["1", "2"]


def test_the_page_draws_a_map_of_every_world_and_needs_nothing_from_outside():
    nasty = "<script>alert(1)</script>"
    runs = [score_run(seen(a_ticket()), [an_event(kind=nasty)], f"{nasty}-{seed}") for seed in (1, 2)]
    text = page({nasty: runs, "other": [score_run(seen(), [an_event()], "other-1")]}, "title")
    maps = re.findall(r"<svg viewBox=\"0 0 300.*?</svg>", text, re.DOTALL)

    assert [drawn.count("<circle") for drawn in maps] == [1, 1, 1]
    assert [drawn.count("l5,5l-5,5") for drawn in maps] == [1, 1, 0]
    assert nasty not in text
    assert not re.search(r"(src|href)=|https?://", text)
