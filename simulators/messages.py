"""Columns of readings and weather → the contract's MQTT messages, numbers to the last bit."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.times import rfc3339, to_datetime

ROOT = "wugan/v1"
MAX_ELEMENTS = 500
"""An array may hold so many readings (contract)."""
READING_KEYS = (*POSITION_KEYS, *CHANNELS)
WEATHER_ROW_KEYS = ("lon", "lat", *WEATHER_KEYS)
_INFINITY = msgspec.Raw(b"1e999")
"""JSON has no infinity; a number beyond float64 is refused alike, where msgspec's own `null` would be taken."""

_encoder = msgspec.json.Encoder()


class Outgoing(NamedTuple):
    """One message; `rows` says how many readings or weather rows it holds."""

    topic: str
    payload: bytes
    rows: int


def reading_messages(site_id: str, batch: pa.RecordBatch) -> Iterator[Outgoing]:
    """Write readings, one message a sensor (more where it has over 500), each sensor's rows in the order given.

    `batch` has `sensor_id`, `time_ms`, `received_ms` and any of `READING_KEYS`; null and NaN are left out.
    """
    for sensor_id, rows in _grouped(batch, "sensor_id", READING_KEYS):
        yield Outgoing(f"{ROOT}/{site_id}/{sensor_id}/readings", _encoder.encode(rows), len(rows))


def weather_messages(site_id: str, batch: pa.RecordBatch) -> Iterator[Outgoing]:
    """Write weather, one message a station; `batch` has `weather_id` in place of `sensor_id`."""
    for weather_id, rows in _grouped(batch, "weather_id", WEATHER_ROW_KEYS):
        yield Outgoing(f"{ROOT}/{site_id}/{weather_id}/weather", _encoder.encode(rows), len(rows))


def tick_message(site_id: str, clock_ms: int) -> Outgoing:
    """Write an empty move of the zone clock. [ms]"""
    payload = _encoder.encode({"received_at": rfc3339(to_datetime(clock_ms))})
    return Outgoing(f"{ROOT}/{site_id}/_clock/tick", payload, 0)


def _grouped(batch: pa.RecordBatch, name: str, keys: Sequence[str]) -> Iterator[tuple[str, list[dict[str, object]]]]:
    if not batch.num_rows:
        return
    rows = _rows(batch, keys)
    names = batch.column(name).cast(pa.string()).dictionary_encode()
    code = names.indices.to_numpy()
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.r_[True, code[order][1:] != code[order][:-1]]).tolist()
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        subject = names.dictionary[int(code[order[start]])].as_py()
        own = [rows[row] for row in order[start:end].tolist()]
        for first in range(0, len(own), MAX_ELEMENTS):
            yield subject, own[first : first + MAX_ELEMENTS]


def _rows(batch: pa.RecordBatch, keys: Sequence[str]) -> list[dict[str, object]]:
    present = [key for key in keys if key in batch.schema.names]
    columns = [_numbers(batch.column(key)) for key in present]
    received = np.datetime_as_string(batch.column("received_ms").to_numpy().astype("M8[ms]"), timezone="UTC")
    rows: list[dict[str, object]] = []
    for time_ms, received_at, *values in zip(
        batch.column("time_ms").to_pylist(), received.tolist(), *columns, strict=True
    ):
        row: dict[str, object] = {"time": time_ms, "received_at": received_at}
        row.update((key, value) for key, value in zip(present, values, strict=True) if value is not None)
        rows.append(row)
    return rows


def _numbers(column: pa.Array) -> list[object]:
    """Return numbers, None where missing."""
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    numbers: list[object] = values.tolist()
    for row in np.flatnonzero(np.isnan(values)).tolist():
        numbers[row] = None
    for row in np.flatnonzero(np.isinf(values)).tolist():
        numbers[row] = _INFINITY
    return numbers
