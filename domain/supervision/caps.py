"""Visits and a cap to what is used and left of a calendar year in the site's time zone.

Decision table:

| visits of the enterprise in the year | used | left       | reached |
|--------------------------------------|------|------------|---------|
| n below the cap                      | n    | cap - n    | no      |
| n at the cap or above                | n    | 0          | yes     |

A visit belongs to the year that its own time has in the site's zone, however late its scan arrived. Every visit
counts, those that an override or a cause let in as well; a change of the cap within the year leaves them counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.supervision.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CapUse:
    """How much of a year's cap is used."""

    year: int
    cap: int
    used: int

    @property
    def left(self) -> int:
        """Visits that need no cause yet."""
        return max(0, self.cap - self.used)

    @property
    def reached(self) -> bool:
        """Whether one more visit needs a cause."""
        return self.used >= self.cap


def year_of(at: datetime, zone: ZoneInfo) -> int:
    """Return the calendar year of an aware time in the site's zone.

    >>> year_of(datetime.fromisoformat("2026-12-31T16:00:00+00:00"), ZoneInfo("Asia/Shanghai"))
    2027
    """
    return at.astimezone(zone).year


def use_of(visits: Iterable[Visit], enterprise_id: str, at: datetime, cap: int, zone: ZoneInfo) -> CapUse:
    """Return what is used of the year's cap at a moment; visits after that moment do not count yet."""
    year = year_of(at, zone)
    used = sum(v.enterprise_id == enterprise_id and v.at <= at and year_of(v.at, zone) == year for v in visits)
    return CapUse(year=year, cap=cap, used=used)
