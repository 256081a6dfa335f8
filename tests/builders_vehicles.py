"""Vehicles that drive along a line, for every test of what they see."""

from dataclasses import dataclass, field

import numpy as np

from domain.channels import MINUTE_MS, N_CHANNELS, POLLUTANTS, POSITION_KEYS
from domain.field import JudgedField, no_weather_minute
from domain.passes import Passes, PassRows, advance, no_pass_rows, no_passes
from domain.readings import FloatArray, Readings, concat_readings
from domain.repeated import Repeated, repeated
from domain.road_cells import CellMap, CellMinutes, cell_minutes
from tests.builders import LAT, LON, START_MS, at


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


def judged(minute: int, road: CellMinutes, level: float = 40.0, flag: int = 0) -> JudgedField:
    """Return a judged minute of the vehicles that drove in it, over an even background."""
    sensor = np.unique(road.sensor).astype(np.int32)
    rows = len(sensor)
    block = np.full((rows, 4), level)
    minute_ms = START_MS + minute * MINUTE_MS
    return JudgedField(
        minute_ms=minute_ms,
        clock_ms=minute_ms + MINUTE_MS + 10_000,
        sensor=sensor,
        lon=np.full(rows, LON),
        lat=np.full(rows, LAT),
        value=block,
        completeness=np.ones((rows, 4)),
        flags=np.full((rows, 4), flag, np.uint16),
        background=block,
        upper=3.0 * block,
        sigma=np.full((rows, 4), 0.25),
        state=np.zeros((rows, 4), np.uint8),
        since_ms=np.zeros((rows, 4), np.int64),
        fresh=np.ones(rows, np.bool_),
        weather=no_weather_minute(),
        road=road,
    )


@dataclass
class Patrol:
    """Drives through minutes and remembers the passes."""

    cells: CellMap
    level: float = 40.0
    flag: int = 0
    floor_ugm3: tuple[float, ...] = (15.0, 30.0, 40.0, 40.0)
    state: Passes = field(default_factory=no_passes)
    seen: PassRows = field(default_factory=no_pass_rows)

    def minute(self, minute: int, *drives: Readings) -> "Patrol":
        """Take a minute; each drive's times are cut to it."""
        rows = concat_readings(list(drives))
        mine = rows.take(rows.time_ms // MINUTE_MS == START_MS // MINUTE_MS + minute)
        mine = mine.take(np.argsort(mine.sensor, kind="stable"))
        road = cell_minutes(mine, np.zeros((len(mine), 4), np.uint16))
        self.state, self.seen = advance(
            self.state, judged(minute, road, self.level, self.flag), self.cells, self.floor_ugm3
        )
        return self

    def idle(self, first: int, last: int) -> "Patrol":
        """Let minutes pass in which nobody drives."""
        for minute in range(first, last):
            self.minute(minute)
        return self

    def repeated(self) -> Repeated:
        """Return what is raised again and again."""
        return repeated(self.state, self.cells, self.floor_ugm3)
