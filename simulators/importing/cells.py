"""Cells of any kind → texts and numbers; what can't be one is told apart from what is missing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from domain.readings import BoolArray, FloatArray
from simulators.importing.column_map import Source

_EMPTY = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "—"})


def texts(cells: pd.Series) -> np.ndarray:
    """Return trimmed texts, empty where missing; 1001.0 is "1001"."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(object)
    if pd.api.types.is_float_dtype(cells):
        whole = cells.dropna() % 1 == 0
        cells = cells.astype("Int64") if whole.all() else cells
    words = cells.astype(object).where(cells.notna(), "").map(_text)
    return words.to_numpy(dtype=object)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def numbers(cells: pd.Series, missing: Sequence[str | float]) -> tuple[FloatArray, BoolArray]:
    """Return float64 with NaN where missing, and which cells are no number, both shape (n,).

    Args:
        cells: Of any type.
        missing: Further marks of a missing value, texts or numbers.
    """
    marks = np.array([mark for mark in missing if isinstance(mark, float)])
    if pd.api.types.is_numeric_dtype(cells):
        value = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        empty = np.isnan(value)
    else:
        words = pd.Series(texts(cells), dtype=object)
        empty = words.str.lower().isin(_EMPTY | {mark.lower() for mark in missing if isinstance(mark, str)}).to_numpy()
        value = pd.to_numeric(words.where(~empty, None), errors="coerce").to_numpy(dtype=np.float64)
    empty = empty | np.isin(value, marks)
    bad = ~empty & ~np.isfinite(value)
    return np.where(empty | bad, np.nan, value), bad


def quantity(cells: pd.Series, source: Source, missing: Sequence[str | float]) -> tuple[FloatArray, BoolArray]:
    """Return a quantity in the contract's unit, and which cells are no number, both shape (n,)."""
    value, bad = numbers(cells, missing)
    return settled(value, source), bad


def settled(value: FloatArray, source: Source) -> FloatArray:
    """Apply scale, offset and unit."""
    return (value * source.scale + source.offset) * source.unit_factor + source.unit_offset
