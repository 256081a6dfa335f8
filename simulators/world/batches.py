"""Rows of a world → Arrow batches; missing values are nulls."""

import pyarrow as pa

from domain.channels import CHANNEL_INDEX, POLLUTANTS, POSITION_KEYS, WEATHER_KEYS
from domain.readings import Readings, Weather

REPORTED = (*POLLUTANTS, "temperature_c", "humidity_pct")
"""What simulated devices report."""
READING_COLUMNS = ("sensor_id", "time_ms", "received_ms", *POSITION_KEYS, *REPORTED)
WEATHER_COLUMNS = ("weather_id", "time_ms", "received_ms", "lon", "lat", *WEATHER_KEYS)


def readings_batch(rows: Readings, sensor_ids: pa.Array) -> pa.RecordBatch:
    """Return the columns `READING_COLUMNS`, rows in the order given."""
    columns = [sensor_ids.take(pa.array(rows.sensor)), pa.array(rows.time_ms), pa.array(rows.received_ms)]
    columns += [pa.array(rows.position[:, number], from_pandas=True) for number in range(len(POSITION_KEYS))]
    columns += [pa.array(rows.values[:, CHANNEL_INDEX[name]], from_pandas=True) for name in REPORTED]
    return pa.RecordBatch.from_arrays(columns, names=list(READING_COLUMNS))


def weather_batch(rows: Weather) -> pa.RecordBatch:
    """Return the columns `WEATHER_COLUMNS`, rows in the order given."""
    columns = [pa.array(rows.station_id, pa.string()), pa.array(rows.time_ms), pa.array(rows.received_ms)]
    columns += [pa.array(rows.lon), pa.array(rows.lat)]
    columns += [pa.array(rows.values[:, number], from_pandas=True) for number in range(len(WEATHER_KEYS))]
    return pa.RecordBatch.from_arrays(columns, names=list(WEATHER_COLUMNS))
