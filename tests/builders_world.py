"""A world's steps → what the domain takes, and whole small worlds for tests."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.door import Door, door_of, enter
from domain.readings import Arrivals, Readings, Weather
from domain.site import Site
from domain.site_files import parse_site
from simulators.scenario import Scenario, parse_scenario
from simulators.world import Step, World

SMALL = """
[counts]
stations = 30
vehicles = 2
enterprises = 40
construction_sites = 3
roads = 10
unit_stations = 1
[reporting]
vehicle_s = 5
"""


def small(text: str = "", duration_min: int = 20) -> Scenario:
    """A small scenario; `text` holds further tables."""
    return parse_scenario(f"duration_min = {duration_min}\n{SMALL}\n{text}")


def readings_of(batch: pa.RecordBatch, site: Site) -> Readings:
    """Rows as the door sees them: in the sensors' own units."""
    known = pc.index_in(batch.column("sensor_id"), value_set=pa.array(site.sensor_ids))
    return Readings(
        known.fill_null(-1).to_numpy().astype(np.int32),
        batch.column("time_ms").to_numpy(),
        batch.column("received_ms").to_numpy(),
        _matrix(batch, POSITION_KEYS),
        _matrix(batch, CHANNELS),
    )


def _matrix(batch: pa.RecordBatch, names: tuple[str, ...]) -> np.ndarray:
    matrix = np.full((batch.num_rows, len(names)), np.nan)
    for number, name in enumerate(names):
        if name in batch.schema.names:
            matrix[:, number] = batch.column(name).to_numpy(zero_copy_only=False)
    return matrix


def arrivals_of(step: Step, site: Site, door: Door) -> Arrivals:
    """One step as the domain takes it."""
    readings, _ = enter(readings_of(step.readings, site), door)
    sky = step.weather
    weather = Weather(
        tuple(sky.column("weather_id").to_pylist()),
        sky.column("time_ms").to_numpy(),
        sky.column("received_ms").to_numpy(),
        sky.column("lon").to_numpy(),
        sky.column("lat").to_numpy(),
        _matrix(sky, WEATHER_KEYS),
    )
    return Arrivals(readings, weather, step.clock_ms)


def all_readings(world: World) -> Readings:
    """Every reading of a world in order of receipt, settled to µg/m³."""
    site, _ = parse_site(world.site_texts())
    table = pa.Table.from_batches([step.readings for step in world.steps()]).combine_chunks().to_batches()[0]
    return enter(readings_of(table, site), door_of(site))[0]


def lived(world: World) -> Iterator[Arrivals]:
    """Every step as the domain takes it."""
    site, _ = parse_site(world.site_texts())
    door = door_of(site)
    for step in world.steps():
        yield arrivals_of(step, site, door)


def rows_sent(start_ms: int, count: int = 5000) -> Readings:
    """Readings of five devices, one a second each, before the network."""
    second, sensor = np.divmod(np.arange(count), 5)
    time_ms = start_ms + 1000 * second
    values = np.tile(np.arange(count, dtype=np.float64)[:, np.newaxis], (1, len(CHANNELS)))
    return Readings(sensor.astype(np.int32), time_ms, time_ms, np.zeros((count, len(POSITION_KEYS))), values)
