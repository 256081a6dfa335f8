"""The wall at a desk with accounts: absent unless switched on, then the one thing that is open."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from alerts.evidence.store import Evidence
from alerts.store import Snapshots, Tickets
from app.desk import build_app
from app.wiring import Store
from maps.settings import MapsSettings
from tests.builders_maps import FakeHistory, FakeTail, FakeTickets, a_feed
from tests.builders_people import SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store


@pytest.fixture
def engine(tmp_path):
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


def a_desk(engine: Engine, maps: MapsSettings) -> FastAPI:
    accounts = DeskWithAccounts(engine).accounts
    store = Store(Tickets(engine), Snapshots(engine, "test"), engine, Evidence(engine))
    feed = a_feed(SITE, FakeTail(), FakeTickets())
    return build_app(SITE, store, FakeHistory(), feed, maps, accounts=accounts)


async def statuses(app: FastAPI) -> dict[str, int]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://desk") as nobody:
        paths = ("/wall", "/api/v1/wall", "/", "/map", "/api/v1/tickets", "/api/v1/sensors")
        return {path: (await nobody.get(path)).status_code for path in paths}


async def test_there_is_no_wall_unless_it_is_switched_on(engine):
    told = await statuses(a_desk(engine, MapsSettings()))

    assert (told["/wall"], told["/api/v1/wall"]) == (404, 404)


async def test_the_wall_opens_itself_and_nothing_else(engine):
    told = await statuses(a_desk(engine, MapsSettings(wall=True)))

    assert told == {
        "/wall": 200,
        "/api/v1/wall": 200,
        "/": 303,
        "/map": 303,
        "/api/v1/tickets": 401,
        "/api/v1/sensors": 401,
    }
