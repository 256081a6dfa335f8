"""What a geofence works on: fixes, grounds, rules, who is where, and the events that come of it; all in metres."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import shapely

from domain.readings import BoolArray, FloatArray, IntArray


class FenceEvent(IntEnum):
    """What somebody did at a ground."""

    ENTER = 0
    EXIT = 1
    DWELL = 2
    CROSSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceRules:
    """When a fix counts; design values.

    Attributes:
        exit_share: Buffer as a share of the ground's radius, the radius of the circle of its area.
        exit_floor_m: The buffer is no less. [m]
        max_accuracy_m: A fix that owns to a greater error says nothing. [m]
        usual_accuracy_m: Of a fix that does not say. [m]
        fixes: So many in a row are believed.
        dwell_s: Who is inside for so long stays. [s]
        max_speed_ms: A way that would need more is a glitch, not a crossing. [m/s]
        max_gap_s: Nothing is said of the way between two fixes further apart. [s]
        way_m: Two fixes must be further apart, and further than twice their errors, to tell of the way between. [m]
        chord_m: A way that touches less of a ground has not crossed it. [m]
    """

    exit_share: float = 0.1
    exit_floor_m: float = 20.0
    max_accuracy_m: float = 50.0
    usual_accuracy_m: float = 15.0
    fixes: int = 2
    dwell_s: float = 120.0
    max_speed_ms: float = 35.0
    max_gap_s: float = 180.0
    way_m: float = 50.0
    chord_m: float = 20.0


@dataclass(frozen=True, slots=True)
class Grounds:
    """Grounds to watch, computed once: polygons in metres, and how far outside one must be to have left. [m]"""

    tree: shapely.STRtree
    buffer_m: FloatArray


@dataclass(frozen=True, slots=True)
class Fixes:
    """Where somebody was; every column has n rows.

    Attributes:
        who: Index of the vehicle or inspector.
        time_ms: Unix time. [ms]
        xy_m: Place, NaN = none, shape (n, 2). [m]
        accuracy_m: As the receiver says, NaN = it does not. [m]
    """

    who: IntArray
    time_ms: IntArray
    xy_m: FloatArray
    accuracy_m: FloatArray

    def __len__(self) -> int:
        return len(self.who)

    def take(self, rows: npt.NDArray[np.intp] | BoolArray) -> "Fixes":
        """Return some of the rows, in the order given."""
        return Fixes(self.who[rows], self.time_ms[rows], self.xy_m[rows], self.accuracy_m[rows])


@dataclass(frozen=True, slots=True)
class FenceState:
    """Who is where; small.

    Attributes:
        tail: The last fixes of everybody that counted, by (who, time).
        key: Pairs of who and ground that are inside, ascending: `who * grounds + ground`, shape (p,).
        entered_ms: Since when, shape (p,). [ms]
        told: Whether it was told that they stay, shape (p,).
    """

    tail: Fixes
    key: IntArray
    entered_ms: IntArray
    told: BoolArray


@dataclass(frozen=True, slots=True)
class FenceEvents:
    """What happened, by (known, who, ground); every column has n rows.

    Attributes:
        kind: `FenceEvent`.
        who: Index of the vehicle or inspector.
        ground: Index of the ground.
        time_ms: When it happened: the first of the fixes in a row, the end of the dwell time, the middle of the way
            across; Unix time. [ms]
        known_ms: Time of the fix by which it is known. [ms]
    """

    kind: npt.NDArray[np.uint8]
    who: IntArray
    ground: IntArray
    time_ms: IntArray
    known_ms: IntArray

    def __len__(self) -> int:
        return len(self.kind)


def grounds_of(polygons_m: list[shapely.Geometry], rules: FenceRules) -> Grounds:
    """Make grounds ready that are given in metres."""
    radius_m = np.sqrt(np.array([polygon.area for polygon in polygons_m], np.float64) / np.pi)
    return Grounds(shapely.STRtree(polygons_m), np.maximum(rules.exit_share * radius_m, rules.exit_floor_m))


def nobody() -> FenceState:
    """Return the state before the first fix."""
    none = np.empty(0, np.int64)
    return FenceState(Fixes(none, none, np.empty((0, 2)), np.empty(0)), none, none, np.empty(0, np.bool_))
