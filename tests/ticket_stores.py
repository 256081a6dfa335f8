"""Throw-away databases: a SQLite file, and a PostgreSQL database that is dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from alerts.store import open_store, upgrade

VARIABLE = "WUGAN_TEST_POSTGRESQL"
BACKENDS = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.services)]


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[str]:
    """Give the URL of a database without tables."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'tickets.db'}"
        return
    server = os.environ.get(VARIABLE)
    if not server:
        pytest.skip(f"{VARIABLE} is not set; it names a PostgreSQL server by SQLAlchemy URL")
    name = f"wugan_test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@contextmanager
def fresh_store(backend: str, folder: Path) -> Iterator[Engine]:
    """Give an engine of a store with its tables."""
    with empty_database(backend, folder) as url:
        upgrade(url)
        engine = open_store(url)
        try:
            yield engine
        finally:
            engine.dispose()
