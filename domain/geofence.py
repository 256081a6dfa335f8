"""Fixes of vehicles and inspectors to what they did at grounds: entered, left, stayed, crossed between two fixes.

A receiver of 5 to 15 m noise that drives along a fence would come and go with every fix. So entering needs fixes in a
row inside, and leaving needs fixes in a row that are outside by more than their own error and a buffer; a fix that
owns to a great error says nothing. Everybody's fixes are looked at together.
"""

import numpy as np
import numpy.typing as npt
import shapely

from domain.fence import FenceEvent, FenceEvents, FenceRules, FenceState, Fixes, Grounds
from domain.fence_course import IN, Course, Way, course_of, way_of
from domain.readings import BoolArray, IntArray


def advance(state: FenceState, fixes: Fixes, grounds: Grounds, rules: FenceRules) -> tuple[FenceState, FenceEvents]:
    """Take new fixes into account.

    A fix that is not newer than the last one of its owner comes too late to say anything. What comes out does not
    depend on how fixes in order of time are cut.

    Args:
        state: Who was where.
        fixes: New fixes in any order.
        grounds: To watch.
        rules: When a fix counts.
    """
    way = way_of(state.tail, fixes, rules)
    if not way.is_new.any() or not len(grounds.buffer_m):
        return state, _no_events()
    course = course_of(way, state, grounds, rules)
    stays, told = _stays(way, course, state, rules)
    parts = [*_comings_and_goings(way, course), stays, *_crossings(way, course, grounds, rules)]
    return _after(way, course, told, rules), _in_order(parts, len(grounds.buffer_m))


_Part = tuple[FenceEvent, IntArray, IntArray, IntArray]
"""Kind, and columns: pair's key, when, known when."""


def _comings_and_goings(way: Way, course: Course) -> list[_Part]:
    time_ms = way.fixes.time_ms
    parts: list[_Part] = []
    for kind, turned in (
        (FenceEvent.ENTER, course.inside & ~course.was_inside),
        (FenceEvent.EXIT, ~course.inside & course.was_inside),
    ):
        row = np.flatnonzero(turned)
        parts.append(
            (kind, course.key[course.pair[row]], time_ms[course.fix[course.run[row]]], time_ms[course.fix[row]])
        )
    return parts


def _stays(way: Way, course: Course, state: FenceState, rules: FenceRules) -> tuple[_Part, BoolArray]:
    """Return who stays since these fixes, and for each row whether it has been told of its stretch, shape (r,)."""
    time_ms = way.fixes.time_ms[course.fix]
    dwell_ms = int(1000 * rules.dwell_s)
    known = np.isin(course.key, state.key[state.told])
    goes_on = course.stretch == course.first[course.pair]
    told = course.inside & goes_on & known[course.pair] & course.was_inside[course.stretch]
    due = course.inside & ~told & (time_ms - course.since_ms >= dwell_ms) & way.is_new[course.fix]
    row = np.flatnonzero(due)
    stretch, which = np.unique(course.stretch[row], return_index=True)
    row = row[which]
    part = (FenceEvent.DWELL, course.key[course.pair[row]], course.since_ms[row] + dwell_ms, time_ms[row])
    return part, told | np.isin(course.stretch, stretch)


def _crossings(way: Way, course: Course, grounds: Grounds, rules: FenceRules) -> list[_Part]:
    """Return who went over a ground without being caught inside, or with a single fix inside."""
    tells = _way_tells(way, rules)
    row = np.flatnonzero(tells & way.is_new)
    line = _lines(way, row)
    which, ground = grounds.tree.query(line, predicate="intersects")
    part = shapely.intersection(line[which], grounds.tree.geometries[ground])
    key = way.fixes.who[row[which]] * len(grounds.buffer_m) + ground
    outside = _outside(course, key, row[which] - 1) & _outside(course, key, row[which])
    kept = outside & (shapely.length(part) >= rules.chord_m)
    before, after = way.fixes.time_ms[row[which] - 1], way.fixes.time_ms[row[which]]
    share = shapely.line_locate_point(line[which], shapely.centroid(part), normalized=True)
    at_ms = before + (share * (after - before)).astype(np.int64)
    return [
        (FenceEvent.CROSSED, key[kept], at_ms[kept], after[kept]),
        _through_one_fix(way, course, tells, grounds, rules),
    ]


