"""The public wall in a real browser: it turns by itself, stops when asked, and loads nothing from elsewhere."""

import os

import pytest
from fastapi import FastAPI

from maps.settings import MapsSettings
from maps.wall import build_wall
from tests.browser.axe import violations
from tests.builders_maps import Desk, a_zone, now_ms, quiet_rows, ticket_text

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]
SITE = a_zone(20, 2, 30, hostile=True)


class Wall(Desk):
    """A desk whose wall is switched on."""

    def make_app(self) -> FastAPI:
        app = super().make_app()
        app.include_router(build_wall(self.site, self.feed, MapsSettings(wall=True)))
        return app


@pytest.fixture(scope="module")
def wall():
    desk = Wall(SITE).start()
    desk.readings(quiet_rows(SITE), now_ms() - 3000)
    desk.feed.board.take(ticket_text())
    yield desk
    desk.stop()


@pytest.mark.parametrize(("language", "width"), [("zh", 1920), ("en", 1920), ("zh", 360), ("en", 360)])
def test_the_wall_shows_its_views_in_turn_until_it_is_paused(wall, watched, language, width):
    screen = watched(width=width)
    screen.page.clock.install()
    screen.page.goto(f"{wall.url}/wall?lang={language}")
    playwright.expect(screen.page.locator("#zone .mark").first).to_be_visible()

    for view in ("figures", "clues", "map", "figures"):
        screen.page.clock.run_for(15_000)
        playwright.expect(screen.text(view)).to_be_visible()
        assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screen.text("pause").click()
    screen.page.clock.run_for(45_000)

    playwright.expect(screen.text("figures")).to_be_visible()
    assert (screen.faults, screen.elsewhere) == ([], [])


@pytest.mark.parametrize("width", [1920, 360])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_view_of_the_wall_keeps_wcag(wall, watched, language, width):
    screen = watched(width=width)
    screen.page.clock.install()
    screen.page.goto(f"{wall.url}/wall?lang={language}")
    playwright.expect(screen.page.locator("#latest li b")).to_have_count(1)

    for view in ("map", "figures", "clues"):
        playwright.expect(screen.text(view)).to_be_visible()
        assert violations(screen.page) == [], view
        screen.page.clock.run_for(15_000)


def test_a_frozen_wall_keeps_wcag(wall, watched):
    screen = watched()
    screen.page.clock.install()
    screen.page.goto(f"{wall.url}/wall?lang=en")
    playwright.expect(screen.page.locator("#zone .mark").first).to_be_visible()
    screen.page.clock.run_for(75_000)
    playwright.expect(screen.text("frozen")).to_be_visible()

    assert violations(screen.page) == []


def test_the_wall_stands_still_where_motion_is_unwanted_until_it_is_asked_to_turn(wall, watched):
    screen = watched()
    screen.page.emulate_media(reduced_motion="reduce")
    screen.page.clock.install()
    screen.page.goto(f"{wall.url}/wall?lang=en")
    playwright.expect(screen.text("pause")).to_have_text("Go on")
    screen.page.clock.run_for(45_000)
    playwright.expect(screen.text("map")).to_be_visible()
    screen.text("pause").click()
    screen.page.clock.run_for(15_000)

    playwright.expect(screen.text("figures")).to_be_visible()


def test_a_paused_wall_is_turned_by_hand(wall, watched):
    screen = watched()
    screen.page.clock.install()
    screen.page.goto(f"{wall.url}/wall?lang=en")
    screen.text("pause").press("Enter")
    for view in ("figures", "clues", "map"):
        screen.text("next").press("Enter")
        playwright.expect(screen.text(view)).to_be_visible()
        screen.page.clock.run_for(20_000)
        playwright.expect(screen.text(view)).to_be_visible()
