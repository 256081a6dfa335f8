"""`readings.parquet`, wide or long → one row a reading, in no order yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from domain.channels import CHANNEL_INDEX, CHANNELS, POSITION_KEYS
from domain.door import UNKNOWN_SENSOR
from domain.readings import FloatArray, IntArray, Readings
from domain.site import Site
from simulators.recording.columns import Columns, TextCodes, need, numbers, open_columns, texts, times

READINGS = "readings.parquet"
_KEYS = ("sensor_id", "time", "received_at", "seq")
_LONG = ("parameter", "value")
_PLACE = {**{name: column for column, name in enumerate(POSITION_KEYS)}}


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings as they stood in the file.

    Attributes:
        readings: `sensor` is `UNKNOWN_SENSOR` where the site does not know it.
        no_time: Rows without a time, left out.
        unknown: Columns that nobody knows, and in the long form parameters, with their number of rows.
    """

    readings: Readings
    no_time: int
    unknown: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Who, when, and when received, shape (n,); `code` tells unknown sensors apart as well."""

    code: TextCodes
    sensor: TextCodes
    time_ms: IntArray
    received_ms: IntArray

    def take(self, rows: np.ndarray) -> "_Keys":
        return _Keys(self.code[rows], self.sensor[rows], self.time_ms[rows], self.received_ms[rows])


def read_rows(folder: Path, site: Site) -> Rows:
    """Read `readings.parquet` of either form.

    Raises:
        RecordingRefused: With one line.
    """
    known = (*_KEYS, *POSITION_KEYS, *CHANNELS, *_LONG)
    columns = open_columns(folder / READINGS, known, text=("sensor_id", "parameter"))
    need(columns, ("sensor_id", "time"))
    keys, present = _keys(columns, site)
    unknown = {name: len(columns) for name in columns.unknown}
    no_time = int((~present).sum())
    if any(name in columns for name in _LONG):
        need(columns, _LONG)
        readings, strangers = _long(columns, keys, present)
        return Rows(readings, no_time, {**unknown, **strangers})
    values, position = _matrix(columns, CHANNELS), _matrix(columns, POSITION_KEYS)
    readings = Readings(keys.sensor.astype(np.int32), keys.time_ms, keys.received_ms, position, values)
    return Rows(readings if not no_time else readings.take(present), no_time, unknown)


def _keys(columns: Columns, site: Site) -> tuple[_Keys, np.ndarray]:
    codes, words = texts(columns, "sensor_id")
    index = {name: row for row, name in enumerate(site.sensor_ids)}
    known = np.array([index.get(word, UNKNOWN_SENSOR) if word is not None else UNKNOWN_SENSOR for word in words])
    time_ms, present = times(columns, "time")
    received_ms = time_ms
    if "received_at" in columns:
        stamped_ms, stamped = times(columns, "received_at")
        received_ms = np.where(stamped, stamped_ms, time_ms)
    return _Keys(codes, known[codes] if len(codes) else codes, time_ms, received_ms), present


def _matrix(columns: Columns, names: tuple[str, ...]) -> FloatArray:
    matrix = np.full((len(columns), len(names)), np.nan)
    for position, name in enumerate(names):
        if name in columns:
            matrix[:, position] = numbers(columns, name)
    return matrix


def _long(columns: Columns, keys: _Keys, present: np.ndarray) -> tuple[Readings, dict[str, int]]:
    """Gather one row a (sensor, time, received); a parameter that stands twice in it begins a second row."""
    codes, words = texts(columns, "parameter")
    target = np.array([_target(word) for word in words], dtype=np.int64)[codes]
    strange = np.bincount(codes[(target < 0) & present], minlength=len(words))
    unknown = Counter({f"parameter {words[code]}": int(strange[code]) for code in np.flatnonzero(strange)})
    kept = np.flatnonzero((target >= 0) & present)
    keys, target, value = keys.take(kept), target[kept], numbers(columns, "value")[kept]
    place = _matrix(columns, POSITION_KEYS)[kept]
    order = np.lexsort((value, target, keys.time_ms, keys.code, keys.received_ms))
    return _gather(keys.take(order), target[order], value[order], place[order]), dict(unknown)


def _target(parameter: str | None) -> int:
    """Return a parameter's column: channels first, then positions; -1 = nobody knows it."""
    if parameter in CHANNEL_INDEX:
        return CHANNEL_INDEX[parameter]
    return len(CHANNELS) + _PLACE[parameter] if parameter in _PLACE else -1


def _gather(keys: _Keys, target: IntArray, value: FloatArray, place: FloatArray) -> Readings:
    size = len(target)
    if not size:
        return Readings(np.empty(0, np.int32), keys.time_ms, keys.received_ms, place, np.empty((0, len(CHANNELS))))
    begins = np.r_[True, np.zeros(size - 1, np.bool_)]
    for part in (keys.received_ms, keys.code, keys.time_ms):
        begins[1:] |= part[1:] != part[:-1]
    again = begins | np.r_[True, target[1:] != target[:-1]]
    place_in_run = np.arange(size) - np.maximum.accumulate(np.where(again, np.arange(size), 0))
    starts = np.flatnonzero(begins)
    group = np.cumsum(begins) - 1
    rows_of_group = np.maximum.reduceat(place_in_run, starts) + 1
    first_row = np.cumsum(rows_of_group) - rows_of_group
    row = first_row[group] + place_in_run
    cells = np.full((int(rows_of_group.sum()), len(CHANNELS) + len(POSITION_KEYS)), np.nan)
    cells[row, target] = value
    of_row = np.repeat(starts, rows_of_group)
    stood = np.repeat(np.fmin.reduceat(place, starts, axis=0), rows_of_group, axis=0)
    told = cells[:, len(CHANNELS) :]
    position = np.where(np.isnan(told), stood, told)
    values = np.ascontiguousarray(cells[:, : len(CHANNELS)])
    return Readings(
        keys.sensor[of_row].astype(np.int32), keys.time_ms[of_row], keys.received_ms[of_row], position, values
    )
