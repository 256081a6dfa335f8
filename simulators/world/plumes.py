"""Gaussian puffs: released by sources, carried by each step's wind, meandering, growing, mirrored at the ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray
from simulators.world.sources import EMITTED, Source
from simulators.world.weather import WeatherSeries

STEP_S = 10.0
"""Puffs are released and moved this often. [s]"""
MEANDER_S, MEANDER_SHARE, MEANDER_FLOOR_MS = 300.0, 0.10, 0.12
"""Eddies larger than a puff: memory, and standard deviation as a share of the wind, with a floor. Design values."""
PUFF_SHARE = 0.65
"""A puff alone is narrower than the hour's mean plume that Briggs' curves describe; meander makes up the rest."""
MIXED_M = 500.0
"""Puffs do not grow beyond this height. [m]"""
MAX_AGE_S, MARGIN_M, FAINT_UGM3 = 7200.0, 2500.0, 0.05
"""A puff is forgotten when it is this old, this far outside, or this faint everywhere."""
REACH_SIGMA = 4.5
"""Beyond this a puff adds less than 1/20000 of its middle, and is left out."""
BRIGGS_STABILITY = (0.0, 0.35, 0.65, 1.0)
BRIGGS_Y = (0.32, 0.22, 0.16, 0.11)
BRIGGS_Z = (0.24, 0.20, 0.14, 0.08)
"""Briggs' urban curves for classes A–B, C, D, E–F: growth of sigma with distance near the source (in Hanna, Briggs and
Hosker, Handbook on Atmospheric Diffusion, 1982, table 4.5)."""
BRIGGS_BEND_M = 2500.0
"""sigma_y = a x / sqrt(1 + 0.0004 x): all urban classes bend at this distance."""


@dataclass(frozen=True, slots=True)
class Puffs:
    """Rows of puffs, shape (n,) or (n, columns).

    Attributes:
        xy_m: Middle, shape (n, 2). [m]
        eddy_ms: What meander adds to the wind, shape (n, 2). [m/s]
        source: Index of the source.
        mass_g: Of `EMITTED`, shape (n, 3). [g]
        travelled_m: Along its way. [m]
        sigma_m: Across and along. [m]
        sigma_z_m: Upwards. [m]
        height_m: Of its middle above ground. [m]
        age_s: Since release. [s]
    """

    xy_m: FloatArray
    eddy_ms: FloatArray
    source: np.ndarray
    mass_g: FloatArray
    travelled_m: FloatArray
    sigma_m: FloatArray
    sigma_z_m: FloatArray
    height_m: FloatArray
    age_s: FloatArray

    def __len__(self) -> int:
        return len(self.source)

    def take(self, rows: np.ndarray) -> "Puffs":
        """Return some of the rows."""
        return Puffs(*(getattr(self, name)[rows] for name in _COLUMNS))

    def joined(self, other: "Puffs") -> "Puffs":
        """Return the rows of both."""
        return Puffs(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in _COLUMNS))


_COLUMNS = tuple(Puffs.__dataclass_fields__)


def no_puffs() -> Puffs:
    """Return clean air."""
    none, pair = np.empty(0), np.empty((0, 2))
    return Puffs(pair, pair, np.empty(0, np.int64), np.empty((0, len(EMITTED))), none, none, none, none, none)


def concentration(puffs: Puffs, xy_m: FloatArray, height_m: FloatArray) -> FloatArray:
    """Return what puffs make of `EMITTED` at places, shape (n, 3). [µg/m³]

    Args:
        puffs: Gaussian, mirrored at the ground.
        xy_m: Places, shape (n, 2). [m]
        height_m: Above ground, shape (n,). [m]
    """
    if not len(puffs):
        return np.zeros((len(xy_m), len(EMITTED)))
    distance2 = (xy_m[:, :1] - puffs.xy_m[:, 0]) ** 2 + (xy_m[:, 1:] - puffs.xy_m[:, 1]) ** 2
    place, puff = np.nonzero(distance2 < (REACH_SIGMA * puffs.sigma_m) ** 2)
    flat = np.exp(-0.5 * distance2[place, puff] / puffs.sigma_m[puff] ** 2)
    above = (height_m[place] - puffs.height_m[puff]) / puffs.sigma_z_m[puff]
    below = (height_m[place] + puffs.height_m[puff]) / puffs.sigma_z_m[puff]
    volume = (2 * np.pi) ** 1.5 * puffs.sigma_m[puff] ** 2 * puffs.sigma_z_m[puff]
    share = flat * (np.exp(-0.5 * above**2) + np.exp(-0.5 * below**2)) * 1e6 / volume
    made = [np.bincount(place, share * mass[puff], minlength=len(xy_m)) for mass in puffs.mass_g.T]
    return np.stack(made, axis=1)


class Cloud:
    """All puffs of a running world."""

    def __init__(
        self, sources: Sequence[Source], weather: WeatherSeries, reach_m: float, rng: np.random.Generator
    ) -> None:
        self.puffs = no_puffs()
        self._sources = sources
        self._weather = weather
        self._reach_m = reach_m + MARGIN_M
        self._rng = rng
        self._eddy_ms = np.zeros((len(sources), 2))

    def advance(self, time_s: float) -> None:
        """Go on by one step, which begins at `time_s`."""
        emitting = [index for index, source in enumerate(self._sources) if source.emits(time_s)]
        if not emitting and not len(self.puffs):
            return
        if emitting:
            self.puffs = self.puffs.joined(self._released(emitting, time_s))
        self._move(time_s)

    def _released(self, emitting: list[int], time_s: float) -> Puffs:
        sources = [self._sources[index] for index in emitting]
        width = np.array([source.width_m for source in sources])
        zero = np.zeros(len(sources))
        return Puffs(
            xy_m=np.array([source.place(time_s) for source in sources]),
            eddy_ms=self._eddy_ms[emitting],
            source=np.array(emitting),
            mass_g=np.array([source.rate_g_s for source in sources]) * STEP_S,
            travelled_m=zero,
            sigma_m=width,
            sigma_z_m=np.clip(width / 3.0, 3.0, 10.0),
            height_m=np.array([source.height_m for source in sources]),
            age_s=zero,
        )

    def _move(self, time_s: float) -> None:
        puffs = self.puffs
        wind = self._weather.wind_at(time_s, puffs.xy_m)
        speed = np.hypot(*wind.T)
        eddy = self._meander(puffs, speed)
        step = (wind + eddy) * STEP_S
        # In calm air a puff still grows: eddies do not need a mean wind.
        way = np.maximum(np.hypot(*step.T), 0.4 * STEP_S)
        sigma, sigma_z = _grown(puffs, way, float(self._weather.stability[int(time_s // 60)]))
        moved = Puffs(
            puffs.xy_m + step,
            eddy,
            puffs.source,
            puffs.mass_g,
            puffs.travelled_m + way,
            sigma,
            sigma_z,
            puffs.height_m,
            puffs.age_s + STEP_S,
        )
        self.puffs = moved.take(self._worth_keeping(moved))

    def _meander(self, puffs: Puffs, speed_ms: FloatArray) -> FloatArray:
        """Return the eddies' velocities: those of one source move together, with a little of their own."""
        keep = np.exp(-STEP_S / MEANDER_S)
        push = np.sqrt(1 - keep * keep)
        shared = self._rng.standard_normal((len(self._sources), 2))
        own = self._rng.standard_normal((len(puffs), 2))
        strength = (MEANDER_SHARE * speed_ms + MEANDER_FLOOR_MS)[:, np.newaxis]
        mean_strength = float(strength.mean())
        self._eddy_ms = keep * self._eddy_ms + push * mean_strength * shared
        return np.asarray(keep * puffs.eddy_ms + push * strength * (0.95 * shared[puffs.source] + 0.3 * own))

    def _worth_keeping(self, puffs: Puffs) -> np.ndarray:
        inside = np.abs(puffs.xy_m).max(axis=1) < self._reach_m
        peak = 2e6 * puffs.mass_g.max(axis=1) / ((2 * np.pi) ** 1.5 * puffs.sigma_m**2 * puffs.sigma_z_m)
        return np.flatnonzero(inside & (puffs.age_s < MAX_AGE_S) & (peak > FAINT_UGM3))


def _grown(puffs: Puffs, way_m: FloatArray, stability: float) -> tuple[FloatArray, FloatArray]:
    across = PUFF_SHARE * float(np.interp(stability, BRIGGS_STABILITY, BRIGGS_Y))
    upward = float(np.interp(stability, BRIGGS_STABILITY, BRIGGS_Z))
    before, after = puffs.travelled_m, puffs.travelled_m + way_m
    sigma = puffs.sigma_m + across * (_bent(after) - _bent(before))
    sigma_z = puffs.sigma_z_m + upward * (_bent(after) - _bent(before))
    return sigma, np.minimum(sigma_z, MIXED_M)


def _bent(distance_m: FloatArray) -> FloatArray:
    return np.asarray(distance_m / np.sqrt(1.0 + distance_m / BRIGGS_BEND_M))
