"""Canonical rows → Parquet with the columns' types, and back to a table that can be compared."""

import io

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

_TEXTS = frozenset(
    {
        "averaging",
        "calibrated_on",
        "clause",
        "credit_grade",
        "edition",
        "enterprise_id",
        "excluded_because",
        "flags",
        "from",
        "industry",
        "kind",
        "name",
        "pollutant",
        "pollutants",
        "risk_class",
        "role",
        "sensor_id",
        "state",
        "station_id",
        "units",
        "until",
    }
)
_WHOLE = frozenset({"bytes", "class", "minutes", "passes", "raised", "rank", "readings"})
_TYPES = {"time": pa.timestamp("ms", tz="UTC"), "whitelisted": pa.bool_()}


def to_table(rows: bytes) -> pa.Table:
    """Return canonical rows as a table; every column that is no text, time or whole number is a float.

    Raises:
        pyarrow.ArrowInvalid: The rows are damaged.
    """
    names = rows.partition(b"\n")[0].decode().split(",")
    types = {name: _type_of(name) for name in names}
    options = pyarrow.csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True)
    return pyarrow.csv.read_csv(
        io.BytesIO(rows),
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )


def _type_of(name: str) -> pa.DataType:
    if name in _TEXTS:
        return pa.string()
    return pa.int64() if name in _WHOLE else _TYPES.get(name, pa.float64())


def to_parquet(rows: bytes) -> bytes:
    """Return canonical rows as a Parquet file."""
    out = io.BytesIO()
    pyarrow.parquet.write_table(to_table(rows), out, compression="zstd")
    return out.getvalue()


def from_parquet(raw: bytes) -> pa.Table:
    """Return the table of a Parquet file.

    Raises:
        pyarrow.ArrowException, OSError: It is damaged.
    """
    return pyarrow.parquet.read_table(io.BytesIO(raw), use_threads=False)
