"""One Parquet file's columns → numpy arrays, whichever of the contract's types they were written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.readings import BoolArray, FloatArray, IntArray
from simulators.recording.refused import RecordingRefused

_PER_MS = {"us": 1_000, "ns": 1_000_000}
TextCodes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The known columns of one file; `unknown` names the others."""

    path: Path
    table: pa.Table
    unknown: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.table.schema.names

    def __len__(self) -> int:
        return int(self.table.num_rows)


def open_columns(path: Path, known: Sequence[str], *, text: Sequence[str] = ()) -> Columns:
    """Read the known columns of a Parquet file; `text` names those that are read as dictionaries.

    Raises:
        RecordingRefused: No such file, or not a Parquet file.
    """
    if not path.is_file():
        mend = "name the folder that `wugan simulate` or `wugan import` wrote"
        raise RecordingRefused(path, "no such file", mend)
    try:
        schema = pq.read_schema(path)
        names = schema.names
        coded = [name for name in text if names.count(name) == 1 and _is_text(schema.field(name).type)]
        with pq.ParquetFile(path, read_dictionary=coded) as file:
            twice = sorted({name for name in known if names.count(name) > 1})
            if twice:
                raise RecordingRefused(path, f"column {twice[0]} stands twice", "keep one of them")
            table = file.read(columns=[name for name in names if name in known])
    except (pa.ArrowException, OSError) as error:
        what = f"can't be read as Parquet ({str(error).splitlines()[0][:200]})"
        raise RecordingRefused(path, what, "write the recording again") from error
    return Columns(path, table, tuple(name for name in names if name not in known))


def need(columns: Columns, names: Sequence[str]) -> None:
    """Refuse a file that lacks any of `names`."""
    missing = [name for name in names if name not in columns]
    if missing:
        found = ", ".join([*columns.table.schema.names, *columns.unknown][:20])
        raise RecordingRefused(columns.path, f"no column {', '.join(missing)}", f"add it; the file has: {found}")


def numbers(columns: Columns, name: str) -> FloatArray:
    """Return a column as float64, shape (n,), NaN where it is missing; all NaN where there is no such column."""
    if name not in columns:
        return np.full(len(columns), np.nan)
    column = columns.table.column(name)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(columns), np.nan)
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        raise _wrong_type(columns, name, kind, "write it as a float or an integer")
    if not pa.types.is_float64(kind):
        column = column.cast(pa.float64(), safe=False)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def times(columns: Columns, name: str) -> tuple[IntArray, BoolArray]:
    """Return a timestamp column cut to Unix milliseconds, and where it is present, both shape (n,)."""
    column = columns.table.column(name)
    kind = column.type
    if pa.types.is_null(kind):
        return np.zeros(len(columns), np.int64), np.zeros(len(columns), np.bool_)
    if not pa.types.is_timestamp(kind):
        raise _wrong_type(columns, name, kind, "write it as a timestamp in UTC")
    counts = column.cast(pa.int64())
    present = np.asarray(pc.is_valid(counts).to_numpy(), dtype=np.bool_)
    ticks = np.asarray(pc.fill_null(counts, 0).to_numpy(), dtype=np.int64)
    if kind.unit == "s":
        return ticks * 1_000, present
    return (ticks if kind.unit == "ms" else ticks // _PER_MS[kind.unit]), present


def texts(columns: Columns, name: str) -> tuple[TextCodes, tuple[str | None, ...]]:
    """Return a text column as codes, shape (n,), into distinct texts; None stands for a missing one."""
    column = columns.table.column(name)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_null(kind) or _is_text(kind)):
        raise _wrong_type(columns, name, column.type, "write it as text")
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    else:
        column = column.cast(pa.string()).dictionary_encode()
    if not column.num_chunks:
        return np.empty(0, np.int64), ()
    codes = [pc.fill_null(chunk.indices.cast(pa.int64()), -1).to_numpy() for chunk in column.chunks]
    words = column.chunk(0).dictionary.cast(pa.string()).to_pylist()
    joined = np.concatenate(codes)
    return np.where(joined < 0, len(words), joined), (*words, None)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _wrong_type(columns: Columns, name: str, kind: pa.DataType, mend: str) -> RecordingRefused:
    return RecordingRefused(columns.path, f"column {name} is {kind}", mend)
