"""Minutes that are settled together come out as if each had been settled by itself."""

from dataclasses import replace

import numpy as np
import pytest

from domain import qualify
from domain.channels import MINUTE_MS, WEATHER_KEYS
from domain.field import MinuteField
from domain.packing import Packer
from domain.qualify_state import QualifyState, start
from domain.readings import Arrivals, IntArray, Readings, concat_readings, no_weather, tick
from domain.ticks import Ticks, in_turn
from tests.builders import START_MS, a_site, air, by_receipt, some_readings, wind

SITE = a_site(3, vehicles=2)
MINUTES = 50
FIELD, STATE = Packer(MinuteField), Packer(QualifyState)


def network(rng: np.random.Generator) -> Readings:
    """An hour with spikes, stuck values, glitches of place, repeats, clocks that are wrong, and old rows after new."""
    rows = some_readings(
        SITE,
        (
            (name, second, second + rng.uniform(0.3, 4.0), _said(moves=moves, second=second, rng=rng))
            for name, moves in zip(SITE.sensor_ids, SITE.is_vehicle.tolist(), strict=True)
            for second in range(0, MINUTES * 60, 5 if moves else 20)
        ),
    )
    delay_ms = np.where(rng.random(len(rows)) < 0.1, rng.integers(0, 45 * MINUTE_MS, len(rows)), 0)
    rows = replace(rows, received_ms=rows.received_ms + np.where(rows.sensor % 3 == 1, delay_ms, 0))
    wrong_ms = np.select([rows.sensor == 4, rows.sensor == 5], [-300_000, 100_000])
    rows = replace(rows, time_ms=rows.time_ms + wrong_ms)
    again = rows.take(np.flatnonzero(rng.random(len(rows)) < 0.05))
    return by_receipt(concat_readings([rows, replace(again, received_ms=again.received_ms + 90_000)]))


def _said(*, moves: bool, second: int, rng: np.random.Generator) -> dict[str, float]:
    said = {"pm25": float(rng.choice([40.0, 41.0, 900.0], p=[0.8, 0.15, 0.05])), "pm10": rng.uniform(60.0, 80.0)}
    if moves:
        said |= {"lon": 116.5 + second * 1e-4 + (0.2 if rng.random() < 0.05 else 0.0), "lat": 39.8}
    return said


def settled(rows: Readings, cuts_ms: list[int]) -> tuple[QualifyState, list[MinuteField]]:
    state, minutes = start(SITE), []
    for begin_ms, end_ms in zip([0, *cuts_ms], [*cuts_ms, 1 << 60], strict=True):
        part = rows.take((rows.received_ms >= begin_ms) & (rows.received_ms < end_ms))
        clock_ms = min(end_ms - 1, START_MS + 2 * MINUTES * MINUTE_MS)
        state, told = qualify.advance(state, Arrivals(part, no_weather(), clock_ms), SITE, SITE.rules)
        minutes += told
    state, told = qualify.advance(state, tick(START_MS + 3 * MINUTES * MINUTE_MS), SITE, SITE.rules)
    return state, minutes + told


@pytest.mark.parametrize("seed", range(6))
def test_minutes_settled_together_are_those_settled_one_by_one(seed: int) -> None:
    rows = network(np.random.default_rng(seed))
    every_tick = [START_MS + at for at in range(10_000, 2 * MINUTES * MINUTE_MS, 10_000)]
    state, minutes = settled(rows, [])
    one_by_one, each = settled(rows, every_tick)
    assert state.counts == one_by_one.counts
    assert min(state.counts.duplicates, state.counts.late, state.counts.too_late) > 0
    assert list(map(FIELD.encode, minutes)) == list(map(FIELD.encode, each))
    assert STATE.encode(state) == STATE.encode(one_by_one)


def test_a_clock_that_jumps_settles_every_minute_between() -> None:
    state, _ = qualify.advance(start(SITE), tick(START_MS), SITE, SITE.rules)
    rows = some_readings(SITE, [("s-0-0", 1, 1, {"pm25": 40.0})])
    state, _ = qualify.advance(state, Arrivals(rows, no_weather(), START_MS + 1000), SITE, SITE.rules)
    _, minutes = qualify.advance(state, tick(START_MS + 10_000 * MINUTE_MS), SITE, SITE.rules)
    assert np.diff([field.minute_ms for field in minutes]).tolist() == [MINUTE_MS] * (len(minutes) - 1)
    assert sum(len(field.sensor) for field in minutes) == 1


def test_only_a_sensor_whose_times_turn_back_is_taken_tick_by_tick() -> None:
    rows = some_readings(
        SITE,
        [("s-0-0", 10, 10, {}), ("s-0-1", 50, 50, {}), ("s-0-0", 70, 70, {}), ("s-0-1", 20, 80, {})],
    )
    ticks = Ticks(0, 2, np.array([0, 0, 1, 1]))
    known_ms = np.zeros(len(SITE.sensors), np.int64)
    assert parts(rows, ticks, known_ms) == [[0, 2], [1], [3]]
    known_ms[rows.sensor[0]] = rows.time_ms[2]  # it was heard of a later time before
    assert parts(rows, ticks, known_ms) == [[], [0, 1], [2, 3]]
    assert parts(rows.take(slice(0, 3)), Ticks(0, 2, np.array([0, 0, 1])), np.zeros_like(known_ms)) == [[0, 1, 2]]


def parts(rows: Readings, ticks: Ticks, known_ms: IntArray) -> list[list[int]]:
    return [np.arange(len(rows))[part].tolist() for part in in_turn(rows, ticks, known_ms)]


def test_where_minutes_wait_the_weather_of_later_ones_waits_as_well() -> None:
    rows = air(SITE, 30)
    rows = replace(rows, received_ms=rows.received_ms + 3 * MINUTE_MS)
    blowing = replace(wind(30), values=wind(30).values + np.arange(30.0)[:, np.newaxis])
    state, fields = qualify.advance(start(SITE), Arrivals(rows, blowing, START_MS + 40 * MINUTE_MS), SITE, SITE.rules)
    assert state.patience.wait_ms >= 2 * MINUTE_MS
    heard = [field for field in fields if len(field.sensor)]
    assert len(heard) > 20
    for field in heard:
        newest = field.weather.column("wind_speed_ms")[0] - wind(1).values[0, WEATHER_KEYS.index("wind_speed_ms")]
        assert 0 <= newest - (field.minute_ms - START_MS) / MINUTE_MS <= 1
    assert not np.diff([field.clock_ms for field in fields]).min() < 0


def test_a_weather_station_whose_clock_is_ahead_is_heard_at_once() -> None:
    rows, blowing = air(SITE, 20), wind(20)
    blowing = replace(blowing, time_ms=blowing.time_ms + 10**10)
    state, fields = qualify.advance(start(SITE), Arrivals(rows, blowing, START_MS + 30 * MINUTE_MS), SITE, SITE.rules)
    assert all(field.weather.station_id for field in fields if len(field.sensor))
    assert not state.pending_weather


def test_a_network_that_is_late_is_settled_alike_however_messages_are_cut() -> None:
    rows = air(SITE, 30)
    rows = replace(rows, received_ms=rows.received_ms + 3 * MINUTE_MS)
    state, minutes = settled(rows, [])
    one_by_one, each = settled(rows, [START_MS + at for at in range(10_000, 40 * MINUTE_MS, 10_000)])
    assert list(map(FIELD.encode, minutes)) == list(map(FIELD.encode, each))
    assert STATE.encode(state) == STATE.encode(one_by_one)
