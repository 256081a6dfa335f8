"""Files of a folder → typed tables in DuckDB, or every cell that can't be read."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from alerts.data_checks.sql_table import read_sql
from domain.supervision.data_checks import ChecksRefused, Table

SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE"}
FAULTS_TOLD = 20
"""At most so many rows are told for one column; the rest is counted. Design value."""


def load_tables(db: duckdb.DuckDBPyConnection, folder: Path, tables: Iterable[Table]) -> None:
    """Load all tables or none.

    Raises:
        ChecksRefused: With file, row, what and how to mend for each fault.
    """
    faults = [fault for table in tables for fault in _load(db, folder / table.file, table)]
    if faults:
        raise ChecksRefused("\n".join(faults))


def _load(db: duckdb.DuckDBPyConnection, file: Path, table: Table) -> list[str]:
    if table.sql:
        return _load_sql(db, table)
    if not file.is_file():
        return [f"{file.name}: no such file beside checks.toml; add it or drop [tables.{table.name}]"]
    reads = {
        ".csv": "read_csv(?, header=true, all_varchar=true, delim=',', quote='\"', escape='\"', strict_mode=true)",
        ".parquet": "read_parquet(?)",
    }[file.suffix]
    try:
        db.execute(f"CREATE TABLE raw AS SELECT row_number() OVER () + 1 AS row_, * FROM {reads}", [str(file)])  # noqa: S608
    except duckdb.Error as error:
        return [f"{file.name}: not readable; {' '.join(str(error).split())[:300]}"]
    try:
        return _typed(db, file.name, table)
    finally:
        db.execute("DROP TABLE raw")


def _load_sql(db: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    try:
        rows = read_sql(table)
    except ChecksRefused as refused:
        return [str(refused)]
    db.register("rows_", rows)
    db.execute("CREATE TABLE raw AS SELECT * FROM rows_")
    try:
        return _typed(db, table.name, table)
    finally:
        db.execute("DROP TABLE raw")
        db.unregister("rows_")


def _typed(db: duckdb.DuckDBPyConnection, name: str, table: Table) -> list[str]:
    has = [row[0] for row in db.execute("DESCRIBE raw").fetchall()]
    missing = [column for column in table.columns if column not in has]
    if missing:
        return [f"{name} row 1: no column {', '.join(missing)}; the header needs {', '.join(table.columns)}"]
    faults = [fault for c, kind in table.columns.items() for fault in _bad_cells(db, name, c, kind)]
    if table.key is not None:
        faults += _repeated(db, name, table.key)
    casts = ", ".join(f'TRY_CAST({_cell(c)} AS {SQL_TYPES[kind]}) AS "{c}"' for c, kind in table.columns.items())
    db.execute(f'CREATE TABLE "{table.name}" AS SELECT {casts} FROM raw')  # noqa: S608 - names are checked
    return faults


def _cell(column: str) -> str:
    return f"nullif(trim(CAST(\"{column}\" AS VARCHAR)), '')"


def _bad_cells(db: duckdb.DuckDBPyConnection, name: str, column: str, kind: str) -> list[str]:
    cell = _cell(column)
    cast = f"TRY_CAST({cell} AS {SQL_TYPES[kind]})"
    wrong = f"{cast} IS NULL" + (f" OR NOT isfinite({cast})" if kind != "text" else "")
    rows = db.execute(f"SELECT row_, {cell} FROM raw WHERE {cell} IS NOT NULL AND ({wrong}) ORDER BY 1").fetchall()  # noqa: S608
    wants = {"number": "a number like 12.5", "date": "a date like 2026-03-01", "text": "text"}[kind]
    return _few([f"{name} row {row}: {column} is {value!r}; write {wants}" for row, value in rows], name)


def _repeated(db: duckdb.DuckDBPyConnection, name: str, key: str) -> list[str]:
    cell = _cell(key)
    rows = db.execute(
        f"SELECT row_, k, f FROM (SELECT row_, {cell} AS k, min(row_) OVER (PARTITION BY {cell}) AS f FROM raw) "  # noqa: S608
        "WHERE k IS NULL OR row_ > f ORDER BY 1"
    ).fetchall()
    told = [
        f"{name} row {row}: {key} is empty; give it one"
        if value is None
        else f"{name} row {row}: {key} {value!r} stands in row {first} already; keep one"
        for row, value, first in rows
    ]
    return _few(told, name)


def _few(faults: list[str], name: str) -> list[str]:
    more = len(faults) - FAULTS_TOLD
    return faults if more <= 0 else [*faults[:FAULTS_TOLD], f"{name}: and {more} more rows of the kind"]
