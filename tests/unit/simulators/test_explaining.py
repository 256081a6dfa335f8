"""A ticket is explained from its run alone: what is told is what the run concluded."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.cli.commands import app
from app.site_folder import read_site
from domain.channels import MINUTE_MS
from domain.pipeline import make_ready
from domain.times import to_ms
from domain.window import BIN_MIN
from domain.wire import decode_ticket
from simulators.explaining import ExplainRefused, RunPart, as_json, as_text, explain, read_part
from simulators.explaining.looks import air_at, look_at, surer
from simulators.explaining.moments import moments_of
from simulators.explaining.run_input import pick
from simulators.recording import read_recording
from simulators.replay import MinutesFile, RunMeta, replay, write_run
from simulators.replay.minutes import MINUTES_SCHEMA, WIND_SCHEMA

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("explain")
    made = RUNNER.invoke(app, ["simulate", "strong", "--seed", "1", "--out", str(place / "recording")])
    assert made.exit_code == 0, made.output
    folder = place / "recording" / "site"
    zoned = make_ready(read_site(folder)[0])
    (place / "kept").mkdir()
    minutes = MinutesFile(place / "kept", zoned.site)
    recording = read_recording(place / "recording", zoned.site)
    result = replay(recording, zoned, minutes=minutes)
    minutes.close()
    write_run(place / "run", result, RunMeta(recording=recording, zoned=zoned), minutes=place / "kept", site=folder)
    return place / "run"


@pytest.fixture(scope="module")
def part(run: Path) -> RunPart:
    tickets = [decode_ticket(line) for line in (run / "tickets.jsonl").read_bytes().splitlines()]
    surest = max((one for one in tickets if one.candidates), key=lambda one: one.candidates[0].probability)
    return read_part(run, surest.id[:10])


def test_the_columns_of_minutes_and_wind_are_frozen() -> None:
    blocks = [(f"{name}{kind}", "float") for name in ("pm25", "pm10", "nox", "o3")
              for kind in ("", "_background", "_upper", "_sigma")]  # fmt: skip
    marks = [(f"{name}_{kind[0]}", kind[1]) for name in ("pm25", "pm10", "nox", "o3")
             for kind in (("flags", "uint16"), ("state", "uint8"))]  # fmt: skip
    moment = "timestamp[ms, tz=UTC]"
    name = "dictionary<values=string, indices=int32, ordered=0>"
    place = [("lon", "double"), ("lat", "double"), ("fresh", "bool")]
    expected = [("minute", moment), ("clock", moment), ("sensor_id", name), *place, *blocks, *marks]
    assert [(field.name, str(field.type)) for field in MINUTES_SCHEMA] == expected
    wind = [
        ("minute", moment),
        ("speed_ms", "double"),
        ("from_deg", "double"),
        ("road", "binary"),
        ("weather", "binary"),
    ]
    assert [(field.name, str(field.type)) for field in WIND_SCHEMA] == wind


def test_every_judged_minute_is_kept_once(run: Path) -> None:
    rows = pq.read_table(run / "minutes.parquet")
    pairs = rows.select(["minute"]).append_column("sensor", rows["sensor_id"].cast(pa.string()))
    assert rows.num_rows == pairs.group_by(["minute", "sensor"]).aggregate([]).num_rows > 0
    minutes = json.loads((run / "run.json").read_text())["counts"]["minutes"]
    assert pq.read_table(run / "wind.parquet").num_rows == minutes


def test_the_leader_computed_anew_is_the_ticket_s(part: RunPart) -> None:
    told = explain(part)
    last = told.moments[-1]
    assert last.candidates[0].enterprise_id == part.ticket.candidates[0].enterprise_id
    assert last.candidates[0].probability == pytest.approx(part.ticket.candidates[0].probability, abs=0.1)
    assert last.odds > last.needed >= part.zoned.zone.rules.open_odds
    assert np.isfinite([one.scatters for one in last.sensors if one.member]).all()


def test_a_source_that_returned_is_looked_at_anew(part: RunPart) -> None:
    again = part.ticket.opened_at + timedelta(minutes=10)
    entry = replace(part.ticket.history[0], what="reopened", at=again)
    returned = replace(part, ticket=replace(part.ticket, history=(*part.ticket.history, entry)))
    opening, best = moments_of(returned, part.zoned.zone)
    assert opening == moments_of(part, part.zoned.zone)[0]
    assert best.time_ms >= to_ms(again) - 2 * MINUTE_MS


def test_what_sensors_of_an_earlier_ticket_had_shown_when_this_one_began_is_left_out(part: RunPart) -> None:
    zone, begins_ms, opened_ms = part.zoned.zone, to_ms(part.ticket.event_start), to_ms(part.ticket.opened_at)
    shared = part.ticket.sensors[0]
    earlier = replace(
        part.ticket, id="0" * 20, sensors=(shared,), opened_at=part.ticket.opened_at - timedelta(minutes=30)
    )
    alone, _, _ = air_at(replace(part, others=()), opened_ms, zone)
    after, _, _ = air_at(replace(part, others=(earlier,)), opened_ms, zone)
    mine = zone.site.sensor_ids.index(shared)
    before = np.arange(len(alone.said)) + alone.first_bin < begins_ms // MINUTE_MS // BIN_MIN
    assert alone.said[before, mine].any()
    assert not after.said[before, mine].any()
    assert after.said[-1, mine].tolist() == alone.said[-1, mine].tolist()
    assert np.delete(after.score, mine, axis=1).tolist() == np.delete(alone.score, mine, axis=1).tolist()


def test_a_look_when_nobody_is_loud_any_more_counts_for_nothing(part: RunPart) -> None:
    zone = part.zoned.zone
    look = look_at(part, air_at(part, to_ms(part.ticket.opened_at), zone), zone)
    window, *rest = look.air
    silent = replace(look, air=(replace(window, excess=np.zeros_like(window.excess)), *rest))
    nothing = replace(look, found=None)
    assert surer(nothing, look, zone) is look
    assert surer(nothing, silent, zone) is nothing
    assert surer(look, nothing, zone) is look


def test_every_step_is_told(part: RunPart) -> None:
    text = as_text(explain(part), "right")
    most = "3.2 比较 Compared, 证据最多时"
    for step in ("1 看到", "2 排除", "3.1 比较", most, "4 同时段", "5 结论", "6 经过", "真值 Truth: right"):
        assert step in text
    assert json.loads(json.dumps(as_json(explain(part)), allow_nan=False))["ticket"]["id"] == part.ticket.id


def test_an_unknown_or_ambiguous_ticket_is_one_line(run: Path, part: RunPart) -> None:
    with pytest.raises(ExplainRefused, match="no such ticket"):
        read_part(run, "zzz")
    twin = replace(part.ticket, id=part.ticket.id[:8] + "0" * 12)
    with pytest.raises(ExplainRefused, match="2 tickets begin so"):
        pick((part.ticket, twin), part.ticket.id[:8], run)
    assert pick((part.ticket, twin), part.ticket.id, run) is part.ticket


def test_the_command_draws_and_an_older_run_is_refused(run: Path, part: RunPart, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra report")
    svg = tmp_path / "why.svg"
    done = RUNNER.invoke(app, ["explain", str(run), part.ticket.id, "--figure", str(svg)])
    assert done.exit_code == 0, done.output
    assert part.ticket.candidates[0].name in svg.read_text(encoding="utf-8")
    older = tmp_path / "older"
    older.mkdir()
    (older / "tickets.jsonl").write_bytes((run / "tickets.jsonl").read_bytes())
    refused = RUNNER.invoke(app, ["explain", str(older), part.ticket.id])
    assert refused.exit_code == 1
    assert "replay it anew" in refused.output
