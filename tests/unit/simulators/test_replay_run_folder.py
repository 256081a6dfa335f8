"""RUN/ has the promised files with frozen schemas, appears whole, and never overwrites anything but a run."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import box

from domain.pipeline import Zoned, make_ready
from domain.site import Enterprise
from domain.wire import decode_ticket, encode_ticket
from simulators.recording import Recording, read_recording
from simulators.replay import RunMeta, RunRefused, RunResult, replay, write_run
from simulators.replay.run_folder import FILES
from tests.builders import LAT, LON, a_site
from tests.builders_recording import an_hour, put, weather_table, wide

HOSTILE = '<script>alert("1")</script>'

RESULTS = FILES - {"minutes.parquet", "wind.parquet", "site"}
"""What every run writes; the others are kept for `wugan explain` where a recording is replayed by the command."""


@pytest.fixture(scope="module")
def zoned() -> Zoned:
    place = Enterprise(enterprise_id="e-1", name=HOSTILE, geometry=box(LON, LAT, LON + 0.004, LAT + 0.004))
    return make_ready(a_site(enterprises=(place,)))


@pytest.fixture(scope="module")
def recording(zoned: Zoned, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    readings, weather = an_hour(zoned.site)
    folder = put(tmp_path_factory.mktemp("r"), wide(readings, zoned.site), weather_table(weather))
    return read_recording(folder, zoned.site)


@pytest.fixture(scope="module")
def result(recording: Recording, zoned: Zoned) -> RunResult:
    return replay(recording, zoned)


@pytest.fixture
def run_folder(tmp_path: Path, result: RunResult, recording: Recording, zoned: Zoned) -> Path:
    write_run(tmp_path / "RUN", result, RunMeta(recording=recording, zoned=zoned, wall={"read_s": 0.1}))
    return tmp_path / "RUN"


def test_it_holds_the_four_files_and_leaves_nothing_beside(run_folder: Path) -> None:
    assert {file.name for file in run_folder.iterdir()} == RESULTS
    assert [entry.name for entry in run_folder.parent.iterdir()] == ["RUN"]


def test_tickets_are_canonical_lines_sorted_by_id(run_folder: Path) -> None:
    lines = (run_folder / "tickets.jsonl").read_bytes().splitlines()

    assert lines
    assert [encode_ticket(decode_ticket(line)) for line in lines] == lines
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == sorted(ids)


def test_the_schema_of_breaches_is_frozen(run_folder: Path) -> None:
    moment = pa.timestamp("ms", tz="UTC")

    assert [(field.name, field.type) for field in pq.read_schema(run_folder / "breaches.parquet")] == [
        ("minute", moment),
        ("sensor_id", pa.string()),
        ("pollutant", pa.string()),
        ("value", pa.float64()),
        ("background", pa.float64()),
        ("upper", pa.float64()),
        ("excess", pa.float64()),
        ("state", pa.string()),
        ("since", moment),
    ]


def test_the_keys_of_run_json_are_frozen(run_folder: Path) -> None:
    summary = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))

    assert list(summary) == [
        "site",
        "versions",
        "rule_version",
        "settings",
        "input_hash",
        "run_hash",
        "clock",
        "counts",
        "decisions",
        "wall",
    ]
    assert list(summary["counts"]) == [
        "readings",
        "taken",
        "duplicates",
        "late",
        "too_late",
        "refused",
        "weather",
        "weather_refused",
        "unknown",
        "minutes",
        "breach_rows",
        "tickets",
    ]
    assert list(summary["settings"]) == ["from", "until", "limits", "rules"]
    assert list(summary["wall"]) == ["mode", "rate", "read_s"]
    assert summary["decisions"]["opened"] == summary["counts"]["tickets"] == 1


def test_only_wall_differs_between_two_runs_of_one_recording(
    tmp_path: Path, result: RunResult, recording: Recording, zoned: Zoned
) -> None:
    for name, rate in (("A", None), ("B", 10.0)):
        write_run(tmp_path / name, result, RunMeta(recording=recording, zoned=zoned, rate=rate))
    one, other = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("A", "B"))

    assert one.pop("wall") != other.pop("wall")
    assert one == other
    for name in RESULTS - {"run.json"}:
        assert (tmp_path / "A" / name).read_bytes() == (tmp_path / "B" / name).read_bytes()


class Page(HTMLParser):
    """What a browser would fetch or run, and what it would show."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.shown = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href") and not value.startswith("#")]

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_the_report_is_one_offline_page_and_text_from_outside_stays_text(run_folder: Path) -> None:
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)

    assert page.fetched == []
    assert "script" not in page.tags
    assert "url(" not in text
    assert HOSTILE in page.shown
    assert page.tags.count("article") == 1
    assert "polyline" in page.tags
    for words in ("线索单", "Clue tickets", "疑似来源", "两个点位一致", "回放报告"):
        assert words in page.shown


def test_an_earlier_run_is_replaced(run_folder: Path, result: RunResult, recording: Recording, zoned: Zoned) -> None:
    (run_folder / "tickets.jsonl").write_text("old")

    write_run(run_folder, result, RunMeta(recording=recording, zoned=zoned))

    assert (run_folder / "tickets.jsonl").read_bytes() != b"old"
    assert [entry.name for entry in run_folder.parent.iterdir()] == ["RUN"]


def test_an_empty_folder_is_taken(tmp_path: Path, result: RunResult, recording: Recording, zoned: Zoned) -> None:
    (tmp_path / "RUN").mkdir()

    write_run(tmp_path / "RUN", result, RunMeta(recording=recording, zoned=zoned))

    assert (tmp_path / "RUN" / "run.json").exists()


@pytest.mark.parametrize("names", [("thesis.docx",), ("run.json", "tickets.jsonl", "notes.txt"), ("tickets.jsonl",)])
def test_anything_else_is_left_alone(
    tmp_path: Path, result: RunResult, recording: Recording, zoned: Zoned, names: tuple[str, ...]
) -> None:
    for name in names:
        (tmp_path / name).write_text("mine")

    with pytest.raises(RunRefused, match="name a new folder"):
        write_run(tmp_path, result, RunMeta(recording=recording, zoned=zoned))

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == dict.fromkeys(names, "mine")


def test_a_file_is_no_place_for_a_run(tmp_path: Path, result: RunResult, recording: Recording, zoned: Zoned) -> None:
    (tmp_path / "RUN").write_text("mine")

    with pytest.raises(RunRefused, match="is a file"):
        write_run(tmp_path / "RUN", result, RunMeta(recording=recording, zoned=zoned))
