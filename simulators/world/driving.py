"""A vehicle that follows the roads at a realistic speed, second by second."""

from dataclasses import dataclass

import numpy as np

from domain.readings import FloatArray, IndexArray
from simulators.world.roads import Roads

PULL_MS2 = 1.3
"""Acceleration and braking. Design value. [m/s²]"""
STOP_SHARE, STOP_S = 0.35, (4.0, 40.0)
"""How often a crossing stops a vehicle, and for how long. Design values."""
CRUISE_MS, TURN_MS = (7.0, 13.0), 4.5
"""Usual speeds between crossings and through them. Design values. [m/s]"""


@dataclass(frozen=True, slots=True)
class Track:
    """Where a vehicle was each second; `edge` is the road edge it was on, shape (seconds,); `xy_m` is (seconds, 2)."""

    xy_m: FloatArray
    speed_ms: FloatArray
    heading_deg: FloatArray
    edge: IndexArray


class Driver:
    """Drives at random, mostly straight on, never back; `take` continues where it left off."""

    def __init__(self, roads: Roads, rng: np.random.Generator) -> None:
        self._node_xy = roads.flat_node
        self._exits = _exits(roads)
        self._rng = rng
        self._at = int(rng.integers(len(self._node_xy)))
        self._came_from = -1
        self._speed_ms = 0.0
        self._time_s = 0.0
        self._next_s = 0
        self._rows = np.empty((0, 5))

    def take(self, seconds: int) -> Track:
        """Return the next seconds."""
        parts = [self._rows]
        have = len(self._rows)
        while have < seconds:
            parts.append(self._edge())
            have += len(parts[-1])
        rows = np.concatenate(parts)
        self._rows = rows[seconds:]
        rows = rows[:seconds]
        return Track(rows[:, :2], rows[:, 2], rows[:, 3], rows[:, 4].astype(np.int32))

    def _edge(self) -> FloatArray:
        """Drive to the next crossing: rows of x, y, speed, heading, edge, one for every whole second passed."""
        node, edge = self._choose()
        along = self._node_xy[node] - self._node_xy[self._at]
        length = float(np.hypot(*along))
        stops = bool(self._rng.random() < STOP_SHARE)
        wait_s = float(self._rng.uniform(*STOP_S)) if stops else 0.0
        cruise, out = float(self._rng.uniform(*CRUISE_MS)), 0.0 if stops else TURN_MS
        profile = _profile(length, self._speed_ms, cruise, out)
        end_s = self._time_s + profile.end_s + wait_s
        second = np.arange(self._next_s, int(np.ceil(end_s)))
        passed = np.clip(second - self._time_s, 0.0, profile.end_s)
        share = profile.distance(passed) / length
        rows = np.empty((len(second), 5))
        rows[:, :2] = self._node_xy[self._at] + share[:, np.newaxis] * along
        rows[:, 2] = profile.speed(passed)
        rows[:, 3] = np.degrees(np.arctan2(along[0], along[1])) % 360.0
        rows[:, 4] = edge
        self._came_from, self._at, self._speed_ms = self._at, node, out
        self._time_s, self._next_s = end_s, self._next_s + len(second)
        return rows

    def _choose(self) -> tuple[int, int]:
        exits = [way for way in self._exits[self._at] if way[0] != self._came_from] or self._exits[self._at]
        if self._came_from < 0:
            return exits[int(self._rng.integers(len(exits)))]
        ahead = self._node_xy[self._at] - self._node_xy[self._came_from]
        turn = [float(ahead @ (self._node_xy[node] - self._node_xy[self._at])) for node, _ in exits]
        weight = np.array([3.0 if cosine > 0.5 * float(ahead @ ahead) else 1.0 for cosine in turn])
        return exits[int(self._rng.choice(len(exits), p=weight / weight.sum()))]


def _exits(roads: Roads) -> list[list[tuple[int, int]]]:
    exits: list[list[tuple[int, int]]] = [[] for _ in roads.flat_node]
    for number, (one, other) in enumerate(roads.edge.tolist()):
        exits[one].append((other, number))
        exits[other].append((one, number))
    return exits


@dataclass(frozen=True, slots=True)
class _Profile:
    """Speed up, cruise, slow down; times from the edge's start. [s]"""

    begin_ms: float
    cruise_ms: float
    up_s: float
    down_at_s: float
    end_s: float

    def distance(self, time_s: FloatArray) -> FloatArray:
        """Return metres from the edge's start."""
        up, down = np.minimum(time_s, self.up_s), np.maximum(time_s - self.down_at_s, 0.0)
        level = np.clip(time_s - self.up_s, 0.0, self.down_at_s - self.up_s)
        rising = self.begin_ms * up + 0.5 * PULL_MS2 * up**2
        return rising + self.cruise_ms * level + self.cruise_ms * down - 0.5 * PULL_MS2 * down**2

    def speed(self, time_s: FloatArray) -> FloatArray:
        """Return metres a second."""
        up, down = np.minimum(time_s, self.up_s), np.maximum(time_s - self.down_at_s, 0.0)
        return self.begin_ms + PULL_MS2 * up - PULL_MS2 * down


def _profile(length_m: float, begin_ms: float, cruise_ms: float, end_ms: float) -> _Profile:
    """Return how a vehicle crosses an edge of `length_m`."""
    highest = float(np.sqrt(PULL_MS2 * length_m + 0.5 * (begin_ms**2 + end_ms**2)))  # no room to be faster
    cruise = min(max(cruise_ms, begin_ms, end_ms), highest)
    up_s, down_s = (cruise - begin_ms) / PULL_MS2, (cruise - end_ms) / PULL_MS2
    level_m = length_m - 0.5 * (begin_ms + cruise) * up_s - 0.5 * (cruise + end_ms) * down_s
    level_s = max(level_m, 0.0) / cruise
    return _Profile(begin_ms, cruise, up_s, up_s + level_s, up_s + level_s + down_s)
