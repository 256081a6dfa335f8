"""Readings, weather and judged minutes for the tests of the history and the streams."""

from typing import Any

import numpy as np

from domain.channels import CHANNEL_INDEX, N_CHANNELS, POLLUTANTS, POSITION_KEYS, WEATHER_KEYS
from domain.field import JudgedField, no_weather_minute
from domain.readings import Readings, Weather
from domain.site import Sensor, SensorKind, Site

NOW_MS = 1_780_000_020_000
"""A whole minute, so that a minute's start is itself."""
PLAIN, ODD, VEHICLE = 0, 1, 2
ODD_ID = '3 号站,a=b "q" \\x ${y}'
SENSOR_IDS = ("ms-001", ODD_ID, "pv-1")


def site(site_id: str = "etown") -> Site:
    kinds = (SensorKind.STATION, SensorKind.STATION, SensorKind.VEHICLE)
    sensors = tuple(
        Sensor(sensor_id=name, kind=kind, lon=116.5, lat=39.8) for name, kind in zip(SENSOR_IDS, kinds, strict=True)
    )
    return Site(site_id=site_id, name="E-Town", timezone="Asia/Shanghai", sensors=sensors)


def readings(*rows: dict[str, Any]) -> Readings:
    """Rows as {"sensor": 0, "time_ms": …, "pm25": …, "lon": …}."""
    values, position = np.full((len(rows), N_CHANNELS), np.nan), np.full((len(rows), len(POSITION_KEYS)), np.nan)
    for row, cells in enumerate(rows):
        for name, value in cells.items():
            if name in CHANNEL_INDEX:
                values[row, CHANNEL_INDEX[name]] = value
            elif name in POSITION_KEYS:
                position[row, POSITION_KEYS.index(name)] = value
    time_ms = np.array([cells.get("time_ms", NOW_MS) for cells in rows], np.int64)
    sensor = np.array([cells.get("sensor", PLAIN) for cells in rows], np.int32)
    return Readings(sensor, time_ms, time_ms, position, values)


def weather(station_id: str, time_ms: int = NOW_MS, **values: float) -> Weather:
    block = np.array([[values.get(key, np.nan) for key in WEATHER_KEYS]])
    place, moment = np.array([116.5]), np.array([time_ms], np.int64)
    return Weather((station_id,), moment, moment, place, np.array([39.8]), block)


def judged(sensors: tuple[int, ...] = (PLAIN, ODD), minute_ms: int = NOW_MS, **first: float) -> JudgedField:
    """A judged minute; `value_pm25=…` and the like set the column of all sensors."""
    shape = (len(sensors), len(POLLUTANTS))
    blocks: dict[str, np.ndarray] = {
        name: np.full(shape, np.nan) for name in ("value", "background", "upper", "sigma", "completeness")
    }
    blocks |= {"state": np.zeros(shape, np.uint8), "flags": np.zeros(shape, np.uint16)}
    blocks["since_ms"] = np.zeros(shape, np.int64)
    for name, value in first.items():
        block, _, pollutant = name.partition("_")
        blocks[block][:, POLLUTANTS.index(pollutant)] = value
    place = np.full(len(sensors), 116.5)
    return JudgedField(
        minute_ms=minute_ms,
        clock_ms=minute_ms + 90_000,
        sensor=np.array(sensors, np.int32),
        lon=place,
        lat=place - 77,
        fresh=np.ones(len(sensors), np.bool_),
        weather=no_weather_minute(),
        **blocks,
    )
