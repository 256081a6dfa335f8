"""Laws of determinism: what arrived decides, not how it was cut into messages, repeated or resumed."""

from dataclasses import replace
from datetime import datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.channels import MINUTE_MS
from domain.field import no_late_rows
from domain.packing import Packer
from domain.pipeline import ZoneState, make_ready, start
from domain.readings import Arrivals, Readings, Weather, concat_readings, tick
from domain.wire import decode_judged, encode_judged
from tests.builders import START_MS, Ran, a_site, air, joined, messages, run, some_readings, wind
from tests.builders_plume import emit

MINUTES = 45
TICK_MS = 10_000
LAW = settings(max_examples=12, deadline=None, derandomize=True)

SITE = a_site(3, vehicles=1)
ZONED = make_ready(SITE)


@cache
def story() -> tuple[Readings, Weather]:
    """An event seen by three stations and a vehicle driving by; a few rows are late, a few come twice."""
    quiet = air(SITE, MINUTES, delay_s=(0.2, 25.0))
    raised = emit(quiet, SITE, (250, 250), (18, 36), 90.0, brings={"pm25": 1.0, "nox": 1.5})
    drive = some_readings(
        SITE,
        (
            ("v-0", second, second + 1.5, {"lon": 116.5 + 1e-6 * second, "lat": 39.803, "pm25": 45.0 + second % 7})
            for second in range(900, 2400, 20)
        ),
    )
    again = raised.take(np.arange(0, len(raised), 9))
    again = replace(again, received_ms=again.received_ms + 31_000)
    return joined(raised, drive, again), wind(MINUTES)


@cache
def told_at_once() -> Ran:
    return Ran(start(SITE)).take([*messages(*story(), ()), last_tick()], ZONED)


def last_tick() -> Arrivals:
    return tick(START_MS + (MINUTES + 60) * MINUTE_MS)


def same(ran: Ran, other: Ran) -> None:
    assert ran.written == other.written
    assert ran.judged == other.judged
    assert ran.decisions == other.decisions
    assert ran.state.qualify.counts == other.state.qualify.counts


def test_the_story_holds_a_ticket() -> None:
    assert [ticket.history[-1].what for ticket in told_at_once().last.values()] == ["ended"]


@LAW
@given(st.lists(st.integers(0, MINUTES * MINUTE_MS), max_size=60))
def test_any_cut_into_messages_gives_the_same(bounds: list[int]) -> None:
    cut = messages(*story(), [START_MS + bound for bound in bounds])
    same(Ran(start(SITE)).take([*cut, last_tick()], ZONED), told_at_once())


@LAW
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_order_within_a_tick_does_not_matter(seed: int, pieces: int) -> None:
    rng = np.random.default_rng(seed)
    ticks = range(START_MS, START_MS + MINUTES * MINUTE_MS, TICK_MS)
    shuffled = [part for message in messages(*story(), ticks) for part in scattered(message, pieces, rng)]
    same(Ran(start(SITE)).take([*shuffled, last_tick()], ZONED), told_at_once())


def scattered(message: Arrivals, pieces: int, rng: np.random.Generator) -> list[Arrivals]:
    """Deal one tick's rows into messages, in any order."""
    parts = []
    rows = np.array_split(rng.permutation(len(message.readings)), pieces)
    blows = np.array_split(rng.permutation(len(message.weather)), pieces)
    for mine, blow in zip(rows, blows, strict=True):
        readings, weather = message.readings.take(mine), message.weather.take(blow)
        received = [int(part.received_ms.max()) for part in (readings, weather) if len(part)]
        if received:
            parts.append(Arrivals(readings, weather, max(received)))
    return parts


@LAW
@given(st.integers(0, MINUTES * MINUTE_MS))
def test_going_on_from_a_snapshot_gives_the_same(at_ms: int) -> None:
    before, *after = messages(*story(), [START_MS + max(at_ms, 5000)])
    ran = Ran(start(SITE)).take([before], ZONED)
    packer = Packer(ZoneState)
    ran.state = packer.decode(packer.encode(ran.state))
    same(ran.take([*after, last_tick()], ZONED), told_at_once())


@LAW
@given(st.integers(12 * MINUTE_MS, MINUTES * MINUTE_MS))
def test_the_future_does_not_change_the_past(at_ms: int) -> None:
    readings, weather = story()
    now = START_MS + at_ms
    past = next(iter(messages(readings, weather, [now])))
    known = Ran(start(SITE)).take([past, tick(now)], ZONED)
    judged, decisions = told_at_once().judged, told_at_once().decisions
    assert known.judged == judged[: len(known.judged)]
    assert known.decisions == decisions[: len(known.decisions)]
    assert known.written == told_at_once().written[: len(known.written)]


