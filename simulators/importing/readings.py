"""A table of readings, wide or long → the columns of `readings.parquet`, and each row that is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from domain.door import FUTURE_MS
from domain.readings import BoolArray, FloatArray, IntArray
from simulators.importing.cells import numbers, quantity, settled, texts
from simulators.importing.column_map import ReadingsMap
from simulators.importing.moments import moments
from simulators.importing.tables import Refused, Table, TableRefused, need_columns

MOMENT = pa.timestamp("ms", tz="UTC")


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of one table: rows for the recording, rows left out, rows that hold no value, unused columns."""

    table: pa.Table
    refused: tuple[Refused, ...]
    empty: int = 0
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The registry that rows are held against: sensor ids, and which of them move; empty: any sensor is known."""

    sensor_ids: frozenset[str] = frozenset()
    vehicles: frozenset[str] = frozenset()


class Reasons:
    """The first reason against each row of a table, with what stood there."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._found: dict[int, tuple[str, str]] = {}

    def against(self, rows: BoolArray, reason: str, what: str, cells: pd.Series | np.ndarray | None = None) -> None:
        """Note a reason against rows that have none yet; `cells` are shown."""
        shown = None if cells is None else np.asarray(cells, dtype=object)
        for row in np.flatnonzero(rows).tolist():
            detail = what if shown is None else f"{what} {str(shown[row])[:60]!r}"
            self._found.setdefault(row, (reason, detail))

    def outcome(self) -> tuple[BoolArray, tuple[Refused, ...]]:
        """Return which rows stay, and the others with their reasons in the table's order."""
        stays = np.ones(len(self._table), np.bool_)
        stays[list(self._found)] = False
        refused = tuple(
            Refused(self._table.name, int(self._table.row[row]), *self._found[row]) for row in sorted(self._found)
        )
        return stays, refused


def bring_readings(table: Table, chosen: ReadingsMap, known: Known) -> Brought:
    """Turn a table into rows of a recording.

    Raises:
        TableRefused: A column that the map names is not there, or its times can't be told.
    """
    _need(table, chosen)
    unused = _unused(table, chosen)
    if chosen.is_long:
        wanted = [source.column for source in chosen.values.values()]
        table = table.take(np.isin(texts(table.frame[chosen.parameter]), wanted))
    reasons = Reasons(table)
    sensor = _sensors(table, chosen)
    time_ms, received_ms = _times(table, chosen, reasons)
    reasons.against(sensor == "", "unknown_sensor", "no sensor id")
    if known.sensor_ids:
        reasons.against(~np.isin(sensor, sorted(known.sensor_ids)), "unknown_sensor", "not among the stations:", sensor)
    reasons.against(time_ms > received_ms + FUTURE_MS, "future_time", "measured more than 5 min after it was received")
    place = _place(table, chosen, reasons)
    moves = np.isin(sensor, sorted(known.vehicles))
    reasons.against(moves & ~_on_earth(place), "no_position", "a vehicle without lon and lat")
    values = _long_values(table, chosen, reasons) if chosen.is_long else _wide_values(table, chosen, reasons)
    stays, refused = reasons.outcome()
    filled = stays & ~np.isnan(values).all(axis=1)
    rows = _Rows(sensor[filled], time_ms[filled], received_ms[filled], place[filled], values[filled])
    if chosen.is_long:
        rows = _joined(rows)
    return Brought(_as_table(rows, chosen), refused, int((stays & ~filled).sum()), unused)


@dataclass(frozen=True, slots=True)
class _Rows:
    sensor: np.ndarray
    time_ms: IntArray
    received_ms: IntArray
    place: FloatArray
    values: FloatArray


def _need(table: Table, chosen: ReadingsMap) -> None:
    named = {key: getattr(chosen, key) for key in ("sensor", "parameter", "value", "lon", "lat")}
    named |= {"time": chosen.times.time, "received_at": chosen.times.received_at}
    if not chosen.is_long:
        named |= {f"values.{key}": source.column for key, source in chosen.values.items()}
    faults = need_columns(table, [(f"readings.{key}", column) for key, column in named.items()])
    if faults:
        raise TableRefused("\n".join(faults))


def _sensors(table: Table, chosen: ReadingsMap) -> np.ndarray:
    if chosen.sensor is None:
        return np.full(len(table), chosen.sensor_id, dtype=object)
    return texts(table.frame[chosen.sensor])


