"""`wugan audit` in the terminal: whole, changed, no database, an export that is checked elsewhere."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from alerts.store import open_store, upgrade
from alerts.store.audit import record
from alerts.store.engine import writing
from alerts.store.numbering import Numbering
from app.cli.commands import app


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_DATA_DIR", str(tmp_path))


def audit(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments])


def database(folder: Path, rows: int = 4) -> str:
    url = f"sqlite:///{folder / 'tickets.db'}"
    upgrade(url)
    engine = open_store(url)
    with writing(engine) as session:
        Numbering(session)
        for number in range(rows):
            record(session, number, "王", "ticket.watch", f"t{number % 2}", {"note": "a\nb"})
    engine.dispose()
    return url


def change(url: str, statement: str) -> None:
    engine = open_store(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_update"))
        connection.execute(text(statement))
    engine.dispose()


def test_a_whole_audit_is_told_with_its_head(tmp_path):
    database(tmp_path)

    told = audit("verify")

    assert told.exit_code == 0
    assert told.stdout.startswith("audit: 4 rows, all whole; head ")


def test_a_changed_row_is_named(tmp_path):
    change(database(tmp_path), "UPDATE audit SET who = '李' WHERE seq = 3")

    told = audit("verify")
    plain = json.loads(audit("verify", "--json").stdout)

    assert told.exit_code == 1
    assert told.stderr == (
        "wugan: audit: row 3 is changed: its hash does not fit what it says; the 2 rows before it are whole\n"
    )
    assert (plain["seq"], plain["whole"], plain["rows"]) == (3, False, 2)


def test_without_a_database_one_line_says_what_to_do():
    told = audit("verify")

    assert told.exit_code == 1
    assert told.stderr.splitlines() == [
        "wugan: WUGAN_DATABASE: the tables are missing or of another version; run `wugan db upgrade`"
    ]


def test_a_file_that_is_no_database_is_one_line(tmp_path):
    (tmp_path / "tickets.db").write_bytes(b"no database" * 100)

    told = audit("verify")

    assert told.exit_code == 1
    assert len(told.stderr.splitlines()) == 1
    assert "can't be read" in told.stderr


def test_an_export_is_verified_without_the_database(tmp_path):
    url = database(tmp_path)
    out = tmp_path / "audit.jsonl"

    assert audit("export", "--out", str(out)).exit_code == 0
    change(url, "UPDATE audit SET who = '李'")

    assert audit("verify", str(out)).exit_code == 0
    out.write_bytes(out.read_bytes().replace("王".encode(), "李".encode(), 1))
    assert audit("verify", str(out)).exit_code == 1


def test_an_export_of_one_subject_holds_only_its_rows(tmp_path):
    database(tmp_path)

    rows = [json.loads(line) for line in audit("export", "--subject", "t1").stdout.splitlines()]

    assert [row["seq"] for row in rows] == [2, 4]


def test_a_head_that_was_noted_down_proves_that_the_chain_was_not_made_anew(tmp_path):
    database(tmp_path)
    head = audit("verify").stdout.split()[-1]

    assert audit("verify", "--head", head).exit_code == 0
    made_anew = audit("verify", "--head", "f" * 64)
    assert made_anew.exit_code == 1
    assert "made anew" in made_anew.stderr
