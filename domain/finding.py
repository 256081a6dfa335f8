"""A search's result: what is believed of a source, and what it explains of all that were asked."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray, IntArray
from domain.weighing import Asked, Swinging, Tried

DOUBT_COSTS = 1.6
"""What one sensor saw suits a plume the better the less is known of the wind: it needs up to so much more (in log
odds). Design value, as `weighing.UNFOLLOWED_COSTS`."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a source.

    Attributes:
        odds: Log odds of "some source" over "none"; near a ticket of one whose plume swings.
        evidence: Log-likelihood of the best source over "none".
        share: Of each hypothesis, shape (sources,).
        probability: Of each registered place, shape (places,).
        unknown: Of a place that nobody registered.
        x_m: The best source's easting. [m]
        y_m: Its northing. [m]
        turn_deg: By how much the zone's wind points amiss where it is the source. [degrees]
    """

    odds: float
    evidence: float
    share: FloatArray
    probability: FloatArray
    unknown: float
    x_m: float
    y_m: float
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """A search's result.

    Attributes:
        belief: Of the source.
        wide_odds: `Belief.odds` of a wide plume, less up to `DOUBT_COSTS` as far as the wind is not well known.
        first_bin: Where the excess began, a bin of five minutes since 1970.
        members: The loud sensors whose source was looked for, ascending, shape (m,).
        sensor: All that were asked, ascending, shape (n,).
        gain: What the likeliest source explains of each, shape (n,).
        channels: Pollutants that are explained.
        agreeing: How many loud sensors agree with the best source; vehicles count as one.
    """

    belief: Belief
    wide_odds: float
    first_bin: int
    members: IntArray
    sensor: IntArray
    gain: FloatArray
    channels: tuple[int, ...]
    agreeing: int


def conclude(asked: Asked, tried: Tried, leading: Swinging | None = None) -> Finding:
    """Add up what each source explains: per sensor capped by how rare bursts are, per pollutant only where it pays.

    Args:
        asked: What was asked of whom.
        tried: All hypotheses that were weighed.
        leading: Of some of their places it says better how they rank among each other, and whether there is a source.
    """
    sources = asked.zone.sources
    each = _shares(tried.ranked)
    share = _by_place(tried.place, each, len(sources.xy_m))
    if leading is not None:
        at = np.unique(leading.place)
        share[at] = share[at].sum() * _by_place(leading.place, _shares(leading.ranked), len(share))[at]
    weight = tried.evidence + tried.prior
    wide_odds = float(np.logaddexp.reduce(weight))
    best, place = int(weight.argmax()), int(share.argmax())
    likely = int(np.where(tried.place == place, each, -1.0).argmax())
    belief = Belief(
        odds=wide_odds if leading is None else leading.odds,
        evidence=float(tried.evidence[best]),
        share=share,
        probability=share[: sources.registered],
        unknown=float(share[sources.registered :].sum()),
        x_m=float(sources.xy_m[place, 0]),
        y_m=float(sources.xy_m[place, 1]),
        turn_deg=float(tried.turn_deg[likely]),
    )
    channels = tuple(np.flatnonzero(each @ tried.used > 0.5).tolist())
    first_bin = asked.window.first_bin + int(asked.bins[0])
    gain = tried.capped[likely, : len(asked.near)]
    agreeing = _agreeing(asked, tried.capped[best])
    wide_odds -= DOUBT_COSTS * (1.0 - 1.0 / asked.winds.strays)
    return Finding(belief, wide_odds, first_bin, asked.members, asked.near, gain, channels, agreeing)


def _agreeing(asked: Asked, capped: FloatArray) -> int:
    """Return how many loud sensors a source explains; vehicles count as one."""
    agrees, stations = capped > asked.zone.rules.agree_gain, len(asked.near)
    return int(agrees[:stations][np.isin(asked.near, asked.members)].sum()) + bool(agrees[stations:].any())


def _shares(ranked: FloatArray) -> FloatArray:
    each = np.exp(ranked - ranked.max())
    shares: FloatArray = each / each.sum()
    return shares


def _by_place(place: IntArray, each: FloatArray, places: int) -> FloatArray:
    share = np.zeros(places)
    np.add.at(share, place, each)
    return share
