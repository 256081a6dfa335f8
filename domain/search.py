"""The search for sources: which one place best explains what a group of loud sensors and all sensors about them saw."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import MINUTE_MS
from domain.likelihood import BEND, LOUDEST, Pairs, fit, gains, pairs_of
from domain.plume import AGE_MIN, footprint
from domain.readings import BoolArray, FloatArray, IntArray
from domain.sources import Sources
from domain.trail import Trail, carried
from domain.window import BIN_MIN, LOUD_SHARE, TRACERS, Float32Array, Window
from domain.zone import Zone

REGISTERED_MOST = 32
"""So many registered places are weighed, those whose plume would reach the loud sensors best."""
UNREGISTERED_MOST = 48
"""The same of places that nobody registered."""
LEAST_REACH = 1e-8
"""A place whose plume reaches no loud sensor better than this explains nothing. [µg/m³ per µg/s]"""
LEAD_MIN = 7.5
"""A source may have begun so long before the first loud bin. [min]"""
COST = 1.0
"""What each explained pollutant costs: its emission rate was free. Design value."""
EMITS_WEIGHT = 0.7
"""How much is believed of what an industry is known to emit. Design value."""
SHARED = 0.65
"""PM2.5 and PM10 share their noise: each counts so much. Design value."""
RARE = 4.2
"""A sensor is in a burst of its own, whatever it looks like, with probability e^-RARE in an hour; so no sensor alone
can say more than this for a source. About 0.1-0.5 bursts a sensor-day were measured. Design value."""
HABIT_MOST = 1.2
RARE_FROM = 1.1
RARE_BOTH = 0.4
RARE_SIZE = 10.0
"""Bursts up to this size are so rare, in units of their scatter; louder ones grow rarer still, as their tail does."""
RARE_RANKING = 4.0
"""The same where sources are compared with each other. Design value."""
TEMPER = 0.7
"""Posteriors of a model that is wrong are too sure: evidence counts by this power. Design value."""
EARLIER_SIGMA = 1.5
"""An excess began with the first bin of those above this, in units of its scatter. Design value."""
LULL_BINS = 3
FIRST_BINS = 10
"""A new source is looked for in so many of the newest bins."""


Explained = tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]
Asked = tuple[IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a source.

    Attributes:
        odds: Log odds of "some source" over "none".
        evidence: Log-likelihood of the best source over "none".
        share: Of each hypothesis, shape (sources,).
        probability: Of each registered place, shape (places,).
        unknown: Of a place that nobody registered.
        x_m: The best source's easting. [m]
        y_m: Its northing. [m]
    """

    odds: float
    evidence: float
    share: FloatArray
    probability: FloatArray
    unknown: float
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Finding:
    """A search's result.

    Attributes:
        belief: Of the source.
        first_bin: Where the excess began, a bin of five minutes since 1970.
        sensor: All that were asked, ascending, shape (n,).
        gain: What the sources, each by its probability, explain of each, shape (n,).
        channels: Pollutants that are explained.
        agreeing: How many sensors agree with the best source.
    """

    belief: Belief
    first_bin: int
    sensor: IntArray
    gain: FloatArray
    channels: tuple[int, ...]
    agreeing: int


def first_loud_bin(window: Window, members: IntArray) -> int:
    """Return when the loudest of some sensors began to rise, a bin since 1970."""
    score = window.score[-FIRST_BINS:, members].max(axis=2)
    column = score[:, score.max(axis=0).argmax()]
    at = int(column.argmax())
    while at > 0 and column[max(at - LULL_BINS, 0) : at].max() >= EARLIER_SIGMA:
        at -= 1
    return window.first_bin + len(window.score) - FIRST_BINS + at


