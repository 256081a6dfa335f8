"""On the phone the suggested measure appears while the result is filled in, and the matter is filed with it."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.store import Tickets
from alerts.supervision import matters
from app.supervision import office_of, supervision_table
from domain.times import to_ms
from tests.builders_alerts import NOON
from tests.builders_inspector import SITE, Served, dispatched, inspector_app, path_of
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]
LATER = NOON + timedelta(minutes=20)
SOON_MS = 10_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_store("sqlite", tmp_path) as engine:
        dispatched(Tickets(engine), "a1", at=NOON)
        yield engine


def test_the_suggestion_is_shown_chosen_and_filed(engine: Engine) -> None:
    office = office_of(SITE, engine, supervision_table(None), lambda: to_ms(LATER))
    faults: list[str] = []
    with Served(inspector_app(engine, lambda: LATER, office=office)) as served, playwright.sync_playwright() as tool:
        flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
        browser = tool.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{served.url}{path_of('a1', NOON)}?lang=en")

        page.check("[name=problem_found][value=yes]")
        page.fill("[name=matter]", "lid open <b>")
        page.check("[name=mended]")
        page.get_by_text("Suggested: guidance (first, slight and put right in time)").wait_for(timeout=SOON_MS)
        assert page.input_value("[name=measure]") == "guidance"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("form[data-act=result] button")
        page.get_by_text("Send the result: received").wait_for(timeout=SOON_MS)
        browser.close()

    assert [(one.matter, one.measure, one.suggested) for one in matters.matters(office)] == [
        ("lid open <b>", "guidance", "guidance")
    ]
    assert faults == []
