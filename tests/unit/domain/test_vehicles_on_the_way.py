"""Vehicles through qualify and detect: what a glitch, exhaust and a plume leave in judged minutes."""

import numpy as np
import pytest

from domain.channels import MINUTE_MS
from domain.field import ChannelState, Flag, JudgedField
from domain.readings import Readings
from domain.wire import decode_judged, encode_judged
from tests.builders import START_MS, a_site, air, at, joined, run, whole
from tests.builders_vehicles import drive, eastwards

SITE = a_site(4, vehicles=1)
VAN = SITE.sensor_ids.index("v-0")
MINUTES = 20
WAY = eastwards(60 * MINUTES, speed_ms=1.2)


def judged(van: Readings) -> list[JudgedField]:
    ran = run(SITE, whole(joined(air(SITE, MINUTES), van), after_min=1))
    fields = [decode_judged(raw) for raw in ran.judged]
    return [field for field in fields if (field.sensor == VAN).any() and field.minute_ms >= START_MS]


def van(**how: float) -> Readings:
    values = np.tile([40.0, 80.0, 60.0, 70.0], (len(WAY), 1))
    rows = drive(WAY, values, sensor=VAN)
    if how:
        rows.position[int(how["first_s"]) : int(how["last_s"]), :2] = at(how["east_m"], how["north_m"])
    return rows


def row_of(field: JudgedField) -> int:
    return int(np.flatnonzero(field.sensor == VAN)[0])


def test_a_glitch_moves_a_vehicle_in_no_minute_and_takes_no_value_from_it() -> None:
    clean = judged(van())
    found = judged(van(first_s=630, last_s=631, east_m=90_000.0, north_m=0.0))
    for one, other in zip(clean, found, strict=True):
        assert other.lon[row_of(other)] == pytest.approx(one.lon[row_of(one)], abs=1e-5)
        assert other.flags[row_of(other)].tolist() == [0, 0, 0, 0]
        assert np.array_equal(other.value[row_of(other)], one.value[row_of(one)])


def test_a_minute_without_a_believed_place_is_excluded_with_its_reason_and_heals() -> None:
    lost = van()
    lost.position[600:720, 2] = 200.0  # the receiver owns to it
    found = {(field.minute_ms - START_MS) // MINUTE_MS: field for field in judged(lost)}
    for minute in (10, 11):
        field = found[minute]
        assert set(field.flags[row_of(field)].tolist()) == {int(Flag.POSITION)}
        assert set(field.state[row_of(field)].tolist()) == {int(ChannelState.EXCLUDED)}
        assert len(field.road) == 0
    healed = found[12]
    assert set(healed.flags[row_of(healed)].tolist()) == {0}


def test_a_channel_that_a_vehicle_never_measures_is_not_flagged_for_its_place() -> None:
    lost = van()
    lost.values[:, 3] = np.nan
    lost.position[600:720, 2] = 200.0
    flags = [field.flags[row_of(field), 3] for field in judged(lost)]
    assert set(flags) == {0}


def test_a_judged_minute_tells_where_on_the_road() -> None:
    field = judged(van())[5]
    assert set(field.road.sensor.tolist()) == {VAN}
    assert 57 <= field.road.count.sum() <= 60  # a corner of a cell is left out
    assert (field.road.first_ms // MINUTE_MS * MINUTE_MS == field.minute_ms).all()


def test_a_judged_minute_keeps_its_road_on_the_wire() -> None:
    field = judged(van())[5]
    again = decode_judged(encode_judged(field)).road
    assert all(np.array_equal(getattr(again, name), getattr(field.road, name)) for name in again.__slots__)


@pytest.mark.parametrize("seconds", [10, 25])
def test_exhaust_and_a_queue_behind_a_lorry_do_not_raise_a_vehicle(seconds: int) -> None:
    rng = np.random.default_rng(2)
    rows = van()
    rows.values[:, :3] *= rng.lognormal(0.0, 0.05, (len(WAY), 3))
    for minute in range(12, MINUTES):
        mine = slice(60 * minute + 15, 60 * minute + 15 + seconds)
        rows.values[mine, :3] += rng.uniform(60.0, 300.0, (seconds, 3))
    for field in judged(rows):
        assert field.value[row_of(field), 0] == pytest.approx(40.0, rel=0.08)
        assert ChannelState.HOT not in field.state[row_of(field)].tolist()
