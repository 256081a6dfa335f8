from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from shapely import STRtree

from domain.site import SensorKind
from domain.site_files import parse_site
from simulators.scenario import load_scenario, parse_scenario
from simulators.world import World
from tests.builders_world import all_readings, lived, small

BUSY = """
[[events]]
start_min = 2
duration_min = 15
strength = 3.0
[network]
late_share = 0.05
duplicate_share = 0.02
reorder_share = 0.05
"""


def rows(world: World) -> pa.Table:
    return pa.Table.from_batches([step.readings for step in world.steps()])


def test_the_same_seed_lives_the_same_life():
    one, other = World(small(BUSY), 7), World(small(BUSY), 7)

    assert rows(one).equals(rows(other))
    assert one.site_texts() == other.site_texts()
    assert one.truth().equals(other.truth())


def test_a_world_can_be_lived_twice():
    world = World(small(BUSY, duration_min=5), 7)

    assert rows(world).equals(rows(world))


def test_another_seed_is_another_world():
    one, other = World(small(BUSY, duration_min=3), 7), World(small(BUSY, duration_min=3), 8)

    assert one.site_texts()["roads.geojson"] != other.site_texts()["roads.geojson"]
    assert not rows(one).equals(rows(other))


def test_a_start_of_ones_own_moves_everything():
    world = World(small("[[events]]\nstart_min = 1", duration_min=3), 7, datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))

    first = world.truth().column("start")[0].as_py()
    assert first == datetime(2027, 1, 2, 3, 5, 0, tzinfo=UTC)
    assert next(world.steps()).clock_ms == world.start_ms + 10_000


def test_rows_come_in_order_of_receipt_before_their_clock():
    clock_ms = 0
    for step in World(small(BUSY), 7).steps():
        received = step.readings.column("received_ms").to_numpy()

        assert (np.diff(received) >= 0).all()
        assert ((received >= clock_ms) & (received < step.clock_ms)).all()
        assert clock_ms in (0, step.clock_ms - 10_000)
        clock_ms = step.clock_ms


def test_every_device_reports_at_its_interval():
    world = World(small("", duration_min=10), 3)
    table = all_readings(world)
    count = np.bincount(table.sensor)

    assert (count[:30] == 10).all()
    assert (count[30:] == 10 * 12).all()


def test_stations_can_report_each_second():
    text = "duration_min = 2\n[counts]\nstations = 3\nvehicles = 0\nunit_stations = 0\n[reporting]\nstation_s = 1"
    table = all_readings(World(parse_scenario(text), 3))

    assert np.bincount(table.sensor).tolist() == [120, 120, 120]


@pytest.mark.parametrize("name", ["demo", "tiny", "construction"])
def test_the_site_folder_is_accepted_without_a_word(name):
    scenario = load_scenario(name)
    site, unknown = parse_site(World(scenario, 7).site_texts())

    assert unknown == ()
    assert len(site.roads) == scenario.counts.roads
    assert len(site.enterprises) == scenario.counts.enterprises + scenario.counts.construction_sites
    assert sum(sensor.kind is SensorKind.STATION for sensor in site.sensors) == scenario.counts.stations


def test_the_default_zone_is_the_size_of_a_real_one():
    site, _ = parse_site(World(load_scenario("demo"), 7).site_texts())

    assert sum(sensor.kind is SensorKind.STATION for sensor in site.sensors) >= 125
    assert sum(sensor.kind is SensorKind.VEHICLE for sensor in site.sensors) >= 5
    assert len(site.enterprises) >= 210
    assert len(site.roads) >= 22


def test_every_name_says_that_it_is_an_example():
    site, _ = parse_site(World(load_scenario("demo"), 7).site_texts())

    assert all(place.name.startswith("示例") for place in (*site.enterprises, *site.roads))
    assert len({road.name for road in site.roads}) == len(site.roads)


def test_grounds_lie_between_the_roads():
    site, _ = parse_site(World(load_scenario("demo"), 7).site_texts())
    grounds = [place.geometry for place in site.enterprises]
    crossing = STRtree(grounds).query([road.geometry for road in site.roads], predicate="intersects")
    touching = STRtree(grounds).query(grounds, predicate="intersects")

    assert crossing.shape[1] == 0
    assert (touching[0] == touching[1]).all()


def test_devices_with_units_of_their_own_are_settled_by_the_registry():
    world = World(load_scenario("tiny"), 7)
    site, _ = parse_site(world.site_texts())
    odd = [index for index, sensor in enumerate(site.sensors) if sensor.units]
    o3 = all_readings(World(small("", duration_min=6), 7))

    assert len(odd) == 1
    settled = [np.nanmean(o3.values[o3.sensor == index, 3]) for index in (odd[0], *range(5))]
    assert max(np.nan_to_num(settled, nan=settled[0])) < 2.0 * settled[0]


def test_the_truth_names_sources_nuisances_and_what_is_due():
    text = """
    [[events]]
    start_min = 2
    place = "e-007"
    [[events]]
    kind = "outside"
    start_min = 3
    [[events]]
    kind = "unregistered"
    start_min = 4
    [[events]]
    kind = "construction"
    start_min = 5
    permit = "works"
    [[events]]
    kind = "moving"
    start_min = 6
    duration_min = 3
    [[faults]]
    kind = "stuck"
    sensors = ["ms-001", "pv-1"]
    [[background.episodes]]
    kind = "dust"
    start_min = 1
    """
    world = World(small(text), 7)
    labels = {row["event_id"]: row for row in world.truth().to_pylist()}
    site, _ = parse_site(world.site_texts())

    assert labels["ev-001"]["enterprise_id"] == "e-007"
    expected = {
        "ev-001": "ticket",
        "ev-002": "no_ticket",
        "ev-003": "ticket",
        "ev-004": "no_ticket",
        "ev-005": "no_ticket",
        "episode-1": "no_ticket",
        "fault-1-ms-001": "no_ticket",
    }
    assert {name: labels[name]["expect"] for name in expected} == expected
    assert [labels[name]["enterprise_id"] for name in ("ev-002", "ev-003", "ev-005")] == ["", "", ""]
    assert [permit.place_id for permit in site.permits] == [labels["ev-004"]["enterprise_id"]]
    assert labels["fault-1-pv-1"]["lon"] is None


def test_a_release_is_seen_by_stations_and_by_nobody_before():
    quiet, loud = World(small("", 40), 7), World(small("[[events]]\nstart_min = 15\nstrength = 5", 40), 7)
    before, after = all_readings(quiet), all_readings(loud)
    rise = after.values[:, 0] - before.values[:, 0]
    early = after.time_ms < loud.start_ms + 15 * 60_000

    assert np.nanmax(np.abs(rise[early])) == 0.0
    assert np.nanmax(rise[~early]) > 30.0


def test_weather_stations_tell_the_wind_of_the_scenario():
    world = World(small("[weather]\nwind_from_deg = 90\nwander_deg = 5\nwind_speed_ms = 4"), 7)
    weather = [arrivals.weather for arrivals in lived(world) if len(arrivals.weather)]
    from_deg = np.concatenate([rows.values[:, 1] for rows in weather])

    assert abs(np.median(from_deg) - 90.0) < 25.0
    assert {name for rows in weather for name in rows.station_id} == {"wx-1", "wx-2", "wx-3"}
