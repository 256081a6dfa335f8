"""`wugan data-checks`: the worked example, what mends, and what is refused."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.data_checks import check_folder
from simulators.laboratories import make_laboratories

CHECKS = """
as_of = 2026-06-30
[tables.papers]
file = "papers.csv"
key = "paper_id"
columns = { paper_id = "text", enterprise_id = "text", valid_until = "date" }
[rules.expired]
uses = { papers = ["paper_id", "valid_until"] }
select = "SELECT enterprise_id, paper_id AS subject, valid_until FROM papers WHERE valid_until < $as_of"
message = "expired {valid_until}"
proof = { papers = "paper_id = $subject" }
"""
PAPERS = "paper_id,enterprise_id,valid_until\nx1,e1,2026-06-29\nx2,e1,2026-06-30\n"


def wugan(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checks.toml").write_text(CHECKS)
    (tmp_path / "papers.csv").write_text(PAPERS)
    return tmp_path


@pytest.mark.parametrize("seed", [7, 8])
def test_all_planted_problems_of_the_laboratories_are_found_and_none_beside(tmp_path: Path, seed: int) -> None:
    for name, text in make_laboratories(seed).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = check_folder(tmp_path, None, None, write=False)
    assert len(done.planted or ()) == 50
    assert {(f.rule_id, f.subject) for f in done.findings} == done.planted
    assert all(any(f.proof.values()) for f in done.findings)


def test_the_example_that_ships_is_that_of_seed_7() -> None:
    shipped = Path(__file__).parents[3] / "examples" / "laboratories"
    made = make_laboratories(7)
    assert {file.name: file.read_text(encoding="utf-8") for file in shipped.iterdir()} == made
    assert len(made["laboratories.csv"].splitlines()) == 1 + 1769
    assert len({row["enterprise_id"] for row in csv.DictReader(made["laboratories.csv"].splitlines())}) == 319


def test_the_same_finding_twice_is_one_and_a_mended_one_closes(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "findings.json"
    for _ in range(2):
        assert wugan("data-checks", "run", folder, "--findings", state).exit_code == 0
    (only,) = json.loads(state.read_text())
    assert (only["subject"], only["state"], only["message"]) == ("x1", "open", "expired 2026-06-29")
    assert only["proof"]["papers"] == [{"paper_id": "x1", "enterprise_id": "e1", "valid_until": "2026-06-29"}]
    (folder / "papers.csv").write_text(PAPERS.replace("06-29", "12-31"))
    wugan("data-checks", "run", folder, "--findings", state)
    assert [f["state"] for f in json.loads(state.read_text())] == ["mended"]


def test_parquet_is_read_like_csv(folder: Path) -> None:
    import duckdb

    duckdb.sql(f"COPY (FROM '{folder / 'papers.csv'}') TO '{folder / 'papers.parquet'}'")
    (folder / "checks.toml").write_text(CHECKS.replace("papers.csv", "papers.parquet"))
    assert [f.subject for f in check_folder(folder, None, None, write=False).findings] == ["x1"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '["paper_id", "valid_until"]',
            '["paper_id", "ends"]',
            "[rules.expired] uses column 'ends' that table 'papers' lacks",
        ),
        ("WHERE valid_until", "WHERE ends", "[rules.expired] Binder Error"),
        ("uses = { papers", "uses = { people", "uses table 'people' that is not registered"),
        ('valid_until = "date"', 'ends = "date"', "uses column 'valid_until'"),
        ('file = "papers.csv"', 'file = "../papers.csv"', "name a .csv or .parquet in this folder"),
        (
            "SELECT enterprise_id, paper_id AS subject, valid_until FROM papers WHERE",
            "DROP TABLE papers; SELECT 1 WHERE",
            "only one SELECT",
        ),
        ("FROM papers WHERE valid_until < $as_of", "FROM read_csv('papers.csv')", "[rules.expired]"),
        ("{valid_until}", "{ends}", "message names 'ends'"),
        ("[rules.expired]", "[rules.expired]\nuses = {}\n[rules.expired]", "not TOML"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_name(folder: Path, old: str, new: str, told: str) -> None:
    text = CHECKS.replace(old, new)
    assert text != CHECKS
    (folder / "checks.toml").write_text(text)
    done = wugan("data-checks", "run", folder, "--findings", folder / "f.json")
    assert done.exit_code == 1
    assert told in done.stderr
    assert "Traceback" not in done.output
    assert not (folder / "f.json").exists()


def test_every_bad_cell_is_told_with_file_and_row(folder: Path) -> None:
    (folder / "papers.csv").write_text(PAPERS + "x3,e1,never\nx1,e2,2027-01-01\n")
    done = wugan("data-checks", "run", folder)
    assert done.exit_code == 1
    assert "papers.csv row 4: valid_until is 'never'; write a date" in done.stderr
    assert "papers.csv row 5: paper_id 'x1' stands in row 2 already" in done.stderr


def test_a_missing_table_or_folder_is_one_line(folder: Path) -> None:
    (folder / "papers.csv").unlink()
    assert "papers.csv: no such file" in wugan("data-checks", "run", folder).stderr
    shutil.rmtree(folder)
    assert len(wugan("data-checks", "run", folder).stderr.splitlines()) == 1


SQL = CHECKS.replace('file = "papers.csv"', 'sql = "SELECT * FROM papers"\ndatabase = "LAB_DATABASE"')


@pytest.fixture
def database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The papers in a database, and no file of them."""
    import csv
    import sqlite3

    rows = list(csv.reader(PAPERS.splitlines()))
    with sqlite3.connect(folder / "lab.db") as connection:
        connection.execute(f"CREATE TABLE papers ({', '.join(f'{name} TEXT' for name in rows[0])})")
        connection.executemany(f"INSERT INTO papers VALUES ({', '.join('?' * len(rows[0]))})", rows[1:])  # noqa: S608
    connection.close()
    (folder / "papers.csv").unlink()
    (folder / "checks.toml").write_text(SQL)
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{folder / 'lab.db'}")
    return folder


