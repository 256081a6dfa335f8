from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.escalation.schedule import (
    Contact,
    Hours,
    OnHolidays,
    Schedule,
    Shift,
    may_tell_ms,
    next_step,
    on_duty,
)
from domain.times import to_datetime, to_ms

BEIJING, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WEEK, ALL = frozenset(range(5)), frozenset(range(7))
MINUTE_MS = 60_000


def shift(people: str, since: int, until: int, days=ALL, holidays=OnHolidays.ON) -> Shift:
    hours = Hours(days=days, since=time(since), until=time(until), holidays=holidays)
    return Shift(people=tuple(people), hours=hours)


def schedule(*shifts: Shift, zone=BEIJING, **said) -> Schedule:
    contacts = {key: Contact(key=key, name=key, endpoint="group") for key in "abcdz"}
    hours = Hours(days=WEEK, since=time(8), until=time(18))
    return Schedule(
        zone=zone, contacts=contacts, order=tuple("abcd"), chief="z", shifts=shifts, duty_hours=hours, **said
    )


def at(day: int, hour: int, minute: int = 0, zone=BEIJING, month: int = 10, fold: int = 0) -> int:
    return to_ms(datetime(2026, month, day, hour, minute, tzinfo=zone, fold=fold))


DAY_AND_NIGHT = (shift("ab", 8, 20), shift("cd", 20, 8))


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        (at(14, 7, 59), "cd"),
        (at(14, 8), "ab"),
        (at(14, 19, 59), "ab"),
        (at(14, 20), "cd"),
        (at(15, 0), "cd"),
        (at(15, 3), "cd"),
    ],
)
def test_a_night_shift_goes_on_over_midnight_and_hands_over_at_the_minute(moment, on):
    assert on_duty(schedule(*DAY_AND_NIGHT), moment) == tuple(on)


def test_a_night_shift_belongs_to_the_day_on_which_it_begins():
    fridays = schedule(shift("a", 20, 8, days=frozenset({4})))

    assert on_duty(fridays, at(16, 21)) == ("a",)  # Friday
    assert on_duty(fridays, at(17, 7)) == ("a",)  # Saturday morning
    assert on_duty(fridays, at(16, 7)) == ()  # Friday morning is Thursday's
    assert on_duty(fridays, at(17, 21)) == ()


def test_who_is_on_is_asked_in_the_order_of_contacts_however_shifts_are_written():
    assert on_duty(schedule(shift("dba", 8, 20)), at(14, 9)) == ("a", "b", "d")


def test_holidays_have_their_own_shifts_and_a_workday_in_exchange_runs_as_a_monday():
    week = shift("ab", 8, 20, days=WEEK, holidays=OnHolidays.OFF)
    feast = shift("c", 8, 20, holidays=OnHolidays.ONLY)
    both = schedule(week, feast, holidays=frozenset({date(2026, 10, 1)}), workdays=frozenset({date(2026, 10, 10)}))

    assert on_duty(both, at(1, 9)) == ("c",)  # a Thursday
    assert on_duty(both, at(2, 9)) == ("a", "b")
    assert on_duty(both, at(10, 9)) == ("a", "b")  # a Saturday
    assert on_duty(both, at(11, 9)) == ()


def test_the_night_before_a_holiday_is_worked_to_its_end():
    nights = schedule(shift("a", 20, 8, holidays=OnHolidays.OFF), holidays=frozenset({date(2026, 10, 1)}))

    assert on_duty(nights, at(1, 7)) == ("a",)
    assert on_duty(nights, at(1, 21)) == ()
    assert on_duty(nights, at(2, 7)) == ()


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 28, 11), (10, 24, 13)])
def test_on_the_night_when_the_clock_changes_the_shift_is_an_hour_shorter_or_longer(month, day, hours):
    nights = schedule(shift("a", 20, 8), zone=BERLIN)
    start = at(day, 20, zone=BERLIN, month=month)
    minutes = [start + minute * MINUTE_MS for minute in range(-60, 15 * 60)]

    assert sum(on_duty(nights, moment) == ("a",) for moment in minutes) == hours * 60


