"""The package: the same bytes for the same state, whole by its own check, and every change of it named."""

import io
import json
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from alerts.evidence.archive import MANIFEST, manifest, zipped
from alerts.evidence.check import PackageRefused, read_files, verify, verify_files
from alerts.evidence.freezer import Freezer
from alerts.evidence.frozen import FROZEN, TABLES, evidence_hash
from alerts.evidence.package import about, files_of, package
from alerts.evidence.parquet import from_parquet, to_parquet, to_table
from alerts.evidence.store import Evidence
from alerts.lifecycle import MoveKind, Outcome
from alerts.store import Tickets
from alerts.store.audit import hash_of_told
from domain.problem import Problem
from domain.times import to_ms
from tests.builders_alerts import NOON, make_move
from tests.builders_evidence import HOSTILE, history, site, ticket
from tests.ticket_stores import fresh_store

OCCASIONS = ("opened", "decided", "closed")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """The evidence of a ticket that has lived its whole life; names are hostile."""
    folder = tmp_path_factory.mktemp("package")
    records = history(folder, site())
    with fresh_store("sqlite", folder) as engine:
        tickets, kept = Tickets(engine), Evidence(engine)
        freezer = Freezer(kept, site(HOSTILE), records, settle_ms=0)
        tickets.upsert([ticket()])
        freezer.freeze_due(to_ms(NOON))
        tickets.decide("a1", make_move(note=HOSTILE))
        freezer.freeze_due(to_ms(NOON) + 300_000)
        outcome = Outcome(problem_found=True, note=HOSTILE)
        tickets.decide("a1", make_move(MoveKind.OUTCOME, outcome=outcome))
        freezer.freeze_due(to_ms(NOON) + 600_000)
        yield kept
    records.close()


@pytest.fixture(scope="module")
def whole(evidence) -> dict[str, bytes]:
    return files_of(evidence.of("a1"))


@pytest.fixture
def files(whole) -> dict[str, bytes]:
    return dict(whole)


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "evidence.zip"
    path.write_bytes(content)
    return path


def test_the_package_holds_every_file_of_every_occasion(whole):
    inside = {*FROZEN, *(name.replace(".csv", ".parquet") for name in TABLES)}

    assert set(whole) == {
        "audit.jsonl",
        "index.html",
        "manifest.json",
        "ticket.json",
        *(f"{occasion}/{name}" for occasion in OCCASIONS for name in inside),
    }


def test_the_same_state_gives_the_same_bytes(evidence):
    first, second = package(evidence.of("a1")), package(evidence.of("a1"))

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_whole_package_is_verified_and_tells_its_hashes(evidence, tmp_path):
    kept = evidence.of("a1")

    found = verify(saved(tmp_path, package(kept)))

    assert found.ticket == "a1"
    assert found.hashes == {occasion: evidence_hash(texts) for occasion, texts in kept.frozen.items()}
    assert found.hashes == evidence.hashes("a1")
    assert set(found.hashes) == set(OCCASIONS)


