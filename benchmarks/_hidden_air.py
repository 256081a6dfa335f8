"""Air of other physics than the simulator's: drifting particles, real backgrounds, real winds, real residuals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy.signal import lfilter

from benchmarks.realism import SLOTS_A_DAY, real_levels
from domain.readings import FloatArray

STEP_S, PER_STEP, DEEP_M, OLDEST_S = 15.0, 8, 900.0, 5400.0
"""Particles: a step, how many a source sheds in each, the mixed layer, and when one is forgotten."""
POLLUTANTS = ("pm25", "pm10", "nox", "o3")


@dataclass(frozen=True, slots=True)
class Emission:
    """One source: where [m], when [min], how much of pm25, pm10, nox [g/s], how high [m]."""

    xy_m: FloatArray
    start_min: float
    end_min: float
    rate_g_s: FloatArray
    height_m: float
    on_min: float = 1e9
    off_min: float = 0.0

    def emits(self, minute: float) -> bool:
        """Say whether it emits now."""
        turn = (minute - self.start_min) % (self.on_min + self.off_min)
        return self.start_min <= minute < self.end_min and turn < self.on_min


def memory_noise(rng: np.random.Generator, steps: int, memory: float, columns: int = 1) -> FloatArray:
    """Return unit autoregressive series, shape (steps, columns)."""
    keep = np.exp(-1.0 / memory)
    shocks = rng.standard_normal((steps, columns))
    shocks[1:] *= np.sqrt(1 - keep * keep)
    return lfilter([1.0], [1.0, -keep], shocks, axis=0)


def winds(data: Path, rng: np.random.Generator, minutes: int) -> FloatArray:
    """Return wind towards east and north by the minute: a grid cell's hours with gusts, or a wandering one."""
    hours = -(-minutes // 60) + 2
    table = pq.read_table(data / "beijing_2018/weather_grid_hourly.parquet")
    cells = table.column("grid_id").to_numpy(zero_copy_only=False)
    rows = table.filter(cells == rng.choice(np.unique(cells))).sort_by("time")
    speed, from_deg = (rows.column(name).to_numpy() for name in ("wind_speed_ms", "wind_from_deg"))
    first = int(rng.integers(0, len(speed) - hours))
    towards = np.radians(from_deg[first : first + hours] + 180.0)
    hourly = (
        np.stack([np.sin(towards), np.cos(towards)], axis=1) * np.clip(speed[first : first + hours], 0.3, 9)[:, None]
    )
    if rng.random() < 0.4:
        turn = np.cumsum(rng.normal(0, 14, hours)) + rng.uniform(0, 360)
        towards = np.radians(turn)
        hourly = np.stack([np.sin(towards), np.cos(towards)], axis=1) * rng.uniform(0.8, 4.5)
    at = np.arange(minutes + 2) / 60.0
    wind = np.stack([np.interp(at, np.arange(hours), hourly[:, axis]) for axis in (0, 1)], axis=1)
    pace = np.hypot(*wind.T)[:, None]
    return (
        wind
        + memory_noise(rng, len(at), 14.0, 2) * (0.18 * pace + 0.12)
        + memory_noise(rng, len(at), 3.0, 2) * 0.08 * pace
    )


def backgrounds(data: Path, rng: np.random.Generator, minutes: int) -> FloatArray:
    """Return two real stations' hours by the minute, shape (2, minutes, 4); the zone lies between them. [µg/m³]"""
    hours = -(-minutes // 60) + 2
    table = pq.read_table(data / "beijing_2013_2017/readings_hourly.parquet").sort_by(
        [("station", "ascending"), ("time", "ascending")]
    )
    names = table.column("station").to_numpy(zero_copy_only=False)
    keys = ("pm25_ug_m3", "pm10_ug_m3", "no2_ug_m3", "o3_ug_m3")
    values = np.stack([table.column(key).to_numpy(zero_copy_only=False).astype(float) for key in keys], axis=1)
    one, other = rng.choice(np.unique(names), 2, replace=False)
    first, second = values[names == one], values[names == other]
    while True:
        begin = int(rng.integers(0, len(first) - hours))
        parts = [part[begin : begin + hours] for part in (first, second)]
        if all(np.isfinite(part).mean() > 0.9 and np.nanmedian(part[:, 0]) > 6 for part in parts):
            break
    at = np.arange(minutes) / 60.0
    series = [[np.interp(at, *_known(part[:, column])) for column in range(4)] for part in parts]
    level = np.transpose(np.array(series), (0, 2, 1)) * np.array([1.0, 1.0, 1.35, 1.0])
    level[..., 1] = np.maximum(level[..., 1], 1.1 * level[..., 0])
    middle = np.exp(np.log(np.maximum(level, 2.0)).mean(axis=0))
    return middle * np.maximum(level / middle, 1e-3) ** 0.25


def _known(series: FloatArray) -> tuple[FloatArray, FloatArray]:
    good = np.flatnonzero(np.isfinite(series))
    return good, series[good]


class Residuals:
    """Pieces of a real network's own noise, drawn where its air was about as dirty."""

    def __init__(self, data: Path) -> None:
        level = real_levels(data / "dense_network/readings_10min.parquet")
        with np.errstate(all="ignore"):
            base = np.nanmedian(level, axis=1, keepdims=True)
            ratio = np.log(np.maximum(level, 0.5) / np.maximum(base, 0.5))
            days = ratio.reshape(-1, SLOTS_A_DAY, ratio.shape[1])
            self._residual = (days - np.nanmedian(days, axis=1, keepdims=True)).reshape(ratio.shape)
            loud = np.nanmean(self._residual > 0.2, axis=0)
        self._base = base[:, 0]
        self._sensors = np.flatnonzero(loud < 2.5 * np.median(loud))  # one beside a source of its own is no neighbour

    def draw(self, rng: np.random.Generator, minutes: int, level_ugm3: float, columns: int) -> FloatArray:
        """Return logarithms by the minute, shape (minutes, columns)."""
        slots = minutes // 10 + 2
        starts = np.arange(0, len(self._base) - slots, 18)
        middle = np.array([np.nanmedian(self._base[at : at + slots]) for at in starts])
        near = starts[np.argsort(np.abs(np.log(middle / max(level_ugm3, 3.0))))[:40]]
        series = []
        while len(series) < columns:
            at, sensor = int(rng.choice(near)), int(rng.choice(self._sensors))
            piece = self._residual[at : at + slots, sensor]
            if np.isfinite(piece).mean() > 0.8:
                series.append(np.interp(np.arange(minutes) / 10.0, *_known(piece)))
        return np.stack(series, axis=1)


def plumes(
    sources: Sequence[Emission], wind_ms: FloatArray, places_m: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Let particles drift in turbulence and count them at places, a minute's mean.

    Args:
        sources: What emits.
        wind_ms: By the minute, shape (minutes + 2, 2). [m/s]
        places_m: By the minute, shape (minutes, places, 2). [m]
        rng: Chance.

    Returns:
        Shape (sources, minutes, places, 3). [µg/m³]
    """
    minutes, places = places_m.shape[:2]
    found = np.zeros((len(sources), minutes, places, 3), np.float32)
    shelter = np.exp(rng.normal(0, 0.35, (len(sources), places)))  # houses between source and sensor
    for number, source in enumerate(sources):
        cloud, eddy, begun = np.empty((0, 7)), np.zeros(2), int(source.start_min)
        for minute in range(begun, minutes):
            if minute > source.end_min and not len(cloud):
                break
            share = np.zeros(places)
            for mark in range(round(60 / STEP_S)):
                wind = wind_ms[minute] + (wind_ms[minute + 1] - wind_ms[minute]) * mark * STEP_S / 60
                pace = float(np.hypot(*wind))
                eddy = 0.98 * eddy + 0.199 * (0.1 * pace + 0.12) * rng.standard_normal(2)
                if source.emits(minute + mark * STEP_S / 60):
                    cloud = np.concatenate([cloud, _shed(source, pace, rng)])
                cloud = _drifted(cloud, wind + eddy, pace, rng)
                share += _counted(cloud, places_m[minute])
            grams = source.rate_g_s * STEP_S / PER_STEP
            found[number, minute] = (share / round(60 / STEP_S) * shelter[number])[:, None] * grams * 1e6
    return found


def _shed(source: Emission, pace: float, rng: np.random.Generator) -> FloatArray:
    fresh = np.zeros((PER_STEP, 7))  # x, y, z, u, v, w, age
    fresh[:, :2] = source.xy_m + rng.normal(0, 12, (PER_STEP, 2))
    fresh[:, 2] = np.abs(source.height_m + rng.normal(0, 2, PER_STEP))
    fresh[:, 3:6] = rng.standard_normal((PER_STEP, 3)) * _gustiness(pace)
    return fresh


def _gustiness(pace: float) -> FloatArray:
    return np.array([0.16 * pace + 0.2, 0.16 * pace + 0.2, 0.07 * pace + 0.1])


def _drifted(cloud: FloatArray, wind: FloatArray, pace: float, rng: np.random.Generator) -> FloatArray:
    keep = np.exp(-STEP_S / np.array([110.0, 110.0, 45.0]))
    cloud[:, 3:6] = keep * cloud[:, 3:6] + np.sqrt(1 - keep**2) * _gustiness(pace) * rng.standard_normal(
        (len(cloud), 3)
    )
    cloud[:, :3] += cloud[:, 3:6] * STEP_S
    cloud[:, :2] += wind * STEP_S
    cloud[:, 2] = np.abs(cloud[:, 2])
    cloud[:, 2] = np.where(cloud[:, 2] > DEEP_M, 2 * DEEP_M - cloud[:, 2], cloud[:, 2])
    cloud[:, 6] += STEP_S
    return cloud[(cloud[:, 6] < OLDEST_S) & (np.abs(cloud[:, :2]).max(axis=1) < 9000)]


def _counted(cloud: FloatArray, places_m: FloatArray) -> FloatArray:
    """Return particles per cubic metre at the ground, kernels that widen with age, shape (places,)."""
    if not len(cloud):
        return np.zeros(len(places_m))
    wide, tall = 22.0 + 0.09 * cloud[:, 6], 8.0 + 0.02 * cloud[:, 6]
    away2 = ((places_m[:, None, :] - cloud[None, :, :2]) ** 2).sum(axis=2)
    kernel = np.exp(-0.5 * away2 / wide**2) * np.exp(-0.5 * ((cloud[:, 2] - 4.0) / tall) ** 2) * 2.0
    return kernel @ (1.0 / ((2 * np.pi) ** 1.5 * wide**2 * tall))
