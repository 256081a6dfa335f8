"""What may enter comes out as columns, whatever way it was written."""

import json
import math

import numpy as np
import pytest

from domain.channels import CHANNEL_INDEX, WEATHER_KEYS
from ingest.intake import Intake
from ingest.settings import IngestSettings
from tests.builders_ingest import NOW_MS, READINGS, SITE, a_message, a_reading, rows_of, values_of

PM10 = CHANNEL_INDEX["pm10"]
LIVE, REPLAY = IngestSettings(), IngestSettings(replay=True)


def test_singles_and_arrays_come_out_in_order_of_arrival() -> None:
    messages = [
        a_message([a_reading(pm10=1), a_reading(NOW_MS + 1, pm10=2)]),
        a_message(a_reading(pm10=3), READINGS.format("v1")),
        a_message(a_reading(pm10=4, lon=116.5, lat=39.9), READINGS.format("v1")),
        a_message(a_reading(NOW_MS + 2, pm10=5)),
    ]

    rows = rows_of(Intake(SITE, LIVE).take(messages).rows).readings

    assert rows.values[:, PM10].tolist() == [1, 2, 4, 5]
    assert rows.sensor.tolist() == [0, 0, 2, 0]
    assert rows.time_ms.tolist() == [NOW_MS, NOW_MS + 1, NOW_MS, NOW_MS + 2]


@pytest.mark.parametrize(
    "time",
    [
        pytest.param(NOW_MS, id="Unix milliseconds"),
        pytest.param("2026-03-01T00:00:00Z", id="UTC"),
        pytest.param("2026-03-01T08:00:00.000999+08:00", id="with offset, cut"),
    ],
)
def test_time_may_be_written_in_more_than_one_way(time: object) -> None:
    rows = rows_of(Intake(SITE, LIVE).take([a_message({"time": time, "pm10": 1})]).rows).readings

    assert rows.time_ms.tolist() == [NOW_MS]


def test_null_and_absent_are_missing() -> None:
    messages = [a_message([a_reading(pm25=None), a_reading(NOW_MS + 1, pm25=2), {"time": NOW_MS + 2, "pm10": None}])]

    rows = rows_of(Intake(SITE, LIVE).take(messages).rows)

    np.testing.assert_equal(values_of(rows, CHANNEL_INDEX["pm25"]), [math.nan, 2.0, math.nan])
    np.testing.assert_equal(values_of(rows, PM10), [50.0, 50.0, math.nan])


def test_keys_that_come_later_than_others_are_not_overlooked() -> None:
    intake = Intake(SITE, LIVE)
    keys = ["pm25", "nox", "humidity_pct", "accuracy_m", "o3"]
    given = [a_reading(NOW_MS + step, **{key: float(step + 1) for key in keys[:step]}) for step in range(6)]

    for step, reading in enumerate(given):
        rows = rows_of(intake.take([a_message(reading)]).rows).readings
        held = {key: rows.values[0, CHANNEL_INDEX[key]] for key in keys[:step] if key in CHANNEL_INDEX}

        assert set(held.values()) <= {float(step + 1)}
        assert rows.values[0, PM10] == 50.0
        assert not math.isnan(rows.position[0, 2]) or step < 4


def test_registered_units_are_settled() -> None:
    messages = [a_message(a_reading(pm10=0.05), READINGS.format(name)) for name in ("s1", "s2")]

    assert values_of(rows_of(Intake(SITE, LIVE).take(messages).rows), PM10) == [0.05, 50.0]


def test_unknown_keys_are_counted_and_do_no_harm() -> None:
    messages = [a_message([a_reading(firmware="2.1", rssi=-70), a_reading(NOW_MS + 1)]), a_message(a_reading(fan={}))]

    batch = Intake(SITE, LIVE).take(messages)

    assert (batch.tally.unknown_keys, batch.tally.readings, batch.tally.rejected_total) == (3, 3, 0)


def test_the_same_reading_twice_is_a_duplicate() -> None:
    intake = Intake(SITE, LIVE)

    first = intake.take([a_message(a_reading()), a_message(a_reading())])
    second = intake.take([a_message(a_reading()), a_message(a_reading(pm25=1.0))])

    assert (first.tally.accepted, first.tally.duplicates) == (1, 1)
    assert (second.tally.accepted, second.tally.duplicates) == (1, 1)


def test_without_replay_received_at_is_an_unknown_key() -> None:
    batch = Intake(SITE, LIVE).take([a_message(a_reading(received_at="2026-02-01T00:00:00Z"))])

    assert batch.tally.unknown_keys == 1
    assert rows_of(batch.rows).clock_ms == NOW_MS


