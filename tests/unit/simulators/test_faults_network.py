import numpy as np
import pytest

from domain.readings import Readings
from simulators.scenario_types import NetworkTable, Outage
from simulators.world import World
from simulators.world.network import Network
from tests.builders_world import rows_sent, small

START_MS = 1_700_000_000_000


def carried(rows: Readings, **told: object) -> Readings:
    return Network(NetworkTable(**told), 5, START_MS, np.random.default_rng(1)).carry(rows)


def test_a_usual_reading_arrives_about_when_it_should():
    rows = rows_sent(START_MS)
    delay_ms = carried(rows, delay_s=0.8).received_ms - rows.received_ms

    assert np.median(delay_ms) == pytest.approx(800, rel=0.1)
    assert delay_ms.min() > 0


def test_late_readings_are_as_many_and_as_late_as_said():
    rows = rows_sent(START_MS)
    delay_ms = carried(rows, late_share=0.1, late_s=(100.0, 200.0)).received_ms - rows.received_ms
    late = delay_ms > 50_000

    assert late.mean() == pytest.approx(0.1, abs=0.02)
    assert delay_ms[late].min() >= 100_000
    assert delay_ms[late].max() < 210_000


def test_a_duplicate_is_the_same_reading_later():
    rows = rows_sent(START_MS)
    received = carried(rows, duplicate_share=0.05)
    first, again = received.take(slice(0, len(rows))), received.take(slice(len(rows), None))
    key = {(int(s), int(t)): i for i, (s, t) in enumerate(zip(first.sensor, first.time_ms, strict=True))}
    of = [key[int(s), int(t)] for s, t in zip(again.sensor, again.time_ms, strict=True)]

    assert len(again) == pytest.approx(0.05 * len(rows), rel=0.3)
    np.testing.assert_array_equal(first.values[of], again.values)
    assert (again.received_ms > first.received_ms[of]).all()


def test_reordered_readings_come_after_their_successors():
    rows = rows_sent(START_MS)
    received = carried(rows, reorder_share=0.2)
    one = received.take(received.sensor == 0)
    order = np.argsort(one.received_ms, kind="stable")

    assert (np.diff(one.time_ms[order]) < 0).mean() > 0.1


def test_what_is_measured_in_an_outage_arrives_after_it_in_order():
    rows = rows_sent(START_MS)
    outage = Outage(start_min=5, duration_min=5)
    received = carried(rows, delay_s=0.0, outages=(outage,))
    minute = (rows.received_ms - START_MS) / 60_000
    away = (minute >= 5) & (minute < 10)
    back_ms = START_MS + 10 * 60_000

    assert len(received) == len(rows)
    assert (received.received_ms[away] >= back_ms).all()
    assert (received.received_ms[away] <= back_ms + 15_000).all()
    assert (np.diff(received.received_ms[away]) >= 0).all()
    np.testing.assert_array_equal(received.received_ms[~away], rows.received_ms[~away])


def test_nothing_is_lost_on_the_way():
    text = """
    [network]
    late_share = 0.1
    duplicate_share = 0.1
    [[network.outages]]
    start_min = 5
    duration_min = 20
    share = 0.5
    """
    plain, rough = World(small(), 7), World(small(text), 7)

    def told(world: World) -> set[tuple[object, ...]]:
        return {
            row
            for step in world.steps()
            for row in zip(
                *(step.readings.column(name).to_pylist() for name in ("sensor_id", "time_ms", "pm25")), strict=True
            )
        }

    assert told(plain) == told(rough)
