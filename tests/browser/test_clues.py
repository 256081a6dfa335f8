"""Clues and satellite products in a real browser: told on the page, read on the desk, laid under the map."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from alerts.evidence.store import Evidence
from alerts.store import Snapshots, Tickets
from app.desk import API, build_app
from app.wiring import Store
from maps.settings import MapsSettings
from tests.builders_maps import Desk, FakeHistory, a_zone
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

SITE = a_zone(20, 2, 12)
PLACE = SITE.enterprises[0]
HOSTILE = "<img src=x onerror=alert(1)> 夜间异味"


def _fed(desk: Desk):
    """Return a lifespan in which the desk's feed runs."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        running = asyncio.create_task(desk.feed.run())
        yield
        running.cancel()

    return lifespan


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with fresh_store("sqlite", tmp_path) as engine:
        tickets = Tickets(engine)
        desk = Desk(SITE, tickets=tickets)  # type: ignore[arg-type]
        store = Store(tickets, Snapshots(engine, "test"), engine, Evidence(engine))
        maps = MapsSettings(satellite_url=f"{API}/satellite")
        app = build_app(SITE, store, FakeHistory(), desk.feed, maps)
        app.router.lifespan_context = _fed(desk)
        desk._server.config.app = app
        yield desk.start()
        desk.stop()


@pytest.fixture
def page(desk: Desk) -> Iterator["playwright.Page"]:
    with playwright.sync_playwright() as started:
        flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
        browser = started.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        yield page
        browser.close()
        assert faults == []


def api(desk: Desk) -> httpx.Client:
    return httpx.Client(base_url=f"{desk.url}{API}")


def test_a_clue_told_on_the_page_is_a_card_on_the_desk(desk: Desk, page: "playwright.Page") -> None:
    page.goto(f"{desk.url}/supervision/clues?lang=en")
    page.fill("[name=external_id]", "12345/1?x")
    page.fill("[name=enterprise_id]", PLACE.enterprise_id)
    page.fill("[name=text]", HOSTILE)
    page.click("form.panel button")
    page.get_by_role("cell", name="12345/1?x").wait_for()

    page.goto(f"{desk.url}/?lang=en")
    page.locator("#pane .clues").get_by_text(HOSTILE).wait_for()
    assert page.locator(".ticket .title").inner_text() == "Complaint"
    assert page.locator("#pane .advice").get_by_text("it names an enterprise").count() == 1

    page.goto(f"{desk.url}/supervision/clues?lang=en")
    page.fill("[name=note]", "withdrawn")
    page.click("form.line:not(.panel) button")
    page.get_by_text("No clues from elsewhere").wait_for()


def painted(page: "playwright.Page") -> int:
    """Return how many pixels the satellite layer paints."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector(".satellite-cells");
            if (!canvas) return 0;
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let seen = 0;
            for (let at = 3; at < data.length; at += 4) if (data[at]) seen += 1;
            return seen;
        }"""
    )


def test_a_product_is_laid_under_the_map_and_taken_away(desk: Desk, page: "playwright.Page") -> None:
    west, south = PLACE.geometry.bounds[:2]
    step = 0.01
    rows = [f"{west + x * step},{south + y * step},{x * y}" for x in range(-8, 9) for y in range(-8, 9)]
    said = {"product": HOSTILE, "quantity": "no2", "unit": "µmol/m²", "time": "2026-03-02T12:00:00Z"}
    with api(desk) as client:
        text = "\n".join(["lon,lat,value", *rows])
        answer = client.post("/satellite", params=said, content=text.encode())
    assert answer.status_code == 201, answer.text

    page.goto(f"{desk.url}/map?lang=zh")
    page.locator("#satellite select").wait_for()
    assert painted(page) == 0
    page.locator("#satellite select").select_option(index=1)
    until = time.monotonic() + 10
    while not painted(page) and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert painted(page) > 1000
    assert "µmol/m²" in page.locator("#satellite [role=status]").inner_text()
    page.locator("#satellite select").select_option(index=0)
    assert page.locator(".satellite-cells").count() == 0


def test_without_products_there_is_nothing_to_choose(desk: Desk, page: "playwright.Page") -> None:
    page.goto(f"{desk.url}/?lang=zh")
    page.locator("#tickets .empty").wait_for()
    assert not page.locator("#satellite").is_visible()
