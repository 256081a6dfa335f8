"""Times as tables write them → Unix milliseconds: ISO 8601, a format, Unix numbers, or a spreadsheet's dates."""

import re
from datetime import date, datetime, tzinfo

import numpy as np
import pandas as pd

from domain.readings import BoolArray, IntArray
from simulators.importing.cells import texts
from simulators.importing.tables import TableRefused

_UNIX = {"unix_s": 1_000, "unix_ms": 1}
_WITH_OFFSET = re.compile(r"\d:\d.*(?:Z|[+-]\d{2}(?::?\d{2})?)$", re.IGNORECASE)


def moments(cells: pd.Series, time_format: str | None, zone: tzinfo | None, where: str) -> tuple[IntArray, BoolArray]:
    """Return Unix milliseconds (cut), and which cells tell a time, both shape (n,).

    Args:
        cells: Of any type.
        time_format: As of `strptime`, `unix_s` or `unix_ms`; None: ISO 8601.
        zone: Of times that carry none; a local time that a change of clocks skips or doubles is no time.
        where: The map's key, for the refusal.

    Raises:
        TableRefused: Numbers without a Unix format, or times without a zone and the map names none.
    """
    if time_format in _UNIX:
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        known = np.isfinite(numbers)
        return np.floor(np.where(known, numbers, 0.0) * _UNIX[time_format]).astype(np.int64), known
    if pd.api.types.is_numeric_dtype(cells):
        raise TableRefused(f'map: {where}: times are numbers; add time_format = "unix_s" or "unix_ms"')
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        return _milliseconds(cells.dt.tz_convert("UTC"))
    if pd.api.types.is_datetime64_dtype(cells):
        return _milliseconds(_localised(cells, zone, where))
    return _from_texts(cells, time_format, zone, where)


def _from_texts(
    cells: pd.Series, time_format: str | None, zone: tzinfo | None, where: str
) -> tuple[IntArray, BoolArray]:
    is_date = cells.map(lambda cell: isinstance(cell, date | datetime)).to_numpy(dtype=np.bool_)
    words = pd.Series(texts(cells), index=cells.index, dtype=object)
    words[is_date] = [pd.Timestamp(cell).isoformat() for cell in cells[is_date]]
    aware = words.str.contains(_WITH_OFFSET).to_numpy(dtype=np.bool_)
    time_ms, known = np.zeros(len(cells), np.int64), np.zeros(len(cells), np.bool_)
    for mask, as_format in ((is_date, "ISO8601"), (~is_date, time_format or "ISO8601")):
        for with_offset in (True, False):
            rows = mask & (aware == with_offset)
            if rows.any():
                time_ms[rows], known[rows] = _parsed(words[rows], as_format, zone, where, with_offset=with_offset)
    return time_ms, known


def _parsed(
    words: pd.Series, as_format: str, zone: tzinfo | None, where: str, *, with_offset: bool
) -> tuple[IntArray, BoolArray]:
    parsed = pd.to_datetime(words.replace("", None), format=as_format, errors="coerce", utc=with_offset)
    if with_offset:
        return _milliseconds(parsed)
    if not parsed.notna().any():
        return np.zeros(len(words), np.int64), np.zeros(len(words), np.bool_)
    return _milliseconds(_localised(parsed, zone, where))


def _localised(cells: pd.Series, zone: tzinfo | None, where: str) -> pd.Series:
    if zone is None:
        mend = 'add zone = "Asia/Shanghai" (or the one they are in)'
        raise TableRefused(f"map: {where}: times such as {cells.dropna().iloc[0]} carry no zone; {mend}")
    local: pd.Series = cells.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    settled: pd.Series = local.dt.tz_convert("UTC")
    return settled


def _milliseconds(moments: pd.Series) -> tuple[IntArray, BoolArray]:
    known = moments.notna().to_numpy(dtype=np.bool_)
    ticks_us = moments.dt.tz_localize(None).dt.as_unit("us").to_numpy().astype(np.int64)
    return np.where(known, ticks_us, 0) // 1_000, known
