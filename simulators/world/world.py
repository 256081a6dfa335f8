"""The seeded world: a site folder, readings and weather in order of receipt in steps of ten seconds, and the truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from domain.readings import Readings, Weather, concat_readings, concat_weather, no_readings, no_weather
from domain.times import to_datetime, to_ms
from simulators.scenario_types import Scenario
from simulators.world.background import build_background
from simulators.world.batches import readings_batch, weather_batch
from simulators.world.bursts import build_bursts
from simulators.world.chance import generator
from simulators.world.faults import apply_faults, fault_of
from simulators.world.network import Network
from simulators.world.running import Air, Running
from simulators.world.site_texts import Permission, site_texts
from simulators.world.sources import build_sources
from simulators.world.truth import truth_table
from simulators.world.weather import build_weather
from simulators.world.weather_faults import WeatherFaults
from simulators.world.zone import build_zone

STEP_MS = 10_000


@dataclass(frozen=True, slots=True)
class Step:
    """What reached the zone's system within ten seconds.

    Attributes:
        clock_ms: End of the step, a multiple of ten seconds; every row was received before it. [ms]
        readings: Columns `sensor_id`, `time_ms`, `received_ms`, `lon`, `lat`, `accuracy_m`, `speed_ms`, `heading_deg`,
            `pm25`, `pm10`, `nox`, `o3`, `temperature_c`, `humidity_pct`, in the sensor's registered units, null =
            missing; by (received, sensor, time).
        weather: Columns `weather_id`, `time_ms`, `received_ms`, `lon`, `lat` and `WEATHER_KEYS`; by receipt.
    """

    clock_ms: int
    readings: pa.RecordBatch
    weather: pa.RecordBatch


class World:
    """One scenario under one seed; the same two and the same `start` give the same rows, always.

    `start` (aware) replaces the scenario's own; it is cut to ten seconds.
    """

    def __init__(self, scenario: Scenario, seed: int, start: datetime | None = None) -> None:
        self.scenario = scenario
        self.seed = seed
        self.start_ms = to_ms(start or scenario.start) // STEP_MS * STEP_MS
        self.zone = build_zone(scenario, seed)
        weather = build_weather(scenario, seed, to_datetime(self.start_ms))
        self.air = Air(
            weather,
            build_background(scenario, seed, weather),
            build_bursts(seed, self.zone.devices.stations, scenario.duration_min, scenario.noise),
            build_sources(scenario, seed, self.zone, weather),
        )

    @property
    def end_ms(self) -> int:
        """When the devices stop; what is late arrives afterwards. [ms]"""
        return self.start_ms + 60_000 * self._minutes

    @property
    def _minutes(self) -> int:
        return int(np.ceil(self.scenario.duration_min))

    def site_texts(self) -> dict[str, str]:
        """Return file name → text, as `domain.site_files.parse_site` reads them."""
        return site_texts(self.scenario, self.zone, self._permits())

    def truth(self) -> pa.Table:
        """Return the contract's labels."""
        return truth_table(self.scenario, self.seed, self.zone, self.air, self.start_ms)

    def steps(self) -> Iterator[Step]:
        """Yield every ten seconds of the zone clock, silent ones too, until the last late row has come."""
        running = Running(self.scenario, self.seed, self.zone, self.air, self.start_ms)
        sensor_id = self.zone.devices.sensor_id
        network = Network(self.scenario.network, len(sensor_id), self.start_ms, generator(self.seed, "network"))
        faults = [
            fault_of(table, sensor_id, self.start_ms, generator(self.seed, f"fault {number}"))
            for number, table in enumerate(self.scenario.faults)
        ]
        sky = WeatherFaults(self.scenario.weather_faults, self.start_ms)
        post = _Post(pa.array(sensor_id, pa.string()), self.start_ms)
        for minute in range(self._minutes):
            measured = apply_faults(faults, running.minute(minute))
            weather = sky.apply(running.weather_rows(minute))
            post.put(network.carry(measured), _delayed(weather, network))
            yield from post.delivered(self.start_ms + 60_000 * (minute + 1))
        yield from post.delivered(None)

    def _permits(self) -> Iterator[Permission]:
        for source in self.air.sources:
            if source.permit:
                begin_ms, end_ms = (self.start_ms + round(1000 * at) for at in (source.start_s, source.end_s))
                yield source.place_id, begin_ms, end_ms, source.permit, ""
        for table in self.scenario.permits:
            begin_ms = self.start_ms + round(60_000 * table.start_min)
            yield table.place, begin_ms, begin_ms + round(60_000 * table.duration_min), table.kind, table.note


def _delayed(weather: Weather, network: Network) -> Weather:
    received_ms = weather.received_ms + network.delays_ms(len(weather))
    return Weather(weather.station_id, weather.time_ms, received_ms, weather.lon, weather.lat, weather.values)


class _Post:
    """Holds what is on its way, and hands it out in order of receipt."""

    def __init__(self, sensor_ids: pa.Array, start_ms: int) -> None:
        self._sensor_ids = sensor_ids
        self._clock_ms = start_ms
        self._readings = no_readings()
        self._weather = no_weather()

    def put(self, readings: Readings, weather: Weather) -> None:
        """Take what was sent."""
        rows = concat_readings([self._readings, readings])
        self._readings = rows.take(np.lexsort((rows.time_ms, rows.sensor, rows.received_ms)))
        sky = concat_weather([self._weather, weather])
        self._weather = sky.take(np.argsort(sky.received_ms, kind="stable"))

    def delivered(self, until_ms: int | None) -> Iterator[Step]:
        """Yield the steps up to a moment; None: until nothing is on its way."""
        done = done_weather = 0
        while (self._clock_ms < until_ms) if until_ms is not None else self._left(done, done_weather):
            self._clock_ms += STEP_MS
            end = int(np.searchsorted(self._readings.received_ms, self._clock_ms))
            end_weather = int(np.searchsorted(self._weather.received_ms, self._clock_ms))
            yield Step(
                self._clock_ms,
                readings_batch(self._readings.take(slice(done, end)), self._sensor_ids),
                weather_batch(self._weather.take(np.arange(done_weather, end_weather))),
            )
            done, done_weather = end, end_weather
        self._readings = self._readings.take(slice(done, None))
        self._weather = self._weather.take(np.arange(done_weather, len(self._weather)))

    def _left(self, done: int, done_weather: int) -> bool:
        return done < len(self._readings) or done_weather < len(self._weather)
