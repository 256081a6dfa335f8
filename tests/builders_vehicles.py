"""Vehicles that drive along a line, for every test of what they see."""

import numpy as np

from domain.channels import N_CHANNELS, POLLUTANTS, POSITION_KEYS
from domain.readings import FloatArray, Readings
from tests.builders import START_MS, at


def drive(
    xy_m: FloatArray, values: FloatArray, *, sensor: int = 0, begin_s: float = 0.0, every_s: float = 1.0
) -> Readings:
    """Return one vehicle's readings at places in metres from the zone's corner, shape (n, 2); values (n, 4) or (n,)."""
    rows = len(xy_m)
    position = np.full((rows, len(POSITION_KEYS)), np.nan)
    lon, lat = at(xy_m[:, 0], xy_m[:, 1])
    position[:, 0], position[:, 1], position[:, 2] = lon, lat, 5.0
    said = np.full((rows, N_CHANNELS), np.nan)
    said[:, : len(POLLUTANTS)] = values.reshape(rows, -1)
    time_ms = START_MS + (1000 * (begin_s + every_s * np.arange(rows))).astype(np.int64)
    return Readings(np.full(rows, sensor, np.int32), time_ms, time_ms + 500, position, said)


def eastwards(seconds: int, speed_ms: float = 10.0, north_m: float = 0.0, east_m: float = 0.0) -> FloatArray:
    """Return where a vehicle is each second that drives east, shape (seconds, 2). [m]"""
    return np.column_stack([east_m + speed_ms * np.arange(seconds), np.full(seconds, north_m)])
