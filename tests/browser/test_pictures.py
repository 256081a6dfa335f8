"""The pictures of the documents, of the real application: the desk, on a phone too, the map, and the statistics."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from domain.site import Site
from tests.browser.watching import Watched
from tests.builders_desk import WholeDesk
from tests.builders_pane import DayHistory, fill_past
from tests.builders_pictures import a_demo_zone, a_night, begin, fill_a_year
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

IMAGES = Path(__file__).parents[2] / "docs" / "img"
VIEWS = {"desk-zh": (1600, 900, "zh"), "desk-en": (1366, 768, "en"), "desk-phone": (390, 844, "zh")}
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
IN_VIEW = """(() => { const box = document.querySelector(".decision").getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight; })()"""
expect = playwright.expect


class PicturedDesk(WholeDesk):
    """A desk whose stations went together all day, but for the loud ones at its end."""

    def __init__(self, site: Site, engine: Engine, loud: tuple[str, ...]) -> None:
        self.loud = loud
        super().__init__(site, engine)

    def make_history(self) -> DayHistory:
        return DayHistory(hot=self.loud, own=8.0, humidity=62.0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    site = a_demo_zone()
    with fresh_store("sqlite", tmp_path_factory.mktemp("desk")) as engine:
        fill_a_year(engine, site)
        night = a_night(site)
        desk = PicturedDesk(site, engine, loud=night[0].sensors)
        desk.start()
        fill_past(desk, night[0])
        begin(desk, night)
        yield desk
        desk.stop()


@pytest.mark.parametrize("name", list(VIEWS))
def test_the_desk_shows_list_map_and_decision_at_once(desk: WholeDesk, watched: Callable[..., Watched], name: str):
    width, height, language = VIEWS[name]
    seen = watched(width=width, height=height)
    seen.page.goto(f"{desk.url}/?lang={language}")
    expect(seen.page.locator(".ticket")).to_have_count(3, timeout=10_000)
    expect(seen.page.locator(".course .band")).to_have_count(1, timeout=10_000)
    expect(seen.page.locator("#pane .alike li")).to_have_count(4, timeout=10_000)
    expect(seen.page.locator(".pin")).to_have_count(3)
    expect(seen.page.locator("#map_zone .candidate")).to_have_count(3)
    expect(seen.text("today")).to_have_text("0 / 0 / 0")

    assert seen.page.evaluate(WIDE) <= 0
    assert name == "desk-phone" or seen.page.evaluate(IN_VIEW)
    assert take(seen, name) > 50_000
    assert seen.faults == []


def test_the_map_alone_shows_what_is_raised_and_where_tickets_are(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.goto(f"{desk.url}/map?lang=zh")
    expect(seen.page.locator(".pin")).to_have_count(3, timeout=10_000)
    expect(seen.text("raised-count")).to_have_text("3")

    assert take(seen, "map") > 30_000
    assert seen.faults == []


def test_the_statistics_show_their_plots(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = watched(width=1280, height=1150)
    seen.page.goto(f"{desk.url}/supervision/statistics?lang=en")
    expect(seen.page.locator("figure svg.plot").first).to_be_visible()

    assert take(seen, "statistics") > 30_000
    assert seen.faults == []


def take(seen: Watched, name: str) -> int:
    """Take a picture; return how many bytes it has."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    file = IMAGES / f"{name}.png"
    seen.page.screenshot(path=file, animations="disabled")
    return file.stat().st_size
