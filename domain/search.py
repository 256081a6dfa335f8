"""The search for sources: which one place best explains what a group of loud sensors and all sensors about them saw."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import MINUTE_MS
from domain.likelihood import BEND, LOUDEST, Pairs, fit, gains, pairs_of
from domain.plume import AGE_MIN, footprint
from domain.rarity import rarity, usual_size
from domain.readings import BoolArray, FloatArray, IntArray
from domain.roadside import TRACERS
from domain.sources import Sources
from domain.trail import Trail, carried
from domain.window import BIN_MIN, Float32Array, Window
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
RARE_PASS = 2.0
"""A lorry ahead looks like a plume so often that a piece of a vehicle's way can say no more than this. Design value."""
PASS_WEIGHT = 0.5
"""Pieces of one way share their noise, so each counts less than a station. Design value."""
PASS_REACH_M = 1200.0
"""Vehicles are asked within this distance of the loud stations. [m]"""
PASSES_MOST = 50
"""So many pieces are asked, the nearest first."""
RARE_RANKING = 4.0
"""Where sources are compared with each other a sensor may say so much more than bursts are rare. Design value."""
TEMPER = 0.7
"""Posteriors of a model that is wrong are too sure: evidence counts by this power. Design value."""
EARLIER_SIGMA = 1.5
"""An excess began with the first bin of those above this, in units of its scatter. Design value."""
LULL_BINS = 3
"""An excess that pauses for so long goes on: sources work in turns. Design value."""
FIRST_BINS = 10
"""A new source is looked for in so many of the newest bins."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What stations, and after them pieces of vehicles' ways, saw by bin.

    Attributes:
        xy_m: Where, shape (n, 2). [m]
        score: Excess in units of its scatter, shape (b, n, 3).
        scale: That scatter, shape (b, n, 3). [µg/m³]
        said: Where something was said, shape (b, n, 3).
    """

    xy_m: FloatArray
    score: Float32Array
    scale: Float32Array
    said: BoolArray


Explained = tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]
Asked = tuple[IntArray, IntArray, IntArray]


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
        gain: What the likeliest source explains of each, shape (n,).
        channels: Pollutants that are explained.
        agreeing: How many loud sensors agree with the best source; vehicles count as one.
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
    moved = [carried(trail, back, zone.sources.scale * AGE_MIN) for back in back_min(window, bins)]
    near = np.flatnonzero(free & (_distance(zone.xy_m, zone.xy_m[members]) <= zone.rules.reach_m))
    winds = list(zip(moved, ages, strict=True))
    chosen = _reaching(zone.sources, zone.xy_m[members], winds) if only is None else only
    if not len(chosen) or not len(near):
        return None
    seen = _seen(window, bins, near, zone.xy_m[members], zone)
    sources = zone.sources
    told = np.stack(
        [
            footprint(
                sources.xy_m[chosen],
                sources.radius_m[chosen],
                sources.height_m[chosen],
                seen.xy_m,
                way,
                age,
                sources.scale,
            )
            for way, age in winds
        ],
        axis=1,
    )
    pairs = pairs_of(told, LOUDEST * max(float(seen.score.max(initial=0.0)), 3.0))
    loud = window.score[np.ix_(bins, members)].max(axis=(0, 1)) > EARLIER_SIGMA
    ratio = np.stack(
        [
            fit(pairs, seen.score[..., channel], seen.scale[..., channel], seen.said[..., channel])
            if loud[channel]
            else np.zeros_like(pairs.told)
            for channel in range(TRACERS)
        ]
    )
    ratio[:, pairs.sensor >= len(near)] *= PASS_WEIGHT
    fine_and_coarse = bool(seen.said[..., 0].any() and seen.said[..., 1].any())
    dust = (SHARED if fine_and_coarse else 1.0) * (ratio[0] + ratio[1])
    gain = _explained(pairs, (dust, ratio[2]), chosen, len(seen.xy_m), zone)
    rare = np.full(len(seen.xy_m), RARE_PASS)
    rare[: len(near)] = rarity(usual_size(window, bins)[:, near], window.loud, near)
    prior = sources.prior_at(window.minute * MINUTE_MS)[chosen]
    return _conclude(gain, (chosen, near, members), rare, prior, window.first_bin + first, zone)


def _seen(window: Window, bins: IntArray, near: IntArray, members_m: FloatArray, zone: Zone) -> Seen:
    """Put stations and pieces of vehicles' ways side by side."""
    said = window.said[np.ix_(bins, near)]
    scale = (window.scale[np.ix_(bins, near)] / np.maximum(said, np.float32(1.0))).astype(np.float32)
    score = window.score[np.ix_(bins, near)]
    road = window.roadside
    where = road.bin - window.first_bin - bins[0]
    apart_m = _distance(road.xy_m, members_m) if len(road) else np.empty(0)
    rows = np.flatnonzero((where >= 0) & (where < len(bins)) & (apart_m <= PASS_REACH_M))
    rows = rows[np.argsort(apart_m[rows], kind="stable")[:PASSES_MOST]]
    if not len(rows):
        return Seen(zone.xy_m[near], score, scale, said > 0)
    blocks = []
    for column in (road.score, road.scale, road.said):
        block = np.zeros((len(bins), len(rows), TRACERS), np.float32)
        block[where[rows], np.arange(len(rows))] = column[rows]
        blocks.append(block)
    return Seen(
        np.concatenate([zone.xy_m[near], road.xy_m[rows]]),
        np.concatenate([score, blocks[0]], axis=1),
        np.concatenate([scale, blocks[1]], axis=1),
        np.concatenate([said, blocks[2]], axis=1) > 0,
    )


def _explained(
    pairs: Pairs, ratio: tuple[Float32Array, Float32Array], chosen: IntArray, sensors: int, zone: Zone
) -> Explained:
    """Return what each source explains of each sensor (s, n), what that costs (s,), and by which pollutants (s, 3).

    A plume brings all that its source emits: dust, gas or both are tried, and the best is kept. PM2.5 and PM10 share
    their noise, so both together count little more than one.
    """
    size = (len(chosen), sensors)
    dust, gas = ratio
    trials = ((dust, (True, True, False)), (gas, (False, False, True)), (dust + gas, (True, True, True)))
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


def back_min(window: Window, bins: IntArray) -> list[int]:
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
        told = footprint(sources.xy_m, sources.radius_m, sources.height_m, members_m, way, age, sources.scale)
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


def soft_cap(gain: FloatArray, most: FloatArray) -> FloatArray:
    """Return the log-likelihood ratio where a burst of its own, this rare, may explain the same, as `gain`."""
    capped: FloatArray = gain - np.logaddexp(0.0, gain - most) + np.log1p(np.exp(-most))
    return np.where(gain > 0.0, capped, gain)


def _conclude(
    explained: Explained, asked: Asked, rare: FloatArray, prior: FloatArray, first_bin: int, zone: Zone
) -> Finding:
    """Add up what each source explains: per sensor capped by how rare bursts are, per pollutant only where it pays."""
    sources = zone.sources
    by_sensor, fixed, used = explained
    chosen, near, members = asked
    capped = soft_cap(by_sensor, rare)
    evidence = capped.sum(axis=1) + fixed
    weight = evidence + prior
    ranked = TEMPER * (soft_cap(by_sensor, rare + RARE_RANKING).sum(axis=1) + fixed) + prior
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
    agrees = capped[best] > zone.rules.agree_gain
    stations = len(near)
    agreeing = int(agrees[:stations][np.isin(near, members)].sum()) + bool(agrees[stations:].any())
    return Finding(belief, first_bin, near, capped[likely, :stations], channels, agreeing)
