"""Fixes and grounds to the course of everybody at every ground near: inside or not after each fix, and since when."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from domain.fence import FenceRules, FenceState, Fixes, Grounds
from domain.readings import BoolArray, IntArray

OUT, BETWEEN, IN = -1, 0, 1
"""What a fix says of a ground: outside by more than the buffer and its own error, neither, inside."""


@dataclass(frozen=True, slots=True)
class Way:
    """The fixes that count, by (who, time): the remembered ones and the new.

    Attributes:
        fixes: n rows.
        is_new: Which are new, shape (n,).
        begin: First row of the same owner, shape (n,).
    """

    fixes: Fixes
    is_new: BoolArray
    begin: IntArray


@dataclass(frozen=True, slots=True)
class Course:
    """One row for every pair of owner and ground that may matter and every fix of the owner, by (pair, time).

    Attributes:
        key: The pairs: `who * grounds + ground`, ascending, shape (p,).
        first: First row of each pair, shape (p,).
        pair: Shape (r,).
        fix: Row in the way, shape (r,).
        says: `OUT`, `BETWEEN` or `IN`, shape (r,).
        inside: Whether the owner is taken to be inside after the fix, shape (r,).
        was_inside: The same before it, shape (r,).
        run: First row of those in a row that say the same, shape (r,).
        stretch: Row at which the present stay or absence began, or the pair's first, shape (r,).
        since_ms: Time of the first fix of the present stay; nought while outside, shape (r,). [ms]
    """

    key: IntArray
    first: IntArray
    pair: IntArray
    fix: IntArray
    says: npt.NDArray[np.int8]
    inside: BoolArray
    was_inside: BoolArray
    run: IntArray
    stretch: IntArray
    since_ms: IntArray


def way_of(tail: Fixes, fixes: Fixes, rules: FenceRules) -> Way:
    """Return the fixes that count: with a place, precise enough, and newer than what is known of their owner."""
    accuracy_m = np.where(np.isnan(fixes.accuracy_m), rules.usual_accuracy_m, fixes.accuracy_m)
    usable = np.isfinite(fixes.xy_m).all(axis=1) & (accuracy_m <= rules.max_accuracy_m)
    fresh = Fixes(fixes.who, fixes.time_ms, fixes.xy_m, accuracy_m).take(usable)
    both = Fixes(
        np.concatenate([tail.who, fresh.who]),
        np.concatenate([tail.time_ms, fresh.time_ms]),
        np.concatenate([tail.xy_m, fresh.xy_m]),
        np.concatenate([tail.accuracy_m, fresh.accuracy_m]),
    )
    is_new = np.arange(len(both)) >= len(tail)
    order = np.lexsort((*both.xy_m.T, both.accuracy_m, is_new, both.time_ms, both.who))
    both, is_new = both.take(order), is_new[order]
    known = np.append(True, (both.who[1:] != both.who[:-1]) | (both.time_ms[1:] != both.time_ms[:-1]))[: len(both)]
    begin = _begins(both.who)
    newest_known = np.maximum.accumulate(np.where(is_new, -1, np.arange(len(both))))
    last_known = _last_of_owner(begin, newest_known)
    kept = ~is_new | (known & (np.arange(len(both)) > last_known))
    both, is_new = both.take(kept), is_new[kept]
    return Way(both, is_new, _begins(both.who))


def _begins(who: IntArray) -> IntArray:
    row = np.arange(len(who))
    new = np.ones(len(who), np.bool_)
    new[1:] = who[1:] != who[:-1]
    begins: IntArray = np.maximum.accumulate(np.where(new, row, 0)) if len(who) else row
    return begins


def _last_of_owner(begin: IntArray, newest_known: IntArray) -> IntArray:
    """Return the owner's last remembered row, before its first where there is none, shape (n,)."""
    if not len(begin):
        return begin
    starts, which = np.unique(begin, return_inverse=True)
    last = np.maximum.reduceat(newest_known, starts)[which]
    return np.where(last >= begin, last, begin - 1)


def course_of(way: Way, state: FenceState, grounds: Grounds, rules: FenceRules) -> Course:
    """Follow everybody past every ground near."""
    count = len(grounds.buffer_m)
    fixes = way.fixes
    fix, ground = grounds.tree.query(
        shapely.points(fixes.xy_m), predicate="dwithin", distance=grounds.buffer_m.max() + rules.max_accuracy_m
    )
    near_key = fixes.who[fix] * count + ground
    key = np.union1d(near_key, state.key)
    owner = key // count
    begin = np.searchsorted(fixes.who, owner, side="left")
    size = np.searchsorted(fixes.who, owner, side="right") - begin
    first = np.cumsum(size) - size
    pair = np.repeat(np.arange(len(key)), size)
    row = np.arange(len(pair))
    on_way = begin[pair] + row - first[pair]
    says = np.full(len(pair), OUT, np.int8)
    near_pair = np.searchsorted(key, near_key)
    places = shapely.points(fixes.xy_m[fix])
    apart_m = shapely.distance(places, grounds.tree.geometries[ground])
    beyond = apart_m - fixes.accuracy_m[fix] > grounds.buffer_m[ground]
    says[first[near_pair] + fix - begin[near_pair]] = np.where(apart_m == 0.0, IN, np.where(beyond, OUT, BETWEEN))
    return _followed(way, key, (first, pair, on_way), says, state, rules)


def _followed(
    way: Way,
    key: IntArray,
    layout: tuple[IntArray, IntArray, IntArray],
    says: npt.NDArray[np.int8],
    state: FenceState,
    rules: FenceRules,
) -> Course:
    first, pair, fix = layout
    row = np.arange(len(pair))
    starts = row == first[pair]
    changes = starts.copy()
    changes[1:] |= says[1:] != says[:-1]
    run = _latest(changes)
    believed = (row - run + 1 >= rules.fixes) & (says != BETWEEN) & way.is_new[fix]
    latest = _latest(believed | starts)
    place = np.minimum(np.searchsorted(state.key, key), max(len(state.key) - 1, 0))
    at_first = state.key[place] == key if len(state.key) else np.zeros(len(key), np.bool_)
    entered_ms = np.where(at_first, state.entered_ms[place], 0) if len(state.key) else np.zeros(len(key), np.int64)
    inside = np.where(believed[latest], says[latest] == IN, at_first[pair])
    was_inside = np.empty_like(inside)
    was_inside[1:] = inside[:-1]
    was_inside[starts] = at_first
    stretch = _latest(starts | (inside != was_inside))
    entered = inside[stretch] & ~was_inside[stretch]
    since_ms = np.where(entered, way.fixes.time_ms[fix[run[stretch]]], entered_ms[pair])
    return Course(key, first, pair, fix, says, inside, was_inside, run, stretch, np.where(inside, since_ms, 0))


def _latest(marks: BoolArray) -> IntArray:
    """Return the last marked row so far; the first row must be marked."""
    latest: IntArray = np.maximum.accumulate(np.where(marks, np.arange(len(marks)), 0))
    return latest
