"""How well sources whose plume swings explain what was seen: it compares sources with each other near a ticket."""

from dataclasses import dataclass

import numpy as np

from domain.gains import may_miss, may_shelter, memory_of
from domain.likelihood import LEAST_Z, Heard, heard_of, most_said, rates_of, ratio_at
from domain.mixtures import MIXTURES, SHARED, costs_of, together
from domain.readings import BoolArray, FloatArray, IntArray
from domain.roadside import TRACERS
from domain.swing import ways
from domain.window import Float32Array
from domain.witnesses import Seen


@dataclass(frozen=True, slots=True)
class Trust:
    """How much is made of what sensors say.

    Attributes:
        loud: Pollutants that are looked at, shape (3,).
        most: The greatest log-density ratio that a sensor may say in all, shape (n,).
        weight: How much a sensor counts, shape (n,).
    """

    loud: BoolArray
    most: FloatArray
    weight: FloatArray


def swung(told: Float32Array, seen: Seen, emits: FloatArray, trust: Trust, scale: float) -> FloatArray:
    """Return the log-likelihood of sources over "none", shape (s,), each at its best mixture and rates.

    As in `likelihood` and `mixtures`, but for a narrow plume that takes any of the ways of `swing`, the sum over all of
    them. So that it adds up by bin, a sensor that could say more than it may (`Trust.most`) says all by a part. What
    all bins say, and what the way costs, is as many looks as the noise's memory makes of it (`gains.memory_of`).

    Args:
        told: Concentration per unit emission by turn, shape (k, s, b, n).
        seen: What sensors saw.
        emits: How much sources are known to emit what, shape (s, 3).
        trust: How much is made of that.
        scale: The network's density, 1 = as in a zone.
    """
    heard = _heard(told, seen, np.flatnonzero(trust.loud).tolist())
    memory_bins = memory_of(scale)
    cells = _cells(heard, told.shape, _weight(heard, trust, memory_bins))
    ratio = np.zeros((TRACERS, len(cells.at)), np.float32)
    for one in heard:
        ratio[one.channel] = _at_best_rate(one, cells)
    return _best_mixture(ratio, emits, cells, memory_bins)


@dataclass(frozen=True, slots=True)
class _Channel:
    """A pollutant: what is predicted at the rate 1 (k, s, b, n), the level and noise of what was heard (b, n)."""

    channel: int
    unit: Float32Array
    level: Float32Array
    noise: Float32Array
    rates: Float32Array


def _heard(told: Float32Array, seen: Seen, channels: list[int]) -> list[_Channel]:
    heard = []
    for channel in channels:
        score, said = seen.score[..., channel], seen.said[..., channel]
        unit = told * np.where(said, 1.0 / np.maximum(seen.scale[..., channel], 1e-6), 0.0).astype(np.float32)
        unit /= np.maximum(unit.max(axis=(0, 2, 3)), np.float32(1e-30))[:, np.newaxis, np.newaxis]
        heard.append(_Channel(channel, unit, *heard_of(score, said), rates_of(score)))
    return heard


def _weight(heard: list[_Channel], trust: Trust, memory_bins: float) -> Float32Array:
    """Return how much each bin of a sensor counts, shape (n,)."""
    could = np.zeros(len(trust.most))
    for one in heard:
        could += (1.0 if one.channel == TRACERS - 1 else SHARED) * most_said(one.level, one.noise).sum(axis=0)
    part = np.minimum(1.0, trust.most * memory_bins / np.maximum(could, 1e-9))
    return (trust.weight * part).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Cells:
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


def _cells(heard: list[_Channel], shape: tuple[int, ...], weight: Float32Array) -> _Cells:
    is_told = np.zeros(shape, np.bool_)
    for one in heard:
        is_told |= one.unit > LEAST_Z / one.rates[-1]
    at = np.flatnonzero(is_told)
    _, sources, bins, sensors = shape
    row, sensor = np.divmod(at, sensors)
    return _Cells(shape, at, row // bins % sources, row % bins, sensor, weight[sensor])


def _at_best_rate(one: _Channel, cells: _Cells) -> Float32Array:
    """Return a pollutant's log-density ratio at the rate that suits each source best, shape (c,)."""
    where = cells.bin, cells.sensor
    heard = Heard(one.unit.ravel()[cells.at], one.level[where], one.noise[where])
    tried = [ratio_at(heard, peak) for peak in one.rates]
    scores = [cells.by_turn(may_miss(ratio) * cells.weight[told], told) for told, ratio in tried]
    total, _ = ways(np.concatenate(scores))
    best = total.reshape(len(tried), -1).argmax(axis=0)[cells.source]
    found = np.zeros(len(cells.at), np.float32)
    for rate, (told, ratio) in enumerate(tried):
        mine = best[told] == rate
        found[told[mine]] = ratio[mine]
    return found


def _best_mixture(ratio: Float32Array, emits: FloatArray, cells: _Cells, memory_bins: float) -> FloatArray:
    heard = np.atleast_1d(ratio.any(axis=1))
    mixtures = [mixture for mixture in MIXTURES if heard[mixture].all()]
    if not mixtures:
        return np.zeros(len(emits))
    worth = np.stack([_of_mixture(together(ratio, one), cells, memory_bins) + costs_of(emits, one) for one in mixtures])
    best: FloatArray = worth.max(axis=0)
    return best


def _of_mixture(told: Float32Array, cells: _Cells, memory_bins: float) -> FloatArray:
    """Return the log-likelihood of each source, a sensor sheltered from it or not, shape (s,)."""
    some = np.flatnonzero(told)
    gain = may_miss(told[some]) * cells.weight[some]
    total, likely = ways(cells.by_turn(gain, some))
    _, sources, _, sensors = cells.shape
    turn = np.moveaxis(likely, -1, 0).ravel()[cells.at[some] // sensors]
    pair = cells.source[some] * sensors + cells.sensor[some]
    by_sensor = np.bincount(pair, weights=turn * gain, minlength=sources * sensors).astype(np.float64)
    bins_told = np.bincount(pair, minlength=sources * sensors)
    by_sensor /= memory_bins
    sheltered = may_shelter(by_sensor, bins_told) - by_sensor
    evidence: FloatArray = total / memory_bins + sheltered.reshape(sources, sensors).sum(axis=1)
    return evidence
