"""How well sources whose plume swings explain what was seen: which of them, and whether any at all."""

from dataclasses import dataclass

import numpy as np

from domain.gains import may_miss, may_shelter, memory_of
from domain.likelihood import Heard, ratio_at
from domain.mixtures import MIXTURES, costs_of, together
from domain.readings import FloatArray
from domain.roadside import TRACERS
from domain.swing import ways
from domain.swung_cells import Cells, Channel, Trust, cells_told, channels_heard, counted
from domain.window import Float32Array
from domain.witnesses import Seen


@dataclass(frozen=True, slots=True)
class Swung:
    """The log-likelihood of sources over "none", shape (s,) each, at the best mixture and rates.

    Attributes:
        compared: For comparing sources with each other, as `gains.Gains.compared`.
        noticed: For comparing one with "no source", as `gains.Gains.noticed`.
    """

    compared: FloatArray
    noticed: FloatArray


def swung(told: Float32Array, seen: Seen, emits: FloatArray, trust: Trust, scale: float) -> Swung:
    """Return how well sources whose plume swings explain what was seen.

    As in `likelihood` and `mixtures`, but for a narrow plume that takes any of the ways of `swing`, the sum over all of
    them. So that it adds up by bin, a sensor that could say more than it may (`Trust.rare`) says all by a part. What
    all bins say, and what the way costs, is as many looks as the noise's memory makes of it (`gains.memory_of`).

    Args:
        told: Concentration per unit emission by turn, shape (k, s, b, n).
        seen: What sensors saw.
        emits: How much sources are known to emit what, shape (s, 3).
        trust: How much is made of that.
        scale: The network's density, 1 = as in a zone.
    """
    heard = channels_heard(told, seen, np.flatnonzero(trust.loud).tolist())
    memory_bins = memory_of(scale)
    compared, noticed = counted(cells_told(heard, told.shape), heard, trust, memory_bins)
    ratio = np.zeros((TRACERS, len(compared.at)), np.float32)
    for one in heard:
        ratio[one.channel] = _at_best_rate(one, compared)
    return Swung(*(_best_mixture(ratio, emits, weighted, memory_bins) for weighted in (compared, noticed)))


def _at_best_rate(one: Channel, cells: Cells) -> Float32Array:
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


def _best_mixture(ratio: Float32Array, emits: FloatArray, cells: Cells, memory_bins: float) -> FloatArray:
    heard = np.atleast_1d(ratio.any(axis=1))
    mixtures = [mixture for mixture in MIXTURES if heard[mixture].all()]
    if not mixtures:
        return np.zeros(len(emits))
    worth = np.stack([_of_mixture(together(ratio, one), cells, memory_bins) + costs_of(emits, one) for one in mixtures])
    best: FloatArray = worth.max(axis=0)
    return best


def _of_mixture(told: Float32Array, cells: Cells, memory_bins: float) -> FloatArray:
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
