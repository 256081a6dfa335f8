"""The invented map of a zone: roads, the grounds between them, and where every device stands."""

from dataclasses import dataclass

import numpy as np

from domain.channels import POLLUTANTS
from domain.readings import FloatArray
from simulators.scenario_checks import (
    construction_ids,
    enterprise_ids,
    road_ids,
    station_ids,
    vehicle_ids,
    weather_ids,
)
from simulators.scenario_types import Scenario
from simulators.world.chance import generator
from simulators.world.grounds import Ground, build_grounds
from simulators.world.plane import Plane, segment_distance
from simulators.world.roads import Roads, build_roads

STATION_SPACING_M = 640.0
"""How densely a real zone is set with micro-stations: about 150 over 60 km². Design value."""
KERB_M = 12.0
"""How far a lamp post stands from the middle of its road. Design value."""
UNIT_SETS = ({"o3": "ppb", "nox": "ppb"}, {"pm10": "mg/m3"}, {"pm25": "ng/m3"}, {"o3": "ppm"})
"""What stations with units of their own report in; they take turns."""


@dataclass(frozen=True, slots=True)
class Devices:
    """Every sensor in the order of its id, stations first.

    Attributes:
        sensor_id: Shape (sensors,).
        station_xy: Where stations stand, shape (stations, 2). [m]
        height_m: Inlets above ground, shape (sensors,). [m]
        reports: Which pollutants each reports, shape (sensors, 4).
        units: Channel to unit, where it differs from µg/m³.
        weather_id: Weather stations.
        weather_xy: Where they stand, shape (weather stations, 2). [m]
    """

    sensor_id: tuple[str, ...]
    station_xy: FloatArray
    height_m: FloatArray
    reports: np.ndarray
    units: tuple[dict[str, str], ...]
    weather_id: tuple[str, ...]
    weather_xy: FloatArray

    @property
    def stations(self) -> int:
        """How many stand still; the rest are vehicles."""
        return len(self.station_xy)

    @property
    def vehicles(self) -> int:
        """How many move."""
        return len(self.sensor_id) - len(self.station_xy)


@dataclass(frozen=True, slots=True)
class Zone:
    """All that does not change while a scenario runs; `size_m` is east by north."""

    plane: Plane
    size_m: tuple[float, float]
    roads: Roads
    grounds: tuple[Ground, ...]
    devices: Devices
    road_distance_m: FloatArray
    """From each station to each edge of the road network, shape (stations, edges). [m]"""


def build_zone(scenario: Scenario, seed: int) -> Zone:
    """Draw the map of a scenario."""
    east = max(STATION_SPACING_M * np.sqrt(scenario.counts.stations * 1.25), 2400.0)
    size_m = (float(east), float(east / 1.25))
    roads = build_roads(road_ids(scenario), size_m, generator(seed, "roads"))
    grounds = build_grounds(roads, enterprise_ids(scenario), construction_ids(scenario), generator(seed, "grounds"))
    devices = _devices(scenario, roads, generator(seed, "devices"))
    start, end = roads.flat_node[roads.edge[:, 0]], roads.flat_node[roads.edge[:, 1]]
    distance = segment_distance(devices.station_xy, start, end)
    return Zone(Plane(scenario.site.lon, scenario.site.lat), size_m, roads, grounds, devices, distance)


def _devices(scenario: Scenario, roads: Roads, rng: np.random.Generator) -> Devices:
    stations, vehicles = station_ids(scenario), vehicle_ids(scenario)
    place = _spread(roads, len(stations), rng)
    reports = np.ones((len(stations) + len(vehicles), len(POLLUTANTS)), np.bool_)
    only_dust = rng.random(len(stations)) < 0.15
    only_dust[: scenario.counts.unit_stations] = False
    reports[: len(stations), 2:] = ~only_dust[:, np.newaxis]
    units: list[dict[str, str]] = [{} for _ in range(len(stations) + len(vehicles))]
    chosen = rng.permutation(np.flatnonzero(~only_dust))[: scenario.counts.unit_stations]
    for turn, station in enumerate(chosen.tolist()):
        units[station] = UNIT_SETS[turn % len(UNIT_SETS)]
    height = np.r_[np.round(rng.uniform(2.5, 8.0, len(stations)), 1), np.full(len(vehicles), 2.0)]
    weather = weather_ids(scenario)
    weather_xy = _spread(roads, len(weather), rng)
    return Devices((*stations, *vehicles), place, height, reports, tuple(units), weather, weather_xy)


def _spread(roads: Roads, count: int, rng: np.random.Generator) -> FloatArray:
    """Choose places that keep apart, most of them at the kerb (Mitchell's best candidate)."""
    pool = _candidates(roads, max(40 * count, 400), rng)
    nearest = np.full(len(pool), np.inf)
    chosen: list[int] = []
    for _ in range(count):
        asked = rng.integers(0, len(pool), 24)
        best = int(asked[np.argmax(nearest[asked])])
        chosen.append(best)
        nearest = np.minimum(nearest, np.linalg.norm(pool - pool[best], axis=1))
    return np.asarray(pool[chosen])


def _candidates(roads: Roads, count: int, rng: np.random.Generator) -> FloatArray:
    edge = roads.edge[rng.integers(0, len(roads.edge), count)]
    start, end = roads.flat_node[edge[:, 0]], roads.flat_node[edge[:, 1]]
    along = end - start
    length = np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) / length
    off_m = KERB_M * rng.choice([-1.0, 1.0], (count, 1))
    inside = rng.random((count, 1)) < 0.3
    off_m = np.where(inside, rng.uniform(-0.4, 0.4, (count, 1)) * length, off_m)
    return np.asarray(start + rng.uniform(0.05, 0.95, (count, 1)) * along + off_m * side)
