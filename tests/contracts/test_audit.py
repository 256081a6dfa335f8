"""The audit on both databases: rows follow one another, nothing changes or leaves them, and a check names what did."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from alerts.audit_check import check_store
from alerts.store.audit import FIRST, record
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow
from alerts.store.numbering import Numbering
from tests.ticket_stores import BACKENDS, fresh_store

DROP_TRIGGERS = {
    "sqlite": ("DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete"),
    "postgresql": ("DROP TRIGGER audit_is_append_only ON audit",),
}


@pytest.fixture(params=BACKENDS)
def engine(request, tmp_path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        yield engine


def act(engine: Engine, number: int) -> None:
    with writing(engine) as session:
        Numbering(session)
        record(session, 1_000 + number, "王", "ticket.dispatch", f"t{number}", {"note": "上风向", "n": number})


def _act_that_fails(engine: Engine) -> None:
    with writing(engine) as session:
        Numbering(session)
        record(session, 1, "王", "ticket.watch", "t1", {})
        record(session, 2, "王", "ticket.watch", "t1", {"note": object()})


def tamper(engine: Engine, *statements: str) -> None:
    """What somebody does who owns the database: take the triggers away, then change what he likes."""
    with engine.begin() as connection:
        for statement in (*DROP_TRIGGERS[engine.dialect.name], *statements):
            connection.execute(text(statement))


def test_an_empty_audit_is_whole(engine):
    found = check_store(engine)

    assert (found.whole, found.rows, found.head) == (True, 0, FIRST)


def test_each_row_holds_the_hash_of_the_one_before(engine):
    for number in range(3):
        act(engine, number)

    with reading(engine) as session:
        rows = session.query(AuditRow).order_by(AuditRow.seq).all()
    assert [row.seq for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [FIRST, rows[0].hash, rows[1].hash]
    assert check_store(engine).head == rows[2].hash


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 1"]
)
def test_the_database_refuses_changes(engine, statement):
    act(engine, 0)

    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))

    assert check_store(engine).rows == 1


@pytest.mark.services
def test_postgresql_refuses_to_empty_the_table(tmp_path):
    with fresh_store("postgresql", tmp_path) as engine:
        act(engine, 0)

        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text("TRUNCATE audit"))


@pytest.mark.parametrize(
    ("statement", "seq", "fault"),
    [
        ("UPDATE audit SET who = '李' WHERE seq = 3", 3, "row 3 is changed"),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 5", 5, "row 5 is changed"),
        ("UPDATE audit SET detail = '{}' WHERE seq = 1", 1, "row 1 is changed"),
        ("UPDATE audit SET previous = hash WHERE seq = 2", 2, "row 2 is changed"),
        ("DELETE FROM audit WHERE seq = 4", 4, "row 4 is missing"),
        ("DELETE FROM audit WHERE seq = 1", 1, "row 1 is missing"),
        ("DELETE FROM audit WHERE seq = 5", 5, "row 5 is missing"),
        ("DELETE FROM audit", 1, "row 1 is missing"),
    ],
)
def test_the_check_names_the_first_row_that_was_tampered_with(engine, statement, seq, fault):
    for number in range(5):
        act(engine, number)

    tamper(engine, statement)

    found = check_store(engine)
    assert (found.seq, found.rows, found.whole) == (seq, seq - 1, False)
    assert found.fault.startswith(fault)


def test_rows_taken_from_the_end_are_missed_after_later_ones_too(engine):
    for number in range(5):
        act(engine, number)
    tamper(engine, "DELETE FROM audit WHERE seq >= 4")

    act(engine, 9)

    assert check_store(engine).seq == 4


def test_acts_side_by_side_make_one_chain(engine):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: act(engine, number), range(40)))

    found = check_store(engine)
    assert (found.whole, found.rows) == (True, 40)


def test_an_act_that_fails_leaves_no_row(engine):
    act(engine, 0)

    with pytest.raises(TypeError):
        _act_that_fails(engine)

    act(engine, 1)
    assert check_store(engine).rows == 2
