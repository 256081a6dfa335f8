"""What the roads add to the air: by their load, the hour and the wind, falling off with the distance from the kerb."""

import numpy as np

from domain.readings import FloatArray, IndexArray
from simulators.world.weather import WeatherSeries
from simulators.world.zone import Zone

ROADSIDE_UGM3 = np.array([3.0, 9.0, 22.0, 0.0])
"""pm25, pm10, nox, o3 in the middle of a usual road at the rush hour in 2.5 m/s of wind. Design values. [µg/m³]"""
FALL_OFF_M = 70.0
"""Roadside excess falls by e over this distance. Design value, within the 50–150 m that roadside studies report."""


class Traffic:
    """The roads of a zone under a weather; `scale` is the scenario's."""

    def __init__(self, zone: Zone, weather: WeatherSeries, scale: float) -> None:
        load = zone.roads.load[zone.roads.edge_road]
        near = np.exp(-zone.road_distance_m / FALL_OFF_M)
        self._station_share = (near * load).max(axis=1, initial=0.0)
        self._edge_load = load
        self._weather = weather
        self._scale = scale

    def strength(self, minute: float) -> FloatArray:
        """Return what a usual road adds in its middle now, shape (4,). [µg/m³]"""
        row = min(int(minute), len(self._weather.local_hour) - 1)
        hour = self._weather.local_hour[row]
        rush = 0.25 + 0.75 * sum(
            np.exp(-0.5 * ((hour - peak) / width) ** 2) for peak, width in ((8.0, 1.2), (18.2, 1.6))
        )
        asleep = 0.3 if hour < 5.5 or hour > 22.5 else 1.0
        holiday = 0.7 if self._weather.weekend[row] else 1.0
        speed = float(np.hypot(*self._weather.wind_ms[max(0, row - 20) : row + 1].mean(axis=0)))
        return np.asarray(ROADSIDE_UGM3 * (self._scale * rush * asleep * holiday * 3.0 / (speed + 0.5)))

    def at_stations(self, minute: float) -> FloatArray:
        """Return what traffic adds at each station, shape (stations, 4). [µg/m³]"""
        return np.asarray(self._station_share[:, np.newaxis] * self.strength(minute))

    def on_edges(self, minute: float, edge: IndexArray) -> FloatArray:
        """Return what traffic adds in the middle of edges of the road network, shape (n, 4). [µg/m³]"""
        return np.asarray(self._edge_load[edge][:, np.newaxis] * self.strength(minute))
