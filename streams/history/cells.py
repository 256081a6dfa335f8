"""Cells of frames as the stores give them, to columns; and what SQLite is asked for them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.channels import N_POLLUTANTS, POLLUTANTS
from domain.field import ChannelState
from domain.frames import FrameCells, FrameSpan, rank_of
from domain.readings import IndexArray
from streams.history.lines import tag_value

Row = tuple[str, int, float | None, int | None, int | None, int | None, int | None]
"""Sensor, number of the frame, value, rank of each pollutant's state."""

STATE_FIELDS = tuple(f"state_{pollutant}" for pollutant in POLLUTANTS)


def cells_query(pollutant: str) -> str:
    """Return SQLite's question; its marks are site, since, step, since, until. Source by source, as the key begins.

    The CASE is `domain.frames.rank_of`.
    """
    worst = int(ChannelState.BREACH)
    ranks = ", ".join(f"max(CASE WHEN {name} > {worst} THEN {worst} - {name} ELSE {name} END)" for name in STATE_FIELDS)
    if pollutant not in POLLUTANTS:
        raise ValueError(f"{pollutant!r} is not supervised")
    return (
        f"SELECT name, (time_ms - ?2) / ?3 AS frame, max(value_{pollutant}), {ranks}"  # noqa: S608 - our names
        " FROM source CROSS JOIN minute USING (source)"
        " WHERE ?1 IN (site, '') AND time_ms >= ?2 AND time_ms < ?4 GROUP BY source, frame"
    )


def cells_of_rows(rows: Sequence[Row], sensor_ids: Sequence[str]) -> FrameCells:
    """Return the cells of the sensors that are asked for."""
    place = {name: number for number, name in enumerate(sensor_ids)}
    sensor = np.fromiter((place.get(row[0], -1) for row in rows), np.int32, len(rows))
    block = np.array([row[1:] for row in rows], np.float64).reshape(len(rows), 2 + N_POLLUTANTS)[sensor >= 0]
    return FrameCells(block[:, 0].astype(np.int32), sensor[sensor >= 0], block[:, 1], block[:, 2:])


def cells_of_table(table: pa.Table, sensor_ids: Sequence[str], span: FrameSpan) -> FrameCells:
    """Return the cells of InfluxDB's rows: `_time`, `_field`, `_value`, `sensor`; each tells one field of its cell."""
    names = pa.array([tag_value(name) for name in sensor_ids], pa.string())
    sensor = _index(table["sensor"], names)
    moments = table["_time"].cast(pa.int64()).to_numpy() // 1_000_000
    frame = (moments - span.since_ms) // span.step_ms
    channel = _index(table["_field"], pa.array(STATE_FIELDS, pa.string()))
    told = table["_value"].to_numpy()
    kept = (sensor >= 0) & (frame >= 0) & (frame < len(span))
    value = np.where(channel < 0, told, np.nan)
    rank = np.full((len(table), N_POLLUTANTS), np.nan)
    states = np.flatnonzero(kept & (channel >= 0))
    rank[states, channel[states]] = rank_of(told[states])
    return FrameCells(frame[kept].astype(np.int32), sensor[kept], value[kept], rank[kept])


def _index(column: pa.ChunkedArray, names: pa.Array) -> IndexArray:
    found: IndexArray = pc.fill_null(pc.index_in(column, value_set=names), -1).to_numpy()
    return found