@LAW
@given(st.integers(0, 2**32 - 1), st.integers(1, 90_000))
def test_the_same_reading_again_changes_nothing(seed: int, later_ms: int) -> None:
    readings, weather = story()
    rng = np.random.default_rng(seed)
    again = readings.take(np.sort(rng.choice(len(readings), 200, replace=False)))
    again = replace(again, received_ms=again.received_ms + later_ms, values=again.values * 3.0)
    ran = run(SITE, [*messages(joined(readings, again), weather, ()), last_tick()])
    assert ran.written == told_at_once().written
    assert ran.judged == told_at_once().judged


@LAW
@given(st.integers(1, 50), st.floats(-100.0, 2000.0))
def test_readings_later_than_their_minute_amend_but_neither_open_nor_close(delay_min: int, value: float) -> None:
    readings, weather = story()
    late = readings.take(readings.sensor < 6)
    received_ms = (late.time_ms // MINUTE_MS + 1 + delay_min) * MINUTE_MS + TICK_MS
    late = replace(late, time_ms=late.time_ms + 7, received_ms=received_ms, values=np.full_like(late.values, value))
    late = late.take(late.received_ms <= START_MS + (MINUTES + 40) * MINUTE_MS)
    ran = run(SITE, [*messages(joined(readings, late), weather, ()), last_tick()])
    assert [without_late(raw) for raw in ran.judged] == [without_late(raw) for raw in told_at_once().judged]
    assert turns(ran) == turns(told_at_once())
    amendments = [entry.why for one in ran.last.values() for entry in one.history if entry.what == "amended"]
    told = [entry.why for one in told_at_once().last.values() for entry in one.history if entry.what == "amended"]
    assert all(why[-1].startswith("late:") for why in amendments if why not in told)


def without_late(raw: bytes) -> bytes:
    return encode_judged(replace(decode_judged(raw), late=no_late_rows()))


def turns(ran: Ran) -> dict[str, list[tuple[datetime, str]]]:
    """When each ticket was opened, re-opened and ended."""
    words = ("opened", "reopened", "ended", "merged")
    return {one.id: [(e.at, e.what) for e in one.history if e.what in words] for one in ran.last.values()}


@pytest.mark.parametrize("ahead_s", [30, 120, 299])
def test_a_clock_in_the_future_silences_nobody_else(ahead_s: int) -> None:
    readings, weather = story()
    wrong = SITE.sensor_ids.index("s-0-2")
    shifted = replace(
        readings, time_ms=np.where(readings.sensor == wrong, readings.time_ms + ahead_s * 1000, readings.time_ms)
    )
    ran = run(SITE, [*messages(shifted, weather, ()), last_tick()])
    assert [ticket.sensors for ticket in ran.last.values()] == [t.sensors for t in told_at_once().last.values()]
    assert list(ran.last) == list(told_at_once().last)


def test_every_tick_of_an_empty_stretch_is_taken() -> None:
    readings, weather = story()
    first = next(iter(messages(readings, weather, [START_MS + 30 * MINUTE_MS])))
    ran = Ran(start(SITE)).take([first, tick(START_MS + 120 * MINUTE_MS)], ZONED)
    assert [ticket.history[-1].what for ticket in ran.last.values()] == ["ended"]
    by_minutes = [tick(START_MS + minute * MINUTE_MS) for minute in range(30, 121)]
    same(Ran(start(SITE)).take([first, *by_minutes], ZONED), ran)


def test_what_is_remembered_stays_bounded() -> None:
    packer = Packer(ZoneState)
    sizes = []
    ran = Ran(start(SITE))
    for hour in range(6):
        readings = air(SITE, 60, seed=hour)
        shift = hour * 60 * MINUTE_MS
        readings = replace(readings, time_ms=readings.time_ms + shift, received_ms=readings.received_ms + shift)
        ran.take([*messages(joined(readings), wind(0), ())], ZONED)
        sizes.append(len(packer.encode(ran.state)))
    assert max(sizes[1:]) < 1.1 * sizes[1]


def test_an_empty_start_waits() -> None:
    ran = Ran(start(SITE)).take([tick(START_MS), Arrivals(concat_readings([]), wind(0), START_MS + 9)], ZONED)
    assert ran.judged == []
