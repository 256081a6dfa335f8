"""Every reason for which a reading is refused, one element or one message at a time."""

import json

import pytest

from domain.site import Site
from ingest.intake import Intake
from ingest.reasons import Reason
from ingest.settings import MAX_ELEMENTS, MAX_MESSAGE_BYTES, IngestSettings
from tests.builders_ingest import NOW_MS, READINGS, SITE, a_message, a_reading

BAD_ELEMENTS = [
    pytest.param(b"7", Reason.WRONG_TYPE, id="a bare number"),
    pytest.param(b"null", Reason.WRONG_TYPE, id="null"),
    pytest.param(b'"reading"', Reason.WRONG_TYPE, id="text"),
    pytest.param(b"[]", Reason.WRONG_TYPE, id="an array within the array"),
    pytest.param(b"{}", Reason.NO_TIME, id="an empty object"),
    pytest.param(b'{"time":null,"pm10":1}', Reason.NO_TIME, id="time is null"),
    pytest.param(b'{"time":"2026-03-01T00:00:00","pm10":1}', Reason.NO_TIME, id="time without offset"),
    pytest.param(b'{"time":"yesterday","pm10":1}', Reason.NO_TIME, id="time is no time"),
    pytest.param(b'{"time":"2026-02-30T00:00:00Z","pm10":1}', Reason.NO_TIME, id="a day that is not"),
    pytest.param(b'{"time":-99999999999999999999,"pm10":1}', Reason.NO_TIME, id="time before all calendars"),
    pytest.param(b'{"time":1772323200000.5,"pm10":1}', Reason.WRONG_TYPE, id="time is a fraction"),
    pytest.param(b'{"time":true,"pm10":1}', Reason.WRONG_TYPE, id="time is true"),
    pytest.param(b'{"time":[1],"pm10":1}', Reason.WRONG_TYPE, id="time is an array"),
    pytest.param(b'{"time":NaN,"pm10":1}', Reason.NOT_A_NUMBER, id="time is NaN"),
    pytest.param(b'{"time":1772323500001,"pm10":1}', Reason.FUTURE_TIME, id="a millisecond too far ahead"),
    pytest.param(b'{"time":99999999999999999999,"pm10":1}', Reason.FUTURE_TIME, id="time beyond all calendars"),
    pytest.param(b'{"time":1772323200000,"pm10":"50"}', Reason.WRONG_TYPE, id="a number as text"),
    pytest.param(b'{"time":1772323200000,"pm10":true}', Reason.WRONG_TYPE, id="true is no number"),
    pytest.param(b'{"time":1772323200000,"pm10":[50]}', Reason.WRONG_TYPE, id="an array for a number"),
    pytest.param(b'{"time":1772323200000,"seq":1.5}', Reason.WRONG_TYPE, id="seq is a fraction"),
    pytest.param(b'{"time":1772323200000,"pm10":"50 ug/m3"}', Reason.BAD_UNIT, id="a number with its unit"),
    pytest.param(b'{"time":1772323200000,"pm10":"0.05mg/m3"}', Reason.BAD_UNIT, id="a unit without space"),
    pytest.param(b'{"time":1772323200000,"pm10":{"value":1,"unit":"ppb"}}', Reason.BAD_UNIT, id="a unit beside"),
    pytest.param(b'{"time":1772323200000,"pm10":NaN}', Reason.NOT_A_NUMBER, id="NaN"),
    pytest.param(b'{"time":1772323200000,"pm10":-Infinity}', Reason.NOT_A_NUMBER, id="minus infinity"),
    pytest.param(b'{"time":1772323200000,"pm10":nan}', Reason.NOT_A_NUMBER, id="nan as C prints it"),
    pytest.param(b'{"time":1772323200000,"pm10":-inf }', Reason.NOT_A_NUMBER, id="inf as C prints it"),
    pytest.param(b'{"time":1772323200000,"pm10":1e999}', Reason.NOT_A_NUMBER, id="beyond float64"),
    pytest.param(b'{"time":1772323200000,"pm10":1' + b"0" * 400 + b"}", Reason.NOT_A_NUMBER, id="a huge integer"),
]
BAD_MESSAGES = [
    pytest.param(b"", Reason.NOT_JSON, 1, id="nothing"),
    pytest.param(b"pm10=50", Reason.NOT_JSON, 1, id="no JSON"),
    pytest.param(b'{"time":1772323200000', Reason.NOT_JSON, 1, id="cut short"),
    pytest.param(b'{"time":1772323200000}}', Reason.NOT_JSON, 1, id="more than one value"),
    pytest.param(b'[{"time":1772323200000},]', Reason.NOT_JSON, 1, id="a comma too many"),
    pytest.param(b"\xff\xfe{}", Reason.NOT_JSON, 1, id="no UTF-8"),
    pytest.param(b"[" * 100_000, Reason.NOT_JSON, 1, id="endless depth"),
    pytest.param(b" " * (MAX_MESSAGE_BYTES + 1), Reason.TOO_LARGE, 1, id="too large"),
    pytest.param(
        json.dumps([a_reading()] * (MAX_ELEMENTS + 1)).encode(), Reason.TOO_MANY, MAX_ELEMENTS + 1, id="too many"
    ),
]


def test_the_reason_codes_are_the_contracts() -> None:
    promised = (
        "not_json too_large too_many wrong_type not_a_number no_time future_time unknown_sensor wrong_site no_position "
        "bad_unit"
    )

    assert set(promised.split()) == set(Reason)


