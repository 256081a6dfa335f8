"""Hypotheses weighed: what each place, under each turn of the wind, explains of what all sensors saw."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.gains import lasting
from domain.grounds import Spots
from domain.likelihood import LOUDEST, fit, pairs_of
from domain.mixtures import explained
from domain.plume import Winds, footprint
from domain.rarity import rarity, usual_size
from domain.readings import BoolArray, FloatArray, IntArray
from domain.roadside import TRACERS
from domain.swing import turns_deg
from domain.swung import swung
from domain.swung_cells import Trust
from domain.window import EARLIER_SIGMA, Float32Array, Window
from domain.witnesses import Seen
from domain.zone import Zone

TURN_DEG = 14.0
"""The zone's wind may point amiss by so much, everywhere and for long: a vane's fault, streets. Design value. [deg]"""
TURNED, STRAIGHT = float(np.log(0.25)), float(np.log(0.5))
"""How likely that is to either side, and that it points right (in logarithms). Design values."""
TURN_MOST_DEG = 45.0
"""It may by more where it was measured long ago or by stations that disagree, but by no more than this. [deg]"""
CIRCLE_DEG = tuple(range(0, 360, 45))
"""Where nobody measured wind it may blow from anywhere, … [deg]"""
ANY_TURN = -float(np.log(len(CIRCLE_DEG)))
"""… from each side as likely (in logarithms)."""
RARE_PASS = 2.0
"""A lorry ahead looks like a plume so often that a piece of a vehicle's way can say no more than this. Design value."""
PASS_WEIGHT = 0.5
"""Pieces of one way share their noise, so each counts less than a station. Design value."""
RARE_RANKING = 4.0
"""Where sources are compared with each other a sensor may say so much more than bursts are rare. Design value."""
ONE_LOOK = 0.25
"""The window of an hour is one look, of the four that `gains.MEMORY_BINS` makes of it."""
DOUBTFUL = 3.0
"""A wind that may be amiss so many times as far as usual, by a turned or a stuck vane, is. Design value."""
FOLLOWED = 0.5
"""Where the turns of a plume are followed so much less is left of what else widens it (`plume.WANDER_RAD`). Less is
followed in still air, which carries nothing anywhere, and where eddies turn it within a bin. Design value."""
UNFOLLOWED_COSTS = 1.6
"""A narrow plume suits bursts less often than a wide one does: where none is followed a ticket opens only on so much
more evidence (in log odds). Design value, after bursts in worlds of other physics and a town without a wind vane."""


@dataclass(frozen=True)
class Asked:
    """What a search asks.

    Attributes:
        window: What all saw.
        bins: Which of its bins are looked at, shape (b,).
        near: The stations that are asked, ascending, shape (n,).
        members: The loud ones whose source is looked for, ascending, shape (m,).
        seen: What these stations, and after them pieces of vehicles' ways, saw.
        winds: Where the air of each bin has come from.
        zone: Places and sensors.
        looks: Which share of the looks are of their own.
        prior: What is believed of each place beforehand (in logarithms), shape (sources,).
    """

    window: Window
    bins: IntArray
    near: IntArray
    members: IntArray
    seen: Seen
    winds: Winds
    zone: Zone
    looks: float
    prior: FloatArray

    @property
    def power(self) -> float:
        """How much the evidence counts where sources are compared with each other.

        As one look where the wind may be far amiss: it misleads all of them by the same.
        """
        return ONE_LOOK if self.winds.strays >= DOUBTFUL else self.looks

    @cached_property
    def loud(self) -> BoolArray:
        """Which pollutants any of the loud stations showed, shape (3,)."""
        loud: BoolArray = self.window.score[np.ix_(self.bins, self.members)].max(axis=(0, 1)) > EARLIER_SIGMA
        return loud

    @cached_property
    def rare(self) -> FloatArray:
        """How rare bursts like those that were seen are at all that are asked (in logarithms), shape (n + passes,)."""
        rare = np.full(len(self.seen.xy_m), RARE_PASS)
        size = usual_size(self.window, self.bins)[:, self.near]
        rare[: len(self.near)] = rarity(size, self.window.loud, self.near)
        return rare

    def footprint(self, spots: Spots, turn_deg: float, wanders: float = 1.0) -> Float32Array:
        """Return what spots would bring to all that are asked, shape (spots, b, n + passes). [µg/m³ per µg/s]

        Args:
            spots: Where something emits.
            turn_deg: By how much the wind is turned. [degrees]
            wanders: How much of `plume.WANDER_RAD` widens the plume.
        """
        sources = self.zone.sources
        places = spots.xy_m, spots.radius_m, sources.height_m[spots.place]
        winds = self.winds.turned(turn_deg)
        return footprint(*places, self.seen.xy_m, winds, sources.scale, wanders=wanders * winds.widens)


