"""One incident, one ticket: a source that returns re-opens its ticket, late readings amend it."""

from dataclasses import replace

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.pipeline import make_ready
from domain.readings import Readings
from domain.ticket import Ticket
from domain.times import to_datetime
from tests.builders import QUICK, START_MS, Ran, a_site, air, joined, messages, raise_readings, run, whole, wind

PLUME = ("s-1-1", "s-1-2", "s-2-2")
SITE = a_site(4)
ADDED = {"pm25": 60.0, "pm10": 100.0}
MINUTES = 170


def twice(again: int, *, site=SITE, gap: Readings | None = None) -> list:
    """A plume from minute 20 to 40, and from `again` for twenty minutes."""
    rows = raise_readings(air(site, MINUTES), site, PLUME, (20, 40), ADDED)
    rows = raise_readings(rows, site, PLUME, (again, again + 20), ADDED)
    return whole(joined(rows), wind(MINUTES))


def words(ticket: Ticket) -> list[str]:
    return [entry.what for entry in ticket.history]


def ended_minute(ticket: Ticket) -> int:
    (at,) = (entry.at for entry in ticket.history if entry.what == "ended")
    return round((at - to_datetime(START_MS)).total_seconds() / 60)


@pytest.fixture(scope="module")
def first() -> Ticket:
    rows = raise_readings(air(SITE, MINUTES), SITE, PLUME, (20, 40), ADDED)
    (ticket,) = run(SITE, whole(joined(rows), wind(MINUTES))).last.values()
    return ticket


def test_an_incident_that_returns_within_the_set_time_reopens_its_ticket(first):
    found = run(SITE, twice(ended_minute(first) + 15))

    (ticket,) = found.last.values()
    assert ticket.id == first.id
    assert words(ticket)[0] == "opened"
    assert words(ticket).count("ended") == 2
    assert words(ticket).index("reopened") > words(ticket).index("ended")
    assert ticket.event_start == first.event_start
    assert first.event_end is not None
    assert ticket.event_end is not None
    assert ticket.event_end > first.event_end
    assert "reopened" in found.names
    reopened = next(one for one in found.tickets if words(one)[-1] == "reopened")
    assert reopened.event_end is None


def test_one_that_returns_later_opens_another(first):
    found = run(SITE, twice(ended_minute(first) + 40))

    assert len(found.last) == 2
    assert "reopened" not in found.names


def test_the_set_time_is_a_rule(first):
    site = a_site(4, rules=replace(QUICK, correlate=replace(QUICK.correlate, reopen_min=0)))

    found = run(site, twice(ended_minute(first) + 15, site=site))

    assert len(found.last) == 2


def test_a_return_is_the_same_however_the_stream_is_cut(first):
    (arrivals, last) = twice(ended_minute(first) + 15)
    cuts = [START_MS + minute * MINUTE_MS + 31_000 for minute in range(0, MINUTES, 7)]
    pieces = [*messages(arrivals.readings, arrivals.weather, cuts), last]

    assert run(SITE, pieces).closing == run(SITE, [arrivals, last]).closing


def test_an_ended_incident_is_forgotten_after_the_set_time(first):
    rows = raise_readings(air(SITE, MINUTES), SITE, PLUME, (20, 40), ADDED)
    found = Ran(run(SITE, ()).state)
    soon, late = START_MS + (ended_minute(first) + 5) * MINUTE_MS, START_MS + (ended_minute(first) + 35) * MINUTE_MS
    parts = list(messages(joined(rows), wind(MINUTES), [soon, late]))
    zoned = make_ready(SITE)

    found.take(parts[:1], zoned)
    assert [one.ticket.id for one in found.state.correlate.ended if one.ticket] == [first.id]
    found.take(parts[1:], zoned)
    assert found.state.correlate.ended == ()


def with_late(minute: float, received: float, added: float, *, sensor: str = "s-1-1") -> Ran:
    """The plume, and one more reading of its sensor between two others, received so many minutes after the start."""
    rows = raise_readings(air(SITE, MINUTES), SITE, PLUME, (20, 40), ADDED)
    where = (rows.sensor == SITE.sensor_ids.index(sensor)) & (rows.time_ms == START_MS + int(minute) * MINUTE_MS)
    one = rows.take(np.flatnonzero(where))
    values = one.values.copy()
    values[:, :2] += added
    one = replace(
        one, time_ms=one.time_ms + 7_000, received_ms=np.array([START_MS + int(received * MINUTE_MS)]), values=values
    )
    return run(SITE, whole(joined(rows, one), wind(MINUTES)))


def amendments(found: Ran) -> list[tuple[str, ...]]:
    (ticket,) = found.last.values()
    return [
        entry.why for entry in ticket.history if entry.what == "amended" and any("late:" in one for one in entry.why)
    ]


def test_a_late_reading_above_the_peak_amends_the_ticket_and_tells_before_and_after():
    (why,) = amendments(with_late(33, 44, 300.0))

    assert why[-1] == "late:s-1-1"
    (peak,) = (one for one in why if one.startswith("peak_excess:"))
    before, after = (float(part) for part in peak.removeprefix("peak_excess:").split("→"))
    assert after > before + 200


def test_a_late_reading_amends_a_ticket_that_has_ended(first):
    found = with_late(38, ended_minute(first) + 1, 300.0)

    assert len(amendments(found)) == 1
    (ticket,) = found.last.values()
    assert words(ticket)[-2:] == ["ended", "amended"]
    assert ticket.peak is not None
    assert ticket.peak.time == to_datetime(START_MS + 38 * MINUTE_MS + 7_000)
    assert ticket.evidence_hash != first.evidence_hash


@pytest.mark.parametrize(
    ("minute", "received", "added"),
    [
        pytest.param(33, 44, -60.0, id="below the peak"),
        pytest.param(10, 31, 300.0, id="before the incident"),
        pytest.param(33, 33.3, 300.0, id="in time"),
        pytest.param(33, 80, 300.0, id="too late for anybody to know"),
    ],
)
def test_other_readings_amend_nothing_as_late(minute, received, added):
    assert amendments(with_late(minute, received, added)) == []
