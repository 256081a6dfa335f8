import numpy as np
import pytest

from domain.site_files import parse_site
from simulators.scenario import load_scenario
from simulators.world import World
from simulators.world.driving import Driver
from simulators.world.plane import Plane, segment_distance
from tests.builders_world import all_readings, small


@pytest.fixture(scope="module")
def world() -> World:
    return World(load_scenario("demo"), 7)


def test_vehicles_stay_on_the_roads(world):
    roads = world.zone.roads
    track = Driver(roads, np.random.default_rng(1)).take(3600)
    start, end = roads.flat_node[roads.edge[:, 0]], roads.flat_node[roads.edge[:, 1]]

    assert segment_distance(track.xy_m, start, end).min(axis=1).max() < 0.01


def test_vehicles_drive_as_vehicles_do(world):
    track = Driver(world.zone.roads, np.random.default_rng(1)).take(3600)
    step = np.linalg.norm(np.diff(track.xy_m, axis=0), axis=1)

    assert step.max() < 16.0
    assert 4.0 < step.mean() < 12.0
    assert np.abs(np.diff(track.speed_ms)).max() < 3.0
    assert len(set(track.edge.tolist())) > 10


def test_driving_in_pieces_is_driving_at_once(world):
    pieces, whole = (Driver(world.zone.roads, np.random.default_rng(1)) for _ in range(2))
    xy = np.concatenate([pieces.take(seconds).xy_m for seconds in (1, 59, 7, 33)])

    assert np.array_equal(xy, whole.take(100).xy_m)


def test_a_receiver_is_metres_wrong_not_more():
    world = World(small("", duration_min=20), 7)
    site, _ = parse_site(world.site_texts())
    rows = all_readings(world)
    moving = site.is_vehicle[rows.sensor]
    east, north = world.zone.plane.metres_per_degree()
    xy = (rows.position[moving, :2] - [world.zone.plane.lon, world.zone.plane.lat]) * [east, north]
    roads = world.zone.roads
    start, end = roads.flat_node[roads.edge[:, 0]], roads.flat_node[roads.edge[:, 1]]
    off_m = segment_distance(xy, start, end).min(axis=1)

    assert 0.5 < off_m.mean() < 5.0
    assert off_m.max() < 20.0


def test_values_are_rounded_as_instruments_round():
    rows = all_readings(World(small("", duration_min=5), 7))

    tenths = rows.values[:, :2] * 10.0
    assert np.nanmax(np.abs(tenths - np.round(tenths))) < 1e-6
    degrees = rows.position[:, :2] * 1e6
    assert np.abs(degrees - np.round(degrees)).max() < 1e-3


def test_a_plane_is_true_to_metres():
    plane = Plane(116.5, 39.8)
    east, north = plane.metres_per_degree()

    assert east == pytest.approx(85_650, rel=2e-3)
    assert north == pytest.approx(111_030, rel=1e-3)
