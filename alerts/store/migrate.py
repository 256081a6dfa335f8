"""Brings a database to the tables that this version needs, or back."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from alerts.store.engine import open_store, reading, writing

_SCRIPTS = Path(__file__).parent.parent / "migrations"
_LOCK = 7_301_926_414
"""Key of PostgreSQL's advisory lock: any fixed number of our own."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision; harmless where it is there already, and when two processes do it at once.

    Raises:
        ConnectionError: The database is away.
    """
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Bring a database back to a revision (`base` = no tables, which deletes all data).

    Raises:
        ConnectionError: The database is away.
    """
    _run(url, lambda config: command.downgrade(config, revision))


def current(url: str) -> str | None:
    """Return the revision of a database; None where it has no tables yet.

    Raises:
        ConnectionError: The database is away.
    """
    engine = open_store(url)
    try:
        with reading(engine) as session:
            return MigrationContext.configure(session.connection()).get_current_revision()
    finally:
        engine.dispose()


def newest() -> str | None:
    """Return the revision that this version of the program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _run(url: str, migrate: Callable[[Config], None]) -> None:
    engine = open_store(url)
    try:
        with writing(engine) as session:
            connection = session.connection()
            if engine.dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            migrate(_config(connection))
    finally:
        engine.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
