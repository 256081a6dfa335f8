"""Decoded records of many messages → columns, and columns → one message for Kafka."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.readings import FloatArray, IndexArray, IntArray, Readings, Weather
from domain.times import to_ms
from domain.wire import KIND_READING, KIND_TICK, KIND_WEATHER, encode_rows
from ingest.decode import Decoded
from ingest.grammar import READING_NUMBERS, WEATHER_NUMBERS, Record

_N_POSITION = len(POSITION_KEYS)
_time = attrgetter("time")
_received_at = attrgetter("received_at")


def reading_columns(decoded: Decoded, sensor: IndexArray, received_ms: IntArray) -> Readings:
    """Return records as columns; `sensor` and `received_ms` have one entry a record."""
    numbers = _matrix(decoded, READING_NUMBERS)
    return Readings(sensor, times_ms(decoded.records), received_ms, numbers[:, :_N_POSITION], numbers[:, _N_POSITION:])


def weather_columns(decoded: Decoded, station_id: Sequence[str], received_ms: IntArray) -> Weather:
    """Return weather records as columns; `station_id` and `received_ms` have one entry a record."""
    numbers = _matrix(decoded, WEATHER_NUMBERS)
    return Weather(
        tuple(station_id), times_ms(decoded.records), received_ms, numbers[:, 0], numbers[:, 1], numbers[:, 2:]
    )


def _matrix(decoded: Decoded, names: Sequence[str]) -> FloatArray:
    matrix = np.full((len(names), len(decoded.records)), np.nan).T  # a column's values lie together
    for name in decoded.numbers:
        column: list[float | None] = list(map(attrgetter(name), decoded.records))
        matrix[:, names.index(name)] = np.array(column, dtype=np.float64)
    return matrix


def times_ms(records: Sequence[Record]) -> IntArray:
    """Return when records were measured, Unix time cut to milliseconds, shape (n,). [ms]"""
    times: list[int | datetime] = list(map(_time, records))
    if set(map(type, times)) <= {int}:
        return np.array(times, dtype=np.int64)
    return np.array([time if isinstance(time, int) else to_ms(time) for time in times], dtype=np.int64)


def received_at_ms(records: Sequence[Record], arrived_ms: IntArray) -> IntArray:
    """Return when records had reached the recorded system, or arrived here where they do not say, shape (n,). [ms]"""
    stated: list[datetime | None] = list(map(_received_at, records))
    return np.array(
        [arrived if moment is None else to_ms(moment) for moment, arrived in zip(stated, arrived_ms, strict=True)],
        dtype=np.int64,
    )


def encode_batch(
    readings: Readings, weather: Weather, ticks_ms: IntArray, sensor_ids: pa.Array | npt.NDArray[np.object_]
) -> bytes | None:
    """Encode readings, weather and ticks for the `readings` topic; None where there is nothing.

    `ticks_ms` are moments to which the zone clock moves on [ms], `sensor_ids` the site's in its order.
    """
    kinds = (KIND_READING,) * len(readings) + (KIND_WEATHER,) * len(weather) + (KIND_TICK,) * len(ticks_ms)
    if not kinds:
        return None
    ids = pa.array(sensor_ids).take(pa.array(readings.sensor))
    if len(ids) == len(kinds):
        kind = np.zeros(len(ids), np.uint8)
        plain = {"kind": kind, "sensor_id": ids, "time_ms": readings.time_ms, "received_ms": readings.received_ms}
        return encode_rows({**plain, **_numbers(readings, weather, 0)})
    mixed = {
        "kind": np.array(kinds, np.uint8),
        "sensor_id": pa.concat_arrays([ids, pa.array([*weather.station_id, *[""] * len(ticks_ms)], pa.string())]),
        "time_ms": np.concatenate([readings.time_ms, weather.time_ms, ticks_ms]),
        "received_ms": np.concatenate([readings.received_ms, weather.received_ms, ticks_ms]),
    }
    return encode_rows({**mixed, **_numbers(readings, weather, len(ticks_ms))})


def _numbers(readings: Readings, weather: Weather, ticks: int) -> dict[str, FloatArray]:
    """Return every number column that holds anything, padded with NaN to the rows of all kinds."""
    columns: dict[str, FloatArray] = {}
    _spread(columns, POSITION_KEYS, readings.position)
    _spread(columns, CHANNELS, readings.values)
    if not len(weather) and not ticks:
        return columns
    after = np.full(len(weather) + ticks, np.nan)
    columns = {name: np.concatenate([column, after]) for name, column in columns.items()}
    of_weather: dict[str, FloatArray] = {}
    _spread(of_weather, ("lon", "lat"), np.column_stack([weather.lon, weather.lat]))
    _spread(of_weather, WEATHER_KEYS, weather.values)
    first = len(readings)
    for name, column in of_weather.items():
        whole = columns.setdefault(name, np.full(first + len(after), np.nan))
        whole[first : first + len(weather)] = column
    return columns


def _spread(columns: dict[str, FloatArray], names: Sequence[str], matrix: FloatArray) -> None:
    for position in np.flatnonzero((~np.isnan(matrix)).any(axis=0)).tolist():
        columns[names[position]] = np.ascontiguousarray(matrix[:, position])
