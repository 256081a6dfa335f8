"""Readings of vehicles in, where each drove in the last hour of the zone clock out; in memory only."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.channels import N_POLLUTANTS
from domain.position import flag_positions, no_fixes
from domain.readings import BoolArray, FloatArray, IntArray, Readings
from domain.site import Site

BitArray = npt.NDArray[np.uint8]

HOUR_MS = 3_600_000
SLOT_MS = 10_000
"""Of each ten seconds the newest fix is kept: 170 m at 60 km/h, 360 fixes an hour. Design value. [ms]"""
AHEAD_MS = 60_000
"""A measurement that claims to be farther ahead of the zone clock is left out. Design value. [ms]"""
GAP_MS = 60_000
"""A shorter silence never breaks a track; a longer one does, unless the vehicle usually speaks so rarely. [ms]"""
USUAL_STEPS = 3.0
MOST_GAP_MS = 300_000
"""A longer silence always breaks it. Design values. [ms]"""
MOST_FIXES = 20_000
"""Told at once, of all vehicles; where there are more than 55, each gets fewer. Design value."""

_SLOTS = (HOUR_MS + AHEAD_MS) // SLOT_MS + 4  # so that two times within the window never share a slot
_BITS = (1 << np.arange(N_POLLUTANTS)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Track:
    """One vehicle's fixes in the order of time; `raised` has bit i where pollutant i was above the band.

    Attributes:
        sensor: Index into `site.sensors`.
        time_ms: Of the measurement, shape (n,). [ms]
        place: Longitude and latitude WGS-84, shape (n, 2). [degrees]
        raised: What was raised since the fix before, shape (n,).
    """

    sensor: int
    time_ms: IntArray
    place: FloatArray
    raised: BitArray


@dataclass(frozen=True, slots=True)
class Piece:
    """Fixes `begin` to `end` (both in it) without a gap, on all of whose ways the same was raised."""

    begin: int
    end: int
    raised: int


class Tracks:
    """A ring of slots per vehicle; a slot holds the newest fix that is believed, and what was raised in its time."""

    def __init__(self, site: Site) -> None:
        self._vehicles = np.flatnonzero(site.is_vehicle)
        count = len(self._vehicles)
        self._number = np.full(len(site.sensors), -1, np.int32)
        self._number[self._vehicles] = np.arange(count)
        self._believed = no_fixes(count)
        self._lap: IntArray = np.zeros((count, _SLOTS), np.int64)
        self._time: IntArray = np.zeros((count, _SLOTS), np.int64)
        self._place: FloatArray = np.full((count, _SLOTS, 2), np.nan)
        self._raised: BitArray = np.zeros((count, _SLOTS), np.uint8)
        self._turn = threading.Lock()  # a request reads in a thread of its own

    def take(self, rows: Readings, hot: BoolArray, clock_ms: int) -> None:
        """Take the vehicles' readings; `hot` says which of the values are above the band, shape (n, 4)."""
        chosen = np.flatnonzero(self._number[rows.sensor] >= 0)
        if not len(chosen):
            return
        bits: BitArray = (hot[chosen] * _BITS).sum(axis=1).astype(np.uint8)
        rows = rows.take(chosen)
        rows = Readings(self._number[rows.sensor], rows.time_ms, rows.received_ms, rows.position, rows.values)
        everyone = np.ones(len(self._vehicles), np.bool_)
        self._believed, astray = flag_positions(self._believed, rows, everyone)
        age = clock_ms - rows.time_ms
        within = (age < HOUR_MS) & (age >= -AHEAD_MS)
        with self._turn:
            self._keep(rows.take(within), bits[within], astray[within])

    def _keep(self, rows: Readings, bits: BitArray, astray: BoolArray) -> None:
        lap = rows.time_ms // SLOT_MS
        slot = lap % _SLOTS
        other = self._lap[rows.sensor, slot] != lap
        gone = (rows.sensor[other], slot[other])
        self._lap[gone], self._time[gone], self._place[gone], self._raised[gone] = lap[other], 0, np.nan, 0
        np.bitwise_or.at(self._raised, (rows.sensor, slot), bits)
        order = np.argsort(rows.time_ms, kind="stable")
        order = order[~astray[order]]
        order = order[rows.time_ms[order] >= self._time[rows.sensor[order], slot[order]]]
        where = (rows.sensor[order], slot[order])
        self._time[where] = rows.time_ms[order]  # numpy keeps the last of equal indices: the newest
        self._place[where] = rows.position[order, :2]

    def last_hour(self, clock_ms: int) -> list[Track]:
        """Return the vehicles that were placed in the hour before `clock_ms`, at most `MOST_FIXES` fixes in all."""
        with self._turn:
            time_ms, place, raised = self._time.copy(), self._place.copy(), self._raised.copy()
        each = max(-(-len(self._vehicles) * (HOUR_MS // SLOT_MS) // MOST_FIXES), 1)
        tracks = []
        for number, sensor in enumerate(self._vehicles.tolist()):
            order = np.argsort(time_ms[number])
            order = order[time_ms[number, order] > max(clock_ms - HOUR_MS, 0)]  # 0 = nothing yet
            if len(order):
                row = Track(sensor, time_ms[number, order], place[number, order], raised[number, order])
                tracks.append(_thinned(row, each * SLOT_MS))
        return tracks


def _thinned(track: Track, slot_ms: int) -> Track:
    """Return the newest fix of each slot, with what was raised in any of its fixes."""
    lap = track.time_ms // slot_ms
    ends = np.flatnonzero(np.append(lap[1:] != lap[:-1], True))
    begins = np.append(0, ends[:-1] + 1)
    return Track(track.sensor, track.time_ms[ends], track.place[ends], np.bitwise_or.reduceat(track.raised, begins))


def pieces(track: Track) -> Iterator[Piece]:
    """Yield a track's pieces in order; a fix with a gap on both sides is in none.

    What was raised belongs to the way that leads to a fix, for the first fix of all or after a gap to the way from it.
    """
    step_ms = np.diff(track.time_ms)
    if not len(step_ms):
        return
    whole = step_ms <= min(max(GAP_MS, USUAL_STEPS * float(np.median(step_ms))), MOST_GAP_MS)
    first = np.append(True, ~whole[:-1])
    raised = np.where(first, track.raised[1:] | track.raised[:-1], track.raised[1:])
    other = first[1:] | ~whole[1:] | (raised[1:] != raised[:-1])
    begins = np.append(0, np.flatnonzero(other) + 1)
    ends = np.append(begins[1:], len(whole))
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if whole[begin]:
            yield Piece(begin, end, int(raised[begin]))
