"""A CSV, Parquet or XLSX file → a table of cells as they stand, with each row's number in the file."""

import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from simulators.importing.column_map import FileOptions

_ENCODINGS = ("utf-8-sig", "gb18030")
"""Tables of Chinese offices come in either."""
_UNREADABLE = (ValueError, KeyError, OSError, zipfile.BadZipFile, pa.ArrowException, pd.errors.ParserWarning)
_FORMATS = (".csv", ".txt", ".parquet", ".xlsx")


class TableRefused(ValueError):
    """A table can't be read, or lacks what the map asks for; one line a fault."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by column; `row` is each row's number in its file (a head line is row 1), shape (n,)."""

    name: str
    frame: pd.DataFrame
    row: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: np.ndarray) -> "Table":
        """Return some of the rows."""
        return Table(self.name, self.frame[rows], self.row[rows])


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is left out: its number in its file, a reason code, and what stood there."""

    table: str
    row: int
    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.table}:{self.row}: {self.reason}: {self.detail}"


def open_table(path: Path, options: FileOptions) -> Table:
    """Read a table; empty rows are skipped.

    Raises:
        TableRefused: No such file, another format, or not what its name says.
    """
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise TableRefused(f"{path}: {suffix or 'no suffix'} is no table; bring .csv, .parquet or .xlsx")
    if not path.exists():
        raise TableRefused(f"{path}: no such file; mend its name")
    try:
        frame, first_row = _read(path, suffix, options)
    except _UNREADABLE as error:
        said = str(error).splitlines()[0][:200] if str(error) else repr(error)
        raise TableRefused(f"{path}: can't be read as {suffix[1:]} ({said}); mend or export it again") from error
    frame.columns = [str(name).strip() for name in frame.columns]
    table = Table(path.name, frame, np.arange(first_row, first_row + len(frame)))
    filled = ~(frame.isna() | (frame == "")).all(axis=1).to_numpy()
    return table.take(filled)


def _read(path: Path, suffix: str, options: FileOptions) -> tuple[pd.DataFrame, int]:
    if suffix == ".parquet":
        return pd.read_parquet(path).reset_index(drop=True), 1
    if suffix == ".xlsx":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl on styles it does not know
            sheet: str | int = options.sheet or 0
            return pd.read_excel(path, sheet_name=sheet, dtype=object, engine="openpyxl"), 2
    return _read_csv(path, options), 2


def _read_csv(path: Path, options: FileOptions) -> pd.DataFrame:
    for encoding in _ENCODINGS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the head would be cut
                return pd.read_csv(
                    path,
                    dtype=str,
                    sep=options.separator,
                    encoding=encoding,
                    keep_default_na=False,
                    skip_blank_lines=False,
                    index_col=False,
                )
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor GB 18030")


def need_columns(table: Table, columns: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return a fault for each (key of the map, column it names) that the table lacks."""
    found = [str(name) for name in table.frame.columns]
    return [
        f"map: {key}: {table.name} has no column {name!r}; it has {', '.join(found[:30])}"
        for key, name in columns
        if name is not None and name not in found
    ]
