"""What a ticket says beside its source: what the judgement had to do without, and which limits are crossed."""

from domain.degraded import NAMES, degradations
from domain.field import JudgedField
from domain.limits.crossing import LimitState, crossings_of
from domain.vanes import Vanes, wind_of_vanes
from domain.zone import Zone

WIND_STUCK, WIND_SPLIT, WIND_OLD = "wind_stuck", "wind_split", "wind_old"
MISSING = (*NAMES, WIND_STUCK, WIND_SPLIT, WIND_OLD)
"""Every name of what may be missing."""


def missing_now(judged: JudgedField, vanes: Vanes, zone: Zone) -> tuple[str, ...]:
    """Return the names of what is missing now."""
    wind = wind_of_vanes(vanes)
    named = {WIND_STUCK: vanes.stuck.any(), WIND_SPLIT: wind.is_split, WIND_OLD: wind.is_old}
    return (*degradations(judged, zone.site), *(name for name, holds in named.items() if holds))


def crossed_by(limits: LimitState, sensors: tuple[int, ...]) -> tuple[str, ...]:
    """Return which kinds of limits some sensors cross by themselves: `limit_crossed`, `high_value`."""
    return tuple(sorted({name.value for _, _, name in crossings_of(limits, sensors)}))