@pytest.mark.parametrize(("element", "reason"), BAD_ELEMENTS)
def test_one_bad_element_is_refused_alone(element: bytes, reason: Reason) -> None:
    good = [json.dumps(a_reading(NOW_MS - second * 1000)).encode() for second in range(2)]
    batch = Intake(SITE, IngestSettings()).take([a_message(b"[" + b",".join([good[0], element, good[1]]) + b"]")])

    assert batch.tally.rejected == {reason: 1}
    assert (batch.tally.readings, batch.tally.accepted) == (3, 2)
    assert [(reject.reason, reject.readings) for reject in batch.rejects] == [(reason, 1)]


@pytest.mark.parametrize(
    ("element", "reason"), [case for case in BAD_ELEMENTS if case.id != "an array within the array"]
)
def test_alone_it_is_refused_for_the_same_reason(element: bytes, reason: Reason) -> None:
    batch = Intake(SITE, IngestSettings()).take([a_message(element)])

    assert batch.rows is None
    assert batch.tally.rejected == {reason: 1}
    assert batch.rejects[0].payload == element


@pytest.mark.parametrize(("payload", "reason", "readings"), BAD_MESSAGES)
def test_a_message_that_can_not_be_used_is_refused_whole(payload: bytes, reason: Reason, readings: int) -> None:
    batch = Intake(SITE, IngestSettings()).take([a_message(payload), a_message(a_reading())])

    assert batch.tally.rejected == {reason: readings}
    assert (batch.tally.readings, batch.tally.accepted) == (readings + 1, 1)
    assert [(reject.reason, reject.readings, reject.payload) for reject in batch.rejects] == [
        (reason, readings, payload)
    ]


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        pytest.param(READINGS.format("s9"), a_reading(), Reason.UNKNOWN_SENSOR, id="unknown sensor"),
        pytest.param("wugan/v1/other/s1/readings", a_reading(), Reason.WRONG_SITE, id="another site's sensor"),
        pytest.param(READINGS.format("v1"), a_reading(), Reason.NO_POSITION, id="vehicle without position"),
        pytest.param(READINGS.format("v1"), a_reading(lon=116.5), Reason.NO_POSITION, id="vehicle without latitude"),
        pytest.param(READINGS.format("v1"), a_reading(lon=116.5, lat=91), Reason.NO_POSITION, id="off the earth"),
    ],
)
def test_what_the_door_refuses_keeps_its_payload(topic: str, payload: object, reason: Reason) -> None:
    message = a_message(payload, topic)

    (reject,) = Intake(SITE, IngestSettings()).take([message]).rejects

    assert (reject.reason, reject.topic, reject.payload) == (reason, topic, message.payload)
    assert reject.received_ms == NOW_MS


def test_an_array_refused_for_one_reason_is_one_dead_letter() -> None:
    message = a_message([a_reading(NOW_MS - second) for second in range(9)], READINGS.format("s9"))

    batch = Intake(SITE, IngestSettings()).take([message])

    assert [(reject.readings, reject.payload) for reject in batch.rejects] == [(9, message.payload)]
    assert batch.tally.rejected == {Reason.UNKNOWN_SENSOR: 9}


def test_elements_refused_at_the_door_are_dead_letters_of_their_own() -> None:
    ahead = a_reading(NOW_MS + 3_600_000)
    message = a_message([a_reading(), ahead, a_reading(NOW_MS - 1000), a_reading(NOW_MS + 7_200_000)])

    batch = Intake(SITE, IngestSettings()).take([message])

    assert [json.loads(reject.payload)["time"] for reject in batch.rejects] == [NOW_MS + 3_600_000, NOW_MS + 7_200_000]
    assert batch.tally.accepted == 2


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param({"time": NOW_MS, "wind_speed_ms": 2.0}, Reason.NO_POSITION, id="no position"),
        pytest.param({"time": NOW_MS, "lon": 200.0, "lat": 39.8}, Reason.NO_POSITION, id="off the earth"),
        pytest.param({"lon": 116.5, "lat": 39.8}, Reason.NO_TIME, id="no time"),
        pytest.param({"time": NOW_MS + 3_600_000, "lon": 116.5, "lat": 39.8}, Reason.FUTURE_TIME, id="ahead"),
        pytest.param({"time": NOW_MS, "lon": "E 116", "lat": 39.8}, Reason.WRONG_TYPE, id="text"),
        pytest.param(b'{"time":1772323200000,"lon":NaN,"lat":1}', Reason.NOT_A_NUMBER, id="NaN"),
    ],
)
def test_weather_has_its_own_account(payload: object, reason: Reason) -> None:
    batch = Intake(SITE, IngestSettings()).take([a_message(payload, "wugan/v1/test/w1/weather")])

    assert (batch.tally.weather_received, batch.tally.weather, batch.tally.readings) == (1, 0, 0)
    assert batch.tally.weather_rejected == {reason: 1}
    assert [reject.reason for reject in batch.rejects] == [reason]


def test_a_site_without_sensors_refuses_everything_and_goes_on() -> None:
    empty = Site(site_id="test", name="", timezone="UTC", sensors=())

    batch = Intake(empty, IngestSettings()).take([a_message(a_reading())])

    assert batch.tally.rejected == {Reason.UNKNOWN_SENSOR: 1}


def test_where_json_fails_an_element_is_still_told_apart() -> None:
    good = json.dumps(a_reading()).encode()
    batch = Intake(SITE, IngestSettings()).take([a_message(b'[{"time":1,"pm10":NaN},' + good + b',{"pm10":-nan}]')])

    assert [reject.payload for reject in batch.rejects] == [b'{"time": 1, "pm10": NaN}', b'{"pm10": NaN}']
    assert batch.tally.accepted == 1