@dataclass(frozen=True, slots=True)
class Tried:
    """Hypotheses that were weighed: h spots under some turn of the wind.

    Attributes:
        place: Which of the zone's sources each is of, shape (h,).
        turn_deg: By how much the wind is turned, shape (h,). [degrees]
        ranked: How they rank among each other (in logarithms, prior and all), shape (h,).
        capped: What each explains of all that are asked, no more than bursts are rare, shape (h, n + passes).
        used: Which pollutants it brings, shape (h, 3).
        prior: What was believed of it beforehand (in logarithms), shape (h,).
        evidence: Its log-likelihood over "no source", shape (h,).
    """

    place: IntArray
    turn_deg: FloatArray
    ranked: FloatArray
    capped: FloatArray
    used: BoolArray
    prior: FloatArray
    evidence: FloatArray

    def only(self, kept: BoolArray) -> "Tried":
        """Keep some; `kept` has the shape (h,)."""
        return Tried(*(getattr(self, name)[kept] for name in Tried.__slots__))


def weigh(asked: Asked, spots: Spots, turn_deg: float) -> Tried:
    """Weigh where something may emit as if the wind blew from elsewhere by some degrees, one hypothesis a spot."""
    seen, sources = asked.seen, asked.zone.sources
    told = asked.footprint(spots, turn_deg)
    pairs = pairs_of(told, LOUDEST * max(float(seen.score.max(initial=0.0)), 3.0), sources.scale)
    loud, rare = asked.loud, asked.rare
    ratio = np.stack(
        [
            fit(pairs, seen.score[..., channel], seen.scale[..., channel], seen.said[..., channel])
            if loud[channel]
            else np.zeros_like(pairs.told)
            for channel in range(TRACERS)
        ]
    )
    ratio[:, pairs.sensor >= len(asked.near)] *= PASS_WEIGHT
    told_of = explained(pairs, ratio, sources.emits[spots.place, :TRACERS], len(seen.xy_m))
    prior = asked.prior[spots.place] + spots.log_share
    prior += ANY_TURN if asked.winds.is_blind else TURNED if turn_deg else STRAIGHT
    capped = soft_cap(told_of.noticed, rare)
    ranked = asked.power * (soft_cap(told_of.compared, rare + RARE_RANKING).sum(axis=1) + told_of.cost) + prior
    turns_deg = np.full(len(spots.place), turn_deg)
    evidence = capped.sum(axis=1) + told_of.cost
    return Tried(spots.place, turns_deg, ranked, capped, told_of.used, prior, evidence)


@dataclass(frozen=True, slots=True)
class Swinging:
    """Spots whose plume is narrow and swings, of all turns together: not to be compared with `Tried` by number.

    Attributes:
        place: Which of the zone's sources each is of, shape (h,).
        ranked: How they rank among each other, as `Tried.ranked`, shape (h,).
        odds: Log odds of "any of them" over "no source", less `UNFOLLOWED_COSTS` as far as no plume can be followed.
    """

    place: IntArray
    ranked: FloatArray
    odds: float


def weigh_swinging(asked: Asked, spots: Spots) -> Swinging:
    """Weigh where something may emit as if its plume were narrow and swung."""
    seen, sources = asked.seen, asked.zone.sources
    turns = turns_deg(asked.winds, sources.scale).tolist()
    followed = asked.looks * lasting(sources.scale)
    told = np.stack([asked.footprint(spots, turn, 1.0 - FOLLOWED * followed) for turn in turns])
    weight = np.where(np.arange(len(seen.xy_m)) < len(asked.near), 1.0, PASS_WEIGHT)
    trust = Trust(asked.loud, asked.rare, RARE_RANKING, weight)
    evidence = swung(told, seen, sources.emits[spots.place, :TRACERS], trust, sources.scale)
    prior = asked.prior[spots.place] + spots.log_share
    odds = float(np.logaddexp.reduce(evidence.noticed + prior)) - UNFOLLOWED_COSTS * (1.0 - followed)
    return Swinging(spots.place, asked.power * evidence.compared + prior, odds)


def stacked(tried: list[Tried]) -> Tried:
    """Put hypotheses one below the other."""
    return Tried(
        *(np.concatenate([getattr(part, name) for part in tried]) for name in Tried.__slots__)  # columns alike
    )


def soft_cap(gain: FloatArray, most: FloatArray) -> FloatArray:
    """Return the log-likelihood ratio where a burst of its own, this rare, may explain the same, as `gain`."""
    capped: FloatArray = gain - np.logaddexp(0.0, gain - most) + np.log1p(np.exp(-most))
    return np.where(gain > 0.0, capped, gain)
