"""The public wall: off unless switched on, and then only what everybody may know."""

import json
import re

from fastapi import FastAPI

from maps.assets import static_folder
from maps.settings import MapsSettings
from maps.wall import LATEST, build_wall, told
from maps.wall_words import wall_words
from maps.words import Language
from tests.builders_maps import (
    CLOCK_MS,
    HOSTILE,
    TOPICS,
    Client,
    FakeTail,
    FakeTickets,
    a_feed,
    a_zone,
    quiet_rows,
    readings_message,
    ticket_text,
)

SITE = a_zone(20, 2, 12)


def a_wall(*tickets: str, site=SITE, **settings: bool) -> Client:
    feed = heard(*tickets, site=site)
    app = FastAPI()
    app.include_router(build_wall(site, feed, MapsSettings(wall=True, **settings)))
    return Client(app)


def heard(*tickets: str, site=SITE):
    feed = a_feed(site, FakeTail(), FakeTickets())
    feed.take_message(TOPICS.readings, readings_message(quiet_rows(site), CLOCK_MS))
    for text in tickets:
        feed.board.take(text)
    return feed


def test_the_wall_tells_figures_and_places_without_ids():
    answer = a_wall(ticket_text()).get("/api/v1/wall")
    wall = answer.json()

    assert answer.status_code == 200
    assert wall["sensors"] == {"total": len(SITE.sensors), "online": len(SITE.sensors)}
    assert (wall["open"], wall["clues"][0]["peak"]["value"]) == (1, 186.0)
    assert {place[3] for place in wall["places"]} == {"quiet"}
    assert not [one.sensor_id for one in SITE.sensors if one.sensor_id in answer.text]


def test_a_clue_on_the_wall_names_no_person_and_no_enterprise():
    note = {"at": "2027-01-15T08:00:00Z", "what": "acknowledged", "who": "li.si", "note": "call 13800000000"}
    clue = a_wall(ticket_text(history=[note])).get("/api/v1/wall").json()["clues"][0]

    assert set(clue) == {"priority", "opened_at", "lon", "lat", "peak"}
    assert set(clue["peak"]) == {"pollutant", "value", "background"}


def test_the_leading_enterprise_is_named_where_the_setting_says_so():
    clue = a_wall(ticket_text(), wall_names=True).get("/api/v1/wall").json()["clues"][0]

    assert clue["enterprise"] == "示例企业112"


def test_what_people_sent_in_is_not_on_the_wall():
    complaint = ticket_text("c1", source="complaint", peak=None)
    by_hand = ticket_text("c2", source="complaint")

    wall = a_wall(complaint, by_hand).get("/api/v1/wall").json()
    assert (wall["open"], wall["clues"]) == (0, [])


def test_the_newest_clues_come_first_and_few():
    feed = heard(*(ticket_text(f"t{at}", opened_ms=CLOCK_MS + 1000 * at) for at in range(LATEST + 3)))

    opened = [clue["opened_at"] for clue in told(feed)["clues"]]
    assert len(opened) == LATEST
    assert opened == sorted(opened, reverse=True)


def test_before_anything_was_heard_the_wall_says_so():
    wall = told(a_feed(SITE, FakeTail(), FakeTickets()))

    assert (wall["clock"], wall["raised"], wall["clues"]) == (None, 0, [])
    assert set(wall["background"].values()) == {None}


def test_the_page_holds_no_names_and_no_script_without_its_nonce():
    site = a_zone(20, 2, 12, hostile=True)
    answer = a_wall(site=site).get("/wall?lang=en")
    nonce = re.search(r"script-src 'nonce-([^']+)'", answer.headers["content-security-policy"])[1]

    assert re.findall(r"<script(?![^>]*nonce=\"" + re.escape(nonce) + ")", answer.text) == []
    assert HOSTILE not in answer.text
    assert not [place.name for place in site.enterprises if place.name in answer.text]
    assert not re.search(r"https?://", answer.text)


def test_every_word_of_the_wall_has_both_languages():
    chinese, english = wall_words(Language.ZH), wall_words(Language.EN)
    page = a_wall().get("/wall").text
    embedded = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1])

    assert chinese.keys() == english.keys()
    assert all(chinese.values())
    assert all(english.values())
    assert embedded["words"] == chinese


def test_the_walls_script_asks_for_no_word_that_is_missing():
    script = (static_folder() / "wall.js").read_text(encoding="utf-8")

    assert set(re.findall(r'word\("([\w.]+)"', script)) <= wall_words(Language.ZH).keys()
