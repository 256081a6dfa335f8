"""A world as it goes on: one minute of the zone's air and devices after the other, as measured, before the network."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from domain.channels import CHANNEL_INDEX, N_CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.readings import FloatArray, Readings, Weather, concat_readings
from domain.units import to_ugm3
from simulators.scenario_types import Scenario
from simulators.world.background import Background
from simulators.world.bursts import Bursts
from simulators.world.chance import Wander, generator
from simulators.world.fleet import Fixes, Fleet
from simulators.world.plumes import STEP_S, Cloud, concentration
from simulators.world.sensors import Instruments
from simulators.world.sources import Source
from simulators.world.traffic import Traffic
from simulators.world.weather import WeatherSeries
from simulators.world.zone import Zone

MARKS = round(60.0 / STEP_S)
"""How often a minute the air is computed."""
TITRATION_UGM3 = 160.0
"""Ozone falls by e at this much fresh NOx: about what NO does within the first minutes. Design value. [µg/m³]"""
RESPONSE_S = 8.0
"""A vehicle's instruments answer with this lag. Design value. [s]"""
QUEUE_MEMORY_S, QUEUE_SPREAD = 25.0, 0.8
"""What a vehicle meets in traffic changes with the cars before it. Design values."""


@dataclass(frozen=True, slots=True)
class Air:
    """All that a scenario's air is made of, drawn beforehand."""

    weather: WeatherSeries
    background: Background
    bursts: Bursts
    sources: tuple[Source, ...]


