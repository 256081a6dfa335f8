"""What low-cost instruments make of the air: gain, offset, drift, slow residuals with tails, swelling dust."""

import numpy as np

from domain.channels import POLLUTANTS
from domain.readings import FloatArray, IndexArray
from simulators.scenario_types import NoiseTable
from simulators.world.chance import Wander, generator

RESIDUAL_MEMORY_MIN = 17.0
"""With the air's own slopes, ten-minute means are then correlated by 0.73 to 0.78 from one to the next, as in a dense
low-cost network. [min]"""
LOUDNESS_MEMORY_MIN, LOUDNESS = 600.0, 0.38
"""A sensor's residual is louder at some hours than at others; that makes the tails heavy. Design values."""
DUST_SHARED = 0.85
"""How far the residuals of PM2.5 and PM10 of one instrument go together: they come from one photometer."""
CHANNEL_LOUDNESS = np.array([1.0, 1.05, 1.0, 0.7])
ADDITIVE_UGM3 = np.array([0.8, 1.6, 1.5, 1.8])
"""Noise that does not scale with the level (pm25, pm10, nox, o3). Design values. [µg/m³]"""
GAIN_SPREAD, DRIFT_PER_DAY = 0.07, 0.002
OFFSET_UGM3 = np.array([1.0, 2.0, 2.5, 3.0])
LOWEST_UGM3 = np.array([0.0, 0.0, -8.0, -8.0])


class Instruments:
    """All sensors of a running world; `next_minute` must be called once a minute."""

    def __init__(self, seed: int, reports: np.ndarray, noise: NoiseTable) -> None:
        rng = generator(seed, "instruments")
        sensors, channels = reports.shape
        self._reports = reports
        self._white = noise.white
        self._gain = np.exp(rng.normal(0, GAIN_SPREAD, (sensors, channels)))
        self._offset = rng.normal(0, OFFSET_UGM3, (sensors, channels))
        self._drift = rng.normal(0, DRIFT_PER_DAY, (sensors, channels)) / 1440.0
        self._swelling = rng.uniform(0, noise.swelling, (sensors,))
        self._loudness = rng.uniform(*noise.residual, (sensors, 1)) * CHANNEL_LOUDNESS
        running = generator(seed, "instrument noise")
        self._residual = Wander(running, sensors * channels, RESIDUAL_MEMORY_MIN)
        self._volume = Wander(running, sensors, LOUDNESS_MEMORY_MIN, LOUDNESS)
        self._rng = running
        self._minute = -1
        self._before = self._draw()
        self._now = self._before

    def next_minute(self) -> None:
        """Go on by a minute."""
        self._minute += 1
        self._before, self._now = self._now, self._draw()

    def measure(
        self, air_ugm3: FloatArray, sensor: IndexArray, share: FloatArray, mean_s: FloatArray, humidity_pct: float
    ) -> FloatArray:
        """Return what sensors report of the air, rounded to 0.1, NaN where they have no such channel, shape (n, 4).

        Args:
            air_ugm3: True air at each reading, shape (n, 4). [µg/m³]
            sensor: Index of the sensor, shape (n,).
            share: How much of the minute has passed, 0..1, shape (n,).
            mean_s: Over how long each reading is a mean, shape (n,). [s]
            humidity_pct: Of the air. [%]
        """
        mix = share[:, np.newaxis]
        residual = (1 - mix) * self._before[sensor] + mix * self._now[sensor]
        quick = np.sqrt(60.0 / np.clip(mean_s, 6.0, 60.0))[:, np.newaxis]
        noise = self._rng.standard_normal((2, *air_ugm3.shape))
        factor = self._gain[sensor] * (1 + self._drift[sensor] * self._minute)
        factor = factor * np.exp(residual) * (1 + self._white * quick * noise[0])
        factor[:, :2] *= self._swollen(sensor, humidity_pct)[:, np.newaxis]
        value = air_ugm3 * factor + self._offset[sensor] + 0.5 * ADDITIVE_UGM3 * quick * noise[1]
        value = np.round(np.maximum(value, LOWEST_UGM3), 1)
        return np.where(self._reports[sensor], value, np.nan)

    def _draw(self) -> FloatArray:
        shape = (len(self._reports), len(POLLUTANTS))
        unit: FloatArray = self._residual.take(1)[0].reshape(shape)
        unit[:, 1] = DUST_SHARED * unit[:, 0] + np.sqrt(1 - DUST_SHARED**2) * unit[:, 1]
        volume = np.exp(self._volume.take(1)[0] - LOUDNESS**2)
        return np.asarray(unit * self._loudness * volume[:, np.newaxis])

    def _swollen(self, sensor: IndexArray, humidity_pct: float) -> FloatArray:
        """Return by how much dust looks larger than it is, after a kappa law (Petters & Kreidenweis 2007)."""
        wet = min(humidity_pct, 94.0) / (100.0 - min(humidity_pct, 94.0))
        swollen: FloatArray = 1.0 + self._swelling[sensor] * (wet - 1.0)
        return swollen
