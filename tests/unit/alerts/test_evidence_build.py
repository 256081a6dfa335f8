"""What is frozen: readings raw and judged an hour around, wind, exclusions, limits, candidates, parameters, a map."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from alerts.evidence.build import Occasion, build
from alerts.evidence.frozen import FROZEN, evidence_hash, pack, unpack
from alerts.evidence.window import span_of
from alerts.view import PersonSide, view
from domain.ticket import TicketState
from domain.times import to_ms
from tests.builders_alerts import NOON
from tests.builders_evidence import HOSTILE, history, site, ticket

HOUR = timedelta(hours=1)
OPENED = Occasion(name="opened", at_ms=to_ms(NOON))
NOW_MS = to_ms(NOON) + 15_000


def seen(one=None):
    return view(one or ticket(), PersonSide(number=7, state=TicketState.NEW))


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    kept = history(tmp_path_factory.mktemp("evidence"), site())
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def texts(records):
    return build(seen(), site(), records, OPENED, NOW_MS)


def rows(texts, name):
    return list(csv.DictReader(io.StringIO(texts[name].decode())))


def test_everything_that_was_promised_is_frozen(texts):
    assert tuple(sorted(texts)) == FROZEN


def test_the_same_input_gives_the_same_bytes(texts, records):
    again = build(seen(), site(), records, OPENED, NOW_MS)

    assert again == texts
    assert evidence_hash(again) == evidence_hash(texts)


def test_every_text_counts_in_the_hash(texts):
    for name in texts:
        assert evidence_hash({**texts, name: texts[name] + b" "}) != evidence_hash(texts), name


def test_packing_loses_nothing(texts):
    assert unpack(pack(texts)) == texts
    assert pack(dict(reversed(texts.items()))) == pack(texts)


def test_readings_span_an_hour_before_and_after(texts):
    moments = {row["time"] for row in rows(texts, "readings.csv") if row["sensor_id"] == "ms-052"}

    assert min(moments) == "2026-03-02T02:57:00.000Z"  # an hour before the event's start
    assert max(moments) == "2026-03-02T04:59:00.000Z"  # an hour after the opening, exclusive
    assert len(moments) == 123


def test_readings_are_as_sent_and_minutes_as_judged(texts):
    reading = next(row for row in rows(texts, "readings.csv") if row["sensor_id"] == "ms-061")
    minute = next(row for row in rows(texts, "minutes.csv") if row["sensor_id"] == "ms-061")

    assert float(reading["pm25"]) == int(float(reading["pm25"]))
    assert reading["pm10"] == ""
    assert {minute[name] for name in ("pollutant", "state", "flags", "sigma")} == {"pm25", "normal", "", "0.123"}
    assert float(minute["upper"]) - float(minute["value"]) == 20.0
    assert float(minute["value"]) - float(minute["background"]) == 10.0


def test_an_excluded_sensor_is_there_with_its_reason_and_its_flags(texts):
    (sensor,) = [row for row in rows(texts, "sensors.csv") if row["sensor_id"] == "ms-060"]
    flags = {row["flags"] for row in rows(texts, "minutes.csv") if row["sensor_id"] == "ms-060"}

    assert (sensor["role"], sensor["excluded_because"]) == ("excluded", "stuck")
    assert flags == {"stuck"}


def test_near_sensors_count_and_far_ones_do_not(texts):
    roles = {row["sensor_id"]: row["role"] for row in rows(texts, "sensors.csv")}

    assert roles == {"ms-052": "named", "ms-061": "named", "ms-060": "excluded", "ms-070": "near", "pv-1": "near"}
    assert next(iter(roles)) == "ms-052"  # the peak's sensor first


def test_a_vehicle_counts_only_where_it_was_near(texts):
    places = [float(row["lon"]) for row in rows(texts, "readings.csv") if row["sensor_id"] == "pv-1"]
    minutes = [row for row in rows(texts, "minutes.csv") if row["sensor_id"] == "pv-1"]

    assert places
    assert all(abs(lon - 116.51) < 0.0352 for lon in places)  # 3 km
    assert len(minutes) == len(places)


def test_wind_is_as_measured(texts):
    wind = rows(texts, "weather.csv")

    assert {(row["station_id"], row["wind_speed_ms"], row["wind_from_deg"]) for row in wind} == {("w1", "2.3", "315.0")}
    assert len(wind) == 123


def test_limits_name_edition_and_clause_of_that_day(texts):
    limits = rows(texts, "limits.csv")
    daily = next(row for row in limits if (row["pollutant"], row["averaging"]) == ("pm25", "24h"))
    warning = next(row for row in limits if row["kind"] == "warning")

    assert (daily["edition"], daily["value_ugm3"], daily["from"]) == ("GB 3095-2026", "60.0", "2026-03-01")
    assert daily["clause"] == "table 1; 4.4, transition"
    assert (warning["pollutant"], warning["value_ugm3"]) == ("pm25", "115.0")


def test_the_day_of_the_limits_is_the_sites(records):
    start = NOON.replace(year=2026, month=2, day=28, hour=15, minute=30)  # 23:30 in Shanghai: the day before they count
    early = replace(ticket(), event_start=start, opened_at=start)
    late = replace(early, event_start=start + HOUR)

    editions = [
        rows(build(seen(one), site(), records, OPENED, NOW_MS), "limits.csv")[0]["edition"] for one in (early, late)
    ]
    assert editions == ["GB 3095-2012", "GB 3095-2026"]


def test_candidates_carry_their_scores_and_unknown_comes_last(texts):
    candidates = rows(texts, "candidates.csv")

    assert [row["probability"] for row in candidates] == ["0.54", "0.1", "0.36"]
    assert [row["name"] for row in candidates] == ["示例一厂", HOSTILE, "unknown"]
    assert candidates[0]["kind"] == "enterprise"


def test_parameters_hold_the_rule_version_and_every_rule(texts):
    told = json.loads(texts["parameters.json"])

    assert told["rule_version"] == "r1"
    assert told["rules"]["detect"]["floor_ugm3"] == [15.0, 30.0, 40.0, 40.0]
    assert told["rules"]["correlate"]["reach_m"] == 3000.0
    assert set(told["rules"]) == {"tick_s", "close_after_min", "qualify", "detect", "correlate"}
    assert (told["occasion_at"], told["frozen_at"]) == ("2026-03-02T04:00:00.000Z", "2026-03-02T04:00:15.000Z")
    assert [permit["note"] for permit in told["permits"]] == ["检修"]
    assert told["rows"]["sensors"] == 5


def test_the_map_is_well_formed_and_escapes_names(records):
    hostile = build(seen(), site(HOSTILE), records, OPENED, NOW_MS)["map.svg"].decode()

    drawn = ET.fromstring(hostile)  # noqa: S314 - our own drawing
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert "<script" not in hostile
    assert "远处" not in hostile
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}circle")) == 4


@pytest.mark.parametrize("kind", ["calm", "none"])
def test_without_wind_the_map_says_so(records, kind):
    wind = replace(ticket().wind, calm=kind == "calm", speed_ms=None, from_deg=None)
    drawn = build(seen(replace(ticket(), wind=wind)), site(), records, OPENED, NOW_MS)["map.svg"].decode()

    assert ("静风 calm" if kind == "calm" else "无风数据 no wind data") in drawn


def test_a_ticket_without_peak_or_place_of_its_own_is_frozen_too(records):
    bare = replace(ticket(), peak=None, sensors=(), excluded=(), candidates=(), unknown_probability=1.0)

    texts = build(seen(bare), site(), records, OPENED, NOW_MS)

    assert [row["name"] for row in rows(texts, "candidates.csv")] == ["unknown"]
    assert {row["role"] for row in rows(texts, "sensors.csv")} == {"near"}


def test_a_history_without_rows_leaves_headers(records):
    long_ago = replace(ticket(), opened_at=NOON.replace(year=2020), event_start=NOON.replace(year=2020), history=())
    texts = build(seen(long_ago), site(), records, Occasion(name="opened", at_ms=0), NOW_MS)

    assert rows(texts, "readings.csv") == []
    assert texts["readings.csv"].startswith(b"sensor_id,time,lon,lat,pm25,")


def test_the_window_ends_an_hour_after_the_event():
    ended = replace(ticket(), event_end=NOON + HOUR)

    span = span_of(ended, to_ms(NOON + 48 * HOUR))

    assert span.until_ms == to_ms(NOON + 2 * HOUR)


def test_a_wall_clock_far_from_the_zones_does_not_lose_the_event():
    """A replay's tickets may be decided years later."""
    span = span_of(ticket(), to_ms(NOON.replace(year=2030)))

    assert span.since_ms == to_ms(ticket().event_start - HOUR)
    assert span.until_ms == to_ms(NOON + 7 * HOUR)


def test_of_a_long_event_the_last_day_counts():
    long = replace(ticket(), event_start=NOON - 72 * HOUR)

    span = span_of(long, to_ms(NOON))

    assert span.until_ms - span.since_ms == 24 * 3_600_000
