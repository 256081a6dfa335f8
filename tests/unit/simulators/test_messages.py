"""Columns become the contract's messages, and ingest reads the very same numbers out of them."""

import json

import numpy as np
import pyarrow as pa

from domain.channels import CHANNEL_INDEX
from domain.readings import concat_readings, no_weather
from ingest.intake import Intake
from ingest.settings import IngestSettings
from simulators.messages import reading_messages, tick_message, weather_messages
from simulators.recorded_steps import recorded_steps
from tests.builders_ingest import NOW_MS, SITE, a_message, rows_of


def a_batch(**columns: list[object]) -> pa.RecordBatch:
    """Return a batch of readings, a second apart unless told otherwise."""
    number = len(columns["sensor_id"])
    times = [NOW_MS + second * 1000 for second in range(number)]
    return pa.RecordBatch.from_pydict({"time_ms": times, "received_ms": times, **columns})


def test_a_sensors_rows_are_one_message_in_the_order_given() -> None:
    batch = a_batch(sensor_id=["s2", "s1", "s2"], pm10=[1.0, 2.0, 3.0])

    messages = {message.topic: json.loads(message.payload) for message in reading_messages("test", batch)}

    assert {topic: [row["pm10"] for row in rows] for topic, rows in messages.items()} == {
        "wugan/v1/test/s1/readings": [2.0],
        "wugan/v1/test/s2/readings": [1.0, 3.0],
    }


def test_missing_numbers_are_left_out() -> None:
    batch = a_batch(sensor_id=["s1", "s1"], pm10=[None, float("nan")], pm25=[1.0, None])

    (message,) = reading_messages("test", batch)

    assert [set(row) for row in json.loads(message.payload)] == [
        {"time", "received_at", "pm25"},
        {"time", "received_at"},
    ]


def test_a_message_holds_at_most_500_readings() -> None:
    batch = a_batch(sensor_id=["s1"] * 1001, pm10=[1.0] * 1001)

    assert [message.rows for message in reading_messages("test", batch)] == [500, 500, 1]


def test_infinity_is_refused_by_ingest_and_not_taken_for_missing() -> None:
    batch = a_batch(sensor_id=["s1", "s1"], pm10=[float("inf"), 1.0])
    (message,) = reading_messages("test", batch)

    tally = Intake(SITE, IngestSettings(replay=True)).take([a_message(message.payload, message.topic)]).tally

    assert tally.rejected == {"not_a_number": 1}


def test_weather_and_ticks_are_understood() -> None:
    columns = {"weather_id": ["w1"], "time_ms": [NOW_MS], "received_ms": [NOW_MS], "lon": [116.5], "lat": [39.8]}
    (weather,) = weather_messages("test", pa.RecordBatch.from_pydict({**columns, "wind_speed_ms": [2.5]}))
    tick = tick_message("test", NOW_MS + 5000)

    batch = Intake(SITE, IngestSettings(replay=True)).take(
        [a_message(one.payload, one.topic) for one in (weather, tick)]
    )

    arrivals = rows_of(batch.rows)
    assert (arrivals.weather.station_id, arrivals.weather.values[0, 0], arrivals.clock_ms) == (
        ("w1",),
        2.5,
        NOW_MS + 5000,
    )


def test_a_recording_comes_through_to_the_last_bit() -> None:
    numbers = np.random.default_rng(7).lognormal(3.0, 1.0, 400)
    given = [
        a_message({"time": NOW_MS - number, "pm10": float(value), "o3": None}, f"wugan/v1/test/{name}/readings")
        for number, value in enumerate(numbers)
        for name in ("s1", "s2")
    ]
    recorded = rows_of(Intake(SITE, IngestSettings()).take(given).rows)

    replaying = Intake(SITE, IngestSettings(replay=True))
    played = [
        a_message(message.payload, message.topic)
        for step in recorded_steps(recorded.readings, recorded.weather, SITE)
        for message in reading_messages("test", step.readings)
    ]
    again = rows_of(replaying.take(played).rows).readings

    order = np.lexsort((again.time_ms, again.sensor)), np.lexsort((recorded.readings.time_ms, recorded.readings.sensor))
    column = CHANNEL_INDEX["pm10"]
    assert again.values[order[0], column].tobytes() == recorded.readings.values[order[1], column].tobytes()
    assert again.received_ms.tolist() == recorded.readings.received_ms.tolist()


def test_steps_end_at_ticks_and_hold_what_came_before() -> None:
    came = [a_message({"time": NOW_MS, "pm10": 1.0}, received_ms=NOW_MS + ms) for ms in (0, 9_999, 10_000, 35_000)]
    parts = [rows_of(Intake(SITE, IngestSettings()).take([one]).rows).readings for one in came]

    steps = list(recorded_steps(concat_readings(parts), no_weather(), SITE))

    assert [(step.clock_ms - NOW_MS, step.readings.num_rows) for step in steps] == [
        (10_000, 2),
        (20_000, 1),
        (40_000, 1),
    ]
