"""A minute of a vehicle to pieces of road, and pieces to the site's cells."""

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString

from domain.geo import Projection
from domain.readings import concat_readings
from domain.road_cells import CELL_M, CellMap, cell_map_of, cell_minutes, locate, near_enterprises, no_cell_minutes
from domain.site import Road
from tests.builders import LAT, LON, START_MS, a_site, an_enterprise, at
from tests.builders_vehicles import drive, eastwards

PROJECTION = Projection(LON, LAT)


def clean(rows: int) -> np.ndarray:
    return np.zeros((rows, 4), np.uint16)


def metres(east_m: float, north_m: float) -> np.ndarray:
    lon, lat = at(east_m, north_m)
    return PROJECTION.to_metres(np.array([lon]), np.array([lat]))


def a_map(*roads: LineString | MultiLineString) -> CellMap:
    named = tuple(Road(road_id=f"r-{i}", name="", geometry=line) for i, line in enumerate(roads))
    return cell_map_of(a_site(2, roads=named, enterprises=(an_enterprise("e-1", 0, 0),)), PROJECTION)


def test_a_minutes_drive_is_told_in_pieces_of_a_hundred_metres() -> None:
    found = cell_minutes(drive(eastwards(60), np.full(60, 40.0)), clean(60))
    assert 6 <= len(found) <= 8
    assert found.count.sum() >= 57
    assert (found.last_ms - found.first_ms <= 1000 * CELL_M / 10.0).all()
    assert (found.value == 40.0).all()
    assert found.first_ms.min() == START_MS


def test_a_corner_of_a_cell_is_no_pass() -> None:
    found = cell_minutes(drive(eastwards(60), np.full(60, 40.0)), clean(60))
    assert (found.count >= 3).all()


def test_a_vehicle_that_speaks_every_ten_seconds_has_pieces_too() -> None:
    rows = drive(eastwards(6, speed_ms=100.0), np.full(6, 40.0), every_s=10.0)
    assert len(cell_minutes(rows, clean(6))) == 6


def test_a_vehicle_that_waits_has_one_piece() -> None:
    found = cell_minutes(drive(eastwards(60, speed_ms=0.0, east_m=40.0), np.full(60, 40.0)), clean(60))
    assert found.count.tolist() == [60]


def test_vehicles_are_told_apart() -> None:
    place = eastwards(60, speed_ms=0.0)
    rows = concat_readings([drive(place, np.full(60, 40.0)), drive(place, np.full(60, 90.0), sensor=3)])
    found = cell_minutes(rows, clean(120))
    assert found.sensor.tolist() == [0, 3]
    assert found.value[:, 0].tolist() == [40.0, 90.0]


@pytest.mark.parametrize("seconds", [1, 3, 4])
def test_a_spike_of_seconds_does_not_move_its_own_piece_of_road(seconds: int) -> None:
    values = np.full(60, 40.0)
    values[30 : 30 + seconds] = 900.0
    found = cell_minutes(drive(eastwards(60), values), clean(60))
    assert (found.value == 40.0).all()


def test_flagged_readings_and_places_not_believed_are_left_out() -> None:
    values = np.full(60, 40.0)
    values[:10] = 500.0
    flags = clean(60)
    flags[:10] = 2
    rows = drive(eastwards(60, speed_ms=0.0), values)
    rows.position[10:20] = np.nan
    found = cell_minutes(rows, flags)
    assert found.count.tolist() == [50]
    assert (found.value == 40.0).all()


def test_no_place_no_piece() -> None:
    rows = drive(eastwards(5), np.full(5, 40.0))
    rows.position[:] = np.nan
    assert len(cell_minutes(rows, clean(5))) == len(no_cell_minutes()) == 0


def test_the_order_of_the_rows_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    rows = drive(eastwards(60), rng.lognormal(3.5, 0.1, (60, 4)))
    shuffled = rows.take(rng.permutation(60))
    one, other = cell_minutes(rows, clean(60)), cell_minutes(shuffled, clean(60))
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__slots__)


def test_both_lanes_of_a_road_are_the_same_cell_and_a_field_beside_it_is_not() -> None:
    cells = a_map(LineString([at(0, 0), at(1000, 0)]))
    places = np.concatenate([metres(250, -12), metres(250, 12), metres(350, 0), metres(250, 90)])
    found = locate(cells, places)
    assert found[0] == found[1] >= 0
    assert found[2] == found[0] + 1
    assert found[3] < 0


def test_a_road_of_several_lines_is_cut_too() -> None:
    cells = a_map(MultiLineString([[at(0, 0), at(250, 0)], [at(0, 500), at(80, 500)]]))
    assert len(cells.roads.geometries) == 4


def test_without_roads_there_is_a_grid() -> None:
    cells = a_map()
    corner = np.floor(metres(0, 0) / CELL_M) * CELL_M
    found = locate(cells, corner + np.array([[1, 1], [99, 99], [101, 1], [1, 101]]))
    assert found[0] == found[1]
    assert len(set(found.tolist())) == 3
    assert (found < 0).all()


def test_a_pass_knows_the_grounds_within_300_m() -> None:
    near = near_enterprises(a_map(), np.concatenate([metres(340, 0), metres(360, 0)]))
    assert near.tolist() == [[True], [False]]
