"""Judged minutes → `minutes.parquet` and `wind.parquet`, written as they come so that memory stays bounded."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from domain.attribution import zone_wind
from domain.channels import POLLUTANTS
from domain.field import JudgedField, WeatherMinute
from domain.packing import Packer
from domain.road_cells import CellMinutes
from domain.site import Site

MINUTES, WIND = "minutes.parquet", "wind.parquet"
ROWS_AT_ONCE = 100_000
"""So many rows wait in memory before they are written."""
_MOMENT = pa.timestamp("ms", tz="UTC")
_BLOCKS = {"": "value", "_background": "background", "_upper": "upper", "_sigma": "sigma"}
_MARKS = {"_flags": pa.uint16(), "_state": pa.uint8()}
MINUTES_SCHEMA = pa.schema(
    [
        pa.field("minute", _MOMENT, nullable=False),
        pa.field("clock", _MOMENT, nullable=False),
        pa.field("sensor_id", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("lon", pa.float64()),
        pa.field("lat", pa.float64()),
        pa.field("fresh", pa.bool_(), nullable=False),
        *(pa.field(name + part, pa.float32()) for name in POLLUTANTS for part in _BLOCKS),
        *(pa.field(name + part, kind, nullable=False) for name in POLLUTANTS for part, kind in _MARKS.items()),
    ]
)
"""`minutes.parquet`: a row for each sensor in each judged minute, NaN = missing; µg/m³ (sigma: of the logarithm);
flags are `domain.field.Flag` bits, states `ChannelState` numbers, `clock` is when the minute was settled."""
WIND_SCHEMA = pa.schema(
    [
        pa.field("minute", _MOMENT, nullable=False),
        pa.field("speed_ms", pa.float64()),
        pa.field("from_deg", pa.float64()),
        pa.field("road", pa.binary()),
        pa.field("weather", pa.binary()),
    ]
)
"""`wind.parquet`: the mean wind of all weather stations in each judged minute, NaN = not measured; `road` is what
vehicles measured on pieces of road, packed by `ROAD`, null where none drove; `weather` is what weather stations said,
packed by `WEATHER`."""
ROAD, WEATHER = Packer(CellMinutes), Packer(WeatherMinute)


class MinutesFile:
    """Takes judged minutes in order and writes both files into a folder; what comes twice counts once."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self._names = pa.array(site.sensor_ids, type=pa.string())
        self._waiting: list[JudgedField] = []
        self._rows = 0
        self._last_ms = -1
        self._wind: list[tuple[int, float, float, bytes | None, bytes]] = []
        self._file = pq.ParquetWriter(
            folder / MINUTES, MINUTES_SCHEMA, compression="zstd", use_dictionary=["sensor_id"]
        )

    def take(self, field: JudgedField) -> None:
        """Keep a minute."""
        if field.minute_ms <= self._last_ms:
            return
        self._last_ms = field.minute_ms
        wind = zone_wind(field.weather)
        road = ROAD.encode(field.road) if len(field.road) else None
        self._wind.append((field.minute_ms, wind.speed_ms, wind.from_deg, road, WEATHER.encode(field.weather)))
        self._waiting.append(field)
        self._rows += len(field.sensor)
        if self._rows >= ROWS_AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what waits, and the wind."""
        self._write()
        self._file.close()
        minute, speed, origin, road, weather = zip(*self._wind, strict=True) if self._wind else ((),) * 5
        columns = [
            pa.array(minute, pa.int64()).cast(_MOMENT),
            pa.array(speed, pa.float64()),
            pa.array(origin, pa.float64()),
            pa.array(road, pa.binary()),
            pa.array(weather, pa.binary()),
        ]
        pq.write_table(pa.Table.from_arrays(columns, schema=WIND_SCHEMA), self.folder / WIND, compression="zstd")

    def _write(self) -> None:
        fields, self._waiting, self._rows = [field for field in self._waiting if len(field.sensor)], [], 0
        if fields:
            self._file.write_table(minutes_table(fields, self._names))


def minutes_table(fields: list[JudgedField], names: pa.Array) -> pa.Table:
    """Return judged minutes as `MINUTES_SCHEMA`; `names` are the site's sensors, at least one minute is needed."""
    sizes = [len(field.sensor) for field in fields]
    sensor = np.concatenate([field.sensor for field in fields]).astype(np.int32)
    columns = [
        pa.array(np.repeat([field.minute_ms for field in fields], sizes)).cast(_MOMENT),
        pa.array(np.repeat([field.clock_ms for field in fields], sizes)).cast(_MOMENT),
        pa.DictionaryArray.from_arrays(pa.array(sensor), names),
        *(pa.array(np.concatenate([getattr(field, name) for field in fields])) for name in ("lon", "lat", "fresh")),
    ]
    blocks = [
        np.concatenate([getattr(field, name) for field in fields]).astype(np.float32) for name in _BLOCKS.values()
    ]
    columns += [pa.array(block[:, channel]) for channel in range(len(POLLUTANTS)) for block in blocks]
    marks = [np.concatenate([getattr(field, name) for field in fields]) for name in ("flags", "state")]
    columns += [pa.array(mark[:, channel]) for channel in range(len(POLLUTANTS)) for mark in marks]
    return pa.Table.from_arrays(columns, schema=MINUTES_SCHEMA)
