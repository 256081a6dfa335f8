"""Readings and weather as the Parquet files of a recording folder, in every form the contract allows."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.readings import Readings, Weather
from domain.site import Site
from tests.builders import air, by_receipt, wind
from tests.builders_plume import emit

UTC_MS = pa.timestamp("ms", tz="UTC")


def moments(time_ms: object) -> pa.Array:
    """Return Unix milliseconds as timestamps in UTC."""
    return pa.array(np.asarray(time_ms, dtype=np.int64)).cast(UTC_MS)


def wide(readings: Readings, site: Site) -> pa.Table:
    """Return the wide form; columns without any value are absent."""
    columns = {
        "sensor_id": pa.array(site.sensor_ids).take(pa.array(readings.sensor)),
        "time": moments(readings.time_ms),
        "received_at": moments(readings.received_ms),
    }
    for names, block in ((POSITION_KEYS, readings.position), (CHANNELS, readings.values)):
        for column, name in enumerate(names):
            if not np.isnan(block[:, column]).all():
                columns[name] = pa.array(block[:, column], from_pandas=True)
    return pa.table(columns)


def long(table: pa.Table) -> pa.Table:
    """Return a wide table in the long form: one row a reading and channel, its place beside it."""
    kept = [name for name in ("sensor_id", "time", "received_at", "lon", "lat") if name in table.schema.names]
    parts = []
    for name in table.schema.names:
        if name not in kept:
            part = table.select(kept)
            part = part.append_column("parameter", pa.array([name] * table.num_rows))
            parts.append(part.append_column("value", table.column(name)))
    return pa.concat_tables(parts)


def weather_table(weather: Weather) -> pa.Table:
    """Return weather as `weather.parquet` holds it."""
    values = {name: weather.values[:, column] for column, name in enumerate(WEATHER_KEYS)}
    return pa.table(
        {
            "weather_id": pa.array(weather.station_id),
            "time": moments(weather.time_ms),
            "received_at": moments(weather.received_ms),
            "lon": weather.lon,
            "lat": weather.lat,
            **{name: pa.array(value, from_pandas=True) for name, value in values.items()},
        }
    )


def put(folder: Path, readings: pa.Table, weather: pa.Table | None = None) -> Path:
    """Write a recording folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(readings, folder / "readings.parquet")
    if weather is not None:
        pq.write_table(weather, folder / "weather.parquet")
    return folder


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    """Return the same rows in another order."""
    return table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))


def retyped(table: pa.Table, unit: str, zone: str | None, *, as_dictionary: bool, number: pa.DataType) -> pa.Table:
    """Return the same content in other types of the contract."""
    for position, field in enumerate(table.schema):
        column = table.column(position)
        if pa.types.is_timestamp(field.type):
            column = column.cast(pa.timestamp(unit, tz=zone))
        elif pa.types.is_string(field.type):
            column = column.dictionary_encode() if as_dictionary else column.cast(pa.large_string())
        elif field.name not in ("lon", "lat"):
            column = pc.round(column).cast(number)
        table = table.set_column(position, field.name, column)
    return table


def an_hour(site: Site, minutes: int = 45, *, seed: int = 7) -> tuple[Readings, Weather]:
    """Return air in which enterprise e-1 emits from minute 18 on: a ticket comes of it."""
    raised = emit(air(site, minutes, seed=seed), site, (250, 250), (18, minutes), 90.0)
    return by_receipt(raised), wind(minutes)
