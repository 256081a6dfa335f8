import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.cli.commands import app
from domain.times import rfc3339, to_ms
from domain.wire import encode_ticket
from simulators.scenario import parse_scenario
from simulators.scoring import ScoringRefused, as_json, page, read_run, read_truth, score_run, true_events
from simulators.world import World
from tests.builders_scoring import NOON, a_ticket, after, an_event, seen, truth_table
from tests.builders_world import small


def write_run(folder, *tickets):
    folder.mkdir()
    clock = {"first": rfc3339(after(-60)), "last": rfc3339(after(180))}
    (folder / "run.json").write_text(json.dumps({"clock": clock}))
    (folder / "tickets.jsonl").write_bytes(b"".join(encode_ticket(ticket) + b"\n" for ticket in tickets))
    return folder


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_truth_is_read_in_every_unit_of_time(unit):
    event = true_events(truth_table(unit))[0]

    assert (event.start_ms, event.due, event.enterprise_id) == (to_ms(NOON), True, "e-1")
    assert not event.visibility_told


def test_a_truth_may_tell_when_a_source_was_first_visible():
    moment = pa.timestamp("ms", tz="UTC")
    seen_once, never = (true_events(truth_table(first_visible=pa.array([at], moment)))[0] for at in (after(3), None))

    assert (seen_once.first_visible_ms, seen_once.visibility_told) == (to_ms(after(3)), True)
    assert (never.first_visible_ms, never.visibility_told) == (None, True)


def test_a_truth_without_enterprises_is_of_unregistered_sources():
    assert true_events(truth_table(enterprise_id=None))[0].enterprise_id == ""


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        pytest.param({"start": None, "kind": None}, "has no column start, kind", id="columns"),
        pytest.param({"start": pa.array(["noon"])}, "use the contract's types", id="time as a word"),
        pytest.param({"end": pa.array([None], pa.timestamp("ms", "UTC"))}, "no start or end", id="no end"),
    ],
)
def test_a_truth_is_refused_in_one_line(columns, complaint):
    with pytest.raises(ScoringRefused, match=complaint) as refused:
        true_events(truth_table(**columns), "truth.parquet")

    assert str(refused.value).startswith("truth.parquet: ")
    assert "\n" not in str(refused.value)


def test_a_missing_or_broken_truth_file_is_refused(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")

    with pytest.raises(ScoringRefused, match="does not exist"):
        read_truth(tmp_path / "none.parquet")
    with pytest.raises(ScoringRefused, match="is no Parquet"):
        read_truth(tmp_path / "broken.parquet")


def test_a_run_folder_is_read_back(tmp_path):
    run = read_run(write_run(tmp_path / "run", a_ticket()))

    assert [ticket.id for ticket in run.tickets] == ["t-1"]
    assert (run.last_ms - run.first_ms) == 4 * 3_600_000


@pytest.mark.parametrize(("name", "content"), [("run.json", "{}"), ("run.json", "nonsense"), ("tickets.jsonl", "{}\n")])
def test_a_folder_that_is_no_run_is_refused(tmp_path, name, content):
    folder = write_run(tmp_path / "run", a_ticket())
    (folder / name).write_text(content)

    with pytest.raises(ScoringRefused, match="is no run"):
        read_run(folder)


def test_a_missing_run_is_refused(tmp_path):
    with pytest.raises(ScoringRefused, match="does not exist"):
        read_run(tmp_path / "none")


def test_the_command_prints_json_and_writes_a_page(tmp_path):
    run = write_run(tmp_path / "run", a_ticket())
    pq.write_table(truth_table(), tmp_path / "truth.parquet")
    args = ["score", str(run), "--truth", str(tmp_path / "truth.parquet"), "--html", str(tmp_path / "s.html"), "--json"]

    answer = CliRunner().invoke(app, args)

    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["measures"]["recall"]["value"] == 1.0
    assert (tmp_path / "s.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_refuses_in_one_line(tmp_path):
    answer = CliRunner().invoke(app, ["score", str(tmp_path / "no"), "--truth", str(tmp_path / "truth.parquet")])

    assert answer.exit_code == 1
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.output


def test_json_holds_no_number_that_is_none():
    json.dumps(as_json([score_run(seen(), [])]), allow_nan=False)


def test_a_page_escapes_what_the_truth_calls_things():
    evil = an_event(kind="<script>alert(1)</script>")
    text = page({"one": [score_run(seen(a_ticket()), [evil], "<b>")]}, "<i>")

    assert "<script>" not in text
    assert "<b>" not in text.split("<figcaption>")[-1]
    assert "&lt;script&gt;" in text


def test_a_simulated_truth_tells_when_each_source_was_first_visible():
    scenario = small("[[events]]\nstart_min = 10\nduration_min = 20\nstrength = 8.0", 40)
    faint = small("[[events]]\nstart_min = 10\nduration_min = 20\npm25_g_s = 0.0001", 40)
    strong, weak = (true_events(World(given, 3).truth())[0] for given in (scenario, faint))

    assert strong.start_ms <= strong.first_visible_ms < strong.end_ms
    assert weak.first_visible_ms is None
    assert weak.visibility_told


def test_a_faulty_sensor_sees_nothing():
    every = ", ".join(f'"ms-{number:03d}"' for number in range(1, 31))
    text = "[[events]]\nstart_min = 10\nduration_min = 20\nstrength = 8.0\n"
    blind = parse_scenario(
        f"duration_min = 40\n[counts]\nstations = 30\nvehicles = 0\nenterprises = 40\nroads = 10\n{text}"
        f'[[faults]]\nkind = "stuck"\nsensors = [{every}]'
    )

    assert true_events(World(blind, 3).truth())[0].first_visible_ms is None


def test_delays_are_counted_from_both_moments():
    run = score_run(seen(a_ticket(opened_min=20)), [an_event(first_visible_ms=to_ms(after(11)))])
    told = as_json([run])["measures"]

    assert told["delay_start_median_min"]["value"] == 20
    assert told["delay_visible_median_min"]["value"] == 9