def test_a_changed_byte_in_any_file_names_that_file(whole, tmp_path):
    for name, content in whole.items():
        changed = bytearray(content)
        changed[len(changed) // 2] ^= 0x01
        path = saved(tmp_path, zipped({**whole, name: bytes(changed)}))

        with pytest.raises(PackageRefused, match=f"^{re.escape(name)} is changed"):
            verify(path)


def test_every_byte_of_the_manifest_counts(whole):
    content = whole[MANIFEST]
    for place in range(0, len(content), 7):
        changed = bytearray(content)
        changed[place] ^= 0x02

        with pytest.raises(PackageRefused, match=r"^manifest.json is changed"):
            verify_files({**whole, MANIFEST: bytes(changed)})


def test_a_missing_file_is_named(whole):
    for name in whole:
        rest = {other: content for other, content in whole.items() if other != name}

        with pytest.raises(PackageRefused, match=f"^{re.escape(name)} is missing"):
            verify_files(rest)


@pytest.mark.parametrize(
    "name",
    [
        "note.txt",
        "opened/readings.exe",
        "../index.html",
        "/etc/passwd",
        "opened/../ticket.json",
        "opened\\ticket.json",
        "reopened/ticket.json",
        "opened/",
        "decided-0/ticket.json",
        "C:ticket.json",
    ],
)
def test_a_foreign_file_is_named_as_added(whole, tmp_path, name):
    path = saved(tmp_path, zipped({**whole, name: b"x"}))

    with pytest.raises(PackageRefused, match="was added"):
        verify(path)


def test_a_file_that_the_manifest_does_not_name_was_added(whole):
    with pytest.raises(PackageRefused, match=r"^closed-2/ticket.json was added"):
        verify_files({**whole, "closed-2/ticket.json": b"{}"})


def test_a_file_that_is_there_twice_was_added(whole, tmp_path):
    path = saved(tmp_path, zipped(whole))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("ticket.json", b"{}")

    with pytest.raises(PackageRefused, match=r"ticket.json was added: it is there twice"):
        verify(path)


def test_a_damaged_byte_in_the_zip_is_named(whole, tmp_path):
    content = bytearray(zipped(whole))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo("opened/readings.csv")
    content[member.header_offset + 30 + len(member.filename) + member.compress_size // 2] ^= 0xFF

    with pytest.raises(PackageRefused, match=r"opened/readings.csv is changed"):
        verify(saved(tmp_path, bytes(content)))


def forged(files: dict[str, bytes]) -> dict[str, bytes]:
    """Make the manifest anew, as somebody does who knows how."""
    frozen: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        occasion, _, inside = name.rpartition("/")
        if occasion and inside in FROZEN:
            frozen.setdefault(occasion, {})[inside] = content
    return {**files, MANIFEST: manifest(about("a1", "etown", frozen), files)}


def test_rows_forged_together_with_the_manifest_no_longer_fit_the_audit(files):
    rows = files["decided/readings.csv"].replace(b"40.0", b"41.0")
    files |= {"decided/readings.csv": rows, "decided/readings.parquet": to_parquet(rows)}

    with pytest.raises(PackageRefused, match=r"^decided/ is changed: the audit"):
        verify_files(forged(files))


def test_a_parquet_file_must_hold_the_rows_of_its_csv(files):
    files["opened/minutes.parquet"] = to_parquet(files["opened/minutes.csv"].replace(b"44.0", b"45.0"))

    with pytest.raises(PackageRefused, match=r"^opened/minutes.parquet is changed"):
        verify_files(forged(files))


def test_a_row_of_the_trail_must_fit_its_hash(files):
    files["audit.jsonl"] = files["audit.jsonl"].replace(b'"who":"system"', b'"who":"nobody"', 1)

    with pytest.raises(PackageRefused, match=r"^audit.jsonl is changed"):
        verify_files(forged(files))


def test_an_occasion_taken_away_is_missed(files):
    rest = {name: content for name, content in files.items() if not name.startswith("closed/")}

    with pytest.raises(PackageRefused, match=r"^closed/ is missing"):
        verify_files(forged(rest))


def test_a_row_of_the_audit_made_anew_hides_nothing_from_the_database(files, evidence):
    """Offline a forger of rows, trail and manifest goes unseen; that is what `--store` and the noted head are for."""
    rows = files["closed/readings.csv"].replace(b"40.0", b"41.0")
    files |= {"closed/readings.csv": rows, "closed/readings.parquet": to_parquet(rows)}
    texts = {name: files[f"closed/{name}"] for name in FROZEN}
    acts = [msgspec.json.decode(line) for line in files["audit.jsonl"].splitlines()]
    for act in acts:
        if '"closed"' in act["detail"]:
            act["detail"] = json.dumps({"evidence_hash": evidence_hash(texts), "occasion": "closed"})
            act["hash"] = hash_of_told([act[name] for name in list(act)[:-1]])
    files["audit.jsonl"] = b"".join(msgspec.json.encode(act) + b"\n" for act in acts)

    found = verify_files(forged(files))

    assert found.hashes["closed"] != evidence.hashes("a1")["closed"]


def test_a_zip_bomb_is_refused_unread(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("ticket.json", bytes(50_000_000))

    with pytest.raises(PackageRefused, match=r"ticket.json is a bomb"):
        verify(saved(tmp_path, out.getvalue()))


def test_too_many_files_are_refused(tmp_path):
    path = saved(tmp_path, zipped({f"closed-{number}/ticket.json": b"" for number in range(1, 502)}))

    with pytest.raises(PackageRefused, match="too big"):
        verify(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 100], ids=["empty", "cut", "text"])
def test_what_is_no_zip_is_one_line(tmp_path, content):
    with pytest.raises(PackageRefused, match=r"^evidence.zip is no zip") as refusal:
        verify(saved(tmp_path, content))

    assert "\n" not in str(refusal.value)


def test_a_cut_package_is_refused(whole, tmp_path):
    content = zipped(whole)

    with pytest.raises(PackageRefused):
        verify(saved(tmp_path, content[: len(content) // 2]))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"format": 1}', b"\xff", b'{"format":"x","ticket":"","site":"","evidence":{},"files":{}}']
)
def test_a_manifest_that_is_none_is_named(files, content):
    with pytest.raises(PackageRefused, match=r"^manifest.json"):
        verify_files({**files, MANIFEST: content})


def test_a_package_reads_back_as_it_was(whole, tmp_path):
    assert read_files(saved(tmp_path, zipped(whole))) == whole


def test_parquet_keeps_types_and_missing_values(whole):
    table = from_parquet(whole["opened/readings.parquet"])

    assert table.equals(to_table(whole["opened/readings.csv"]))
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"
    assert str(table.schema.field("pm25").type) == "double"
    assert table["pm10"].null_count == len(table)
    assert table["time"][0].as_py().isoformat() == "2026-03-02T02:57:00+00:00"


@pytest.mark.parametrize("name", ["NA", "null", "nan", "#N/A", "2026-03-02", "007"])
def test_a_sensor_may_be_called_anything(name):
    table = to_table(f'sensor_id,pm25\n"{name}",1.5\n'.encode())

    assert table.to_pylist() == [{"sensor_id": name, "pm25": 1.5}]


class Page(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        told = dict(attrs)
        self.loads += [value for name, value in told.items() if name in ("src", "xlink:href") and value]
        self.loads += [name for name in told if name.startswith("on")]
        if tag == "a":
            self.links.append(told["href"])


def test_the_page_opens_offline_and_runs_nothing(whole):
    text = whole["index.html"].decode()
    page = Page()
    page.feed(text)

    assert page.loads == []
    assert not page.tags & {"script", "link", "iframe", "img", "object", "embed", "base"}
    assert "url(" not in text
    assert set(page.links) <= set(whole)
    assert "default-src 'none'" in text


def test_the_page_shows_both_languages_and_every_occasion(whole):
    text = whole["index.html"].decode()

    for words in ("开单时 At opening", "决定时 At the decision", "办结时 At closing", "疑似来源 Suspected sources"):
        assert words in text
    assert "GB 3095-2026" in text
    assert "2026-03-02 12:00:00" in text  # as the site's clock shows it
    assert "读数不变 stuck" in text
    assert text.count("<polyline") >= 3
    assert "&lt;script&gt;" in text


def test_a_ticket_without_much_makes_a_page_too(evidence):
    kept = evidence.of("a1")
    bare = {name: dict(texts) for name, texts in kept.frozen.items()}
    told = msgspec.json.decode(bare["opened"]["ticket.json"])
    told |= {"peak": None, "pollutants": [], "wind": {"speed_ms": None, "from_deg": None, "calm": True}}
    bare["opened"]["ticket.json"] = msgspec.json.encode(told)

    assert "静风 calm" in files_of(replace(kept, frozen=bare))["index.html"].decode()


def test_before_anything_is_frozen_the_answer_says_when(evidence):
    kept = replace(evidence.of("a1"), frozen={})

    with pytest.raises(Problem, match="ask again") as refusal:
        package(kept)
    assert refusal.value.status == 404