class Running:
    """Yields minute after minute; every instance begins at the start and draws the same chance."""

    def __init__(self, scenario: Scenario, seed: int, zone: Zone, air: Air, start_ms: int) -> None:
        self._reporting = scenario.reporting
        self._zone, self._air, self._start_ms = zone, air, start_ms
        devices = zone.devices
        self._stations = devices.stations
        self._traffic = Traffic(zone, air.weather, scenario.background.traffic)
        self._cloud = Cloud(air.sources, air.weather, 0.6 * max(zone.size_m), generator(seed, "plumes"))
        self._fleet = Fleet(seed, devices.vehicles, zone.roads, zone.plane)
        self._instruments = Instruments(seed, devices.reports, scenario.noise)
        self._queue = Wander(generator(seed, "queues"), devices.vehicles, QUEUE_MEMORY_S, QUEUE_SPREAD)
        phases = generator(seed, "phases")
        self._phase_ms = phases.integers(0, scenario.reporting.station_s * 1000, devices.stations)
        self._vehicle_phase_ms = phases.integers(0, 1000, devices.vehicles)
        self._weather_phase_ms = phases.integers(0, scenario.reporting.weather_s * 1000, len(devices.weather_id))
        self._rng = generator(seed, "devices at work")
        self._comfort_bias = generator(seed, "comfort").normal(0, (0.4, 2.5), (len(devices.sensor_id), 2))
        self._place = np.full((devices.stations, len(POSITION_KEYS)), np.nan)
        self._place[:, :2] = zone.plane.to_degrees(devices.station_xy)
        self._station_marks: FloatArray | None = None
        self._vehicle_marks: FloatArray | None = None
        self._lag: FloatArray | None = None
        self._unit = _unit_factors(devices.units)

    def minute(self, minute: int) -> Readings:
        """Return what all devices measure in the next minute, by device and time; `received_ms` is `time_ms`."""
        self._instruments.next_minute()
        fixes = self._fleet.take(60)
        plume = self._plume(minute, fixes)
        rows = concat_readings([self._station_rows(minute, plume), self._vehicle_rows(minute, plume, fixes)])
        factor = self._unit[rows.sensor]
        settled = (factor == 1.0).all()
        values = rows.values if settled else np.where(factor == 1.0, rows.values, np.round(rows.values / factor, 6))
        return Readings(rows.sensor, rows.time_ms, rows.received_ms, rows.position, values)

    def weather_rows(self, minute: int) -> Weather:
        """Return what the weather stations measure in the same minute; `received_ms` is `time_ms`."""
        devices, series = self._zone.devices, self._air.weather
        station, time_ms = _due(minute, self._weather_phase_ms, self._reporting.weather_s)
        wind = series.wind_at(60.0 * minute + 30.0, devices.weather_xy[station])
        wind = wind + self._rng.normal(0, 0.15, wind.shape)
        values = np.empty((len(station), len(WEATHER_KEYS)))
        values[:, 0] = np.round(np.hypot(*wind.T), 1)
        values[:, 1] = np.round(np.degrees(np.arctan2(-wind[:, 0], -wind[:, 1])) % 360.0) % 360.0
        for column, (known, spread) in enumerate(
            ((series.temperature_c, 0.2), (series.humidity_pct, 1.5), (series.pressure_hpa, 0.2)), start=2
        ):
            values[:, column] = np.round(known[minute] + self._rng.normal(0, spread, len(station)), 1)
        values[:, 3] = np.clip(values[:, 3], 0.0, 100.0)
        degrees = self._zone.plane.to_degrees(devices.weather_xy[station])
        names = tuple(devices.weather_id[row] for row in station.tolist())
        time_ms = time_ms + self._start_ms
        return Weather(names, time_ms, time_ms, degrees[:, 0], degrees[:, 1], values)

    def _plume(self, minute: int, fixes: Fixes) -> FloatArray:
        """Return what sources make at every device at the end of each step, shape (marks, sensors, 3). [µg/m³]"""
        devices = self._zone.devices
        plume = np.zeros((MARKS, len(devices.sensor_id), 3))
        for mark in range(MARKS):
            self._cloud.advance(60.0 * minute + STEP_S * mark)
            if len(self._cloud.puffs):
                now = fixes.xy_m[round(STEP_S) * (mark + 1) - 1]
                plume[mark] = concentration(
                    self._cloud.puffs, np.concatenate([devices.station_xy, now]), devices.height_m
                )
        return plume

    def _station_rows(self, minute: int, plume: FloatArray) -> Readings:
        middle = minute + 0.5
        air = self._air.background.at(middle, self._zone.devices.station_xy) + self._traffic.at_stations(middle)
        marks = _with_plume(air + self._air.bursts.at(middle, self._stations), plume[:, : self._stations])
        before = marks if self._station_marks is None else self._station_marks
        self._station_marks = marks
        sensor, time_ms = _due(minute, self._phase_ms, self._reporting.station_s)
        window = min(max(round(self._reporting.station_s / STEP_S), 1), MARKS)
        total = np.cumsum(np.concatenate([np.zeros_like(marks[:1]), before, marks]), axis=0)
        passed_ms = time_ms - 60_000 * minute
        last = MARKS + np.minimum((passed_ms / (1000 * STEP_S)).astype(np.int64) + 1, MARKS)
        mean = (total[last, sensor] - total[last - window, sensor]) / window
        return self._rows(mean, sensor, time_ms, self._place[sensor], minute)

    def _vehicle_rows(self, minute: int, plume: FloatArray, fixes: Fixes) -> Readings:
        seconds, vehicles = fixes.edge.shape
        at_marks = [
            self._air.background.at(minute + (mark + 1) / MARKS, fixes.xy_m[round(STEP_S) * (mark + 1) - 1])
            for mark in range(MARKS)
        ]
        marks = _with_plume(np.array(at_marks), plume[:, self._stations :])
        before = marks[:1] if self._vehicle_marks is None else self._vehicle_marks
        self._vehicle_marks = marks[-1:]
        air = _between(np.concatenate([before, marks]))
        queue = np.exp(self._queue.take(seconds))[..., np.newaxis]
        traffic = self._traffic.on_edges(minute + 0.5, fixes.edge.ravel()).reshape(seconds, vehicles, 4)
        air = self._answered(air + queue * traffic)
        every = self._reporting.vehicle_s
        shown = np.flatnonzero((60 * minute + np.arange(1, seconds + 1)) % every == 0)
        vehicle, second = np.repeat(np.arange(vehicles), len(shown)), np.tile(shown, vehicles)
        time_ms = 1000 * (60 * minute + second + 1) + self._vehicle_phase_ms[vehicle]
        sensor = (self._stations + vehicle).astype(np.int32)
        return self._rows(air[second, vehicle], sensor, time_ms, fixes.reported[second, vehicle], minute)

    def _answered(self, air: FloatArray) -> FloatArray:
        """Return the air as instruments with a lag see it, shape (seconds, vehicles, 4)."""
        keep = float(np.exp(-1.0 / RESPONSE_S))
        last = air[0] if self._lag is None else self._lag
        seen, _ = lfilter([1.0 - keep], [1.0, -keep], air, axis=0, zi=keep * last[np.newaxis])
        self._lag = seen[-1] if len(seen) else last
        return np.asarray(seen)

    def _rows(
        self, air: FloatArray, sensor: np.ndarray, time_ms: np.ndarray, position: FloatArray, minute: int
    ) -> Readings:
        series = self._air.weather
        share = np.clip(time_ms / 60_000 - minute, 0.0, 1.0)
        still = sensor < self._stations
        mean_s = np.where(still, self._reporting.station_s, self._reporting.vehicle_s)
        values = np.full((len(sensor), N_CHANNELS), np.nan)
        values[:, :4] = self._instruments.measure(air, sensor, share, mean_s, float(series.humidity_pct[minute]))
        comfort = np.array([series.temperature_c[minute], series.humidity_pct[minute]]) + self._comfort_bias[sensor]
        comfort = comfort + self._rng.normal(0, (0.1, 0.5), comfort.shape)
        values[:, CHANNEL_INDEX["temperature_c"]] = np.round(comfort[:, 0], 1)
        values[:, CHANNEL_INDEX["humidity_pct"]] = np.round(np.clip(comfort[:, 1], 0.0, 100.0), 1)
        now_ms = (self._start_ms + time_ms).astype(np.int64)
        return Readings(sensor.astype(np.int32), now_ms, now_ms, position, values)