def search(
    air: tuple[Window, Trail],
    members: IntArray,
    free: BoolArray,
    first_bin: int,
    zone: Zone,
    only: IntArray | None = None,
) -> Finding | None:
    """Weigh all places as the source of what some sensors saw since a bin.

    Args:
        air: What all saw, and the wind.
        members: The loud sensors, ascending, shape (m,).
        free: Sensors that may be asked, shape (sensors,): not those of another incident.
        first_bin: Bins before are not looked at.
        zone: Places and sensors.
        only: The hypotheses to weigh, ascending; all that reach the members if left out.

    Returns:
        None where no place could be the source.
    """
    window, trail = air
    first = min(max(first_bin - window.first_bin, 0), len(window.score) - 1)
    bins = np.arange(first, len(window.score))
    ages = LEAD_MIN + BIN_MIN * np.arange(len(bins), dtype=np.float64)
    moved = [carried(trail, back, AGE_MIN) for back in _back_min(window, bins)]
    near = np.flatnonzero(free & (_distance(zone.xy_m, zone.xy_m[members]) <= zone.rules.reach_m))
    winds = list(zip(moved, ages, strict=True))
    chosen = _reaching(zone.sources, zone.xy_m[members], winds) if only is None else only
    if not len(chosen) or not len(near):
        return None
    sources, rows = zone.sources, zone.xy_m[near]
    told = np.stack(
        [
            footprint(sources.xy_m[chosen], sources.radius_m[chosen], sources.height_m[chosen], rows, way, age)
            for way, age in winds
        ],
        axis=1,
    )
    score = window.score[bins]
    loudest = LOUDEST * max(float(score[:, near].max(initial=0.0)), 3.0)
    pairs = pairs_of(told, loudest)
    ratio = np.stack(
        [
            _fitted(pairs, window, bins, near, channel)
            if score[:, members, channel].max() > EARLIER_SIGMA
            else np.zeros_like(pairs.told)
            for channel in range(TRACERS)
        ]
    )
    gain = _explained(pairs, ratio, chosen, len(near), zone)
    rare = _rarity(score[:, near], window.loud, near)
    prior = zone.sources.prior_at(window.minute * MINUTE_MS)[chosen]
    return _conclude(gain, (chosen, near), rare, prior, window.first_bin + first, zone)


def _fitted(pairs: Pairs, window: Window, bins: IntArray, near: IntArray, channel: int) -> Float32Array:
    where = np.ix_(bins, near, np.array([channel]))
    said = window.said[where][..., 0]
    scale = (window.scale[where][..., 0] / np.maximum(said, np.float32(1.0))).astype(np.float32)
    return fit(pairs, window.score[where][..., 0], scale, said > 0)


def _explained(pairs: Pairs, ratio: Float32Array, chosen: IntArray, sensors: int, zone: Zone) -> Explained:
    """Return what each source explains of each sensor (s, n), what that costs (s,), and by which pollutants (s, 3).

    A plume brings all that its source emits: dust, gas or both are tried, and the best is kept. PM2.5 and PM10 share
    their noise, so both together count little more than one.
    """
    size = (len(chosen), sensors)
    dust = SHARED * (ratio[0] + ratio[1])
    trials = ((dust, (True, True, False)), (ratio[2], (False, False, True)), (dust + ratio[2], (True, True, True)))
    emits = np.clip(zone.sources.emits[chosen, :TRACERS], 0.01, 1.0)
    loudest = emits[:, :2].max(axis=1)
    fixed = np.stack([loudest, emits[:, 2], np.minimum(loudest, emits[:, 2])], axis=1)
    best, cost = np.zeros(size), np.zeros(len(chosen))
    worth = np.full(len(chosen), -np.inf)
    used = np.zeros((len(chosen), TRACERS), np.bool_)
    for trial, (told, channels) in enumerate(trials):
        if not told.any():
            continue
        gain = np.zeros(size)
        gain[pairs.source, pairs.sensor] = gains(told)
        paid = EMITS_WEIGHT * np.log(fixed[:, trial]) - COST * (1 + (trial == 2))
        sums = np.minimum(gain, BEND).sum(axis=1) + paid
        better = sums > worth
        worth[better], best[better], cost[better] = sums[better], gain[better], paid[better]
        used[better] = channels
    return best, cost, used


