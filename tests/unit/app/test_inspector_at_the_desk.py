"""Settings to the inspector's page: a link that delivery makes opens at the desk, whichever way the secret came."""

import time

import httpx
import pytest
from fastapi import FastAPI

from alerts.evidence.store import Evidence
from alerts.inspector.link import link
from alerts.store import Snapshots, Tickets
from app.inspector import add_inspector, inspector_settings
from app.settings import SettingsRefused, load_settings
from app.supervision import office_of, supervision_table
from app.wiring import Store
from domain.times import to_ms
from tests.builders_alerts import NOON
from tests.builders_inspector import SITE, dispatched
from tests.ticket_stores import fresh_store


@pytest.mark.parametrize("given", [{}, {"link_secret": "given-by-the-operator"}])
async def test_a_link_that_another_process_makes_opens_at_the_desk(tmp_path, given):
    desk, deliver = (load_settings(data_dir=tmp_path / "data", **given) for _ in range(2))
    app = FastAPI()
    with fresh_store("sqlite", tmp_path) as engine:
        tickets = Tickets(engine)
        dispatched(tickets, "a1", at=NOON)
        store = Store(tickets, Snapshots(engine, "wugan"), engine, Evidence(engine))
        office = office_of(SITE, engine, supervision_table(None), lambda: to_ms(NOON))
        add_inspector(app, SITE, store, inspector_settings(desk), office)
        address = link("a1", inspector_settings(deliver).secret, time.time_ns() // 1_000_000, deliver.desk_url, "王五")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=deliver.desk_url) as phone:
            page = await phone.get(address)
            style = await phone.get("/static/inspector/inspector.css")

    assert (page.status_code, style.status_code) == (200, 200)
    assert "此链接发给：王五" in page.text


def test_the_public_address_is_what_phones_are_told(tmp_path):
    assert load_settings(data_dir=tmp_path).desk_url == "http://127.0.0.1:8000"
    assert load_settings(public_url="https://desk.example.org/").desk_url == "https://desk.example.org"


def test_a_short_secret_is_refused_and_not_shown(tmp_path):
    with pytest.raises(SettingsRefused, match="at least 16") as refused:
        inspector_settings(load_settings(data_dir=tmp_path, link_secret="tooshort"))  # noqa: S106 - a made-up one

    assert "tooshort" not in str(refused.value)
