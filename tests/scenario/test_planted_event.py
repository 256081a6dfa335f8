"""A seeded world with a planted release, live step by step: one ticket that names it; a quiet one sends nobody."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa

from domain.channels import CHANNELS, POSITION_KEYS, WEATHER_KEYS
from domain.door import door_of, enter
from domain.pipeline import make_ready, start
from domain.readings import Arrivals, FloatArray, Readings, Weather, tick
from domain.site import Site
from domain.site_files import parse_site
from domain.ticket import Action
from simulators.scenario import load_scenario
from simulators.world.world import Step, World
from tests.builders import Ran

HOUR_MS = 3600_000


def matrix(batch: pa.RecordBatch, names: tuple[str, ...]) -> FloatArray:
    missing = np.full(batch.num_rows, np.nan)
    known = set(batch.schema.names)
    return np.column_stack(
        [batch.column(name).to_numpy(zero_copy_only=False) if name in known else missing for name in names]
    )


def arrivals(steps: Iterator[Step], site: Site) -> Iterator[Arrivals]:
    index = {name: row for row, name in enumerate(site.sensor_ids)}
    door = door_of(site)
    clock_ms = 0
    for step in steps:
        said, blows = step.readings, step.weather
        readings = Readings(
            np.array([index.get(name, -1) for name in said.column("sensor_id").to_pylist()], np.int32),
            said.column("time_ms").to_numpy(),
            said.column("received_ms").to_numpy(),
            matrix(said, POSITION_KEYS),
            matrix(said, CHANNELS),
        )
        place = matrix(blows, ("lon", "lat"))
        weather = Weather(
            tuple(blows.column("weather_id").to_pylist()),
            blows.column("time_ms").to_numpy(),
            blows.column("received_ms").to_numpy(),
            place[:, 0],
            place[:, 1],
            matrix(blows, WEATHER_KEYS),
        )
        clock_ms = step.clock_ms
        yield Arrivals(enter(readings, door)[0], weather, clock_ms)
    yield tick(clock_ms + HOUR_MS)


@cache
def lived(scenario: str, seed: int) -> tuple[World, Ran]:
    world = World(load_scenario(scenario), seed)
    site, _ = parse_site(world.site_texts())
    return world, Ran(start(site)).take(arrivals(world.steps(), site), make_ready(site))


def test_a_planted_release_is_one_ticket_that_names_it() -> None:
    world, ran = lived("tiny", 7)
    (planted,) = [row for row in world.truth().to_pylist() if row["expect"] == "ticket"]
    (ticket,) = ran.last.values()
    assert ticket.candidates[0].enterprise_id == planted["enterprise_id"]
    assert ticket.recommendation.action is Action.DISPATCH
    assert (ticket.opened_at - planted["start"]).total_seconds() <= 15 * 60
    assert ticket.event_end is not None


def test_a_quiet_zone_sends_nobody() -> None:
    _, ran = lived("quiet", 8)
    assert [ticket for ticket in ran.last.values() if ticket.recommendation.action is Action.DISPATCH] == []
    assert len(ran.last) <= 2
