"""The pages: nothing from elsewhere, nothing that a name could break, small enough."""

import json
import re
from html.parser import HTMLParser

import pytest

from domain.likeness import End
from domain.shared_words import MEASURES
from maps import features
from maps.assets import STILL_MODULES, own_text, static_folder, still_script
from maps.csp import policy
from maps.folium_page import render_map
from maps.settings import MapsSettings
from maps.still import standalone_html
from maps.words import Language, words
from tests.builders_maps import (
    CLOCK_MS,
    HOSTILE,
    TOPICS,
    Client,
    FakeTail,
    FakeTickets,
    a_feed,
    a_zone,
    an_app,
    quiet_rows,
    readings_message,
    ticket_text,
)

SITE = a_zone()
HOSTILE_SITE = a_zone(20, 2, 30, hostile=True)
FIRST_LOAD_BYTES = 300 * 1024


def client_of(site=SITE) -> Client:
    return Client(an_app(site, a_feed(site, FakeTail(), FakeTickets()), run=False))


def still_of(site=SITE, *tickets: str) -> str:
    feed = a_feed(site, FakeTail(), FakeTickets())
    feed.take_message(TOPICS.readings, readings_message(quiet_rows(site), CLOCK_MS))
    return standalone_html(site, features.sensors(feed.live), tickets)


