"""The map's routes: GeoJSON, a sensor's course, the stream."""

import json
import math
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from domain.series import Series
from maps.api import build_router
from maps.feed import LiveFeed
from tests.builders_maps import (
    CLOCK_MS,
    TOPICS,
    Client,
    FakeHistory,
    FakeTail,
    FakeTickets,
    a_feed,
    a_zone,
    an_app,
    judged_message,
    judged_rows,
    quiet_rows,
    readings_message,
)

SITE = a_zone(20, 2, 12)


@pytest.fixture
def feed() -> LiveFeed:
    feed = a_feed(SITE, FakeTail(), FakeTickets())
    rows = [row for row in quiet_rows(SITE) if row["sensor_id"] not in {"ms-003", "pv-1"}]
    feed.take_message(TOPICS.readings, readings_message(rows, CLOCK_MS))
    feed.take_message(TOPICS.breaches, judged_message(SITE, CLOCK_MS - 80_000, excluded=["ms-005"]))
    return feed


@pytest.fixture
def history() -> FakeHistory:
    return FakeHistory(
        Series(
            np.array([CLOCK_MS - 60_000, CLOCK_MS]),
            np.array([50.0, 186.0]),
            np.array([40.0, np.nan]),
            np.array([100.0, np.nan]),
        )
    )


@pytest.fixture
def client(feed: LiveFeed, history: FakeHistory) -> Client:
    return Client(an_app(SITE, feed, history, run=False))


def check_geojson(collection: dict[str, Any], kinds: set[str]) -> list[dict[str, Any]]:
    """Hold a collection against RFC 7946: what must be there, positions in range, rings closed."""
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        geometry = feature["geometry"]
        if geometry is None:
            continue
        assert geometry["type"] in kinds
        points = np.array(geometry["coordinates"], dtype=float).reshape(-1, 2)
        assert (np.abs(points[:, 0]) <= 180).all()
        assert (np.abs(points[:, 1]) <= 90).all()
        if geometry["type"] == "Polygon":
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in geometry["coordinates"])
    return collection["features"]


def test_sensors_are_geojson_with_values_flags_age_and_state(client: Client):
    answer = client.get("/api/v1/sensors")
    features = {one["id"]: one for one in check_geojson(answer.json(), {"Point"})}

    assert answer.headers["content-type"] == "application/geo+json"
    assert set(features) == set(SITE.sensor_ids)
    told = features["ms-005"]["properties"]
    assert told["state"] == "excluded"
    assert told["flags"]["pm25"] == ["stuck"]
    assert told["age_s"] >= 0
    assert features["ms-001"]["properties"]["upper"]["pm25"] == 100.0


def test_a_sensor_that_never_spoke_is_offline_without_value_or_age(client: Client):
    features = {one["id"]: one for one in client.get("/api/v1/sensors").json()["features"]}
    told = features["ms-003"]["properties"]

    assert (told["state"], told["value"], told["age_s"], told["time"]) == ("offline", None, None, None)
    assert features["pv-1"]["geometry"] is None


def test_enterprises_are_geojson_and_keep_their_code_to_themselves(client: Client):
    features = check_geojson(client.get("/api/v1/enterprises").json(), {"Polygon", "MultiPolygon"})

    assert len(features) == len(SITE.enterprises)
    assert {one["properties"]["kind"] for one in features} == {"enterprise", "construction_site"}
    assert not any("code" in one["properties"] for one in features)


def test_roads_are_geojson_per_segment_with_the_last_hours_patrols(client: Client, feed: LiveFeed):
    road = SITE.roads[0].geometry
    fixes = [road.interpolate(share, normalized=True) for share in (0.5, 0.5001)]
    rows = [{"sensor_id": "pv-0", "pm25": 130.0, "lon": fix.x, "lat": fix.y} for fix in fixes]
    feed.take_message(TOPICS.readings, readings_message(rows, CLOCK_MS + 10_000))
    features = check_geojson(client.get("/api/v1/roads").json(), {"LineString"})
    hot = [one for one in features if one["properties"]["state"] == "hot"]

    assert len(features) > 10 * len(SITE.roads)
    assert [one["properties"]["road_id"] for one in hot] == [SITE.roads[0].road_id]
    assert hot[0]["properties"]["values"]["pm25"] == 130.0


def test_a_patrol_is_forgotten_after_an_hour(client: Client, feed: LiveFeed):
    feed.take_message(TOPICS.readings, readings_message([{"sensor_id": "ms-001", "pm25": 1.0}], CLOCK_MS + 3_900_000))
    states = {one["properties"]["state"] for one in client.get("/api/v1/roads").json()["features"]}

    assert states == {None}


def test_history_has_values_and_band_and_missing_is_null(client: Client, history: FakeHistory):
    course = client.get("/api/v1/sensors/ms-001/history?pollutant=nox&minutes=30").json()
    sensor_id, pollutant, since_ms, until_ms = history.asked[0]

    assert course["value"] == [50.0, 186.0]
    assert course["background"] == [40.0, None]
    assert course["limit"] == {
        "value": 250.0,
        "kind": "one_hour",
        "standard": "GB 3095-2026",
        "class": 2,
        "clause": "table 2; 4.4, transition",
    }
    assert course["warning_level"] is None
    assert (sensor_id, pollutant, until_ms - since_ms) == ("ms-001", "nox", 30 * 60_000)


