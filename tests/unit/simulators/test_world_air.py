import numpy as np
import pytest

from domain.readings import Readings
from simulators.scenario import parse_scenario
from simulators.world import World
from simulators.world.chance import generator
from simulators.world.plumes import Cloud, concentration
from tests.builders_world import all_readings

STEADY = """
duration_min = 60
[counts]
stations = 30
vehicles = 0
roads = 10
[weather]
wind_speed_ms = 3.0
wind_from_deg = 270
wander_deg = 2
gust_share = 0.05
stability = 0.4
[[events]]
place = "e-001"
start_min = 0
duration_min = 60
pm10_g_s = 2.0
height_m = 5
"""


@pytest.fixture(scope="module")
def steady() -> World:
    return World(parse_scenario(STEADY), 3)


def cloud_after(world: World, seconds: int) -> Cloud:
    cloud = Cloud(world.air.sources, world.air.weather, 1e6, generator(3, "test"))
    for step in range(0, seconds, 10):
        cloud.advance(float(step))
    return cloud


def test_puffs_hold_every_gram_that_was_emitted(steady):
    puffs = cloud_after(steady, 300).puffs

    assert puffs.mass_g[:, 1].sum() == pytest.approx(2.0 * 300)


def test_what_puffs_hold_is_what_the_air_holds(steady):
    puffs = cloud_after(steady, 120).puffs
    east = north = np.arange(-700.0, 700.0, 16.0)
    up = np.arange(2.0, 240.0, 4.0)
    middle = puffs.xy_m.mean(axis=0)
    grid = np.stack(np.meshgrid(east, north, indexing="ij"), axis=-1).reshape(-1, 2) + middle
    total_ug = sum(
        concentration(puffs, grid, np.full(len(grid), height))[:, 1].sum() * 16.0 * 16.0 * 4.0 for height in up
    )

    assert total_ug * 1e-6 == pytest.approx(2.0 * 120, rel=0.02)


def test_the_plume_lies_downwind(steady):
    puffs = cloud_after(steady, 600).puffs
    away = puffs.xy_m - steady.air.sources[0].path_m[0]
    far = away[:, 0] > 300.0

    assert away[:, 0].min() > -100.0
    assert far.sum() > 10
    assert np.abs(np.degrees(np.arctan2(away[far, 1], away[far, 0]))).max() < 45.0


def test_a_puff_grows_and_never_shrinks(steady):
    cloud = cloud_after(steady, 60)
    before = cloud.puffs
    cloud.advance(60.0)
    after = cloud.puffs.take(np.arange(len(before)))  # the newest stand last

    assert (after.sigma_m > before.sigma_m).all()
    assert (after.sigma_z_m > before.sigma_z_m).all()


def test_nothing_is_in_the_air_before_a_source_emits(steady):
    cloud = Cloud((), steady.air.weather, 1e6, generator(3, "test"))
    cloud.advance(0.0)

    assert len(cloud.puffs) == 0
    assert concentration(cloud.puffs, np.zeros((2, 2)), np.zeros(2)).tolist() == [[0.0] * 3] * 2


@pytest.fixture(scope="module")
def noise() -> Readings:
    text = "duration_min = 900\n[counts]\nstations = 50\nvehicles = 0\nunit_stations = 0\n[background]\npm25 = 60"
    return all_readings(World(parse_scenario(text), 5))


def ten_minute_residuals(rows: Readings) -> np.ndarray:
    """Logarithm over the network's median, each sensor's own median taken off, shape (90, stations)."""
    bin_ = (rows.time_ms - rows.time_ms.min()) // 600_000
    shape = (bin_.max() + 1, rows.sensor.max() + 1)
    where = bin_ * shape[1] + rows.sensor
    total = np.bincount(where, rows.values[:, 0], shape[0] * shape[1]).reshape(shape)
    mean = total / np.bincount(where, minlength=shape[0] * shape[1]).reshape(shape)
    level = np.log(mean[:90])
    residual = level - np.median(level, axis=1, keepdims=True)
    return residual - np.median(residual, axis=0)


def test_sensors_are_as_loud_as_those_of_a_dense_network(noise):
    residual = ten_minute_residuals(noise)

    assert 0.05 < residual.std() < 0.11
    assert 0.15 < np.quantile(residual, 0.99) < 0.30


def test_residuals_last_as_long_as_those_of_a_dense_network(noise):
    residual = ten_minute_residuals(noise)
    correlation = [np.corrcoef(column[:-1], column[1:])[0, 1] for column in residual.T]

    assert 0.65 < np.mean(correlation) < 0.85


def test_tails_are_as_heavy_as_those_of_a_dense_network(noise):
    minutes_a_day = 1440.0 * (ten_minute_residuals(noise) > 0.2).mean()

    assert 8.0 < minutes_a_day < 30.0


def test_bursts_come_as_often_as_the_scenario_says():
    zone = "duration_min = 14400\n[counts]\nstations = 100\nvehicles = 0\n[noise]\nsmall_bursts_per_sensor_day = "
    large, all_sizes = (World(parse_scenario(zone + often), 5) for often in ("0", "4"))

    assert len(large.air.bursts.sensor) == pytest.approx(120, abs=35)
    assert len(all_sizes.air.bursts.sensor) == pytest.approx(4120, abs=200)


def test_dust_swells_in_humid_air():
    dry, humid = (
        all_readings(
            World(
                parse_scenario(
                    f"duration_min = 30\n[counts]\nstations = 20\nvehicles = 0\n"
                    f"[weather]\nhumidity_pct = {humidity}\nstability = 0.5"
                ),
                5,
            )
        )
        for humidity in (40, 92)
    )

    assert np.nanmedian(humid.values[:, 0]) > 1.03 * np.nanmedian(dry.values[:, 0])