def _due(minute: int, phase_ms: np.ndarray, every_s: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which devices report in a minute, and when [ms since the start], by device and time."""
    begin_ms, every_ms = 60_000 * minute, 1000 * every_s
    first = -(-(begin_ms - phase_ms) // every_ms)
    turns = first[:, np.newaxis] + np.arange(60_000 // every_ms + 1)
    time_ms = phase_ms[:, np.newaxis] + turns * every_ms
    due = (time_ms < begin_ms + 60_000) & (turns >= 0)
    device, turn = np.nonzero(due)
    return device.astype(np.int32), time_ms[device, turn]


def _with_plume(air: FloatArray, plume: FloatArray) -> FloatArray:
    """Add what sources make, and let its NOx eat ozone, shape (marks, n, 4)."""
    total = np.broadcast_to(air, (len(plume), *air.shape[-2:])).copy()
    total[..., :3] += plume
    total[..., 3] *= np.exp(-plume[..., 2] / TITRATION_UGM3)
    return total


def _between(marks: FloatArray) -> FloatArray:
    """Return seconds between marks (the first is the last of the minute before), shape (60, n, 4)."""
    step = round(STEP_S)
    second = np.arange(step * (len(marks) - 1))
    low, share = second // step, ((second % step + 1) / step)[:, np.newaxis, np.newaxis]
    return np.asarray((1 - share) * marks[low] + share * marks[low + 1])


def _unit_factors(units: tuple[dict[str, str], ...]) -> FloatArray:
    factor = np.ones((len(units), N_CHANNELS))
    for row, named in enumerate(units):
        for channel, unit in named.items():
            factor[row, CHANNEL_INDEX[channel]] = to_ugm3(channel, unit)
    return factor
