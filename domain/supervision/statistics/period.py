"""What somebody asks for, as `2026-11`, to days of the site's zone and to the period to compare with.

Decision table (`today` lies in the period = it is running):

| asked for         | first day to last day                  | compared with                                  |
|-------------------|----------------------------------------|------------------------------------------------|
| `2026`            | the calendar year                      | the year before                                |
| `2026-Q3`         | the quarter                            | the quarter before                             |
| `2026-11`         | the month                              | the month before                               |
| `2026-W48`        | the ISO week, Monday to Sunday         | the week before                                |
| `2026-11-26`      | the day                                | the day before                                 |
| from … until      | these days, both included              | as many days directly before                   |
| any that runs     | … to today                             | as many days of the one before, at most all    |
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

YEARS = range(1970, 2200)
"""Years that a period may lie in."""
LONGEST_D = 3660
"""The longest period. Design value. [d]"""
DAY = timedelta(days=1)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"(\d{4})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class PeriodRefused(ValueError):
    """No such period; the words say how to write one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days of the site's zone, both included.

    Attributes:
        name: As it was asked for; of two dates `2026-11-01..2026-11-26`.
        last: The last day that counts: today where the period is running.
        whole: The last day of the whole period.
    """

    name: str
    first: date
    last: date
    whole: date

    @property
    def days(self) -> int:
        """How many days count."""
        return (self.last - self.first).days + 1

    @property
    def is_running(self) -> bool:
        """Whether it is not over."""
        return self.last < self.whole

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=offset) for offset in range(self.days))


def named_period(name: str, today: date) -> Period:
    """Return the period of a name.

    Raises:
        PeriodRefused: There is none of this name.

    >>> named_period("2026-Q4", date(2026, 11, 26)).last.isoformat()
    '2026-11-26'
    """
    for pattern, limits in _FORMS:
        match = pattern.fullmatch(name.strip())
        if match:
            first, last = _limits(limits, match, name)
            return _cut(Period(name=name.strip(), first=first, last=last, whole=last), today)
    raise _refused(name)


def period_between(first: date, last: date, today: date) -> Period:
    """Return the period between two days, both included.

    Raises:
        PeriodRefused: It ends before it begins, is too long, or lies in no year that counts.
    """
    if last < first:
        raise PeriodRefused(f"from {first}, until {last}: it ends before it begins; exchange them")
    if (last - first).days >= LONGEST_D:
        raise PeriodRefused(f"from {first}, until {last}: longer than {LONGEST_D} days; ask for less")
    if first.year not in YEARS or last.year not in YEARS:
        raise PeriodRefused(f"from {first}, until {last}: name years from {YEARS[0]} to {YEARS[-1]}")
    return _cut(Period(name=f"{first}..{last}", first=first, last=last, whole=last), today)


def before(period: Period) -> Period:
    """Return the period to compare with: of a running one as many days.

    >>> before(named_period("2026-11", date(2026, 11, 26))).last.isoformat()
    '2026-10-26'
    """
    eve = period.first - DAY
    first, last = _same_kind(period, eve)
    day = min(first + timedelta(days=period.days - 1), last) if period.is_running else last
    return Period(name=_name_before(period, first, last), first=first, last=day, whole=last)


def _cut(period: Period, today: date) -> Period:
    return replace(period, last=today) if period.first <= today < period.last else period


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _span(first: date, months: int) -> tuple[date, date]:
    """Return so many calendar months from the first of one."""
    ahead = first.month - 1 + months
    return first, date(first.year + ahead // 12, ahead % 12 + 1, 1) - DAY


def _week(first: date) -> tuple[date, date]:
    return first, first + timedelta(days=6)


def _day(text: str) -> tuple[date, date]:
    day = date.fromisoformat(text)
    return day, day


Limits = Callable[[re.Match[str]], tuple[date, date]]
_FORMS: tuple[tuple[re.Pattern[str], Limits], ...] = (
    (_QUARTER, lambda m: _span(date(int(m[1]), int(m[2]) * 3 - 2, 1), 3)),
    (_WEEK, lambda m: _week(date.fromisocalendar(int(m[1]), int(m[2]), 1))),
    (_DAY, lambda m: _day(m[0])),
    (_MONTH, lambda m: _span(date(int(m[1]), int(m[2]), 1), 1)),
    (_YEAR, lambda m: _year(int(m[1]))),
)


def _limits(limits: Limits, match: re.Match[str], name: str) -> tuple[date, date]:
    if int(match[0][:4]) not in YEARS:
        raise _refused(name)
    try:
        return limits(match)
    except ValueError:
        raise _refused(name) from None


def _same_kind(period: Period, eve: date) -> tuple[date, date]:
    """Return the limits of the period of the same kind that ends on a day."""
    name = period.name
    if _YEAR.fullmatch(name):
        return _year(eve.year)
    if _QUARTER.fullmatch(name):
        return _span(date(eve.year, eve.month - 2, 1), 3)
    if _MONTH.fullmatch(name):
        return _span(eve.replace(day=1), 1)
    return eve - (period.whole - period.first), eve


def _name_before(period: Period, first: date, last: date) -> str:
    name = period.name
    if _YEAR.fullmatch(name):
        return f"{first:%Y}"
    if _QUARTER.fullmatch(name):
        return f"{first:%Y}-Q{(first.month + 2) // 3}"
    if _WEEK.fullmatch(name):
        return week_of(first)
    if _MONTH.fullmatch(name):
        return f"{first:%Y-%m}"
    return first.isoformat() if first == last else f"{first}..{last}"


def week_of(day: date) -> str:
    """Return the name of a day's ISO week.

    >>> week_of(date(2027, 1, 1))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _refused(name: str) -> PeriodRefused:
    told = ascii(name[:40])
    return PeriodRefused(f"period {told}: write 2026, 2026-Q4, 2026-11, 2026-W48 or 2026-11-26")
