"""What a ticket says beside its source: what the judgement had to do without, and which limits are crossed."""

import numpy as np

from domain.degraded import NAMES, degradations
from domain.field import JudgedField
from domain.limits.crossing import LimitState, crossings_of
from domain.trail import Trail
from domain.zone import Zone

WIND_STUCK = "wind_stuck"
STUCK_MIN = 90
"""The wind has not changed at all for so long: an hourly one would have, and air never stands so still."""
MISSING = (*NAMES, WIND_STUCK)
"""Every name of what may be missing."""
STIR_MS = 0.1
"""Below this a wind that does not change is a calm, and a mast may well say nought for hours. [m/s]"""


def missing_now(judged: JudgedField, trail: Trail, zone: Zone) -> tuple[str, ...]:
    """Return the names of what is missing now."""
    named = degradations(judged, zone.site)
    return (*named, WIND_STUCK) if _is_stuck(trail) else named


def crossed_by(limits: LimitState, sensors: tuple[int, ...]) -> tuple[str, ...]:
    """Return which kinds of limits some sensors cross by themselves: `limit_crossed`, `high_value`."""
    return tuple(sorted({name.value for _, _, name in crossings_of(limits, sensors)}))


def _is_stuck(trail: Trail) -> bool:
    east_ms, north_ms = trail.east_ms[-STUCK_MIN:], trail.north_ms[-STUCK_MIN:]
    if len(east_ms) < STUCK_MIN:
        return False
    still = bool(np.ptp(east_ms) == 0.0 and np.ptp(north_ms) == 0.0)
    return still and float(np.hypot(east_ms[-1], north_ms[-1])) > STIR_MS