def test_with_replay_received_at_is_when_it_was_received() -> None:
    at = a_reading(NOW_MS - 5000, received_at="2026-02-28T23:59:56.500Z")

    rows = rows_of(Intake(SITE, REPLAY).take([a_message([at, a_reading()])]).rows).readings

    assert rows.received_ms.tolist() == [NOW_MS - 3500, NOW_MS]


def test_with_replay_the_future_is_judged_by_received_at() -> None:
    ahead = a_reading(NOW_MS, received_at="2026-02-28T00:00:00Z")

    assert Intake(SITE, REPLAY).take([a_message(ahead)]).tally.rejected == {"future_time": 1}


def test_the_receive_clock_never_runs_backwards() -> None:
    intake = Intake(SITE, LIVE)
    intake.take([a_message(a_reading())])
    later = intake.take([a_message(a_reading(NOW_MS - 1), received_ms=NOW_MS - 60_000)])

    assert rows_of(later.rows).readings.received_ms.tolist() == [NOW_MS]


def test_weather_needs_no_registration() -> None:
    said = {"time": NOW_MS, "lon": 116.5, "lat": 39.8, "wind_speed_ms": 2.0, "wind_from_deg": 315}
    batch = Intake(SITE, LIVE).take([a_message([said, said], "wugan/v1/test/w1/weather"), a_message(a_reading())])

    arrivals = rows_of(batch.rows)

    assert arrivals.weather.station_id == ("w1", "w1")
    assert arrivals.weather.values[0, : WEATHER_KEYS.index("temperature_c")].tolist() == [2.0, 315.0]
    assert (arrivals.weather.lon.tolist(), len(arrivals.readings)) == ([116.5, 116.5], 1)
    assert (batch.tally.weather, batch.tally.readings) == (2, 1)


def test_the_players_tick_moves_the_clock_of_a_replay_only() -> None:
    tick = a_message({"received_at": "2026-03-01T01:00:00Z"}, "wugan/v1/test/_clock/tick")

    replayed, live = Intake(SITE, REPLAY).take([tick]), Intake(SITE, LIVE).take([tick])

    assert rows_of(replayed.rows).clock_ms == NOW_MS + 3_600_000
    assert (live.rows, live.tally.ignored) == (None, 1)


def test_a_tick_that_can_not_be_read_is_a_dead_letter() -> None:
    batch = Intake(SITE, REPLAY).take([a_message(b"now", "wugan/v1/test/_clock/tick")])

    assert ([reject.reason for reject in batch.rejects], batch.tally.readings) == (["wrong_type"], 0)


def test_status_is_noted_for_registered_sensors() -> None:
    said = [
        a_message(b"online", "wugan/v1/test/s1/status"),
        a_message(b"offline", "wugan/v1/test/s1/status"),
        a_message(b"online", "wugan/v1/test/s9/status"),
        a_message(b"tired", "wugan/v1/test/v1/status"),
    ]

    batch = Intake(SITE, LIVE).take(said)

    assert batch.status == {"s1": "offline"}
    assert batch.tally.ignored == 2


@pytest.mark.parametrize("topic", ["wugan/v1/test/s1/reading", "else/where", "", "wugan/v1/test//readings"])
def test_topics_that_carry_nothing_are_counted(topic: str) -> None:
    batch = Intake(SITE, LIVE).take([a_message(a_reading(), topic)])

    assert (batch.rows, batch.tally.wrong_topic, batch.tally.readings) == (None, 1, 0)


def test_an_empty_array_is_no_reading() -> None:
    batch = Intake(SITE, LIVE).take([a_message([])])

    assert (batch.rows, batch.rejects, batch.tally.readings) == (None, [], 0)


def test_broken_messages_can_not_complete_each_other() -> None:
    parts = [b'{"time":1},[{"time":2}', b'{"time":3}', b'{"time":4}],{"time":5}']

    batch = Intake(SITE, LIVE).take([a_message(part) for part in parts])

    assert batch.tally.rejected == {"not_json": 2}
    assert rows_of(batch.rows).readings.time_ms.tolist() == [3]


def test_numbers_keep_every_bit() -> None:
    number = 0.1 + 0.2
    text = json.dumps(a_reading(pm10=number)).encode()

    assert values_of(rows_of(Intake(SITE, LIVE).take([a_message(text)]).rows), PM10) == [number]
