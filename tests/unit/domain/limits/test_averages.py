"""Means and how complete they are."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.field import Flag
from domain.limits.averages import HourMeans, Sums, gather, no_sums
from domain.packing import Packer
from tests.builders_limits import CHINA, judged, local_minute, take

ONE = np.array([[10.0, 20.0, 30.0, 40.0]])


def watch(
    minutes: range, speaking: set[int] | None = None, value: np.ndarray = ONE, zone: ZoneInfo = CHINA
) -> tuple[Sums, list[HourMeans]]:
    sums, ended = no_sums(len(value)), []
    for minute in minutes:
        field = judged(minute, value, None, None if speaking is None or minute in speaking else ())
        sums, hours = gather(sums, field, zone)
        ended += hours
    return sums, ended


def from_local(text: str, minutes: int) -> range:
    begin = local_minute(text)
    return range(begin, begin + minutes)


@pytest.mark.parametrize(("heard", "complete"), [(60, True), (45, True), (44, False), (0, False)])
def test_an_hour_needs_45_minutes(heard: int, *, complete: bool) -> None:
    minutes = from_local("2026-07-01 08:00", 60)
    _, (hour,) = watch(minutes, set(minutes[:heard]))
    assert hour.completeness[0, 0] == heard / 60
    assert np.isnan(hour.mean).all() if not complete else (hour.mean == ONE).all()


def test_an_hour_is_called_by_its_local_end_and_ends_with_its_last_minute() -> None:
    minutes = from_local("2026-07-01 08:00", 59)
    assert watch(minutes)[1] == []
    _, (hour,) = watch(range(minutes[0], minutes[0] + 60))
    assert hour.label == "2026-07-01 09:00"
    assert hour.end_ms - hour.start_ms == 3_600_000


def test_the_last_hour_of_a_day_is_24_and_belongs_to_it() -> None:
    _, (hour,) = watch(from_local("2026-07-01 23:00", 60))
    assert hour.label == "2026-07-01 24:00"
    assert hour.day.isoformat() == "2026-07-01"


def test_hours_are_local_where_zones_lie_half_an_hour_apart() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    begin = local_minute("2026-07-01 08:00", zone)
    _, (hour,) = watch(range(begin, begin + 60), zone=zone)
    assert hour.label == "2026-07-01 09:00"


def test_a_minute_weighs_by_what_was_sampled_of_it() -> None:
    minutes = from_local("2026-07-01 08:00", 60)
    sums, ended = no_sums(1), []
    for minute in minutes:
        half = minute >= minutes[40]
        field = judged(minute, ONE * (4 if half else 1))
        sums, hours = gather(sums, replace(field, completeness=np.full((1, 4), 0.5 if half else 1.0)), CHINA)
        ended += hours
    assert ended[0].completeness[0, 0] == pytest.approx(50 / 60)
    assert ended[0].mean[0, 0] == pytest.approx((40 * 10 + 10 * 40) / 50)


def test_flagged_and_held_minutes_add_nothing() -> None:
    minutes = from_local("2026-07-01 08:00", 60)
    sums, ended = no_sums(1), []
    for minute in minutes:
        field = judged(minute, ONE if minute < minutes[50] else ONE * 100)
        if minute >= minutes[55]:
            field = replace(field, fresh=np.zeros(1, np.bool_))
        elif minute >= minutes[50]:
            field = replace(field, flags=np.full((1, 4), int(Flag.SPIKE), np.uint16))
        sums, hours = gather(sums, field, CHINA)
        ended += hours
    assert (ended[0].mean == ONE).all()
    assert ended[0].completeness[0, 0] == pytest.approx(50 / 60)


def test_a_sensor_of_five_minutes_is_complete_once_its_interval_is_known() -> None:
    minutes = from_local("2026-07-01 00:00", 5 * 60)
    _, hours = watch(minutes, set(minutes[::5]))
    assert np.isnan(hours[0].mean).all()
    assert not np.isnan(hours[-1].mean).any()
    assert hours[-1].completeness[0, 0] == 1.0


def test_one_word_after_a_long_silence_makes_no_hour() -> None:
    minutes = from_local("2026-07-01 00:00", 6 * 60)
    _, hours = watch(minutes, {*minutes[:60], minutes[5 * 60 + 30]})
    assert [not np.isnan(hour.mean).any() for hour in hours] == [True] + [False] * 5


@pytest.mark.parametrize(("hours", "complete"), [(24, True), (20, True), (19, False)])
def test_a_day_needs_20_hours(hours: int, *, complete: bool) -> None:
    minutes = from_local("2026-07-01 00:00", 24 * 60)
    _, ended = watch(minutes, set(minutes[: hours * 60]))
    assert [len(hour.day_mean) for hour in ended] == [0] * 23 + [1]
    assert not np.isnan(ended[-1].day_mean).any() if complete else np.isnan(ended[-1].day_mean).all()
    assert ended[-1].day_hours[0, 0] == hours


@pytest.mark.parametrize(("missing", "complete"), [(0, True), (2, True), (3, False)])
def test_eight_hours_need_six_and_begin_with_their_day(missing: int, *, complete: bool) -> None:
    minutes = from_local("2026-07-01 00:00", 8 * 60)
    _, ended = watch(minutes, set(minutes[missing * 60 :]))
    assert all(np.isnan(hour.eight_hour[0, 3]) for hour in ended[:7])
    assert ended[7].eight_hour[0, 3] == 40.0 if complete else np.isnan(ended[7].eight_hour[0, 3])
    assert np.isnan(ended[7].eight_hour[0, :3]).all()


def test_the_highest_eight_hours_of_a_day_do_not_reach_into_the_next() -> None:
    minutes = from_local("2026-07-01 00:00", 26 * 60)
    sums, ended = no_sums(1), []
    for minute in minutes:
        high = minutes[12 * 60] <= minute < minutes[16 * 60]
        sums, hours = gather(sums, judged(minute, ONE * (5 if high else 1)), CHINA)
        ended += hours
    assert ended[23].eight_hour_max[0] == pytest.approx((4 * 200 + 4 * 40) / 8)
    assert np.isnan(ended[25].eight_hour_max[0])


def test_a_gap_in_the_minutes_ends_every_hour_of_it() -> None:
    first, later = from_local("2026-07-01 08:00", 50), from_local("2026-07-01 11:10", 1)
    _, hours = watch(range(first[0], first[-1] + 1))
    assert hours == []
    sums, ended = no_sums(1), []
    for minute in [*first, *later]:
        sums, hours = gather(sums, judged(minute, ONE), CHINA)
        ended += hours
    assert [hour.label[-5:] for hour in ended] == ["09:00", "10:00", "11:00"]
    assert [not np.isnan(hour.mean).any() for hour in ended] == [True, False, False]


def test_after_a_jump_of_days_nothing_of_before_counts() -> None:
    sums, _ = watch(from_local("2026-07-01 00:00", 23 * 60))
    sums, hours = gather(sums, judged(local_minute("2026-07-05 10:00"), ONE), CHINA)
    assert len(hours) == 1
    assert sums.day.sum() == 0.0
    assert sums.hour == (local_minute("2026-07-05 10:00")) // 60


def test_sensors_that_say_nothing_are_apart_from_those_that_speak() -> None:
    value = np.repeat(ONE, 3, axis=0) * np.array([[1.0], [2.0], [3.0]])
    sums, ended = no_sums(3), []
    for minute in from_local("2026-07-01 08:00", 60):
        sums, hours = gather(sums, take(judged(minute, value), [0, 2]), CHINA)
        ended += hours
    assert (ended[0].mean[[0, 2]] == value[[0, 2]]).all()
    assert np.isnan(ended[0].mean[1]).all()


def test_sums_do_not_grow_with_time_and_survive_a_snapshot() -> None:
    packer = Packer(Sums)
    short, _ = watch(from_local("2026-07-01 08:00", 30))
    long, _ = watch(from_local("2026-07-01 08:00", 40 * 60 + 30))
    assert abs(len(packer.encode(long)) - len(packer.encode(short))) < 16
    field = judged(local_minute("2026-07-01 08:30"), ONE)
    after, kept = gather(short, field, CHINA)[0], gather(packer.decode(packer.encode(short)), field, CHINA)[0]
    assert packer.encode(after) == packer.encode(kept)


def test_earlier_sums_stay_as_they_were() -> None:
    before, _ = watch(from_local("2026-07-01 08:00", 30))
    held = Packer(Sums).encode(before)
    gather(before, judged(local_minute("2026-07-01 08:30"), ONE), CHINA)
    assert Packer(Sums).encode(before) == held