def _times(table: Table, chosen: ReadingsMap, reasons: Reasons) -> tuple[IntArray, IntArray]:
    times = chosen.times
    cells = table.frame[times.time]
    time_ms, told = moments(cells, times.time_format, times.zone, "readings.time")
    reasons.against(~told, "no_time", "no time in", cells)
    if times.received_at is None:
        return time_ms, time_ms
    cells = table.frame[times.received_at]
    received_ms, told = moments(cells, times.time_format, times.zone, "readings.received_at")
    return time_ms, np.where(told, received_ms, time_ms)


def _place(table: Table, chosen: ReadingsMap, reasons: Reasons) -> FloatArray:
    place = np.full((len(table), 2), np.nan)
    for column, name in enumerate((chosen.lon, chosen.lat)):
        if name is not None:
            cells = table.frame[name]
            place[:, column], bad = numbers(cells, chosen.missing)
            reasons.against(bad, "not_a_number", f"{name} is", cells)
    return place


def _on_earth(place: FloatArray) -> BoolArray:
    return (np.abs(place[:, 0]) <= 180.0) & (np.abs(place[:, 1]) <= 90.0)


def _wide_values(table: Table, chosen: ReadingsMap, reasons: Reasons) -> FloatArray:
    columns = []
    for source in chosen.values.values():
        cells = table.frame[source.column]
        value, bad = quantity(cells, source, chosen.missing)
        reasons.against(bad, "not_a_number", f"{source.column} is", cells)
        columns.append(value)
    return np.column_stack(columns)


def _long_values(table: Table, chosen: ReadingsMap, reasons: Reasons) -> FloatArray:
    """Return one column a quantity, each row filling the one that its parameter names."""
    cells = table.frame[chosen.value]
    value, bad = numbers(cells, chosen.missing)
    parameter = texts(table.frame[chosen.parameter])
    values = np.full((len(table), len(chosen.values)), np.nan)
    for column, source in enumerate(chosen.values.values()):
        mine = parameter == source.column
        values[mine, column] = settled(value[mine], source)
        reasons.against(bad & mine, "not_a_number", f"{source.column} is", cells)
    return values


def _joined(rows: _Rows) -> _Rows:
    """Join rows of one sensor, time and receipt; a quantity that stands twice begins a second row."""
    if not len(rows.sensor):
        return rows
    column = np.argmax(~np.isnan(rows.values), axis=1)
    frame = pd.DataFrame({"sensor": rows.sensor, "time": rows.time_ms, "received": rows.received_ms, "column": column})
    keys = ["sensor", "time", "received"]
    frame["again"] = frame.groupby([*keys, "column"], sort=False).cumcount()
    group = frame.groupby([*keys, "again"], sort=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    values = np.full((len(first), rows.values.shape[1]), np.nan)
    values[group, column] = rows.values[np.arange(len(column)), column]
    return _Rows(rows.sensor[first], rows.time_ms[first], rows.received_ms[first], rows.place[first], values)


def _as_table(rows: _Rows, chosen: ReadingsMap) -> pa.Table:
    order = np.lexsort((rows.sensor.astype(str), rows.time_ms, rows.received_ms))
    columns: dict[str, pa.Array] = {
        "sensor_id": pa.array(rows.sensor[order], type=pa.string()),
        "time": pa.array(rows.time_ms[order]).cast(MOMENT),
    }
    if chosen.times.received_at is not None:
        columns["received_at"] = pa.array(rows.received_ms[order]).cast(MOMENT)
    if chosen.lon is not None:
        columns |= {"lon": as_numbers(rows.place[order, 0]), "lat": as_numbers(rows.place[order, 1])}
    columns |= {name: as_numbers(rows.values[order, column]) for column, name in enumerate(chosen.values)}
    return pa.table(columns)


def as_numbers(value: FloatArray) -> pa.Array:
    """Return an Arrow column with nulls where it is NaN."""
    return pa.array(value, type=pa.float64(), from_pandas=True)


def _unused(table: Table, chosen: ReadingsMap) -> tuple[str, ...]:
    if chosen.is_long:
        found = dict.fromkeys(texts(table.frame[chosen.parameter]).tolist())
        used = {source.column for source in chosen.values.values()}
        return tuple(f"parameter {name}" for name in found if name not in used)
    used = {source.column for source in chosen.values.values()}
    used |= {chosen.sensor or "", chosen.times.time, chosen.times.received_at or "", chosen.lon or "", chosen.lat or ""}
    return tuple(str(name) for name in table.frame.columns if name not in used)


def counted(refused: tuple[Refused, ...]) -> Mapping[str, int]:
    """Return reason code to number of rows."""
    return {reason: sum(one.reason == reason for one in refused) for reason in sorted({one.reason for one in refused})}
