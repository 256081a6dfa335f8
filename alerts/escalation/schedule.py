"""Who is on duty at a moment, and whom to tell next: shifts, holidays and duty hours in the site's zone; pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.times import to_datetime, to_ms

_DAY = timedelta(days=1)
_HORIZON_DAYS = 400
"""So far ahead the next duty hours are sought: longer than any holiday."""


class OnHolidays(StrEnum):
    """Whether a shift is worked on holidays."""

    OFF = "off"
    ON = "on"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A stretch of the day on some weekdays (0 = Monday); where `until` is not after `since` it ends the next day.

    It belongs to the day on which it begins: that day's weekday and holiday decide.
    """

    days: frozenset[int]
    since: time
    until: time
    holidays: OnHolidays = OnHolidays.OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Who works when."""

    people: tuple[str, ...]
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody who can be told.

    Attributes:
        key: Short name, as in histories.
        name: As shown in a message.
        endpoint: Name of an endpoint in `webhooks.toml`.
        mention: How the endpoint's platform names them, so that their phone rings; empty: not mentioned.
    """

    key: str
    name: str
    endpoint: str
    mention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Contacts and their hours.

    Attributes:
        order: Keys of contacts, who is asked first.
        chief: Key of who is told when all on duty were.
        wait_ms: How long each contact has before the next one is told. [ms]
        repeat_ms: Time between two reminders once everybody was told. [ms]
        urgent_priority: Tickets of this priority or a smaller number are escalated at any hour.
        duty_hours: When the others are.
        workdays: Days worked in exchange for a holiday; they run as Mondays.
    """

    zone: ZoneInfo
    contacts: Mapping[str, Contact]
    order: tuple[str, ...]
    chief: str
    shifts: tuple[Shift, ...]
    duty_hours: Hours
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    wait_ms: int = 600_000
    repeat_ms: int = 1_800_000
    urgent_priority: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Tell a contact now; `last` says that everybody was told before, so this is a reminder."""

    contact: Contact
    next_ms: int
    last: bool


def on_duty(schedule: Schedule, at_ms: int) -> tuple[str, ...]:
    """Return who is on at a moment, in the order in which they are asked."""
    on = {key for shift in schedule.shifts if _runs(schedule, shift.hours, at_ms) for key in shift.people}
    return tuple(key for key in schedule.order if key in on)


def may_tell_ms(schedule: Schedule, at_ms: int, priority: int) -> int:
    """Return the first moment from `at_ms` on at which somebody may be told of a ticket of this priority. [ms]"""
    if priority <= schedule.urgent_priority or _runs(schedule, schedule.duty_hours, at_ms):
        return at_ms
    starts = (start for start, _ in _stretches(schedule, schedule.duty_hours, at_ms) if start > at_ms)
    return next(starts, at_ms)


def next_step(schedule: Schedule, at_ms: int, told: Collection[str]) -> Step:
    """Return whom to tell now: the next one on duty who was not told, then the chief, then the chief again.

    Args:
        schedule: Contacts and hours.
        at_ms: Now.
        told: Keys of who was told before, the one on duty at opening among them.
    """
    left = [key for key in on_duty(schedule, at_ms) if key not in told and key != schedule.chief]
    again = not left and schedule.chief in told
    contact = schedule.contacts[left[0] if left else schedule.chief]
    pause_ms = schedule.wait_ms if left else schedule.repeat_ms
    return Step(contact=contact, next_ms=at_ms + pause_ms, last=again)


def _runs(schedule: Schedule, hours: Hours, at_ms: int) -> bool:
    return any(start <= at_ms < end for start, end in _stretches(schedule, hours, at_ms, days=2))


def _stretches(schedule: Schedule, hours: Hours, at_ms: int, days: int = _HORIZON_DAYS) -> Iterator[tuple[int, int]]:
    """Give stretches as moments, from that of the day before `at_ms` on.

    Both ends go through the zone, so a shift that ends where another begins leaves no gap on the day the clock changes.
    """
    day = to_datetime(at_ms).astimezone(schedule.zone).date() - _DAY
    for _ in range(days):
        if _is_worked(schedule, hours, day):
            last = day if hours.until > hours.since else day + _DAY
            yield _moment(day, hours.since, schedule.zone), _moment(last, hours.until, schedule.zone)
        day += _DAY


def _is_worked(schedule: Schedule, hours: Hours, day: date) -> bool:
    if day in schedule.holidays:
        return hours.holidays is not OnHolidays.OFF
    weekday = 0 if day in schedule.workdays else day.weekday()
    return hours.holidays is not OnHolidays.ONLY and weekday in hours.days


def _moment(day: date, at: time, zone: ZoneInfo) -> int:
    return to_ms(datetime.combine(day, at, tzinfo=zone))
