"""The past as frames: bounded, complete, asked of the history once however many ask."""

import asyncio
import json
import math
import re
import threading
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from domain.channels import MINUTE_MS
from domain.field import ChannelState
from domain.frames import FrameSpan
from domain.site import SensorKind
from domain.times import rfc3339, to_datetime
from maps.api import build_router
from maps.assets import own_text
from maps.feed import LiveFeed
from maps.past import AWAY_S, LONGEST_MIN, MOST_VALUES, STEPS_MIN, Past, span_of, step_of
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
    past_cells,
)

SITE = a_zone(20, 2, 3)
FIXED = [sensor for sensor in SITE.sensors if sensor.kind is not SensorKind.VEHICLE]
JUDGED_MS = CLOCK_MS // MINUTE_MS * MINUTE_MS
NORMAL, HOT, BREACH, EXCLUDED = (ChannelState(code) for code in range(4))
ADDRESS = "/api/v1/map/past"


@pytest.fixture
def history() -> FakeHistory:
    return FakeHistory()


@pytest.fixture
def feed() -> LiveFeed:
    feed = a_feed(SITE, FakeTail(), FakeTickets())
    feed.take_message(TOPICS.breaches, judged_message(SITE, JUDGED_MS))
    return feed


@pytest.fixture
def client(feed: LiveFeed, history: FakeHistory) -> Client:
    return Client(an_app(SITE, feed, history, run=False))


def told(client: Client, asked: str = "") -> dict[str, Any]:
    answer = client.get(ADDRESS + asked)
    assert answer.status_code == 200
    body: dict[str, Any] = json.loads(answer.content)
    return body


def test_a_frame_tells_values_and_who_was_raised_by_what(client: Client, history: FakeHistory):
    history.past = past_cells(
        (0, 3, 186.4, {"pm25": BREACH, "nox": HOT}),
        (0, 5, 40.0, {"pm25": NORMAL, "o3": BREACH}),
        (2, 4, 30.0, {"pm25": HOT}),
    )
    frames = told(client, "?minutes=60")["frames"]

    assert frames[0]["raised"] == [[3, "breach", "pm25"], [5, "breach", "o3"]]
    assert frames[0]["value"][2:7] == [None, 186, None, 40, None]
    assert frames[1]["raised"] == []
    assert frames[2]["raised"] == [[4, "hot", "pm25"]]


def test_who_was_not_trusted_is_excluded_and_who_said_nothing_is_silent(client: Client, history: FakeHistory):
    history.past = past_cells(
        (0, 0, math.nan, {"pm25": EXCLUDED}),
        (0, 1, math.nan, {"pm25": EXCLUDED, "o3": NORMAL}),
        (0, 2, math.nan, {"nox": NORMAL}),
    )
    frame = told(client, "?minutes=60")["frames"][0]

    assert (frame["excluded"], frame["without"], frame["raised"]) == ([0], [1, 2], [])
    assert frame["value"][3] is None  # and named nowhere: silent


def test_fixed_sensors_are_told_with_their_places_and_vehicles_left_out(client: Client):
    body = told(client)

    assert body["sensors"] == [sensor.sensor_id for sensor in FIXED]
    assert body["lon"] == [round(sensor.lon, 6) for sensor in FIXED]
    assert body["lat"] == [round(sensor.lat, 6) for sensor in FIXED]


def test_frames_end_with_the_last_judged_minute(client: Client):
    body = told(client, "?minutes=60")

    assert body["until"] == rfc3339(to_datetime(JUDGED_MS))
    assert body["step_s"] == 60
    assert [body["frames"][0]["time"], body["since"]] == [rfc3339(to_datetime(JUDGED_MS - 60 * MINUTE_MS))] * 2


def test_an_empty_history_is_told_as_silence_not_as_quiet(client: Client):
    frames = told(client)["frames"]

    assert len(frames) == LONGEST_MIN
    assert {tuple(frame["value"]) for frame in frames} == {(None,) * len(FIXED)}
    assert not any(frame["raised"] or frame["excluded"] or frame["without"] for frame in frames)


@pytest.mark.parametrize("minutes", [10, 61, 1439, LONGEST_MIN])
@pytest.mark.parametrize("sensors", [1, 155, 1_000, 10_000, 60_000])
def test_an_answer_is_bounded_however_many_sensors_there_are(sensors: int, minutes: int):
    span = span_of(minutes, CLOCK_MS, sensors)

    assert (len(span) - 1) * sensors <= MOST_VALUES  # a first frame that is longer ago may come on top
    assert span.since_ms % span.step_ms == 0
    assert span.since_ms <= CLOCK_MS - minutes * MINUTE_MS < span.since_ms + span.step_ms


