"""One hour's means against one row of limits: which episodes begin, last and end, and whether neighbours share them."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from domain.channels import N_POLLUTANTS
from domain.limits.watch import LimitWatch
from domain.readings import BoolArray, FloatArray, IntArray

CLEAR_SHARE = 0.9
"""An episode ends when a mean falls to this share of its limit: means about the limit do not cross it hour by hour.
Design value."""
REGIONAL_SHARE = 0.5
"""Where this share of the neighbours that have a mean is above too, it is the region. Design value."""
OWN_SHARE = 0.2
"""What a crossing has above its background must be this share of the limit, else it is the region that rises and this
sensor is but the first. Design value."""
ScopeArray = npt.NDArray[np.uint8]


class Scope(IntEnum):
    """Who shares a crossing."""

    NONE = 0
    LOCAL = 1
    REGIONAL = 2
    UNCOMPARED = 3
    """Neither a background nor a neighbour with a complete mean: nobody can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What is judged: means, what they are held against, and when they end; concentrations in µg/m³.

    Attributes:
        limit: NaN = none, shape (4,).
        mean: NaN = not complete, shape (sensors, 4).
        background: NaN = none, shape (sensors, 4).
        completeness: Share of the time that was sampled, shape (sensors, 4).
        hour: The hour at whose end they are judged. [hours since 1970]
        silent_hours: Without a mean for so long an episode ends. [h]
    """

    limit: FloatArray
    mean: FloatArray
    background: FloatArray
    completeness: FloatArray
    hour: int
    silent_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """Crossings that last, shape (sensors, 4) each.

    Attributes:
        scope: `Scope` as it was told.
        above_hour: The last hour with a mean that did not end it, 0 = none. [hours since 1970]
    """

    scope: ScopeArray
    above_hour: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Episodes to tell of, in order of (sensor, channel), shape (n,).

    Attributes:
        sensor: Index into `site.sensors`.
        channel: Index into `POLLUTANTS`.
        scope: `Scope`.
        neighbours: Neighbours with a complete mean.
        neighbours_above: How many of these are above too.
    """

    sensor: npt.NDArray[np.intp]
    channel: npt.NDArray[np.intp]
    scope: ScopeArray
    neighbours: IntArray
    neighbours_above: IntArray


def no_episodes(sensors: int) -> Episodes:
    """Return that nothing is crossed."""
    shape = (sensors, N_POLLUTANTS)
    return Episodes(scope=np.zeros(shape, np.uint8), above_hour=np.zeros(shape, np.int64))


def judge(before: Episodes, means: Means, watch: LimitWatch) -> tuple[Episodes, Begun]:
    """Hold means against their limits.

    A result is rounded to the unit before it is compared (GB/T 8170); it may reach the limit, not exceed it. An episode
    that was told as the region's is told once more when it stays behind as somebody's.
    """
    known = ~np.isnan(means.mean)
    above: BoolArray = (np.rint(means.mean) > means.limit) & watch.is_fixed[:, np.newaxis]
    lasts = (before.scope != Scope.NONE) & ~_ends(before, means, known)
    scope = np.where(lasts, before.scope, np.uint8(Scope.NONE))
    begun = _begun(scope, above, known, means, watch)
    scope[begun.sensor, begun.channel] = begun.scope
    above_hour = np.where(scope == Scope.NONE, 0, np.where(known, means.hour, before.above_hour))
    return Episodes(scope=scope, above_hour=above_hour), begun


def _ends(before: Episodes, means: Means, known: BoolArray) -> BoolArray:
    silent = ~known & (means.hour - before.above_hour >= means.silent_hours)
    ends: BoolArray = (means.mean <= CLEAR_SHARE * means.limit) | silent | np.isnan(means.limit)
    return ends


def _begun(scope: ScopeArray, above: BoolArray, known: BoolArray, means: Means, watch: LimitWatch) -> Begun:
    sensor, channel = np.nonzero(above & ((scope == Scope.NONE) | (scope == Scope.REGIONAL)))
    near, is_near = (watch.neighbour[sensor], channel[:, np.newaxis]), watch.is_near[sensor]
    heard = known[near] & is_near
    also = above[near] & is_near
    behind = means.background[sensor, channel]
    behind = np.where(np.isnan(behind), _middle(np.where(heard, means.mean[near], np.nan)), behind)
    now = _whose(
        means.mean[sensor, channel], behind, means.limit[channel], also.sum(axis=1) / heard.sum(axis=1).clip(1)
    )
    new = (scope[sensor, channel] == Scope.NONE) | (now == Scope.LOCAL)
    return Begun(
        sensor=sensor[new],
        channel=channel[new],
        scope=now[new],
        neighbours=heard.sum(axis=1)[new],
        neighbours_above=also.sum(axis=1)[new],
    )


def _whose(mean: FloatArray, behind: FloatArray, limit: FloatArray, share: FloatArray) -> ScopeArray:
    """Tell whose crossings are, shape (n,): `behind` is the background, `share` that of the neighbours above too."""
    shared = (behind > limit) | (mean - behind < OWN_SHARE * limit) | (share >= REGIONAL_SHARE)
    own = np.where(shared, Scope.REGIONAL, Scope.LOCAL)
    return np.where(np.isnan(behind), Scope.UNCOMPARED, own).astype(np.uint8)


def _middle(values: FloatArray) -> FloatArray:
    """Return the median of what is known, NaN where nothing is; shape (n, k) → (n,)."""
    order = np.sort(values, axis=1)  # NaN last
    count = (~np.isnan(values)).sum(axis=1)
    rows, last = np.arange(len(values)), values.shape[1] - 1
    low, high = np.clip((count - 1) // 2, 0, last), np.clip(count // 2, 0, last)
    middle: FloatArray = 0.5 * (order[rows, low] + order[rows, high])
    return middle
