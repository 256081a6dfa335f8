"""A database that is away is a ConnectionError, whatever was asked; when it is back, all goes on."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from alerts.store import Snapshots, Tickets, Wanted, current, open_store, upgrade
from alerts.store import engine as engines
from tests.builders_alerts import make_move, make_ticket
from tests.ticket_stores import empty_database, fresh_store

CALLS = {
    "upsert": lambda engine: Tickets(engine).upsert([make_ticket()]),
    "page": lambda engine: Tickets(engine).page(Wanted()),
    "get": lambda engine: Tickets(engine).get("a1"),
    "decide": lambda engine: Tickets(engine).decide("a1", make_move()),
    "changes_since": lambda engine: Tickets(engine).changes_since(0),
    "save": lambda engine: Snapshots(engine, "wugan").save("detect", "0", 1, b"x"),
    "load": lambda engine: Snapshots(engine, "wugan").load("detect", "0"),
}


@pytest.fixture
def nobody_there() -> Iterator[Engine]:
    engine = open_store("postgresql://nobody:nothing@127.0.0.1:1/none")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_server_that_does_not_answer(nobody_there, call: Callable[[Engine], object]):
    with pytest.raises(ConnectionError, match="away"):
        call(nobody_there)


def test_a_migration_waits_for_its_server_too():
    with pytest.raises(ConnectionError, match="away") as away:
        current("postgresql://nobody:nothing@127.0.0.1:1/none")
    assert "nothing" not in str(away.value)


def test_a_file_that_another_process_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 1)
    with fresh_store("sqlite", tmp_path) as engine:
        holder = sqlite3.connect(tmp_path / "tickets.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConnectionError, match="locked"):
            Tickets(engine).upsert([make_ticket()])
        assert Tickets(engine).page(Wanted()).tickets == ()  # reading goes on
        holder.execute("ROLLBACK")
        holder.close()

        assert Tickets(engine).upsert([make_ticket()]) == 1


def test_a_folder_where_a_file_should_be(tmp_path):
    with pytest.raises(ConnectionError, match="unable to open"):
        upgrade(f"sqlite:///{tmp_path}")


@pytest.mark.services
def test_a_server_that_drops_its_connections_is_asked_anew(tmp_path):
    with empty_database("postgresql", tmp_path) as url:
        upgrade(url)
        engine = open_store(url)
        tickets = Tickets(engine)
        tickets.upsert([make_ticket()])
        admin = create_engine(url)
        with admin.begin() as connection:
            dropped = connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            ).all()

        assert dropped == [(True,)]
        assert tickets.get("a1").number == 1
        engine.dispose()
        admin.dispose()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        pytest.param("tickets.db", "not a URL", id="a bare file name"),
        pytest.param("mysql://u:p@h/d", "cannot be 'mysql'", id="another database"),
        pytest.param("sqlite://", "needs a file", id="memory"),
        pytest.param("sqlite:///:memory:", "needs a file", id="memory by name"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_one_line(url, complaint):
    with pytest.raises(ValueError, match=complaint) as refused:
        open_store(url)
    assert "\n" not in str(refused.value)
    assert "give sqlite:///FILE or postgresql://" in str(refused.value)
