"""What travels between the stages comes back as it was."""

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from domain.decisions import Decision, DecisionMade
from domain.packing import Packer
from domain.pipeline import ZoneState, advance, make_ready, start
from domain.wire import (
    KIND_READING,
    KIND_TICK,
    KIND_WEATHER,
    decode_judged,
    decode_minute,
    decode_outcome,
    decode_rows,
    decode_ticket,
    encode_judged,
    encode_minute,
    encode_outcome,
    encode_rows,
    encode_ticket,
)
from tests.builders import a_site, air, joined, run, whole, wind
from tests.builders_plume import emit

SITE = a_site(3)


def test_rows_part_into_readings_weather_and_clock() -> None:
    raw = encode_rows(
        {
            "kind": [KIND_READING, KIND_WEATHER, KIND_TICK, KIND_READING],
            "sensor_id": ["s-0-1", "w-1", "", "nobody"],
            "time_ms": [1000, 2000, 3000, 1000],
            "received_ms": [1500, 2500, 9000, 1500],
            "pm25": [40.0, None, None, 41.0],
            "wind_speed_ms": [None, 2.5, None, None],
        }
    )
    found = decode_rows(raw, pa.array(SITE.sensor_ids, pa.string()))
    assert found.clock_ms == 9000
    assert found.readings.sensor.tolist() == [1]
    assert found.readings.values[0, 0] == 40.0
    assert np.isnan(found.readings.values[0, 1:]).all()
    assert found.weather.station_id == ("w-1",)
    assert found.weather.values[0, 0] == 2.5


def test_minutes_and_judged_minutes_keep_their_bits() -> None:
    _, events = advance(start(SITE), whole(joined(air(SITE, 20)), wind(20))[0], make_ready(SITE))
    assert events.minutes
    assert [encode_minute(decode_minute(encode_minute(field))) for field in events.minutes] == [
        encode_minute(field) for field in events.minutes
    ]
    assert [encode_judged(decode_judged(encode_judged(field))) for field in events.judged] == [
        encode_judged(field) for field in events.judged
    ]


def test_outcomes_are_tickets_or_decisions() -> None:
    rows = emit(air(SITE, 40), SITE, (250, 250), (20, 35), 80.0)
    ticket = run(SITE, whole(joined(rows), wind(40))).tickets[0]
    made = DecisionMade(60_000, Decision.REGIONAL, "s-0-0/pm25/…")
    assert decode_outcome(encode_outcome(ticket)) == ticket == decode_ticket(encode_ticket(ticket))
    assert decode_outcome(encode_outcome(made)) == made


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"ticket":{}}', b'{"decision":{"name":"no such"}}'])
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_outcome(raw)


def test_a_snapshot_comes_back_bit_by_bit() -> None:
    packer = Packer(ZoneState)
    rows = emit(air(SITE, 36), SITE, (250, 250), (20, 36), 80.0)
    state = run(SITE, whole(joined(rows), wind(36), after_min=1)).state
    assert state.correlate.incidents
    assert packer.encode(packer.decode(packer.encode(state))) == packer.encode(state)
