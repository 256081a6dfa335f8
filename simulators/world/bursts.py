"""Small sources beside a single sensor (cooking, a smoker, a lorry): real air, but nobody's event."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
from simulators.scenario_types import NoiseTable
from simulators.world.chance import generator

KINDS: tuple[tuple[float, tuple[float, float], tuple[float, float, float, float]], ...] = (
    (0.5, (8.0, 40.0), (1.0, 1.15, 0.1, 0.0)),
    (0.2, (2.0, 7.0), (1.0, 1.05, 0.0, 0.0)),
    (0.3, (2.0, 9.0), (0.35, 0.8, 1.6, 0.0)),
)
"""Share of all bursts, how long [min], and what they are made of (pm25, pm10, nox, o3): cooking, smoker, lorry."""
MEDIAN_UGM3, SPREAD = 32.0, 0.7
"""Height of a burst: median, and standard deviation of its logarithm. Design values, after a dense low-cost network."""
SMALL_UGM3, SMALL_SPREAD = 2.5, 1.08
SMALL_MIN, SMALL_MIN_SPREAD, LONGEST_MIN = 18.0, 0.9, 120.0
"""Height and length of small bursts: medians, and standard deviations of the logarithm. So many as the scenario's usual
give a sensor's excursions above its network's median as in half a year of eleven real sensors: 6.5 a day beyond 1.8
µg/m³, 1.8 beyond 6, 0.6 beyond 13; 10 minutes long by median, one in ten 50 and more."""


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
        first = int(np.searchsorted(self.start_min, minute - LONGEST_MIN))
        share = (minute - self.start_min[first:begun]) / self.lasts_min[first:begun]
        shape = np.where(share < 1.0, np.sin(np.pi * np.clip(share, 0, 1)) ** 0.5, 0.0)
        np.add.at(added, self.sensor[first:begun], shape[:, np.newaxis] * self.height_ugm3[first:begun])
        return added


def build_bursts(seed: int, stations: int, duration_min: float, noise: NoiseTable) -> Bursts:
    """Draw every burst; they fall on stations only, a vehicle meets its own in the traffic."""
    rng, sensor_days = generator(seed, "bursts"), stations * duration_min / 1440.0
    large = int(rng.poisson(noise.bursts_per_sensor_day * sensor_days))
    small = int(rng.poisson(noise.small_bursts_per_sensor_day * sensor_days))
    kind = rng.choice(len(KINDS), large + small, p=[share for share, _, _ in KINDS])
    lasts = np.array([kinds[1] for kinds in KINDS])[kind[:large]]
    lasts_min = np.concatenate([rng.uniform(lasts[:, 0], lasts[:, 1]), _drawn(rng, SMALL_MIN, SMALL_MIN_SPREAD, small)])
    height = np.concatenate([_drawn(rng, MEDIAN_UGM3, SPREAD, large), _drawn(rng, SMALL_UGM3, SMALL_SPREAD, small)])
    start_min = rng.uniform(0, duration_min, large + small)
    order = np.argsort(start_min)
    return Bursts(
        rng.integers(0, stations, large + small),
        start_min[order],
        np.clip(lasts_min, 2.0, LONGEST_MIN)[order],
        (height[:, np.newaxis] * np.array([kinds[2] for kinds in KINDS])[kind])[order],
    )


def _drawn(rng: np.random.Generator, median: float, spread: float, count: int) -> FloatArray:
    return np.asarray(median * np.exp(rng.normal(0, spread, count)))
