"""What is told of whom where a plume swings: turn by turn, bin by bin, and how much each of these cells counts."""

from dataclasses import dataclass, replace

import numpy as np

from domain.gains import look_of_each
from domain.likelihood import LEAST_Z, heard_of, most_said, rates_of
from domain.mixtures import SHARED
from domain.readings import BoolArray, FloatArray, IntArray
from domain.roadside import TRACERS
from domain.window import Float32Array
from domain.witnesses import Seen


@dataclass(frozen=True, slots=True)
class Trust:
    """How much is made of what sensors say.

    Attributes:
        loud: Pollutants that are looked at, shape (3,).
        rare: The greatest log-density ratio that a sensor may say in all over "no source", shape (n,).
        more: By how much it may say more where sources are compared with each other.
        weight: How much a sensor counts, shape (n,).
    """

    loud: BoolArray
    rare: FloatArray
    more: float
    weight: FloatArray


@dataclass(frozen=True, slots=True)
class Channel:
    """A pollutant: what is predicted at the rate 1 (k, s, b, n), the level and noise of what was heard (b, n)."""

    channel: int
    unit: Float32Array
    level: Float32Array
    noise: Float32Array
    rates: Float32Array


def channels_heard(told: Float32Array, seen: Seen, channels: list[int]) -> list[Channel]:
    """Return what was heard of some pollutants; `told` is what sources would bring at the rate 1, (k, s, b, n)."""
    heard = []
    for channel in channels:
        score, said = seen.score[..., channel], seen.said[..., channel]
        unit = told * np.where(said, 1.0 / np.maximum(seen.scale[..., channel], 1e-6), 0.0).astype(np.float32)
        unit /= np.maximum(unit.max(axis=(0, 2, 3)), np.float32(1e-30))[:, np.newaxis, np.newaxis]
        heard.append(Channel(channel, unit, *heard_of(score, said), rates_of(score)))
    return heard


@dataclass(frozen=True, slots=True)
class Cells:
    """Where anything is predicted at some rate: flat indices into (k, s, b, n), and what each counts, shape (c,)."""

    shape: tuple[int, ...]
    at: IntArray
    source: IntArray
    bin: IntArray
    sensor: IntArray
    weight: Float32Array

    def by_turn(self, gain: Float32Array, some: IntArray) -> FloatArray:
        """Add up over sensors, of some cells, shape (s, b, k)."""
        turns, sources, bins, sensors = self.shape
        added = np.bincount(self.at[some] // sensors, weights=gain, minlength=turns * sources * bins)
        cube: FloatArray = added.astype(np.float64).reshape(turns, sources, bins)
        return np.moveaxis(cube, 0, -1)


def cells_told(heard: list[Channel], shape: tuple[int, ...]) -> Cells:
    """Return the cells where any pollutant is predicted at the greatest of its rates; each counts as one."""
    is_told = np.zeros(shape, np.bool_)
    for one in heard:
        is_told |= one.unit > LEAST_Z / one.rates[-1]
    at = np.flatnonzero(is_told)
    _, sources, bins, sensors = shape
    row, sensor = np.divmod(at, sensors)
    return Cells(shape, at, row // bins % sources, row % bins, sensor, np.ones(len(at), np.float32))


def counted(cells: Cells, heard: list[Channel], trust: Trust, memory_bins: float) -> tuple[Cells, Cells]:
    """Return cells that count as they do where sources are compared with each other, and with "no source".

    Args:
        cells: What is told.
        heard: What was heard.
        trust: How much is made of that.
        memory_bins: So many bins are one look in the long run; against "no source" the first one is a whole look.
    """
    could, bins = _could_say(heard, len(trust.rare))
    compared = _capped(trust, could / memory_bins, trust.rare + trust.more)
    noticed = _capped(trust, could * look_of_each(bins, memory_bins), trust.rare)
    looks = _first_looks(cells, memory_bins)
    return replace(cells, weight=compared[cells.sensor]), replace(cells, weight=noticed[cells.sensor] * looks)


def _could_say(heard: list[Channel], sensors: int) -> tuple[FloatArray, IntArray]:
    """Return the greatest log-density ratio of each sensor's bins together, and of how many, shape (n,) each."""
    could, bins = np.zeros(sensors), np.zeros(sensors, np.int64)
    for one in heard:
        most = most_said(one.level, one.noise)
        could += (1.0 if one.channel == TRACERS - 1 else SHARED) * most.sum(axis=0)
        bins = np.maximum(bins, (most > 0.0).sum(axis=0))
    return could, bins


def _capped(trust: Trust, could: FloatArray, most: FloatArray) -> Float32Array:
    part = np.minimum(1.0, most / np.maximum(could, 1e-9))
    return (trust.weight * part).astype(np.float32)


def _first_looks(cells: Cells, memory_bins: float) -> Float32Array:
    """Return how many times more each cell counts as the first bin of a source at a sensor is a whole look, (c,)."""
    _, sources, bins, sensors = cells.shape
    told = np.zeros(sources * bins * sensors, np.bool_)
    told[(cells.source * bins + cells.bin) * sensors + cells.sensor] = True
    counted = told.reshape(sources, bins, sensors).sum(axis=1)
    more = memory_bins * look_of_each(counted, memory_bins)
    return more[cells.source, cells.sensor].astype(np.float32)
