"""An invented zone for `hidden_like`: where stations, places and patrols are, and when it lives."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from domain.times import to_ms
from simulators.world.plane import Plane

STATIONS, VEHICLES, PLACES = 120, 3, 170
START_MS = to_ms(datetime(2024, 10, 14, 20, tzinfo=UTC))
PLANE = Plane(117.2, 39.1)
TRADES = (
    ("铸造", (1, 1, 0)),
    ("建材", (0.6, 1, 0)),
    ("涂装", (1, 0.8, 0)),
    ("锅炉", (0.4, 0.4, 1)),
    ("炼化", (0.3, 0.2, 1)),
    ("物流", (0.2, 0.5, 0.6)),
    ("电子", (0, 0, 1)),
)


@dataclass
class Zone:
    """An invented zone: where things are [m], and what each place emits by its trade."""

    stations: np.ndarray
    places: np.ndarray
    trades: np.ndarray
    tracks: np.ndarray


def a_zone(rng: np.random.Generator, minutes: int) -> Zone:
    """Scatter stations in an ellipse, places in clusters, and let vehicles drive between random points."""

    def scattered(count: int, apart: float) -> np.ndarray:
        chosen = [np.zeros(2)]
        while len(chosen) < count:
            spot = rng.uniform(-1, 1, 2)
            here = spot * np.array([4600, 3400])
            if (spot**2).sum() < 1 and np.hypot(*(np.array(chosen) - here).T).min() > apart:
                chosen.append(here)
        return np.array(chosen)

    tracks = np.empty((minutes * 60, VEHICLES, 2))
    legs = 321 + minutes * 7 // 24  # more than they can drive
    for vehicle in range(VEHICLES):
        stops = rng.uniform(-1, 1, (legs, 2)) * np.array([3000, 2300])
        ways = np.r_[0, np.cumsum(np.hypot(*np.diff(stops, axis=0).T) / 8.0)]
        at = np.arange(minutes * 60)
        tracks[:, vehicle] = np.stack([np.interp(at, ways, stops[:, axis]) for axis in (0, 1)], axis=1)
    return Zone(scattered(STATIONS, 330), scattered(PLACES, 170), rng.integers(0, len(TRADES), PLACES), tracks)
