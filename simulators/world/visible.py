"""When each source could first be seen: the earliest minute in which its plume stands out at a healthy sensor."""

import numpy as np

from domain.channels import POLLUTANTS
from domain.readings import BoolArray, FloatArray
from simulators.scenario_types import Scenario
from simulators.world.background import Background
from simulators.world.bursts import Bursts
from simulators.world.chance import generator
from simulators.world.fleet import Fixes, Fleet
from simulators.world.plumes import STEP_S, Cloud, concentration
from simulators.world.sources import EMITTED, Source
from simulators.world.traffic import Traffic
from simulators.world.weather import WeatherSeries
from simulators.world.zone import Zone

SHARE = 0.10
"""A plume stands out from this share of the background on …"""
FLOOR_UGM3 = np.array([4.0, 8.0, 8.0])
"""… and from this on, in the order of `EMITTED`. Design values, about the spread of a low-cost sensor. [µg/m³]"""
MARKS = round(60.0 / STEP_S)


class Sight:
    """Looks at a world's plumes apart from each other, with the same chance as the running world.

    A minute counts by the mean of its air over two moments; clean air, roads and bursts are the background.
    """

    def __init__(
        self, scenario: Scenario, seed: int, zone: Zone, weather: WeatherSeries, sources: tuple[Source, ...]
    ) -> None:
        self._scenario, self._zone, self._sources = scenario, zone, sources
        self._cloud = Cloud(sources, weather, 0.6 * max(zone.size_m), generator(seed, "plumes"))
        self._fleet = Fleet(seed, zone.devices.vehicles, zone.roads, zone.plane)
        self._traffic = Traffic(zone, weather, scenario.background.traffic)
        self._healthy = _Health(scenario, zone)

    def first_visible_min(self, background: Background, bursts: Bursts) -> list[int | None]:
        """Return each source's first visible minute from the scenario's start; None: nobody could see it."""
        seen: list[int | None] = [None] * len(self._sources)
        for minute in range(int(np.ceil(self._scenario.duration_min))):
            plume, fixes = self._plumes(minute)
            if plume is None or all(at is not None for at in seen):
                continue
            stands_out = plume > np.maximum(SHARE * self._air(background, bursts, minute, fixes), FLOOR_UGM3)
            visible = (stands_out & self._healthy.at(minute)).any(axis=(1, 2))
            seen = [minute if now and at is None else at for at, now in zip(seen, visible.tolist(), strict=True)]
        return seen

    def _plumes(self, minute: int) -> tuple[FloatArray | None, Fixes]:
        """Return the minute's plumes, shape (sources, sensors, 3), None for clean air; and where vehicles are."""
        total: FloatArray | None = None
        fixes = self._fleet.take(60)
        for mark in range(MARKS):
            self._cloud.advance(60.0 * minute + STEP_S * mark)
            puffs = self._cloud.puffs
            if not len(puffs) or mark not in (1, MARKS - 2):
                continue
            places = np.concatenate([self._zone.devices.station_xy, fixes.xy_m[round(STEP_S) * (mark + 1) - 1]])
            if total is None:
                total = np.zeros((len(self._sources), len(places), len(EMITTED)))
            for source in np.unique(puffs.source).tolist():
                mine = puffs.take(np.flatnonzero(puffs.source == source))
                total[source] += 0.5 * concentration(mine, places, self._zone.devices.height_m)
        return total, fixes

    def _air(self, background: Background, bursts: Bursts, minute: int, fixes: Fixes) -> FloatArray:
        """Return what every device would see without sources, shape (sensors, 3). [µg/m³]"""
        stations, middle = self._zone.devices.station_xy, minute + 0.5
        air = background.at(middle, np.concatenate([stations, fixes.xy_m[29]]))
        air[: len(stations)] += self._traffic.at_stations(middle) + bursts.at(middle, len(stations))
        air[len(stations) :] += self._traffic.on_edges(middle, fixes.edge[29])
        return air[:, : len(EMITTED)]


class _Health:
    """Which channels report and are touched by no fault."""

    def __init__(self, scenario: Scenario, zone: Zone) -> None:
        self._reports = zone.devices.reports[:, : len(EMITTED)]
        self._faults = []
        for fault in scenario.faults:
            touched = np.zeros_like(self._reports)
            rows = [zone.devices.sensor_id.index(name) for name in fault.sensors]
            channels = [at for at, name in enumerate(EMITTED) if name in (fault.channels or POLLUTANTS)]
            touched[np.ix_(rows, channels)] = True
            self._faults.append((fault.start_min, fault.start_min + fault.duration_min, touched))

    def at(self, minute: int) -> BoolArray:
        """Return the healthy channels of a minute, shape (sensors, 3)."""
        healthy = self._reports.copy()
        for begin_min, end_min, touched in self._faults:
            if begin_min < minute + 1 and minute < end_min:
                healthy &= ~touched
        return healthy
