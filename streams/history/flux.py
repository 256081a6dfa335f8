"""What InfluxDB is asked: queries, and the task that thins raw readings out."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from domain.field import ChannelState
from domain.frames import FrameSpan
from domain.readings import FloatArray, IntArray
from streams.history.cells import STATE_FIELDS
from streams.history.lines import tag_value
from streams.history.settings import HistorySettings

_COLUMNS = {"_time": pa.timestamp("ns", tz="UTC"), "_field": pa.string(), "_value": pa.float64()}


def text_literal(value: str) -> str:
    r"""Return a Flux string; nothing in it can end it or be computed.

    >>> print(text_literal('a"b${c}'))
    "a\"b\${c}"
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return f'"{escaped}"'


def rows_query(
    bucket: str,
    measurement: str,
    tags: dict[str, str],
    fields: Sequence[str],
    span_ms: tuple[int, int],
    by: Sequence[str] = (),
) -> str:
    """Return a query for fields as rows of `_time`, `_field`, `_value` and the tags in `by`; no fields named: all."""
    columns = ", ".join(f'"{name}"' for name in ("_time", "_field", "_value", *by))
    conditions = [f"r._measurement == {text_literal(measurement)}"]
    conditions += [f"r.{name} == {text_literal(tag_value(value))}" for name, value in tags.items() if value]
    if fields:
        conditions.append("(" + " or ".join(f"r._field == {text_literal(name)}" for name in fields) + ")")
    start, stop = (f"time(v: {moment * 1_000_000})" for moment in span_ms)
    return (
        f"from(bucket: {text_literal(bucket)}) |> range(start: {start}, stop: {stop})"
        f" |> filter(fn: (r) => {' and '.join(conditions)})"
        f" |> toFloat() |> keep(columns: [{columns}]) |> group()"
    )


def parse_rows(answer: bytes, names: Sequence[str]) -> tuple[IntArray, FloatArray]:
    """Return times, shape (n,) [ms], and values, shape (n, names), of a `rows_query`'s CSV; NaN = missing."""
    return _pivot(_table(answer, _COLUMNS), names)


def parse_stations(answer: bytes, names: Sequence[str]) -> list[tuple[str, IntArray, FloatArray]]:
    """Return each station's name, times and values as `parse_rows` does, of a `rows_query` by `station`."""
    table = _table(answer, _COLUMNS | {"station": pa.string()})
    stations = sorted(set(table["station"].to_pylist()))
    return [(name, *_pivot(table.filter(pc.equal(table["station"], name)), names)) for name in stations]


def frames_query(bucket: str, site: str, pollutant: str, span: FrameSpan) -> str:
    """Return a query for a frame's greatest value and states, as rows of `_time`, `_field`, `_value` and `sensor`.

    A state that judges (breach, hot, normal) and one that does not are two rows: the caller takes the one that says
    more. Filter and window are of a form that the store itself works out; nothing but frames is read from it.
    """
    start, stop, every = span.since_ms * 1_000_000, span.until_ms * 1_000_000, f"{span.step_ms}ms"
    place = f" and r.site == {text_literal(tag_value(site))}" if site else ""
    states = " or ".join(f"r._field == {text_literal(name)}" for name in STATE_FIELDS)
    worst = int(ChannelState.BREACH)
    wanted = {
        "value": (f"r._field == {text_literal(f'value_{pollutant}')}", "max"),
        "judged": (f"({states}) and r._value <= {worst}", "max"),
        "unjudged": (f"({states}) and r._value > {worst}", "min"),
    }
    parts = [
        f"{name} = from(bucket: {text_literal(bucket)}) |> range(start: time(v: {start}), stop: time(v: {stop}))"
        f' |> filter(fn: (r) => r._measurement == "minute"{place}) |> filter(fn: (r) => {condition})'
        f' |> aggregateWindow(every: {every}, fn: {fn}, createEmpty: false, timeSrc: "_start") |> toFloat()'
        f' |> keep(columns: ["_time", "_field", "_value", "sensor"]) |> group()'
        for name, (condition, fn) in wanted.items()
    ]
    return "\n".join([*parts, f"union(tables: [{', '.join(wanted)}])"])


def frames_table(answer: bytes) -> pa.Table:
    """Return the rows of a `frames_query`'s CSV."""
    return _table(answer, _COLUMNS | {"sensor": pa.string()})


def _table(answer: bytes, columns: dict[str, pa.DataType]) -> pa.Table:
    if not answer.strip():
        return pa.schema(list(columns.items())).empty_table()
    options = pyarrow.csv.ConvertOptions(column_types=columns, include_columns=list(columns))
    return pyarrow.csv.read_csv(io.BytesIO(answer), convert_options=options)


def _pivot(table: pa.Table, names: Sequence[str]) -> tuple[IntArray, FloatArray]:
    moments = table["_time"].cast(pa.int64()).to_numpy() // 1_000_000
    time_ms, row = np.unique(moments, return_inverse=True)
    column = pc.fill_null(pc.index_in(table["_field"], value_set=pa.array(names, pa.string())), -1).to_numpy()
    known = column >= 0
    block = np.full((len(time_ms), len(names)), np.nan)
    block[row[known], column[known]] = table["_value"].to_numpy()[known]
    return time_ms, block


def task_name(settings: HistorySettings) -> str:
    """Return the name of the task that thins out a bucket."""
    return f"{settings.bucket}_1m"


def downsampling_task(settings: HistorySettings) -> str:
    """Return the task: one-minute means of raw readings into the bucket of minutes, as `reading_1m`.

    Every minute is computed three times, so readings up to ten minutes late are in it. Directions are left out: their
    mean is no direction.
    """
    return f"""import "date"

option task = {{name: {text_literal(task_name(settings))}, every: 5m, offset: 30s}}

from(bucket: {text_literal(settings.bucket)})
    |> range(start: date.truncate(t: -15m, unit: 1m), stop: date.truncate(t: now(), unit: 1m))
    |> filter(fn: (r) => r._measurement == "reading" and r._field != "wind_from_deg")
    |> aggregateWindow(every: 1m, fn: mean, createEmpty: false, timeSrc: "_start")
    |> set(key: "_measurement", value: "reading_1m")
    |> to(bucket: {text_literal(settings.bucket_1m)}, org: {text_literal(settings.org)})
"""
