"""The page `/settings` over the real application, and since when what it tells is in force."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from alerts.evidence.store import Evidence
from alerts.pages.setting_meanings import MEANINGS
from alerts.pages.words.settings import SETTINGS
from alerts.store import Snapshots, Tickets
from alerts.store.engine import reading
from alerts.store.in_force import in_force as in_force_of
from alerts.store.in_force import note_in_force
from app.desk import build_app
from app.in_force import SET, in_force, shown
from app.settings import Settings
from app.wiring import Store
from domain.supervision.credit import CreditTable
from maps.settings import MapsSettings
from tests.builders_maps import FakeHistory, FakeTail, a_feed, a_zone
from tests.ticket_stores import fresh_store

SITE = a_zone(20, 2, 12)
DAY_MS = 86_400_000
FIRST_MS = 1_790_000_000_000  # 2026-09-21 21:33 in Shanghai
SECRETS = {
    "mqtt_password": "hidden-1",
    "database": "postgresql+psycopg://wugan:hidden-2@db.example.org/wugan?sslpassword=hidden-3",
    "oidc_client_secret": "hidden-4",
    "base_map_url": "https://tiles.example.org/{z}/{x}/{y}.png?tk=hidden-5",
    "link_secret": "hidden-6",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


async def page_of(engine: Engine, settings: Settings, **asked: str) -> httpx.Response:
    tickets = Tickets(engine)
    store = Store(tickets, Snapshots(engine, "test"), engine, Evidence(engine))
    feed = a_feed(SITE, FakeTail(), tickets)
    told = in_force(settings, SITE)
    app = build_app(SITE, store, FakeHistory(), feed, MapsSettings(), told=told)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return await client.get("/settings", params=asked)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_no_secret_is_shown_nor_kept(engine: Engine, lang: str):
    settings = Settings(**SECRETS)
    note_in_force(engine, SITE.site_id, in_force(settings, SITE).values(), FIRST_MS)
    page = await page_of(engine, settings, lang=lang)
    with reading(engine) as session:
        kept = in_force_of(session, SITE.site_id)

    assert page.status_code == 200
    assert "hidden-" not in page.text
    assert "db.example.org" in page.text
    assert [one for one in kept.values() if "hidden-" in one.value] == []
    assert kept["mqtt_password"].value == SET


async def test_a_value_is_in_force_since_it_changed(engine: Engine):
    before, after = Settings(undo_s=10), Settings(undo_s=25)
    note_in_force(engine, SITE.site_id, in_force(before, SITE).values(), FIRST_MS)
    note_in_force(engine, SITE.site_id, in_force(before, SITE).values(), FIRST_MS + DAY_MS)
    changed = note_in_force(engine, SITE.site_id, in_force(after, SITE).values(), FIRST_MS + 2 * DAY_MS)
    page = await page_of(engine, after, lang="en")
    told = {name: page.text.split(f'<th scope="row">{name}</th>')[1].split("</tr>")[0] for name in ("undo_s", "login")}

    assert changed == 1
    assert "<td>25</td>" in told["undo_s"]
    assert "2026-09-23" in told["undo_s"]
    assert "2026-09-21" in told["login"]


async def test_what_was_never_noted_says_so(engine: Engine):
    page = await page_of(engine, Settings(), lang="en")

    assert "not noted" in page.text
    assert "In force since" in page.text


def test_a_setting_that_is_gone_is_left_out(engine: Engine):
    note_in_force(engine, "etown", {"a": "1", "b": "2"}, 1)
    note_in_force(engine, "etown", {"a": "1"}, 2)
    note_in_force(engine, "elsewhere", {"c": "3"}, 3)
    with reading(engine) as session:
        kept = in_force_of(session, "etown")

    assert {name: (one.value, one.at_ms) for name, one in kept.items()} == {"a": ("1", 1)}


def test_a_rule_of_the_sites_own_is_told_as_such():
    usual = SITE.rules.detect
    own = replace(SITE, rules=replace(SITE.rules, detect=replace(usual, raise_sigma=5.0)))
    told = {one.name: (one.value, one.source) for one in in_force(Settings(), own).rules}

    assert told["detect.raise_sigma"] == ("5.0", "site.toml")
    assert told["detect.clear_sigma"] == ("2.0", "default")
    assert told["rule_version"] != dict.fromkeys(told)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "yes"),
        ((10, 30, 120), "10, 30, 120"),
        ("http://user:pw@host:8086/a?token=x#y", "http://user@host:8086/a?***"),
        ("sqlite:///tickets.db", "sqlite:///tickets.db"),
        ("http://[broken", SET),
    ],
)
def test_how_a_value_is_told(value: object, expected: str):
    assert shown(value) == expected


def test_every_setting_and_fact_has_its_chinese():
    assert Settings.model_fields.keys() - MEANINGS.keys() == set()
    assert {f"fact_{name}" for name in CreditTable().kinds} - SETTINGS.keys() == set()