def _back_min(window: Window, bins: IntArray) -> list[int]:
    """Return the middle of each bin, counted back from the newest minute. [min]"""
    begun = BIN_MIN * (window.first_bin + bins)
    last = np.minimum(begun + BIN_MIN - 1, window.minute)
    back: list[int] = (window.minute - (begun + last) // 2).tolist()
    return back


def _distance(xy_m: FloatArray, others_m: FloatArray) -> FloatArray:
    """Return how far each place is from the nearest of others, infinite where unknown, shape (n,). [m]"""
    offset = xy_m[:, np.newaxis] - others_m[np.newaxis]
    nearest: FloatArray = np.nan_to_num(np.hypot(offset[..., 0], offset[..., 1]), nan=np.inf).min(axis=1)
    return nearest


def _reaching(
    sources: Sources, members_m: FloatArray, winds: list[tuple[tuple[FloatArray, FloatArray], float]]
) -> IntArray:
    """Return the places whose plume reaches some loud sensor best, registered ones first."""
    reached = np.zeros(len(sources.xy_m), np.float32)
    for way, age in winds:
        told = footprint(sources.xy_m, sources.radius_m, sources.height_m, members_m, way, age)
        np.maximum(reached, told.max(axis=1), out=reached)
    known, free = reached[: sources.registered], reached[sources.registered :]
    best = np.concatenate(
        [
            np.argsort(-known, kind="stable")[:REGISTERED_MOST],
            sources.registered + np.argsort(-free, kind="stable")[:UNREGISTERED_MOST],
        ]
    )
    reaching: IntArray = best[reached[best] > LEAST_REACH]
    return reaching


def _rarity(score: Float32Array, loud: Float32Array, near: IntArray) -> FloatArray:
    """Return how rare a burst is that looks like what each sensor showed, shape (n,); `score` is (b, n, 3)."""
    ordered = np.sort(score.astype(np.float64), axis=0)[::-1]
    lasts = 1.0 + 0.25 * np.log(BIN_MIN * np.arange(1, len(score) + 1) / 10.0)
    size = RARE_FROM + 1.5 * np.log(np.maximum(ordered, 1.0))
    rarity = (size * lasts[:, np.newaxis, np.newaxis]).max(axis=0)
    fine = np.maximum(rarity[:, 0], rarity[:, 1])
    both: FloatArray = np.maximum(fine, rarity[:, 2]) + RARE_BOTH * (np.minimum(fine, rarity[:, 2]) - RARE_FROM)
    habit = 0.5 * (loud[near] + loud.mean()) / LOUD_SHARE
    rare: FloatArray = np.maximum(both - np.clip(np.log(np.maximum(habit, 1e-3)), -HABIT_MOST, HABIT_MOST), 0.5)
    return rare


def _soft_cap(gain: FloatArray, most: FloatArray) -> FloatArray:
    """Return the log-likelihood ratio where a burst of its own, this rare, may explain the same, as `gain`."""
    capped: FloatArray = gain - np.logaddexp(0.0, gain - most) + np.log1p(np.exp(-most))
    return np.where(gain > 0.0, capped, gain)


def _conclude(
    explained: Explained, asked: Asked, rare: FloatArray, prior: FloatArray, first_bin: int, zone: Zone
) -> Finding:
    """Add up what each source explains: per sensor capped by how rare bursts are, per pollutant only where it pays."""
    sources = zone.sources
    by_sensor, fixed, used = explained
    chosen, near = asked
    capped = _soft_cap(by_sensor, rare)
    evidence = capped.sum(axis=1) + fixed
    weight = evidence + prior
    ranked = TEMPER * (_soft_cap(by_sensor, rare + RARE_RANKING).sum(axis=1) + fixed) + prior
    share = np.exp(ranked - ranked.max())
    share /= share.sum()
    best, likely = int(weight.argmax()), int(share.argmax())
    of_all = np.zeros(len(sources.xy_m))
    of_all[chosen] = share
    belief = Belief(
        odds=float(np.logaddexp.reduce(weight)),
        evidence=float(evidence[best]),
        share=of_all,
        probability=of_all[: sources.registered],
        unknown=float(of_all[sources.registered :].sum()),
        x_m=float(sources.xy_m[chosen[likely], 0]),
        y_m=float(sources.xy_m[chosen[likely], 1]),
    )
    channels = tuple(np.flatnonzero((share[:, np.newaxis] * used).sum(axis=0) > 0.5).tolist())
    agreeing = int((capped[best] > zone.rules.agree_gain).sum())
    return Finding(belief, first_bin, near, share @ capped, channels, agreeing)
