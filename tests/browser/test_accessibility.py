"""WCAG 2.2 AA by axe on the desk, the map, the sign-in and the inspector's page; keys alone; motion reduced."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.store import Tickets
from tests.browser.axe import violations
from tests.browser.watching import Watched, until_live
from tests.builders_alerts import NOON
from tests.builders_desk import WholeDesk, a_ticket
from tests.builders_inspector import Served, dispatched, inspector_app, path_of
from tests.builders_maps import a_zone, now_ms, quiet_rows
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

SITE = a_zone()
WIDTHS = (1366, 360)
expect = playwright.expect
MOVING = """document.getAnimations().filter((one) => one.playState === "running").length"""
FOCUSED = """(() => { const one = document.activeElement, ring = getComputedStyle(one);
    const name = one === document.body ? "BODY" : one.id || one.textContent.trim();
    return [name, ring.outlineStyle, parseFloat(ring.outlineWidth)]; })()"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WholeDesk]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = WholeDesk(SITE, engine).start()
        at = now_ms() - 3000
        desk.judged(at - 100_000, breach=["ms-017"], excluded=["ms-030"])
        desk.readings(quiet_rows(SITE), at)
        desk.open(*(a_ticket(SITE, f"a{number}", age_s=60 * number, priority=number) for number in (1, 2, 3)))
        yield desk
        desk.stop()


def shown(desk: WholeDesk, seen: Watched, path: str) -> Watched:
    seen.page.goto(desk.url + path)
    until_live(seen)
    return seen


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/?lang=zh", "/?lang=en", "/map?lang=en"])
def test_the_desk_and_the_map_keep_wcag(desk: WholeDesk, watched: Callable[..., Watched], path: str, width: int):
    seen = shown(desk, watched(width=width, height=800), path)
    if not path.startswith("/map"):
        expect(seen.page.locator(".ticket")).to_have_count(3, timeout=5000)

    assert violations(seen.page) == []


def test_a_list_without_tickets_keeps_wcag(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = shown(desk, watched(), "/?lang=zh")
    seen.text("seek").fill("nothing has this name")
    expect(seen.page.locator("#tickets .empty")).to_be_visible()

    assert violations(seen.page) == []


def test_what_a_key_opens_keeps_wcag(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = shown(desk, watched(), "/?lang=en")
    expect(seen.page.locator(".ticket")).to_have_count(3, timeout=5000)
    seen.page.keyboard.press("d")
    expect(seen.page.locator(".chip")).to_be_visible(timeout=5000)
    assert violations(seen.page) == []
    seen.page.keyboard.press("k")  # what is decided stands below the others
    seen.page.keyboard.press("x")
    expect(seen.page.locator(".dismissal button")).to_have_count(6)
    assert violations(seen.page) == []
    seen.page.keyboard.press("s")
    assert violations(seen.page) == []
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("?")
    expect(seen.text("help")).to_be_visible()
    assert violations(seen.page) == []


def test_frozen_data_are_told_within_wcag(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.clock.install()
    shown(desk, seen, "/?lang=en")
    seen.page.clock.run_for(11_000)
    expect(seen.text("frozen")).to_be_visible()
    seen.page.clock.resume()

    assert violations(seen.page) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_inspectors_page_keeps_wcag(tmp_path: Path, watched: Callable[..., Watched], language: str):
    at = NOON + timedelta(minutes=5)
    with fresh_store("sqlite", tmp_path) as engine:
        dispatched(Tickets(engine), "a1", at=at)
        with Served(inspector_app(engine, lambda: at + timedelta(minutes=3))) as served:
            seen = watched(width=360, height=740)
            path = path_of("a1", at)
            seen.page.goto(f"{served.url}{path}{'&' if '?' in path else '?'}lang={language}")
            expect(seen.page.locator("h1")).to_have_count(1)

            assert violations(seen.page) == []


def test_every_control_of_the_desk_is_reached_by_tab_and_rings(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = shown(desk, watched(), "/")
    expect(seen.page.locator(".ticket")).to_have_count(3, timeout=5000)
    expect(seen.page.get_by_role("button", name="派单", exact=False).first).to_be_visible()
    reached = []
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        name, style, width = seen.page.evaluate(FOCUSED)
        if name == "BODY":
            break
        reached.append(name)
        assert (style, width >= 3) == ("solid", True), f"{name}: no ring of 3 px"

    assert reached.index("begin-shift") < reached.index("seek") < reached.index("tickets")
    assert any(name.startswith("派单") for name in reached)
    assert len(reached) < 60  # no trap


def test_a_decision_takes_one_key_and_a_dismissal_two(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = shown(desk, watched(), "/")
    expect(seen.page.locator("#ticket-a2")).to_be_visible(timeout=5000)
    pressed = 0
    for key in ("j", "x", "3"):
        seen.page.keyboard.press(key)
        pressed += 1
    expect(seen.page.locator("#ticket-a2")).to_have_count(0, timeout=5000)

    assert desk.state("a2") == "dismissed"
    assert pressed <= 3


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_an_arrival_flashes_only_where_motion_is_wanted(desk: WholeDesk, watched: Callable[..., Watched], motion: str):
    seen = watched()
    seen.page.emulate_media(reduced_motion=motion)
    shown(desk, seen, "/")
    expect(seen.page.locator(".ticket")).to_have_count(3, timeout=5000)
    desk.open(a_ticket(SITE, "new"))
    expect(seen.page.locator("#ticket-new")).to_be_visible(timeout=3000)

    assert bool(seen.page.evaluate(MOVING)) == (motion == "no-preference")


def test_the_first_ticket_of_a_quiet_night_flashes_and_is_read_out(tmp_path: Path, watched: Callable[..., Watched]):
    with fresh_store("sqlite", tmp_path) as engine:
        desk = WholeDesk(SITE, engine).start()
        desk.readings(quiet_rows(SITE), now_ms() - 3000)
        seen = shown(desk, watched(), "/")
        expect(seen.page.locator("#tickets .empty")).to_be_visible(timeout=5000)
        desk.open(a_ticket(SITE, "new"))
        expect(seen.page.locator("#ticket-new")).to_be_visible(timeout=3000)

        assert seen.page.evaluate(MOVING)
        expect(seen.page.locator("[aria-live=assertive]")).to_contain_text("PM2.5")
        desk.stop()
