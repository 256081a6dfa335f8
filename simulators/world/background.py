"""What the air is without any source of the zone: the region's level by the minute, and its slopes over the zone."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
from simulators.scenario_types import Episode, Scenario
from simulators.world.chance import generator, wander
from simulators.world.weather import WeatherSeries

WAVES = 10
SLOPE_SPREAD = 0.05
"""Standard deviation of the logarithm over the zone. Design value, a fifth of what districts of a city show."""
FRONT_MS = 7.0
"""An episode's front crosses the zone at this speed. Design value. [m/s]"""
_EPISODE_SHARES = {
    "haze": (1.0, 1.15, 0.25, -0.1),
    "dust": (0.22, 1.0, 0.0, 0.0),
    "ozone": (0.08, 0.08, -0.08, 1.0),
}
"""What an episode adds to pm25, pm10, nox, o3 for each unit of its peak. Design values."""


@dataclass(frozen=True, slots=True)
class Background:
    """The region's air.

    Attributes:
        level: Without episodes, shape (minutes, 4). [µg/m³]
        episodes: Of the scenario.
        wave: Wave numbers, shape (WAVES, 2). [1/m]
        turning: Angular speed and phase of each wave, shape (WAVES, 2). [1/min, 1]
        weight: Amplitude of each wave for each pollutant, shape (WAVES, 4).
        front: Direction from which episodes come, shape (2,).
    """

    level: FloatArray
    episodes: tuple[Episode, ...]
    wave: FloatArray
    turning: FloatArray
    weight: FloatArray
    front: FloatArray

    def at(self, minute: float, xy_m: FloatArray) -> FloatArray:
        """Return the background at places, shape (n, 4). [µg/m³]"""
        low = min(int(minute), len(self.level) - 2)
        share = min(minute - low, 1.0)
        level = (1 - share) * self.level[low] + share * self.level[low + 1]
        slope = np.cos(xy_m @ self.wave.T + minute * self.turning[:, 0] + self.turning[:, 1]) @ self.weight
        total = np.broadcast_to(level, (len(xy_m), 4))
        for episode in self.episodes:
            height = _height(episode, minute - (xy_m @ self.front) / (FRONT_MS * 60.0))
            total = total + episode.peak_ugm3 * height[:, np.newaxis] * np.array(_EPISODE_SHARES[episode.kind])
        return np.asarray(np.maximum(total, 0.5) * np.exp(slope))


def build_background(scenario: Scenario, seed: int, weather: WeatherSeries) -> Background:
    """Draw the region's air under a weather."""
    rng, table = generator(seed, "background"), scenario.background
    minutes = len(weather.local_hour)
    mean = np.array([table.pm25, table.pm10, table.nox, table.o3])
    common = wander(rng, minutes, 1, 300.0, 0.16)
    own = wander(rng, minutes, 4, 200.0, np.array([0.06, 0.08, 0.08, 0.05]))
    short = wander(rng, minutes, 4, 15.0, 0.012)
    mixing = np.log(2.6 / (np.hypot(*weather.wind_ms.T) + 1.0))[:, np.newaxis] * 0.12
    logarithm = common * np.array([1.0, 0.9, 0.7, -0.3]) + own + short + _smooth(mixing)
    washed = 1.0 - 0.45 * weather.rain[:, np.newaxis] * np.array([1.0, 1.0, 0.2, 0.0])
    level = mean * _diurnal(weather.local_hour) * np.exp(logarithm) * washed
    return Background(level, scenario.background.episodes, *_waves(rng), _front(weather))


def _smooth(series: FloatArray) -> FloatArray:
    """Return the mean of the last half-hour, so that a gust does not move the whole zone's air."""
    total = np.cumsum(np.concatenate([np.repeat(series[:1], 30, axis=0), series]), axis=0)
    return np.asarray((total[30:] - total[:-30]) / 30.0)


def _diurnal(hour: FloatArray) -> FloatArray:
    morning, evening, noon = (_bump(hour, at, width) for at, width in ((8.0, 1.8), (19.5, 2.5), (15.0, 3.5)))
    pm25 = 0.95 + 0.10 * morning + 0.08 * evening - 0.10 * noon
    pm10 = 0.92 + 0.15 * morning + 0.10 * evening
    nox = 0.80 + 0.45 * morning + 0.45 * evening - 0.25 * noon
    o3 = 0.55 + 0.95 * noon - 0.10 * morning
    return np.stack([pm25, pm10, nox, o3], axis=1)


def _bump(hour: FloatArray, at_h: float, width_h: float) -> FloatArray:
    away = (hour - at_h + 12.0) % 24.0 - 12.0
    return np.asarray(np.exp(-0.5 * (away / width_h) ** 2))


def _waves(rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    length_m, direction = rng.uniform(3000, 14000, WAVES), rng.uniform(0, 2 * np.pi, WAVES)
    wave = (2 * np.pi / length_m)[:, np.newaxis] * np.stack([np.sin(direction), np.cos(direction)], axis=1)
    period_min = rng.uniform(120, 600, WAVES) * rng.choice([-1, 1], WAVES)
    turning = np.stack([2 * np.pi / period_min, rng.uniform(0, 2 * np.pi, WAVES)], axis=1)
    weight = rng.normal(0, SLOPE_SPREAD * np.sqrt(2.0 / WAVES), (WAVES, 4))
    weight[:, 1] = 0.8 * weight[:, 0] + 0.6 * weight[:, 1]  # dust and fine dust go together
    return wave, turning, weight


def _front(weather: WeatherSeries) -> FloatArray:
    mean = weather.wind_ms.mean(axis=0)
    return np.asarray(mean / max(float(np.hypot(*mean)), 1e-9))


def _height(episode: Episode, minute: FloatArray) -> FloatArray:
    """Return the episode's share of its peak, 0..1, at minutes as seen by each place."""
    rise = np.clip((minute - episode.start_min) / episode.rise_min, 0.0, 1.0)
    fall = np.clip((episode.start_min + episode.duration_min - minute) / episode.rise_min, 0.0, 1.0)
    share = np.minimum(rise, fall)
    return np.asarray(share * share * (3.0 - 2.0 * share))