def test_the_step_grows_with_the_sensors():
    steps = [step_of(LONGEST_MIN, sensors) for sensors in (10, 100, 1_000, 10_000, 100_000)]

    assert steps == sorted(steps)
    assert len(set(steps)) == len(steps)
    assert not [step for step in STEPS_MIN if LONGEST_MIN % step]


def test_a_history_that_does_not_answer_is_a_problem(client: Client, history: FakeHistory):
    history.away = True
    answer = client.get(ADDRESS)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:wugan:problem:history_away"


def test_a_history_that_was_away_is_asked_again_but_not_by_every_desk():
    history, now_s = FakeHistory(), [0.0]
    past = Past(history, SITE, lambda: now_s[0])
    history.away = True
    with pytest.raises(ConnectionError, match="does not answer"):
        past.body("pm25", LONGEST_MIN, JUDGED_MS)
    history.away = False
    with pytest.raises(ConnectionError, match="does not answer"):
        past.body("pm10", LONGEST_MIN, JUDGED_MS)
    now_s[0] = AWAY_S

    assert past.body("pm25", LONGEST_MIN, JUDGED_MS)
    assert len(history.framed) == 1


@pytest.mark.parametrize(
    ("asked", "status"), [("?pollutant=co2", 422), ("?minutes=9", 422), ("?minutes=1441", 422), ("?minutes=soon", 422)]
)
def test_what_can_not_be_told_is_refused(client: Client, history: FakeHistory, asked: str, status: int):
    assert client.get(ADDRESS + asked).status_code == status
    assert history.framed == []


def test_what_did_not_change_is_sent_once(client: Client):
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"


class SlowHistory(FakeHistory):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def frames(self, *asked: Any) -> Any:
        assert self.let.wait(10)
        return super().frames(*asked)


def test_fifty_desks_that_ask_at_once_are_one_question():
    history = SlowHistory()
    past, answers = Past(history, SITE), []
    desks = [
        threading.Thread(target=lambda: answers.append(past.body("pm25", LONGEST_MIN, CLOCK_MS))) for _ in range(50)
    ]
    for desk in desks:
        desk.start()
    history.let.set()
    for desk in desks:
        desk.join(10)

    assert len(history.framed) == 1
    assert len(answers) == 50
    assert len(set(answers)) == 1


async def test_desks_that_wait_for_the_past_keep_no_thread_of_the_server(feed: LiveFeed):
    history = SlowHistory()
    app = FastAPI()
    app.include_router(build_router(feed, history, SITE))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        desks = [asyncio.create_task(client.get(ADDRESS)) for _ in range(60)]  # more than the server has threads
        others = await asyncio.wait_for(client.get("/api/v1/sensors"), 10)
        history.let.set()
        answers = await asyncio.gather(*desks)

    assert others.status_code == 200
    assert {answer.status_code for answer in answers} == {200}
    assert len(history.framed) == 1


def test_a_minute_later_the_history_is_asked_again():
    history = FakeHistory()
    past = Past(history, SITE)
    for until_ms in (JUDGED_MS, JUDGED_MS + 59_999, JUDGED_MS + MINUTE_MS):
        past.body("pm25", LONGEST_MIN, until_ms)

    assert [span.until_ms for _, span in history.framed] == [JUDGED_MS, JUDGED_MS + MINUTE_MS]


def test_frames_that_do_not_begin_with_the_clock_are_refused():
    with pytest.raises(ValueError, match="no frames"):
        FrameSpan(JUDGED_MS + 1, JUDGED_MS + 10 * MINUTE_MS, 5 * MINUTE_MS)


def test_every_word_of_the_past_has_both_languages_and_is_used():
    words = re.findall(r'^  (\w+): \["(.+)", "(.+)"\],$', own_text("past_words.js"), re.MULTILINE)
    scripts = "".join(own_text(name) for name in ("past.js", "past_marks.js", "past_strip.js"))
    asked = set(re.findall(r'say\("(\w+)"', scripts)) | {"away", "empty"}  # chosen by what went wrong

    assert {key for key, _, _ in words} == asked
    assert all(set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)) for _, zh, en in words)


async def test_the_past_needs_a_role_as_the_other_calls_do(feed: LiveFeed):
    def refuse() -> None:
        raise HTTPException(401)

    app = FastAPI()
    app.include_router(build_router(feed, FakeHistory(), SITE, guard=refuse))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        assert (await client.get(ADDRESS)).status_code == 401