class Page(HTMLParser):
    """Collects elements and their attributes, and what stands in scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "script"

    def handle_data(self, data):
        if self._inside:
            self.scripts[-1] += data

    def addresses(self) -> list[str]:
        return [value or "" for _, attrs in self.elements for name, value in attrs.items() if name in {"src", "href"}]


@pytest.mark.parametrize("path", ["/", "/map", "/?lang=en", "/map?lang=en"])
def test_a_page_loads_nothing_from_another_host(path: str):
    client = client_of()
    page = Page(client.get(path).text)
    files = [address for address in page.addresses() if address.startswith("/static/")]

    assert not [address for address in page.addresses() if re.match(r"(https?:)?//", address)]
    assert len(files) == 4
    assert all(client.get(address).status_code == 200 for address in files)


@pytest.mark.parametrize("path", ["/", "/map"])
def test_every_script_and_style_carries_the_nonce_of_its_answer(path: str):
    client = client_of()
    nonces = set()
    for _ in range(2):
        answer = client.get(path)
        nonce = re.search(r"script-src 'nonce-([^']+)'", answer.headers["content-security-policy"])[1]
        scripts = [attrs for tag, attrs in Page(answer.text).elements if tag in {"script", "style"}]
        assert all(attrs.get("nonce") == nonce for attrs in scripts)
        nonces.add(nonce)

    assert len(nonces) == 2


def test_no_element_carries_inline_code_or_style():
    for text in (client_of().get("/").text, still_of()):
        for _, attrs in Page(text).elements:
            assert not [name for name in attrs if name == "style" or name.startswith("on")]


LATER = (
    *("still.js", "satellite.js", "sound.js", "history.js", "layers.js", "wall.js", "wall.css"),
    *("later.css", "later_words.js", "notify.js", "tracks.js"),
    *("past.js", "past_marks.js", "past_strip.js", "past_tickets.js", "past_words.js", "past.css"),
    *("pane_facts.js", "pane_more.js", "pane_photos.js", "pane_told.js", "pane.css"),
    *("now.js", "pollutants.js", "numbers.js", "listing.js", "listing_rows.js"),
)
"""Not of the first load: of the stand-alone file, a layer, a ticket shown, a gesture or some seconds, of the wall."""


def test_the_first_load_is_small():
    client = client_of()
    page = client.get("/")
    names = [file.name for file in static_folder().iterdir() if file.name not in LATER]
    own = sum(len(client.get(f"/static/maps/{name}").content) for name in names)
    leaflet = sum(len(client.get(f"/static/leaflet/leaflet.{kind}").content) for kind in ("js", "css"))

    assert len(page.content) + own + leaflet <= FIRST_LOAD_BYTES


def test_what_is_served_lean_is_asked_for_once():
    client = client_of()
    first = client.get("/static/maps/desk.js")
    again = client.get("/static/maps/desk.js", headers={"If-None-Match": first.headers["etag"]})

    assert not first.text.startswith("//")
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


def test_no_text_of_a_script_spans_lines():
    for file in static_folder().glob("*.js"):
        assert not [line for line in file.read_text(encoding="utf-8").splitlines() if line.count("`") % 2], file.name


@pytest.mark.parametrize("path", ["/", "/map", "still"])
def test_a_hostile_name_stays_text(path: str):
    ticket = ticket_text(candidates=[{"enterprise_id": "e", "name": HOSTILE, "probability": 1.0, "distance_m": 1}])
    text = still_of(HOSTILE_SITE, ticket) if path == "still" else client_of(HOSTILE_SITE).get(path).text
    page = Page(text)

    assert "<img" not in text
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert not [script for script in page.scripts if script.lstrip().startswith("window.__hit")]
    assert "\\u003cimg" in text  # it is there, as text


def test_a_hostile_sensor_id_stays_text():
    state = {"features": [{"properties": {"sensor_id": HOSTILE, "state": "hot", "value": 1.0, "pollutant": "pm25"}}]}
    state["features"][0]["geometry"] = None
    text = standalone_html(SITE, state, [])

    assert "<img" not in text


def test_folium_names_stay_the_same():
    assert render_map(SITE, MapsSettings()) == render_map(SITE, MapsSettings())


def test_the_map_draws_no_tiles_unless_asked():
    plain = render_map(SITE, MapsSettings()).script
    tiled = render_map(
        SITE, MapsSettings(base_map_url="/tiles/{z}/{x}/{y}.png", base_map_attribution="<b>审图号</b>")
    ).script

    assert "tileLayer" not in plain
    assert "/tiles/{z}/{x}/{y}.png" in tiled
    assert "<b>" not in tiled


def test_a_base_maps_host_may_send_images_and_nothing_else():
    text = policy("n", "https://{s}.tiles.example/{z}/{x}/{y}.png")

    assert "img-src data: 'self' https://*.tiles.example" in text
    assert text.count("tiles.example") == 1


def test_the_still_file_is_complete_and_the_same_each_time():
    text = still_of(SITE, ticket_text())
    page = Page(text)

    assert text == still_of(SITE, ticket_text())
    assert not [address for address in page.addresses() if not address.startswith("data:")]
    assert not re.search(r"url\((?!data:|#)", text)
    assert any("default-src 'none'" in (attrs.get("content") or "") for tag, attrs in page.elements if tag == "meta")


def test_the_still_scripts_imports_are_all_inside_it():
    for name in STILL_MODULES:
        imported = re.findall(r'from "\./([\w.]+)"', own_text(name))
        assert set(imported) <= set(STILL_MODULES[: STILL_MODULES.index(name)])
    assert not re.search(r"^(import|export) ", still_script(), re.MULTILINE)


def test_every_word_has_both_languages_and_the_same_places():
    zh, en = words(Language.ZH), words(Language.EN)

    assert all(zh[key] and en[key] for key in zh)
    assert all(set(re.findall(r"\{\w+\}", zh[key])) == set(re.findall(r"\{\w+\}", en[key])) for key in zh)


def test_the_scripts_ask_for_no_word_that_is_missing():
    known = set(words(Language.ZH))
    asked = {
        found
        for file in static_folder().glob("*.js")
        if file.name != "wall.js"  # has words of its own
        for found in re.findall(r'word\("([\w.]+)"', file.read_text(encoding="utf-8"))
    }

    assert asked <= known


def test_words_of_what_comes_later_are_pairs_with_the_same_places_and_all_asked_for_are_there():
    table = own_text("later_words.js")
    pairs = {
        name: (zh, en) for name, zh, en in re.findall(r'^  "?([\w.]+)"?: \["(.*)", "(.*)"\],$', table, re.MULTILINE)
    }
    asked = {
        (found, bool(more))
        for file in static_folder().glob("*.js")
        if 'from "./later_words.js"' in file.read_text(encoding="utf-8")
        for found, more in re.findall(r'\bsay\("([\w.]+)"(, \{)?', file.read_text(encoding="utf-8"))
    }

    assert len(pairs) == len(re.findall(r"^  .*: \[", table, re.MULTILINE))
    dynamic = {f"end.{one}" for one in End if one is not End.OPEN} | {
        f"measure.{one}" for one in MEASURES if one != "none"
    }
    assert {name for name, _ in asked} | dynamic <= set(pairs)
    assert all(
        zh and en and set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)) for zh, en in pairs.values()
    )
    assert all(more or not re.search(r"\{\w+\}", pairs[name][0]) for name, more in asked)


def test_the_page_speaks_the_language_asked_for():
    client = client_of()

    assert '<html lang="zh-CN">' in client.get("/").text
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert json.loads(Page(client.get("/?lang=en").text).scripts[1])["words"]["dispatch"] == "Dispatch"
