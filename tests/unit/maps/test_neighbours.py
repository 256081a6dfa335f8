"""The route of a sensor's neighbours: named, counted, bounded, asked once a minute; what is away is said."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI

from alerts.api import install_problem_handlers
from domain.channels import CHANNEL_INDEX, MINUTE_MS, N_CHANNELS, N_POLLUTANTS, WEATHER_KEYS
from domain.field import ChannelState, Flag
from domain.series import JudgedRows, ReadingRows, WeatherRows
from domain.site import Sensor, SensorKind, Site
from domain.times import rfc3339, to_datetime
from maps.neighbours import DAY_MS, Neighbours
from maps.neighbours_api import build_router
from tests.builders_maps import CLOCK_MS, Client, FakeHistory, FakeTail, FakeTickets, a_feed, judged_rows

AT_MS = CLOCK_MS // MINUTE_MS * MINUTE_MS
AT = rfc3339(to_datetime(AT_MS))
NAMES = ("s0", "s1", "s2", "s3")


def a_row() -> Site:
    """Four stations in a row, 85 m apart, and a vehicle."""
    stations = tuple(
        Sensor(sensor_id=name, lon=116.5 + number / 1000, lat=39.8, calibrated_on=date(2026, 9, 1))
        for number, name in enumerate(NAMES)
    )
    return Site(
        site_id="zone",
        name="z",
        timezone="Asia/Shanghai",
        sensors=(Sensor(sensor_id="pv", kind=SensorKind.VEHICLE), *stations),
    )


class History(FakeHistory):
    """A day of minutes of each station; the last ten of some are raised."""

    def __init__(self, raised: tuple[str, ...] = (), excluded: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.raised, self.excluded = raised, excluded
        self.calls: list[tuple[str, int, int]] = []
        self.own = np.full(N_CHANNELS, np.nan)
        self.place = (np.nan, np.nan)

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        if self.away:
            raise ConnectionError("the history does not answer")
        self.calls.append((sensor_id, since_ms, until_ms))
        values = 40.0 + 20.0 * np.sin(np.arange(1440) / 40.0)[:, np.newaxis] * np.ones((1, N_POLLUTANTS))
        rows = judged_rows(values)
        state, flags = rows.state.copy(), rows.flags.copy()
        if sensor_id in self.raised:
            state[-10:] = ChannelState.HOT
        if sensor_id in self.excluded:
            state[-60:], flags[-60:, 0] = ChannelState.EXCLUDED, Flag.STUCK | Flag.HUMIDITY
        return replace(rows, time_ms=AT_MS - MINUTE_MS * np.arange(1439, -1, -1), state=state, flags=flags)

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        lon, lat = (np.array([one]) for one in self.place)
        return ReadingRows(np.array([AT_MS]), lon, lat, self.own[np.newaxis])

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        values = np.full((1, len(WEATHER_KEYS)), np.nan)
        values[0, WEATHER_KEYS.index("humidity_pct")] = 77.0
        return WeatherRows(("w1",), np.array([AT_MS]), np.array([116.5]), np.array([39.8]), values)


def asked(history: FakeHistory, sensor_id: str = "s0", query: str = "", site: Site | None = None) -> Any:
    site = site or a_row()
    app = FastAPI()
    install_problem_handlers(app)
    feed = a_feed(site, FakeTail(), FakeTickets())
    app.include_router(build_router(feed.live, history, site))
    return Client(app).get(
        f"/api/v1/sensors/{sensor_id}/neighbours", params={"at": AT} | dict(query and [query.split("=")])
    )


def test_who_rose_is_named_and_counted_among_those_who_can_say():
    told = asked(History(raised=("s1", "s3"), excluded=("s2",))).json()

    assert (told["rising"], told["asked"]) == (2, 2)
    assert [(one["sensor_id"], one["rose"], one["excluded"]) for one in told["near"]] == [
        ("s1", True, False),
        ("s2", None, True),
        ("s3", True, False),
    ]
    assert [one["distance_m"] for one in told["near"]] == [86, 171, 257]


def test_agreement_is_told_with_its_pairs_and_the_age_of_the_calibration():
    told = asked(History()).json()

    assert (told["r"], told["pairs"], told["moves"]) == (1.0, 1440, False)
    assert (told["calibrated_on"], told["calibrated_days"]) == ("2026-09-01", 20)
    assert told["at"].startswith(AT[:16])


def test_the_sensors_own_humidity_comes_before_a_weather_stations():
    history = History()
    assert asked(history).json()["humidity"] == {
        "value_pct": 77.0,
        "measured_by": "w1",
        "is_own": False,
        "distance_m": 0,
    }
    history.own[CHANNEL_INDEX["humidity_pct"]] = 88.0
    assert asked(history).json()["humidity"]["value_pct"] == 88.0


def test_flags_are_named_by_pollutant():
    assert asked(History(excluded=("s0",))).json()["flags"] == {"pm25": ["stuck", "humidity"]}
    assert asked(History()).json()["flags"] == {}


def test_a_vehicle_has_neighbours_where_it_is_and_agrees_with_nobody():
    history = History(raised=("s3",))
    history.place = (116.503, 39.8)
    told = asked(history, "pv").json()

    assert [one["sensor_id"] for one in told["near"]] == ["s3", "s2", "s1", "s0"]
    assert (told["rising"], told["asked"], told["r"], told["moves"]) == (1, 4, None, True)
    history.place = (np.nan, np.nan)
    assert asked(history, "pv").json()["near"] == []


def test_no_more_are_asked_than_make_a_background_and_each_for_a_day():
    site = a_row()
    rules = replace(site.rules, detect=replace(site.rules.detect, neighbours=2))
    history = History()
    asked(history, site=replace(site, rules=rules))

    assert [name for name, _, _ in history.calls] == ["s0", "s1", "s2"]
    assert {until - since for _, since, until in history.calls} == {DAY_MS + 10 * MINUTE_MS + 1}


def test_many_desks_that_open_one_ticket_ask_the_history_once_a_minute():
    history, now = History(), [0]
    told = Neighbours(a_row(), history, lambda: now[0])
    told.beside("s0", 0, AT_MS)
    told.beside("s0", 0, AT_MS + 1000)
    assert len(history.calls) == 4

    now[0] = 60_000
    told.beside("s0", 0, AT_MS)
    assert len(history.calls) == 8


def test_desks_that_ask_together_are_told_by_one_look():
    history = History()
    told = Neighbours(a_row(), history, lambda: 0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: told.beside("s0", 0, AT_MS), range(16)))

    assert len(history.calls) == 4
    assert all(one is answers[0] for one in answers)


def test_what_is_kept_is_bounded():
    told = Neighbours(a_row(), History(), lambda: 0)
    for minute in range(Neighbours.KEPT_MOST + 5):
        told.beside("s0", 0, AT_MS + minute * MINUTE_MS)

    assert len(told._kept) <= Neighbours.KEPT_MOST


@pytest.mark.parametrize(
    ("sensor_id", "query", "status"),
    [
        ("nobody", "", 404),
        ("s0", "pollutant=co2", 422),
        ("s0", "at=yesterday", 422),
        ("s0", "at=2026-03-01T08:00:00", 422),
    ],
)
def test_what_does_not_exist_is_refused(sensor_id, query, status):
    answer = asked(History(), sensor_id, query)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_history_that_does_not_answer_is_service_unavailable():
    history = History()
    history.away = True

    assert asked(history).status_code == 503


def test_a_history_without_minutes_tells_so():
    told = asked(FakeHistory()).json()

    assert (told["r"], told["pairs"], told["rising"], told["asked"], told["humidity"]) == (None, 0, 0, 0, None)