def _through_one_fix(way: Way, course: Course, tells: BoolArray, grounds: Grounds, rules: FenceRules) -> _Part:
    middle = np.flatnonzero((course.says[1:-1] == IN) & (course.says[:-2] != IN) & (course.says[2:] != IN)) + 1
    same = (course.pair[middle - 1] == course.pair[middle]) & (course.pair[middle + 1] == course.pair[middle])
    middle = middle[same]
    fix = course.fix[middle]
    seen = ~course.inside[middle - 1] & ~course.inside[middle] & ~course.inside[middle + 1]
    middle = middle[seen & tells[fix] & tells[fix + 1] & way.is_new[fix + 1]]
    fix = course.fix[middle]
    ground = grounds.tree.geometries[course.key[course.pair[middle]] % len(grounds.buffer_m)]
    inside_m = sum(
        (shapely.length(shapely.intersection(_lines(way, leg), ground)) for leg in (fix, fix + 1)),
        start=np.zeros(len(fix)),
    )
    kept = inside_m >= rules.chord_m
    time_ms = way.fixes.time_ms
    return FenceEvent.CROSSED, course.key[course.pair[middle[kept]]], time_ms[fix[kept]], time_ms[fix[kept] + 1]


def _way_tells(way: Way, rules: FenceRules) -> BoolArray:
    """Return for which fixes the way from the one before is known, shape (n,)."""
    fixes = way.fixes
    length_m, error_m, gap_ms = np.zeros(len(fixes)), np.zeros(len(fixes)), np.zeros(len(fixes))
    length_m[1:] = np.hypot(*(fixes.xy_m[1:] - fixes.xy_m[:-1]).T)
    error_m[1:] = fixes.accuracy_m[1:] + fixes.accuracy_m[:-1]
    gap_ms[1:] = fixes.time_ms[1:] - fixes.time_ms[:-1]
    follows = (np.arange(len(fixes)) > way.begin) & (gap_ms <= 1000 * rules.max_gap_s)
    far = length_m >= np.maximum(rules.way_m, 2.0 * error_m)
    tells: BoolArray = follows & far & (length_m - error_m <= rules.max_speed_ms * gap_ms / 1000.0)
    return tells


def _lines(way: Way, row: IntArray) -> npt.NDArray[np.object_]:
    ends = np.stack([way.fixes.xy_m[row - 1], way.fixes.xy_m[row]], axis=1)
    lines: npt.NDArray[np.object_] = shapely.linestrings(ends)
    return lines


def _outside(course: Course, key: IntArray, fix: IntArray) -> BoolArray:
    """Return whether owners neither are inside a ground at a fix nor seem to be, shape (n,)."""
    if not len(course.key) or not len(key):
        return np.ones(len(key), np.bool_)
    pair = np.minimum(np.searchsorted(course.key, key), len(course.key) - 1)
    known = course.key[pair] == key
    row = np.where(known, course.first[pair] + fix - course.fix[course.first[pair]], 0)
    outside: BoolArray = ~known | ((course.says[row] != IN) & ~course.inside[row])
    return outside


def _after(way: Way, course: Course, told: BoolArray, rules: FenceRules) -> FenceState:
    last = np.append(course.first[1:], len(course.pair)) - 1
    last = last[course.inside[last]] if len(course.key) else last[:0]
    size = len(way.fixes)
    end = np.append(np.flatnonzero(way.begin[1:] != way.begin[:-1]) + 1, size)
    rows_left = np.repeat(end, np.diff(np.append(0, end))) - np.arange(size)
    tail = way.fixes.take(rows_left <= max(rules.fixes, 2))
    return FenceState(tail, course.key[course.pair[last]], course.since_ms[last], told[last])


def _in_order(parts: list[_Part], grounds: int) -> FenceEvents:
    kind = np.concatenate([np.full(len(part[1]), part[0], np.uint8) for part in parts])
    key, time_ms, known_ms = (np.concatenate([part[column] for part in parts]) for column in (1, 2, 3))
    order = np.lexsort((kind, key, known_ms))
    key = key[order]
    return FenceEvents(kind[order], key // grounds, key % grounds, time_ms[order], known_ms[order])


def _no_events() -> FenceEvents:
    none = np.empty(0, np.int64)
    return FenceEvents(np.empty(0, np.uint8), none, none, none, none)
