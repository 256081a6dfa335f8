"""CSV or JSON objects → rows read cell by cell, with every fault noted under file and row."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from domain.site_files.faults import Fault

T = TypeVar("T")
Row = tuple[int, Mapping[str, str]]
LONGEST_WORD = 128
"""Ids and names of departments and fields are no longer. Design value. [characters]"""
YES, NO = ("true", "1", "yes", "是"), ("false", "0", "no", "否", "")


class PlansRefused(ValueError):
    """Nothing is taken; `faults` names everything that is wrong, a line each in the message."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class Rows:
    """Rows of one file; the header of a CSV is row 1, and so is the first object of a list.

    Attributes:
        rows: Number and cells of each row.
        faults: All that is wrong so far.
        unknown: Columns that nobody reads.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Row] = []
        self.faults: list[Fault] = []
        self.unknown: tuple[str, ...] = ()

    def cell(self, at: Row, column: str, read: Callable[[str], T], wants: str) -> T | None:
        """Read one cell; None and a noted fault when it can't be read."""
        text = (at[1].get(column) or "").strip()
        try:
            return read(text)
        except ValueError:
            self.fault(at[0], f"{column} is {text[:LONGEST_WORD]!r}", f"write {wants}")
            return None

    def fault(self, row: int, what: str, mend: str) -> None:
        """Note a fault of a row."""
        self.faults.append(Fault(self.name, row, what, mend))

    def refuse(self) -> None:
        """Raise all faults, if there are any.

        Raises:
            PlansRefused: With every fault so far.
        """
        if self.faults:
            raise PlansRefused(self.faults)


def rows_of_csv(name: str, text: str, columns: Sequence[str], optional: Sequence[str] = ()) -> Rows:
    """Return the rows of a CSV with a header."""
    found = Rows(name)
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", strict=True)
    try:
        _read_csv(found, reader, columns, optional)
    except csv.Error as error:
        found.fault(reader.line_num, f"not CSV, {error}", "save the file anew")
    return found


def _read_csv(found: Rows, reader: "csv.DictReader[str]", columns: Sequence[str], optional: Sequence[str]) -> None:
    header = reader.fieldnames or ()
    missing = [column for column in columns if column not in header]
    if missing:
        found.fault(1, f"no column {', '.join(missing)}", f"the header is {','.join(columns)}")
        return
    if len(set(header)) < len(header):
        found.fault(1, "a column stands twice", "keep one of each name")
    found.unknown = tuple(name for name in header if name not in (*columns, *optional))
    for row in reader:
        found.rows.append((reader.line_num, row))
        if "" in row and "" not in header:
            found.fault(reader.line_num, "more cells than the header has columns", "quote cells with commas")


def rows_of_objects(name: str, objects: Sequence[object], columns: Sequence[str], optional: Sequence[str] = ()) -> Rows:
    """Return the rows of a JSON list of objects; cells are texts, whole numbers or null."""
    found = Rows(name)
    for number, one in enumerate(objects, start=1):
        if not isinstance(one, dict):
            found.fault(number, "is no object", f"write one with the keys {', '.join(columns)}")
            continue
        for key in sorted(map(str, one.keys() - {*columns, *optional})):
            keys = ", ".join((*columns, *optional))
            found.fault(number, f"unknown key {key[:LONGEST_WORD]!r}", f"the keys are {keys}")
        found.rows.append((number, {str(key): _told(value) for key, value in one.items()}))
    return found


def _told(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(value)


def word(text: str) -> str:
    """Read a name: something, not too long, without characters that can't be seen or written."""
    if not text or len(text) > LONGEST_WORD or not text.isprintable():
        raise ValueError(text)
    return text


WANTS_WORD = f"a name of 1 to {LONGEST_WORD} characters in one line"


def day(text: str) -> date:
    """Read a date as 2026-03-01, of this century."""
    found = date.fromisoformat(text)
    if not 2000 <= found.year < 2100:
        raise ValueError(text)
    return found


WANTS_DAY = "a date like 2026-03-01"


def minutes(text: str) -> int:
    """Read minutes of a day, from 1."""
    number = int(text)
    if not 1 <= number <= 1440:
        raise ValueError(text)
    return number


WANTS_MINUTES = "whole minutes from 1 to 1440"


def count(text: str) -> int | None:
    """Read a whole number from 0; None where there is nothing."""
    number = int(text) if text else None
    if number is not None and number < 0:
        raise ValueError(text)
    return number


def yes_no(text: str) -> bool:
    """Read a yes or no, in words or figures; nothing is no."""
    if text.lower() not in YES + NO:
        raise ValueError(text)
    return text.lower() in YES