def test_a_shift_may_end_in_the_hour_that_comes_twice_or_never_and_somebody_is_always_on():
    change = schedule(
        Shift(people=("a",), hours=Hours(days=ALL, since=time(14), until=time(2, 30), holidays=OnHolidays.ON)),
        Shift(people=("b",), hours=Hours(days=ALL, since=time(2, 30), until=time(14), holidays=OnHolidays.ON)),
        zone=BERLIN,
    )
    for start in (at(24, 22, zone=BERLIN), at(28, 22, zone=BERLIN, month=3)):
        assert all(len(on_duty(change, start + minute * MINUTE_MS)) == 1 for minute in range(0, 600, 5))


@given(st.integers(0, 366 * 24 * 60), st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns"]))
def test_two_shifts_that_meet_leave_nobody_and_double_nobody_at_any_minute_of_the_year(minute, zone):
    moment = to_ms(datetime(2026, 1, 1, tzinfo=UTC)) + minute * MINUTE_MS

    assert on_duty(schedule(*DAY_AND_NIGHT, zone=ZoneInfo(zone)), moment) in (("a", "b"), ("c", "d"))


def test_urgent_tickets_are_told_at_any_hour_others_from_the_next_duty_hours_on():
    week = schedule(*DAY_AND_NIGHT, holidays=frozenset({date(2026, 10, 19)}))
    friday_night, tuesday = at(16, 23), at(20, 8)  # Monday is a holiday

    assert may_tell_ms(week, friday_night, 1) == friday_night
    assert may_tell_ms(week, friday_night, 2) == tuesday
    assert may_tell_ms(week, at(16, 17, 59), 3) == at(16, 17, 59)
    assert may_tell_ms(week, at(16, 18), 3) == tuesday


def test_contacts_are_told_one_after_another_then_the_chief_then_the_chief_again():
    days, now, told = schedule(shift("abc", 8, 20)), at(14, 9), ["a"]
    seen = []
    for _ in range(5):
        step = next_step(days, now, told)
        seen.append((step.contact.key, (step.next_ms - now) // MINUTE_MS, step.last))
        told.append(step.contact.key)
        now = step.next_ms

    assert seen == [("b", 10, False), ("c", 10, False), ("z", 30, False), ("z", 30, True), ("z", 30, True)]


def test_after_a_change_of_shift_those_who_came_are_told_before_the_chief():
    step = next_step(schedule(*DAY_AND_NIGHT), at(14, 20, 5), ["a", "b"])

    assert step.contact.key == "c"


def test_where_nobody_is_on_the_chief_is_told_at_once():
    assert next_step(schedule(shift("a", 8, 20)), at(14, 23), []).contact.key == "z"


@given(st.lists(st.sampled_from("abcd"), unique=True), st.integers(0, 7 * 24 * 60))
def test_nobody_is_told_twice_before_everybody_on_was_told(told, minute):
    now = at(12, 0) + minute * MINUTE_MS
    days = schedule(*DAY_AND_NIGHT)
    step = next_step(days, now, told)

    assert step.contact.key not in told
    assert (step.contact.key == "z") == (set(on_duty(days, now)) <= set(told))


def test_moments_are_in_the_sites_zone():
    assert to_datetime(at(14, 8)) == datetime(2026, 10, 14, 0, tzinfo=UTC)
    assert on_duty(schedule(shift("a", 8, 9)), to_ms(datetime(2026, 10, 14, 0, tzinfo=UTC))) == ("a",)
    assert (
        on_duty(schedule(shift("a", 8, 9)), to_ms(datetime(2026, 10, 14, 0, tzinfo=UTC) - timedelta(minutes=1))) == ()
    )
