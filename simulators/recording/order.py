"""Readings in the one order of the zone clock: by (received, sensor, time), whatever order the file had."""

import hashlib

import numpy as np

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.readings import BoolArray, FloatArray, Readings, Weather


def in_order(rows: Readings) -> Readings:
    """Sort by (received, sensor, time).

    Where all three are equal, each channel's values ascend on their own (missing ones last), so that neither the
    order in the file nor its form, wide or long, decides which value came first.
    """
    if not _is_sorted(rows):
        rows = rows.take(np.lexsort((rows.time_ms, rows.sensor, rows.received_ms)))
    same = _same_as_before(rows)
    return rows if not same.any() else _settle_ties(rows, same)


def _is_sorted(rows: Readings) -> bool:
    received, sensor, time = (np.diff(part) for part in (rows.received_ms, rows.sensor, rows.time_ms))
    later = (received > 0) | ((received == 0) & ((sensor > 0) | ((sensor == 0) & (time >= 0))))
    return bool(later.all())


def _same_as_before(rows: Readings) -> BoolArray:
    same = np.zeros(len(rows), np.bool_)
    same[1:] = (
        (rows.received_ms[1:] == rows.received_ms[:-1])
        & (rows.sensor[1:] == rows.sensor[:-1])
        & (rows.time_ms[1:] == rows.time_ms[:-1])
    )
    return same


def _settle_ties(rows: Readings, same: BoolArray) -> Readings:
    tied = same.copy()
    tied[:-1] |= same[1:]
    where = np.flatnonzero(tied)
    group = np.cumsum(~same)[where]
    values, position = rows.values.copy(), rows.position.copy()
    for block in (values, position):
        for column in range(block.shape[1]):
            cells = block[where, column]
            block[where, column] = cells[np.lexsort((cells, group))]
    return Readings(rows.sensor, rows.time_ms, rows.received_ms, position, values)


def fingerprint(readings: Readings, weather: Weather, sensor_ids: tuple[str, ...]) -> str:
    """Return SHA-256 over what a recording says: independent of row order, column types, and form of its files."""
    digest = hashlib.sha256()
    digest.update("\n".join(sensor_ids).encode())
    for part in (readings.sensor.astype(np.int64), readings.time_ms, readings.received_ms):
        digest.update(np.ascontiguousarray(part).data)
    _add_columns(digest, POSITION_KEYS, readings.position)
    _add_columns(digest, CHANNELS, readings.values)
    digest.update("\n".join(("weather", *weather.station_id)).encode())
    for part in (weather.time_ms, weather.received_ms):
        digest.update(np.ascontiguousarray(part).data)
    _add_columns(digest, ("lon", "lat"), np.column_stack([weather.lon, weather.lat]))
    _add_columns(digest, WEATHER_KEYS, weather.values)
    return digest.hexdigest()


def _add_columns(digest: "hashlib._Hash", names: tuple[str, ...], block: FloatArray) -> None:
    for column, name in enumerate(names):
        cells = block[:, column]
        missing = np.isnan(cells)
        if missing.all():
            continue  # a column that is absent and one that is empty say the same
        digest.update(name.encode())
        digest.update(np.where(missing, np.nan, cells + 0.0).data)  # one bit pattern for NaN, and none for -0.0
