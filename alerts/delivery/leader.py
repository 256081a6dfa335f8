"""At most one process delivers from a store; another stands by and takes over when it ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

_LOCK_NUMBER = 0x777567616E
"""Names the advisory lock in PostgreSQL, one a database."""


class Lead(Protocol):
    """The right to deliver."""

    def take(self) -> bool:
        """Try to get it; say whether we have it. Raises ConnectionError where the database is away."""
        ...

    def is_held(self) -> bool:
        """Say whether we still have it."""
        ...

    def give_up(self) -> None:
        """Let another have it."""
        ...


def lead_of(engine: Engine) -> Lead:
    """Return the lead of a store."""
    if engine.dialect.name == "postgresql":
        return PostgresLead(engine)
    return FileLead(Path(f"{engine.url.database}.deliver"))


class FileLead:
    """A lock on a file beside the SQLite database; the system lets it go when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Try to lock the file."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def is_held(self) -> bool:
        """Say whether the file is locked; nobody takes such a lock away."""
        return self._file is not None

    def give_up(self) -> None:
        """Unlock the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class PostgresLead:
    """An advisory lock of a connection kept for it; the server lets it go when the connection ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to lock.

        Raises:
            ConnectionError: The database is away.
        """
        if self._connection is not None:
            return True
        try:
            connection = self._engine.connect()
            got = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": _LOCK_NUMBER})
        except DBAPIError as error:
            raise ConnectionError(f"the ticket store is away: {error.orig}") from error
        if not got:
            connection.close()
            return False
        self._connection = connection
        return True

    def is_held(self) -> bool:
        """Ask over the connection that holds the lock; an answer shows that both are alive."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(text("SELECT 1"))
        except DBAPIError:
            self.give_up()
            return False
        return True

    def give_up(self) -> None:
        """End the connection, and with it the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
