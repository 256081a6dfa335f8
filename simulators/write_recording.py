"""A world → a recording folder: readings, weather and truth as Parquet, and the site folder beside them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from domain.channels import POSITION_KEYS, WEATHER_KEYS
from simulators.world import World
from simulators.world.batches import REPORTED

ROWS_PER_GROUP = 200_000
"""Rows are written in groups of about this many, so that a long scenario is never held as a whole."""
_TIME = pa.timestamp("ms", tz="UTC")
READINGS_SCHEMA = pa.schema(
    [
        ("sensor_id", pa.string()),
        ("time", _TIME),
        ("received_at", _TIME),
        *((name, pa.float64()) for name in (*POSITION_KEYS, *REPORTED)),
    ]
)
WEATHER_SCHEMA = pa.schema(
    [
        ("weather_id", pa.string()),
        ("time", _TIME),
        ("received_at", _TIME),
        *((name, pa.float64()) for name in ("lon", "lat", *WEATHER_KEYS)),
    ]
)


class RecordingExists(ValueError):
    """The folder already holds something; nothing was written."""


def write_recording(folder: Path, world: World, told: Callable[[int], None] | None = None) -> int:
    """Write a recording; either all of it appears, or nothing.

    Args:
        folder: Must not exist, or be empty.
        world: What to record, from its start to its last late row.
        told: Called with the zone clock [ms] after every step, for progress.

    Returns:
        How many readings were written.

    Raises:
        RecordingExists: The folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RecordingExists(f"{folder} exists and is not empty; give another folder or remove it")
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    try:
        readings = _write_rows(half, world, told)
        pq.write_table(world.truth(), half / "truth.parquet")
        _write_site(half / "site", world.site_texts())
        if folder.exists():
            folder.rmdir()
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return readings


def _write_site(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())


def _write_rows(folder: Path, world: World, told: Callable[[int], None] | None) -> int:
    with (
        pq.ParquetWriter(folder / "readings.parquet", READINGS_SCHEMA, compression="zstd") as readings,
        pq.ParquetWriter(folder / "weather.parquet", WEATHER_SCHEMA, compression="zstd") as weather,
    ):
        rows, sky = _Grouped(readings, READINGS_SCHEMA), _Grouped(weather, WEATHER_SCHEMA)
        for step in world.steps():
            rows.add(step.readings)
            sky.add(step.weather)
            if told is not None:
                told(step.clock_ms)
        sky.close()
        return rows.close()


class _Grouped:
    """Gathers small batches into row groups of a Parquet file."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer, self._schema = writer, schema
        self._batches: list[pa.RecordBatch] = []
        self._held = self._written = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        if batch.num_rows:
            self._batches.append(batch)
            self._held += batch.num_rows
        if self._held >= ROWS_PER_GROUP:
            self._flush()

    def close(self) -> int:
        """Write what is left and return how many rows there were in all."""
        if self._held:
            self._flush()
        return self._written

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._batches)
        self._writer.write_table(table.rename_columns(self._schema.names).cast(self._schema), self._held)
        self._written += self._held
        self._batches, self._held = [], 0
