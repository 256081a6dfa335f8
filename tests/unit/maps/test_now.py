"""All sensors in short: one pollutant's own value, state and age; never an old value as if it were of now."""

import json

import httpx
import numpy as np
import pytest
from fastapi import FastAPI, HTTPException

from domain.channels import POLLUTANTS
from domain.field import ChannelState
from maps.api import build_router
from maps.feed import LiveFeed
from maps.now import told_now
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
    quiet_rows,
    readings_message,
    tick_message,
)

SITE = a_zone(20, 2, 2)


@pytest.fixture
def feed() -> LiveFeed:
    feed = a_feed(SITE, FakeTail(), FakeTickets())
    rows = [row for row in quiet_rows(SITE) if row["sensor_id"] != "ms-003"]
    next(row for row in rows if row["sensor_id"] == "ms-004").pop("o3")
    feed.take_message(TOPICS.readings, readings_message(rows, CLOCK_MS))
    feed.take_message(TOPICS.breaches, judged_message(SITE, CLOCK_MS - 80_000, breach=["ms-007"]))
    return feed


def rows_of(feed: LiveFeed, pollutant: str | None = None) -> dict[str, list]:
    return {row[0]: row[1:] for row in told_now(feed.live, pollutant)["sensors"]}


def speak(feed: LiveFeed, at_ms: int, **values: float) -> None:
    rows = [{"sensor_id": name, **values} for name in SITE.sensor_ids]
    feed.take_message(TOPICS.readings, readings_message(rows, at_ms))


def test_without_a_pollutant_each_sensor_is_told_as_the_map_shows_it(feed: LiveFeed):
    picture = feed.live.picture()
    rows = told_now(feed.live)["sensors"]

    assert [row[0] for row in rows] == list(SITE.sensor_ids)
    assert [row[4] for row in rows] == [POLLUTANTS[channel] for channel in picture.channel]
    assert rows_of(feed)["ms-003"] == [None, "offline", None, "pm25"]
    assert rows_of(feed)["ms-007"][1] == "breach"


@pytest.mark.parametrize(("pollutant", "state"), [("pm25", "breach"), ("pm10", "normal"), ("o3", "normal")])
def test_of_a_pollutant_its_own_state_is_told(feed: LiveFeed, pollutant: str, state: str):
    value, told, _ = rows_of(feed, pollutant)["ms-007"]

    assert told == state
    assert value == round(feed.live.values[SITE.sensor_ids.index("ms-007"), POLLUTANTS.index(pollutant)], 1)


def test_a_sensor_is_never_calmer_than_its_worst_pollutant(feed: LiveFeed):
    speak(feed, CLOCK_MS + 5000, nox=180.0)
    worst = {name: {row[1] for row in (rows_of(feed, one)[name] for one in POLLUTANTS)} for name in SITE.sensor_ids}

    for name, row in rows_of(feed).items():
        if worst[name] & {"hot", "breach"}:
            assert row[1] in {"hot", "breach"}
    assert rows_of(feed, "nox")["ms-001"][:2] == [180.0, "hot"]
    assert rows_of(feed, "pm10")["ms-001"][1] == "normal"


def test_a_pollutant_that_was_never_measured_has_no_state(feed: LiveFeed):
    assert rows_of(feed, "o3")["ms-004"] == [None, None, None]
    assert rows_of(feed, "pm10")["ms-004"][1] == "normal"


def test_a_pollutant_that_fell_silent_is_stale_though_its_sensor_speaks(feed: LiveFeed):
    for minute in range(1, 20):
        speak(feed, CLOCK_MS + 60_000 * minute, pm25=30.0)
    value, state, age_s = rows_of(feed, "pm10")["ms-001"]

    assert (state, age_s) == ("stale", 19 * 60)
    assert value is not None
    assert rows_of(feed, "pm25")["ms-001"] == [30.0, "normal", 0]


def test_a_silent_sensor_is_offline_in_every_layer(feed: LiveFeed):
    feed.take_message(TOPICS.readings, tick_message(CLOCK_MS + 3_600_000))

    for pollutant in POLLUTANTS:
        assert {row[1] for row in rows_of(feed, pollutant).values()} <= {"offline", None}


def test_a_channel_that_is_excluded_is_told_so_in_its_own_layer(feed: LiveFeed):
    feed.live.channel_state = np.full_like(feed.live.channel_state, ChannelState.NORMAL)
    feed.live.channel_state[:, 1] = ChannelState.EXCLUDED

    assert rows_of(feed, "pm10")["ms-001"][1] == "excluded"
    assert rows_of(feed, "pm25")["ms-001"][1] == "normal"
    assert rows_of(feed)["ms-001"][1] == "normal"


def test_the_answer_is_short_and_an_unknown_pollutant_is_refused(feed: LiveFeed):
    client = Client(an_app(SITE, feed, run=False))
    answer = client.get("/api/v1/map/now?pollutant=pm10")
    refused = client.get("/api/v1/map/now?pollutant=co")

    assert answer.json() == json.loads(json.dumps(told_now(feed.live, "pm10")))
    assert len(answer.content) < 45 * len(SITE.sensors)
    assert (refused.status_code, refused.json()["allowed"]) == (422, list(POLLUTANTS))


@pytest.mark.parametrize("path", ["map/now", "tracks"])
async def test_layers_need_a_role_as_the_other_calls_do(feed: LiveFeed, path: str):
    def refuse() -> None:
        raise HTTPException(401)

    app = FastAPI()
    app.include_router(build_router(feed, FakeHistory(), SITE, guard=refuse))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        assert (await client.get(f"/api/v1/{path}")).status_code == 401
