"""A period as the store knows it: from one moment to another, and as ISO days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from domain.supervision.statistics import Period
from domain.times import to_datetime, to_ms


@dataclass(frozen=True)
class Window:
    """A period in the site's zone."""

    period: Period
    zone: ZoneInfo

    @cached_property
    def from_ms(self) -> int:
        """The first moment. [Unix ms]"""
        return begin_ms(self.period.first, self.zone)

    @cached_property
    def until_ms(self) -> int:
        """The first moment after it. [Unix ms]"""
        return begin_ms(self.period.last + timedelta(days=1), self.zone)

    def has(self, at_ms: int) -> bool:
        """Say whether a moment lies in it."""
        return self.from_ms <= at_ms < self.until_ms

    def has_at(self, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Return the condition that a time lies in it."""
        return and_(column >= self.from_ms, column < self.until_ms)

    def has_day(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that an ISO day lies in it; of columns that may be null too."""
        return and_(column >= self.period.first.isoformat(), column <= self.period.last.isoformat())

    def day(self, at_ms: int) -> date:
        """Return the day of a moment in the site's zone."""
        return to_datetime(at_ms).astimezone(self.zone).date()


def begin_ms(day: date, zone: ZoneInfo) -> int:
    """Return when a day begins in a zone; where clocks skip midnight, when they do. [Unix ms]"""
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=zone))
