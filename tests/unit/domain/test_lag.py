"""Laws of devices' clocks and of stations' posts, through qualify."""

from dataclasses import replace

import numpy as np

from domain import qualify
from domain.degraded import degradations
from domain.field import Flag
from domain.pipeline import advance, make_ready, start
from domain.qualify_state import start as start_qualify
from domain.readings import Arrivals, Readings, no_weather
from tests.builders import a_site, air, by_receipt, whole

SITE = a_site(3)


def minutes_of(rows: Readings) -> np.ndarray:
    """Return the flags of every minute's rows of sensor 4, joined, shape (minutes, 4)."""
    clock_ms = int(rows.received_ms.max()) + 120_000
    _, fields = qualify.advance(start_qualify(SITE), Arrivals(rows, no_weather(), clock_ms), SITE, SITE.rules)
    return np.concatenate([field.flags[field.sensor == 4] for field in fields])


def skewed(rows: Readings, skew_ms: int, until_ms: int = 1 << 60) -> Readings:
    """Return readings with one device's clock set wrong until a receive time."""
    mine = (rows.sensor == 4) & (rows.received_ms < until_ms)
    return by_receipt(replace(rows, time_ms=rows.time_ms + np.where(mine, skew_ms, 0)))


def test_a_clock_ahead_is_flagged_and_heals_with_the_first_time_that_is_possible() -> None:
    rows = by_receipt(air(SITE, 60))
    bits = minutes_of(skewed(rows, 200_000, int(rows.received_ms[0]) + 30 * 60_000))
    assert (bits[2:24] == Flag.CLOCK).all()
    assert not bits[-25:].any()


def test_a_clock_behind_is_named_although_its_rows_come_too_late() -> None:
    bits = minutes_of(skewed(by_receipt(air(SITE, 60)), -420_000))
    assert len(bits) > 40
    assert (bits[15:] == Flag.CLOCK).all()


def test_a_network_that_was_away_accuses_no_clock() -> None:
    rows = by_receipt(air(SITE, 60))
    first = int(rows.received_ms[0])
    away = (rows.sensor == 4) & (rows.time_ms > first + 20 * 60_000) & (rows.time_ms < first + 32 * 60_000)
    late = np.where(away, first + 32 * 60_000, rows.received_ms)
    assert not minutes_of(by_receipt(replace(rows, received_ms=late))).any()


def test_a_system_clock_that_is_behind_accuses_nobody_for_long() -> None:
    rows = by_receipt(air(SITE, 40))
    assert not minutes_of(replace(rows, received_ms=rows.received_ms - 100_000))[3:].any()


def test_a_station_far_from_its_post_is_flagged() -> None:
    rows = by_receipt(air(SITE, 20))
    position = rows.position.copy()
    position[:, :2] = np.array([(s.lon, s.lat) for s in SITE.sensors])[rows.sensor] + 0.004  # a datum's shift
    assert not minutes_of(replace(rows, position=position)).any()
    position[rows.sensor == 4, 0] += 0.05
    assert (minutes_of(replace(rows, position=position)) == Flag.POSITION).all()


def test_what_is_missing_is_named() -> None:
    alone = a_site(1, enterprises=())
    for site, names in ((alone, {"no_weather", "one_station", "no_enterprises"}), (SITE, {"no_weather"})):
        _, events = advance(start(site), whole(by_receipt(air(site, 30)))[0], make_ready(site))
        assert names <= set(degradations(events.judged[-1], site))
