"""All patrol vehicles: where they truly are, and what their receivers say."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray, IndexArray
from simulators.world.chance import Wander, generator
from simulators.world.driving import Driver
from simulators.world.plane import Plane
from simulators.world.roads import Roads

GPS_M, GPS_MEMORY_S = 2.5, 40.0
"""Error of a fix on each axis: standard deviation and memory. Design values of a usual receiver under open sky."""


@dataclass(frozen=True, slots=True)
class Fixes:
    """Seconds of every vehicle, shape (seconds, vehicles); `xy_m` (seconds, vehicles, 2), `reported` (…, 5).

    Attributes:
        xy_m: True places. [m]
        edge: The road edge each is on.
        reported: Columns of `POSITION_KEYS`, as the receivers say.
    """

    xy_m: FloatArray
    edge: IndexArray
    reported: FloatArray


class Fleet:
    """The vehicles of a running world."""

    def __init__(self, seed: int, vehicles: int, roads: Roads, plane: Plane) -> None:
        self._drivers = [Driver(roads, generator(seed, f"driver {number}")) for number in range(vehicles)]
        self._plane = plane
        self._rng = generator(seed, "receivers")
        self._error = Wander(self._rng, vehicles * 2, GPS_MEMORY_S, GPS_M)

    def take(self, seconds: int) -> Fixes:
        """Return the next seconds."""
        if not self._drivers:
            none = np.empty((seconds, 0))
            return Fixes(np.empty((seconds, 0, 2)), none.astype(np.int32), np.empty((seconds, 0, 5)))
        tracks = [driver.take(seconds) for driver in self._drivers]
        xy = np.stack([track.xy_m for track in tracks], axis=1)
        shape = xy.shape[:2]
        error = self._error.take(seconds).reshape(xy.shape) + self._rng.normal(0, 0.4, xy.shape)
        speed = np.stack([track.speed_ms for track in tracks], axis=1) + self._rng.normal(0, 0.2, shape)
        heading = np.stack([track.heading_deg for track in tracks], axis=1) + self._rng.normal(0, 2.0, shape)
        reported = np.empty((*shape, 5))
        reported[..., :2] = self._plane.to_degrees(xy + error)
        reported[..., 2] = np.round(3.0 + np.abs(self._rng.normal(0, 1.0, shape)), 1)
        reported[..., 3] = np.round(np.maximum(speed, 0.0), 1)
        reported[..., 4] = np.round(heading % 360.0, 1) % 360.0
        return Fixes(xy, np.stack([track.edge for track in tracks], axis=1), reported)
