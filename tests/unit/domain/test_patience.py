"""How long a minute waits: as long as most devices of a network need, and no longer for a backlog."""

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.patience import STEP_MS, Patience, follow_lateness, no_patience
from domain.readings import Readings
from domain.ticks import Ticks
from tests.builders import START_MS, a_site, some_readings

SITE = a_site(3)
SENSORS = len(SITE.sensors)
SETTLE_MS = 10_000


def words(lag_s: float, sensors: int = SENSORS) -> Readings:
    """Return what some devices say in one minute, received so long after it."""
    return some_readings(SITE, [(name, 30.0, 60.0 + lag_s, {"pm25": 40.0}) for name in SITE.sensor_ids[:sensors]])


def after(parts: list[Readings], known: Patience | None = None) -> Patience:
    patience = no_patience() if known is None else known
    for part in parts:
        ticks = Ticks(START_MS // MINUTE_MS, 1, np.zeros(len(part), np.int64))
        patience, _ = follow_lateness(patience, part, ticks, SENSORS, SETTLE_MS)
    return patience


def test_a_network_that_is_in_time_is_not_waited_for() -> None:
    assert after([words(2.0)] * 100).wait_ms == 0
    assert no_patience().wait_ms == 0


@pytest.mark.parametrize("lag_s", [40.0, 180.0, 3600.0])
def test_a_platform_that_hands_on_later_is_waited_for(lag_s: float) -> None:
    wait_ms = after([words(lag_s)] * 20).wait_ms
    assert lag_s * 1000 - SETTLE_MS <= wait_ms < lag_s * 1000 - SETTLE_MS + STEP_MS


def test_the_wait_ends_when_the_network_is_quick_again() -> None:
    late = after([words(180.0)] * 60)
    assert after([words(2.0)] * 300, late).wait_ms == 0


def test_a_few_slow_devices_are_not_waited_for() -> None:
    slow, quick = words(180.0, 1), words(2.0).take(np.arange(1, SENSORS))
    assert after([slow, quick] * 100).wait_ms == 0


@pytest.mark.parametrize(("slow", "lag_s", "is_waited_for"), [(4, 180.0, True), (4, 1800.0, False), (8, 1800.0, True)])
def test_a_part_of_the_network_is_waited_for_where_it_is_little_later_than_the_rest(
    slow: int, lag_s: float, *, is_waited_for: bool
) -> None:
    parts = [words(lag_s, slow), words(2.0).take(np.arange(slow, SENSORS))]
    assert (after(parts * 100).wait_ms > 0) is is_waited_for


def test_a_backlog_is_one_word_of_each_device() -> None:
    quick = after([words(2.0)] * 60)
    hours = [words(60.0 * minute) for minute in range(60, 0, -1)]
    received_ms = hours[0].received_ms
    backlog = [
        Readings(part.sensor, received_ms - 60_000 * at, received_ms, part.position, part.values)
        for at, part in enumerate(hours, 1)
    ]
    ticks = Ticks(START_MS // MINUTE_MS, 1, np.zeros(60 * SENSORS, np.int64))
    flood = Readings(
        *(
            np.concatenate([getattr(part, name) for part in backlog])
            for name in ("sensor", "time_ms", "received_ms", "position", "values")
        )
    )
    assert follow_lateness(quick, flood, ticks, SENSORS, SETTLE_MS)[0].wait_ms == 0


def test_after_a_tick_that_changes_the_wait_no_other_is_taken() -> None:
    one = words(180.0)
    rows = one.take(np.tile(np.arange(SENSORS), 5))
    ticks = Ticks(START_MS // MINUTE_MS, 5, np.repeat(np.arange(5), SENSORS))
    patience, taken = follow_lateness(no_patience(), rows, ticks, SENSORS, SETTLE_MS)
    assert patience.wait_ms > 0
    assert taken < 5
    by_tick = after([one] * taken)
    assert (by_tick.steps, by_tick.words.tolist()) == (patience.steps, patience.words.tolist())
