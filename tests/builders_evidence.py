"""A zone, a real history with two hours of it, and a ticket: what the tests of evidence freeze."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from shapely.geometry import LineString, box

from domain.channels import CHANNEL_INDEX, N_CHANNELS, POLLUTANTS, POSITION_KEYS, WEATHER_KEYS
from domain.field import ChannelState, Flag, JudgedField, no_weather_minute
from domain.readings import Readings, Weather
from domain.site import Enterprise, Permit, PermitKind, Road, Sensor, SensorKind, Site
from domain.ticket import Ticket
from domain.times import to_ms
from streams.history import AnyHistory, HistorySettings, open_history
from tests.builders_alerts import NOON, make_ticket

MINUTE_MS = 60_000
START_MS = to_ms(NOON) - 150 * MINUTE_MS
MINUTES = 240
HOSTILE = '<script>alert("站")</script>&,"'


def site(name: str = "示例一厂") -> Site:
    """Four stations near the ticket, one far away, one vehicle that passes."""
    places = {"ms-052": 0.0, "ms-060": 0.004, "ms-061": 0.008, "ms-070": 0.02, "ms-999": 0.2}
    stations = [Sensor(sensor_id=one, lon=116.51 + east, lat=39.79) for one, east in places.items()]
    return Site(
        site_id="etown",
        name="示例经开区",
        timezone="Asia/Shanghai",
        sensors=(*stations, Sensor(sensor_id="pv-1", kind=SensorKind.VEHICLE)),
        enterprises=(
            Enterprise(enterprise_id="e-112", name=name, geometry=box(116.512, 39.792, 116.514, 39.794)),
            Enterprise(enterprise_id="e-900", name="远处", geometry=box(117.5, 39.7, 117.6, 39.8)),
        ),
        roads=(Road(road_id="r-1", name="路", geometry=LineString([(116.4, 39.79), (116.6, 39.79)])),),
        permits=(
            Permit(place_id="e-112", start=NOON, end=NOON.replace(hour=8), kind=PermitKind.WORKS, note="检修"),
            Permit(place_id="e-112", start=NOON.replace(year=2020), end=NOON.replace(year=2021), kind=PermitKind.DRILL),
        ),
        warning_ugm3={"pm25": 115.0},
    )


def history(folder: Path, zone: Site, name: str = "history.db") -> AnyHistory:
    """A real SQLite history with four hours of readings, minutes and weather."""
    kept = open_history(HistorySettings(url=f"sqlite:///{folder / name}", site=zone.site_id))
    kept.prepare()
    kept.write_readings(_readings(zone), zone)
    kept.write_judged([_minute(zone, number) for number in range(MINUTES)], zone)
    kept.write_weather(_weather())
    return kept


def ticket(ticket_id: str = "a1") -> Ticket:
    """The usual ticket, with a candidate that nobody registered beside the registered one."""
    known = make_ticket(ticket_id)
    other = replace(known.candidates[0], enterprise_id="e-gone", name=HOSTILE, probability=0.1)
    return replace(known, candidates=(*known.candidates, other), unknown_probability=0.36)


def _readings(zone: Site) -> Readings:
    count = len(zone.sensors)
    time_ms = np.repeat(START_MS + np.arange(MINUTES) * MINUTE_MS, count)
    sensor = np.tile(np.arange(count, dtype=np.int32), MINUTES)
    values = np.full((len(sensor), N_CHANNELS), np.nan)
    values[:, CHANNEL_INDEX["pm25"]] = 40.0 + sensor + np.arange(len(sensor)) % 7
    position = np.full((len(sensor), len(POSITION_KEYS)), np.nan)
    drives = zone.is_vehicle[sensor]
    position[drives, 0] = np.linspace(116.3, 116.7, int(drives.sum()))
    position[drives, 1] = 39.79
    return Readings(sensor, time_ms, time_ms, position, values)


def _minute(zone: Site, number: int) -> JudgedField:
    shape = (len(zone.sensors), len(POLLUTANTS))
    value, flags = np.full(shape, np.nan), np.zeros(shape, np.uint16)
    value[:, 0] = 40.0 + number % 5
    state = np.where(np.isnan(value), ChannelState.UNJUDGED, ChannelState.NORMAL).astype(np.uint8)
    stuck = zone.sensor_ids.index("ms-060")
    flags[stuck, 0], state[stuck, 0] = Flag.STUCK, ChannelState.EXCLUDED
    place = np.full(len(zone.sensors), 116.5)
    return JudgedField(
        minute_ms=START_MS + number * MINUTE_MS,
        clock_ms=START_MS + (number + 1) * MINUTE_MS,
        sensor=np.arange(len(zone.sensors), dtype=np.int32),
        lon=place,
        lat=place - 77,
        value=value,
        completeness=np.ones(shape),
        flags=flags,
        background=value - 10.0,
        upper=value + 20.0,
        sigma=np.full(shape, 0.1234567),
        state=state,
        since_ms=np.zeros(shape, np.int64),
        fresh=np.ones(len(zone.sensors), np.bool_),
        weather=no_weather_minute(),
    )


def _weather() -> Weather:
    values = np.full((MINUTES, len(WEATHER_KEYS)), np.nan)
    values[:, 0], values[:, 1] = 2.3, 315.0
    time_ms = START_MS + np.arange(MINUTES) * MINUTE_MS
    place = np.full(MINUTES, 116.5)
    return Weather(("w1",) * MINUTES, time_ms, time_ms, place, place - 77, values)
