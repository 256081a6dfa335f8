"""Check-ins where clocks and calendars turn: an hour that comes twice, the year's last minute, a leap day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.supervision.register import register_of
from domain.times import to_ms
from tests.builders_check_ins import Door, an_enterprise
from tests.ticket_stores import BACKENDS, fresh_store

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(params=BACKENDS)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """Give the door of an enterprise with one visit a year, in a zone whose clocks turn."""
    with fresh_store(request.param, tmp_path) as engine:
        door = Door(engine, (an_enterprise(annual_check_cap=1),), now_ms=to_ms(at("2024-01-01T00:00:00+00:00")))
        door.office = replace(door.office, zone=BERLIN)
        door.add_plans()
        yield door


def answers(door: Door, *moments: str) -> list[str]:
    return [door.scan(f"s{i}", at=at(one), who=f"i{i}").row.result for i, one in enumerate(moments)]


def test_a_visit_of_the_hour_that_comes_twice_is_before_one_of_its_second_coming(door: Door) -> None:
    first, second = "2026-10-25T02:50:00+02:00", "2026-10-25T02:10:00+01:00"

    assert answers(door, first, second) == ["allowed", "over_frequency"]
    assert door.conflicts() == {}


def test_a_late_scan_of_the_first_coming_is_judged_before_the_second(door: Door) -> None:
    first, second = "2026-10-25T02:50:00+02:00", "2026-10-25T02:10:00+01:00"

    assert answers(door, second, first) == ["allowed", "allowed"]
    assert door.conflicts() == {"s0": "cap_reached"}


def test_the_year_ends_at_midnight_of_the_zone(door: Door) -> None:
    old_year = "2026-12-31T22:59:59+00:00"
    new_year = ("2026-12-31T23:00:00+00:00", "2027-12-31T22:59:00+00:00")

    assert answers(door, old_year, *new_year) == ["allowed", "allowed", "over_frequency"]


def test_fruitless_visits_count_for_365_days_to_the_second_across_a_leap_day(door: Door) -> None:
    door.office = replace(door.office, register=register_of([an_enterprise(annual_check_cap=50)]))
    for i, day in enumerate(("2024-02-28", "2024-02-29", "2024-03-01")):
        assert door.scan(f"v{i}", at=at(f"{day}T12:00:00+00:00")).row.result == "allowed"

    assert door.scan("in", at=at("2025-02-27T12:00:00+00:00")).row.result == "blocked"
    assert door.scan("out", at=at("2025-02-27T12:00:01+00:00")).row.result == "allowed"