def test_a_table_may_be_a_query_in_a_database(database: Path) -> None:
    assert [f.subject for f in check_folder(database, None, None, write=False).findings] == ["x1"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("SELECT * FROM papers", "SELECT * FROM paper", "[tables.papers] the database refuses: no such table"),
        (
            "SELECT * FROM papers",
            "DELETE FROM papers",
            "[tables.papers] the database refuses: attempt to write a readonly",
        ),
        ("SELECT * FROM papers", "SELECT enterprise_id FROM papers", "papers row 1: no column"),
        ('database = "LAB_DATABASE"', "", "name the environment variable"),
        ('database = "LAB_DATABASE"', 'database = "OTHER_DATABASE"', "OTHER_DATABASE is not set"),
        ('database = "LAB_DATABASE"', 'database = "LAB_DATABASE"\nfile = "papers.csv"', "a file and a query; keep one"),
    ],
)
def test_a_wrong_query_is_refused_and_changes_nothing(database: Path, old: str, new: str, told: str) -> None:
    (database / "checks.toml").write_text(SQL.replace(old, new, 1))
    before = (database / "lab.db").read_bytes()
    done = wugan("data-checks", "run", database)
    assert (done.exit_code, told in done.stderr) == (1, True), done.output
    assert (database / "lab.db").read_bytes() == before


def test_a_databases_password_is_never_told(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in (
        f"sqlite:///{database}/secret",
        "nonsense://u:secret@h/d",
        "no url secret",
        "postgresql://u:secret@127.0.0.1:9/d",
    ):
        monkeypatch.setenv("LAB_DATABASE", url)
        done = wugan("data-checks", "run", database)
        assert (done.exit_code, "secret" in done.output) == (1, False)
    assert not (database / "secret").exists()
