"""A query in somebody else's database → its rows as text, read-only; the database is never written."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from domain.supervision.data_checks import ChecksRefused, Table

MOST_ROWS = 2_000_000
"""Of a query's rows no more are taken. Design value."""
_READ_ONLY = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}


def read_sql(table: Table, environment: Mapping[str, str] = os.environ) -> pa.Table:
    """Return a query's rows, every cell as text, with their number in `row_` (the first is 2, as in a file).

    Raises:
        ChecksRefused: The database is not named, does not answer, or refuses the query.
    """
    where = f"checks.toml: [tables.{table.name}]"
    url = environment.get(table.database)
    if not url:
        mend = "set it to the database's URL, as postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE"
        raise ChecksRefused(f"{where} the environment variable {table.database} is not set; {mend}")
    try:
        return _read(url, table)
    except (ArgumentError, NoSuchModuleError):  # its text may hold the password
        raise ChecksRefused(f"{where} {table.database} is no URL of a database that is known here; mend it") from None
    except SQLAlchemyError as error:
        told = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())[:300]
        raise ChecksRefused(f"{where} the database refuses: {told}; mend sql or the database") from None


def _read(url: str, table: Table) -> pa.Table:
    plain = url.replace("postgresql://", "postgresql+psycopg://", 1)
    named = make_url(plain)
    if named.get_backend_name() == "sqlite" and not Path(named.database or "").is_file():
        raise ChecksRefused(f"checks.toml: [tables.{table.name}] {table.database} names no file; mend its path")
    engine = create_engine(named)
    try:
        with engine.connect() as connection:
            if (only := _READ_ONLY.get(engine.dialect.name)) is not None:
                connection.execute(text(only))
            names, rows = _rows(connection, table)
    finally:
        engine.dispose()
    if len(rows) > MOST_ROWS:
        raise ChecksRefused(f"checks.toml: [tables.{table.name}] gives more than {MOST_ROWS} rows; narrow its sql")
    columns = {name: pa.array([_said(row[at]) for row in rows], pa.string()) for at, name in enumerate(names)}
    return pa.table({"row_": pa.array(range(2, len(rows) + 2), pa.int64()), **columns})


def _rows(connection: Connection, table: Table) -> tuple[list[str], Sequence[Sequence[object]]]:
    answer = connection.exec_driver_sql(table.sql)
    if not answer.returns_rows:
        raise ChecksRefused(f"checks.toml: [tables.{table.name}] sql gives no rows; write one SELECT")
    return list(answer.keys()), answer.fetchmany(MOST_ROWS + 1)


def _said(value: object) -> str | None:
    return None if value is None else str(value)
