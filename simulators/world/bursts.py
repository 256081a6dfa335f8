"""Small sources beside a single sensor (cooking, a smoker, a lorry): real air, but nobody's event."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
from simulators.world.chance import generator

KINDS: tuple[tuple[float, tuple[float, float], tuple[float, float, float, float]], ...] = (
    (0.5, (8.0, 40.0), (1.0, 1.15, 0.1, 0.0)),
    (0.2, (2.0, 7.0), (1.0, 1.05, 0.0, 0.0)),
    (0.3, (2.0, 9.0), (0.35, 0.8, 1.6, 0.0)),
)
"""Share of all bursts, how long [min], and what they are made of (pm25, pm10, nox, o3): cooking, smoker, lorry."""
MEDIAN_UGM3, SPREAD = 32.0, 0.7
"""Height of a burst: median, and standard deviation of its logarithm. Design values, after a dense low-cost network."""


@dataclass(frozen=True, slots=True)
class Bursts:
    """All bursts of a scenario, earliest first; shape (n,), `height_ugm3` (n, 4)."""

    sensor: np.ndarray
    start_min: FloatArray
    lasts_min: FloatArray
    height_ugm3: FloatArray

    def at(self, minute: float, sensors: int) -> FloatArray:
        """Return what bursts add at each sensor, shape (sensors, 4). [µg/m³]"""
        added = np.zeros((sensors, 4))
        begun = int(np.searchsorted(self.start_min, minute, side="right"))
        first = int(np.searchsorted(self.start_min, minute - 60.0))
        share = (minute - self.start_min[first:begun]) / self.lasts_min[first:begun]
        shape = np.where(share < 1.0, np.sin(np.pi * np.clip(share, 0, 1)) ** 0.5, 0.0)
        np.add.at(added, self.sensor[first:begun], shape[:, np.newaxis] * self.height_ugm3[first:begun])
        return added


def build_bursts(seed: int, stations: int, duration_min: float, per_sensor_day: float) -> Bursts:
    """Draw every burst; they fall on stations only, a vehicle meets its own in the traffic."""
    rng = generator(seed, "bursts")
    count = int(rng.poisson(per_sensor_day * stations * duration_min / 1440.0))
    kind = rng.choice(len(KINDS), count, p=[share for share, _, _ in KINDS])
    lasts = np.array([kinds[1] for kinds in KINDS])[kind]
    made_of = np.array([kinds[2] for kinds in KINDS])[kind]
    height = MEDIAN_UGM3 * np.exp(rng.normal(0, SPREAD, (count, 1)))
    return Bursts(
        rng.integers(0, stations, count),
        np.sort(rng.uniform(0, duration_min, count)),
        rng.uniform(lasts[:, 0], lasts[:, 1]),
        height * made_of,
    )