def test_history_tells_the_index_of_the_hour_and_what_leads(client: Client, history: FakeHistory):
    history.hour = judged_rows(np.tile([61.0, 120.0, 400.0, 100.0], (60, 1)))
    course = client.get("/api/v1/sensors/ms-001/history").json()

    assert course["air_quality"] == {
        "standard": "HJ 633-2026",
        "iaqi": {"pm25": 101, "pm10": 100, "o3": 32},
        "leads": ["pm25"],
        "aqi": 101,
        "level": "轻度污染",
    }


def test_a_vehicles_hour_has_no_index(client: Client, history: FakeHistory):
    history.hour = judged_rows(np.tile([61.0, 120.0, 400.0, 100.0], (60, 1)))

    assert client.get("/api/v1/sensors/pv-0/history").json()["air_quality"] is None


def test_particulates_have_no_hourly_limit_but_may_have_a_sites_own_level(feed: LiveFeed, history: FakeHistory):
    site = replace(SITE, warning_ugm3={"pm25": 150.0})
    course = Client(an_app(site, feed, history, run=False)).get("/api/v1/sensors/ms-001/history?pollutant=pm25").json()

    assert course["limit"] is None
    assert course["warning_level"] == 150.0


def test_an_unknown_sensor_is_not_found(client: Client):
    answer = client.get("/api/v1/sensors/nobody/history")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "nobody" in answer.json()["detail"]


def test_an_unknown_pollutant_is_refused_with_what_is_allowed(client: Client):
    answer = client.get("/api/v1/sensors/ms-001/history?pollutant=co2")

    assert answer.status_code == 422
    assert answer.json()["allowed"] == ["pm25", "pm10", "nox", "o3"]


@pytest.mark.parametrize("minutes", ["0", "-5", "99999999", "soon"])
def test_minutes_outside_a_week_are_refused(client: Client, minutes: str):
    assert client.get(f"/api/v1/sensors/ms-001/history?minutes={minutes}").status_code == 422


def test_a_history_that_does_not_answer_is_service_unavailable(client: Client, history: FakeHistory):
    history.away = True

    assert client.get("/api/v1/sensors/ms-001/history").status_code == 503


def frames_of(client: Client, **asked: Any) -> list[str]:
    answer = client.get("/api/v1/events", **asked)
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [frame for frame in answer.text.split("\n\n") if "event:" in frame]


@pytest.mark.parametrize("asked", [{"headers": {"Last-Event-ID": "{id}"}}, {"params": {"last_event_id": "{id}"}}])
def test_last_event_id_resumes_from_header_or_query(feed: LiveFeed, asked: dict[str, dict[str, str]]):
    seen = feed.hub.publish("sensor", "[1]")
    second = feed.hub.publish("sensor", "[2]")
    given = {kind: {name: text.format(id=seen) for name, text in items.items()} for kind, items in asked.items()}
    feed.hub.listen = _ended(feed)  # type: ignore[method-assign]
    client = Client(an_app(SITE, feed, run=False))
    frames = frames_of(client, **given)

    assert frames == [f"event: sensor\ndata: [2]\nid: {second}"]


@pytest.mark.parametrize("text", ["abc", "-1", "9" * 40, "1.5"])
def test_an_id_that_was_never_given_gets_a_snapshot(feed: LiveFeed, text: str):
    feed.hub.listen = _ended(feed)  # type: ignore[method-assign]
    client = Client(an_app(SITE, feed, run=False))

    assert any("event: snapshot" in frame for frame in frames_of(client, headers={"Last-Event-ID": text}))


def _ended(feed: LiveFeed) -> Any:
    """Return `listen` cut off after what is there: the test client waits for a stream's end."""
    listen = type(feed.hub).listen

    async def cut(last_event_id: int | None) -> Any:
        stream = listen(feed.hub, last_event_id)
        yield await anext(stream)
        yield await anext(stream)
        await stream.aclose()

    return cut


def test_no_number_in_geojson_is_not_a_number(client: Client):
    def walk(value: object) -> None:
        if isinstance(value, float):
            assert math.isfinite(value)
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(child)

    for name in ("sensors", "enterprises", "roads"):
        walk(json.loads(client.get(f"/api/v1/{name}").content))


class FakeStandings:
    """Says how one enterprise stands, or that the store is away."""

    def __init__(self, away: bool) -> None:  # noqa: FBT001
        self._away = away

    def today(self) -> dict[str, dict[str, object]]:
        if self._away:
            raise ConnectionError("away")
        return {"e-000": {"grade": "D"}, "gone": {"grade": "A"}}


@pytest.mark.parametrize("away", [False, True])
async def test_enterprises_are_told_with_their_grade_or_without_while_the_store_is_away(away: bool) -> None:  # noqa: FBT001
    site = a_zone(3, 0, 2)
    app = FastAPI()
    app.include_router(
        build_router(a_feed(site, FakeTail(), FakeTickets()), FakeHistory(), site, standings=FakeStandings(away))
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        told = (await client.get("/api/v1/enterprises")).json()["features"]
        brief = (await client.get("/api/v1/standings")).json()

    assert [one["properties"].get("grade") for one in told] == [None if away else "D", None]
    assert [one["id"] for one in told] == ["e-000", "e-001"]
    assert brief == ({} if away else {"e-000": {"grade": "D"}, "gone": {"grade": "A"}})
