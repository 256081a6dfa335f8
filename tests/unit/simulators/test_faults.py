import numpy as np
import pytest

from domain.readings import Readings
from simulators.scenario_types import FaultTable
from simulators.world.faults import apply_faults, fault_of

IDS = ("ms-001", "ms-002", "pv-1")
START_MS = 1_700_000_000_000


def measured(minutes: int = 60) -> Readings:
    """Three devices, one reading a minute each, values that change all the time."""
    minute, sensor = np.divmod(np.arange(3 * minutes), 3)
    time_ms = START_MS + 60_000 * minute
    values = np.full((len(minute), 12), np.nan)
    values[:, :4] = np.round(40.0 + 10.0 * np.sin(np.arange(4 * len(minute)).reshape(-1, 4)), 1)
    position = np.full((len(minute), 5), 1.5)
    return Readings(sensor.astype(np.int32), time_ms, time_ms, position, values)


def broken(rows: Readings, **told: object) -> Readings:
    table = FaultTable(**({"sensors": ("pv-1",), "start_min": 10.0, "duration_min": 30.0} | told))
    return fault_of(table, IDS, START_MS, np.random.default_rng(1))(rows)


def touched(rows: Readings) -> np.ndarray:
    minute = (rows.received_ms - START_MS) / 60_000
    return (rows.sensor == 2) & (minute >= 10) & (minute < 40)


@pytest.mark.parametrize("kind", ["stuck", "spike", "drift", "clock_skew", "gps_glitch", "unit_slip"])
def test_a_fault_touches_its_sensor_in_its_time_and_nothing_else(kind):
    rows = measured()
    after = broken(rows, kind=kind, rate=0.5)
    others = ~touched(rows)

    for name in ("sensor", "time_ms", "received_ms", "position", "values"):
        np.testing.assert_array_equal(getattr(after, name)[others], getattr(rows, name)[others])
    changed = [
        name
        for name in ("time_ms", "position", "values")
        if not np.array_equal(getattr(after, name), getattr(rows, name), equal_nan=True)
    ]
    assert changed == [{"clock_skew": "time_ms", "gps_glitch": "position"}.get(kind, "values")]


@pytest.mark.parametrize("kind", ["stuck", "spike", "drift", "clock_skew", "gps_glitch", "unit_slip", "offline"])
def test_a_fault_does_not_change_what_it_was_given(kind):
    rows, same = measured(), measured()
    broken(rows, kind=kind, rate=0.5)

    for name in ("time_ms", "position", "values"):
        np.testing.assert_array_equal(getattr(rows, name), getattr(same, name))


def test_an_offline_sensor_is_silent():
    rows = measured()

    assert len(broken(rows, kind="offline")) == len(rows) - 30


def test_a_stuck_channel_repeats_its_first_value_over_batches():
    rows = measured()
    table = FaultTable(kind="stuck", sensors=("ms-002",), channels=("pm10",), start_min=5)
    fault = fault_of(table, IDS, START_MS, np.random.default_rng(1))
    parts = [fault(rows.take(slice(begin, begin + 30))) for begin in range(0, 180, 30)]
    pm10 = np.concatenate([part.values[part.sensor == 1, 1] for part in parts])
    pm25 = np.concatenate([part.values[part.sensor == 1, 0] for part in parts])

    assert set(pm10[5:].tolist()) == {pm10[5]}
    assert len(set(pm10[:5].tolist())) > 1
    np.testing.assert_array_equal(pm25, rows.values[rows.sensor == 1, 0])


def test_spikes_hit_the_share_that_is_said():
    rows = measured(2000)
    after = broken(rows, kind="spike", start_min=0.0, duration_min=2000.0, rate=0.1, factor=8.0)
    ratio = (after.values / rows.values)[rows.sensor == 2, :4]

    assert (ratio[:, 0] > 2).mean() == pytest.approx(0.1, abs=0.03)
    assert ratio[ratio > 2].mean() == pytest.approx(8.0, abs=0.1)


def test_a_drift_grows_with_time():
    rows = measured()
    after = broken(rows, kind="drift", rate=0.6)
    ratio = (after.values / rows.values)[touched(rows), 0]

    assert ratio[0] == pytest.approx(1.0)
    assert ratio[-1] == pytest.approx(1.0 + 0.6 * 29 / 60, abs=0.005)


def test_a_skewed_clock_tells_another_time():
    rows = measured()
    after = broken(rows, kind="clock_skew", skew_s=-90.0)

    assert set((after.time_ms - rows.time_ms)[touched(rows)].tolist()) == {-90_000}


def test_a_gps_glitch_throws_far_or_loses_the_fix():
    rows = measured(2000)
    after = broken(rows, kind="gps_glitch", start_min=0.0, duration_min=2000.0, rate=0.5)
    moved = after.position[rows.sensor == 2][:, :2] - 1.5
    hit = np.abs(moved).max(axis=1) > 1e-5
    lost = (after.position[rows.sensor == 2][:, :2] == 0.0).all(axis=1)

    assert hit.mean() == pytest.approx(0.5, abs=0.05)
    assert lost[hit].mean() == pytest.approx(0.25, abs=0.05)
    assert np.hypot(*moved[hit & ~lost].T).min() * 111_320 > 290.0


def test_a_slipped_unit_multiplies_everything():
    rows = measured()
    after = broken(rows, kind="unit_slip", factor=110.0)

    assert (after.values / rows.values)[touched(rows), :4] == pytest.approx(110.0, rel=1e-3)


def test_faults_can_be_put_one_behind_the_other():
    rows = measured()
    tables = (
        FaultTable(kind="unit_slip", sensors=("ms-001",), factor=10.0),
        FaultTable(kind="clock_skew", sensors=("ms-001",), skew_s=5.0),
        FaultTable(kind="offline", sensors=("ms-002",)),
    )
    faults = [fault_of(table, IDS, START_MS, np.random.default_rng(1)) for table in tables]
    after = apply_faults(faults, rows)

    assert np.bincount(after.sensor).tolist() == [60, 0, 60]
    mine = after.sensor == 0
    assert (after.time_ms[mine] - after.received_ms[mine]).tolist() == [5000] * 60
    assert after.values[mine, 0] == pytest.approx(10.0 * rows.values[rows.sensor == 0, 0])


def test_a_channel_that_is_offline_is_left_out_while_the_rest_goes_on():
    rows = measured()
    after = broken(rows, kind="offline", channels=("pm10",))
    hit = touched(rows)

    assert len(after) == len(rows)
    assert np.isnan(after.values[hit, 1]).all()
    np.testing.assert_array_equal(after.values[:, [0, 2, 3]], rows.values[:, [0, 2, 3]])
    np.testing.assert_array_equal(after.values[~hit], rows.values[~hit])
