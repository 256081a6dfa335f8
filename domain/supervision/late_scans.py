"""Visits as they are known now to those that would have needed a word more, had all been known at their time.

Decision table (each visit against those before it by their own time; visits of one moment in order of receipt):

| fruitless before it, 365 days | override | cap used before it | cause | conflict        |
|-------------------------------|----------|--------------------|-------|-----------------|
| 3 or more                     | no       | -                  | -     | fruitless_visits |
| -                             | -        | reached            | no    | cap_reached     |
| else                          |          |                    |       | none            |

A scan that arrives in order makes no conflict. One that arrives late, an outcome corrected later, or a cap lowered
for the past may: the visits took place, so they stay, and a chief is to record why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.supervision.caps import use_of
from domain.supervision.check_in import FRUITLESS_LIMIT, fruitless
from domain.supervision.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A visit that lacks an override (`fruitless_visits`) or a cause (`cap_reached`)."""

    scan_id: str
    reason: str


def conflicts(visits: Sequence[Visit], cap_at: Callable[[datetime], int], zone: ZoneInfo) -> tuple[Conflict, ...]:
    """Return the conflicts of one enterprise's visits, earliest first.

    Args:
        visits: Of one enterprise, in order of receipt.
        cap_at: The cap that held at a moment.
        zone: The site's time zone.
    """
    ordered = sorted(visits, key=lambda visit: visit.at)
    found = []
    for row, visit in enumerate(ordered):
        before = ordered[:row]
        if visit.override is None and _is_fourth(visit, before):
            found.append(Conflict(scan_id=visit.scan_id, reason="fruitless_visits"))
        if visit.cause is None and use_of(before, visit.enterprise_id, visit.at, cap_at(visit.at), zone).reached:
            found.append(Conflict(scan_id=visit.scan_id, reason="cap_reached"))
    return tuple(found)


def _is_fourth(visit: Visit, before: Sequence[Visit]) -> bool:
    return fruitless(before, visit.inspector_id, visit.enterprise_id, visit.at) >= FRUITLESS_LIMIT
