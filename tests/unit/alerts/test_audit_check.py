"""A database file with a changed byte, an export with a changed line: the check names the row."""

import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine

from alerts.audit_check import check_chain, check_store, read_export
from alerts.store.acts import acts
from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.numbering import Numbering
from tests.ticket_stores import fresh_store

ROWS = 12


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A store whose rows all lie in the one file, closed."""
    with fresh_store("sqlite", tmp_path) as engine, writing(engine) as session:
        Numbering(session)
        for number in range(1, ROWS + 1):
            record(
                session, 1_000 + number, f"who-{number:02}", "ticket.dispatch", f"subject-{number:02}", {"n": number}
            )
    path = tmp_path / "tickets.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return path


def checked(path: Path):
    engine = create_engine(f"sqlite:///{path}")
    try:
        return check_store(engine)
    finally:
        engine.dispose()


def in_row(raw: bytes, number: int) -> int:
    """Where the row's own copy of its name lies (an index has none of `who`)."""
    return raw.index(f"who-{number:02}".encode())


@pytest.mark.parametrize("number", [1, 7, ROWS])
@pytest.mark.parametrize("bit", [0x01, 0x80], ids=["another letter", "no UTF-8"])
def test_one_changed_byte_in_the_file_names_its_row(database, number, bit):
    raw = bytearray(database.read_bytes())
    raw[in_row(raw, number) + 2] ^= bit
    database.write_bytes(raw)

    found = checked(database)

    assert (found.seq, found.rows) == (number, number - 1)
    assert found.fault.startswith(f"row {number} is changed")


def test_every_byte_of_a_row_counts(database):
    """From the first letter of a row's name to the last of its hash: each byte flipped in turn."""
    whole = database.read_bytes()
    with sqlite3.connect(database) as connection:
        (digest,) = connection.execute("SELECT hash FROM audit WHERE seq = 5").fetchone()
    connection.close()
    start = in_row(whole, 5)
    end = whole.index(digest.encode(), start) + len(digest)
    assert end - start > 150

    for place in range(start, end):
        raw = bytearray(whole)
        raw[place] ^= 0x02
        database.write_bytes(raw)
        assert checked(database).seq == 5, place


def test_a_byte_changed_before_the_text_is_seen(database):
    """The row's header: kinds and lengths of its cells, its number and its time."""
    whole = database.read_bytes()
    start = in_row(whole, 5)

    for place in range(start - 14, start):
        raw = bytearray(whole)
        raw[place] ^= 0x01
        database.write_bytes(raw)
        assert not checked(database).whole, start - place


def test_a_changed_index_is_seen(database):
    whole = bytearray(database.read_bytes())
    places = [place for place in range(len(whole)) if whole.startswith(b"subject-05", place)]
    assert len(places) == 2
    in_index = next(place for place in places if whole[place + 10 : place + 15] != b'{"n":')
    whole[in_index + 9] ^= 0x01
    database.write_bytes(whole)

    assert "damaged" in checked(database).fault


def exported(path: Path) -> list[bytes]:
    engine = create_engine(f"sqlite:///{path}")
    with reading(engine) as session:
        lines = [msgspec.json.encode(act) for act in acts(session)]
    engine.dispose()
    return lines


def test_an_export_is_checked_like_the_database(database):
    lines = exported(database)
    assert check_chain(read_export(lines)).whole
    lines[3] = lines[3].replace(b"who-04", b"who-05")

    assert check_chain(read_export(lines)).seq == 4


def test_an_export_in_another_order_names_the_place(database):
    lines = exported(database)
    lines[3], lines[4] = lines[4], lines[3]

    assert check_chain(read_export(lines)).seq == 4


def test_the_same_row_twice_is_out_of_order(database):
    lines = exported(database)
    lines.insert(4, lines[3])

    assert check_chain(read_export(lines)).fault.startswith("row 5 is out of order")


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"seq": 1}', b'{"seq": [1]}'])
def test_a_line_that_is_no_row_is_named(line):
    with pytest.raises(ValueError, match="line 1 is no row"):
        check_chain(read_export([line]))
