"""Engines and transactions; the one place where "the database is away" becomes ConnectionError."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 15_000
"""How long SQLite waits for another writer. Design value. [ms]"""
CONNECT_TIMEOUT_S = 5
"""How long PostgreSQL may take to answer. Design value. [s]"""
_WAL_PAUSE_S = 0.01


def open_store(url: str) -> Engine:
    """Return an engine for a store; connects at the first use. Makes the folder of a SQLite file.

    Raises:
        ValueError: The URL is not one of a SQLite file or of PostgreSQL.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    postgres = parsed.set(drivername="postgresql+psycopg")
    return create_engine(postgres, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})


def _parse(url: str) -> URL:
    mend = "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(f"the ticket store's address is not a URL; {mend}") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise ValueError(f"the ticket store cannot be {parsed.get_backend_name()!r}; {mend}")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError(f"the ticket store needs a file, several processes share it; {mend}")
    return parsed


def _open_sqlite(url: URL) -> Engine:
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late for reads; `_begin_sqlite` sends it
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Switch the journal to WAL; SQLite's own time-out does not hold for that, so two who open a new file collide."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails in WAL when another wrote between: writers lock at once.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a session that sees one moment of the database.

    Raises:
        ConnectionError: The database is away; trying again later may work.
    """
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with _away_is_connection_error(), Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a session that commits at the end, or leaves no trace.

    Raises:
        ConnectionError: The database is away; trying again later may work.
    """
    with _away_is_connection_error(), Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


@contextmanager
def _away_is_connection_error() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if _is_our_fault(error):
            raise
        raise ConnectionError(f"the ticket store is away: {error.orig}") from error
    except PoolTimeoutError as error:
        raise ConnectionError(f"the ticket store is busy: {error}") from error


def _is_our_fault(error: DBAPIError) -> bool:
    """Tell a wrong statement or a missing table (SQLite calls them operational) from a database that is away."""
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
