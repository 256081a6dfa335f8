"""Columns to InfluxDB's line protocol, without a Python object a point."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.readings import IntArray

_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
_UNSAYABLE = str.maketrans({"\n": r"\n", "\r": r"\r", "\t": r"\t"})


def tag_value(value: str) -> str:
    r"""Return a name as it is kept: no line feed, and no backslash at the end, which would swallow what follows.

    >>> print(tag_value("two\nlines"))
    two\nlines
    """
    kept = value.translate(_UNSAYABLE)
    return kept + " " if kept.endswith("\\") else kept


def series_key(measurement: str, tags: Mapping[str, str]) -> str:
    r"""Return measurement and tags, escaped; an empty tag is left out, as the protocol knows none.

    >>> print(series_key("reading", {"site": "", "sensor": "3 号,a=b"}))
    reading,sensor=3\ 号\,a\=b
    """
    pairs = [f"{name}={tag_value(value).translate(_ESCAPES)}" for name, value in tags.items() if value]
    return ",".join([measurement, *pairs])


def to_lines(keys: Sequence[str], key: np.ndarray, fields: Mapping[str, np.ndarray], time_ms: IntArray) -> pa.Array:
    """Return one line a row, each with its line feed; rows without any field are left out.

    Args:
        keys: What `series_key` made.
        key: Index into `keys`, shape (n,).
        fields: Name → column, shape (n,); floats that are not finite are missing, integers get their suffix.
        time_ms: Unix time, shape (n,). [ms]
    """
    pairs = [pair for name, column in fields.items() if (pair := _pairs(name, column)) is not None]
    if not pairs:
        return pa.array([], pa.string())
    joined = pc.binary_join_element_wise(*pairs, ",", null_handling="skip") if len(pairs) > 1 else pairs[0]
    head = pa.array(keys, pa.string()).take(pa.array(key))
    tail = pc.binary_join_element_wise(pa.array(time_ms).cast(pa.string()), "", "\n")
    lines = pc.binary_join_element_wise(head, joined, tail, " ")
    return lines.filter(pc.and_(pc.is_valid(joined), pc.greater(pc.binary_length(pc.fill_null(joined, "")), 0)))


def _pairs(name: str, column: np.ndarray) -> pa.Array | None:
    """Return `name=value` a row, null where missing; None where the whole column is."""
    if column.dtype.kind != "f":
        text = pa.array(column).cast(pa.string())
        return pc.binary_join_element_wise(f"{name}=", text, "i", "")
    missing = ~np.isfinite(column)
    if missing.all():
        return None
    text = pa.array(column, mask=missing if missing.any() else None).cast(pa.string())
    return pc.binary_join_element_wise(f"{name}=", text, "")


def in_batches(lines: pa.Array, batch_lines: int) -> Iterator[bytes]:
    """Yield the lines as bytes, at most `batch_lines` at a time."""
    if not len(lines):
        return
    _, ends, text = pa.concat_arrays([lines]).buffers()
    end = np.frombuffer(ends, np.int32)
    for start in range(0, len(lines), batch_lines):
        yield bytes(text[end[start] : end[min(start + batch_lines, len(lines))]])
