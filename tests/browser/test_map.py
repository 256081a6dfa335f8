"""The map in a real browser: it paints, turns red at once, recovers, asks nobody else, and trusts no name."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maps import features
from maps.still import standalone_html
from tests.browser.watching import Watched, until_live
from tests.builders_maps import HOSTILE, Desk, FakeTickets, a_peak, a_zone, quiet_rows, ticket_text

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

IMAGES = Path(__file__).parents[2] / "docs" / "img"
SITE = a_zone()
RED = (192, 0, 0)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(SITE).start()
    begin(desk)
    yield desk
    desk.stop()


def begin(desk: Desk) -> None:
    """Let every sensor speak, and judge the air quiet."""
    at = now_ms() - 3000
    desk.judged(at - 100_000)
    desk.readings(quiet_rows(desk.site), at)


def test_the_page_paints_and_asks_no_other_host(desk: Desk, watched: Callable[..., Watched]):
    for path in ("/", "/map", "/?lang=en"):
        seen = watched()
        seen.page.goto(desk.url + path)
        until_live(seen)

        assert within_a_second(lambda seen=seen: painted(seen))
        assert (seen.faults, seen.elsewhere) == ([], [])
        assert seen.bytes <= 300 * 1024
        expected = "Zoom in" if "en" in path else "放大"
        playwright.expect(seen.page.locator(".leaflet-control-zoom-in")).to_have_accessible_name(expected)


def test_a_sensor_turns_red_within_a_second_of_its_message(desk: Desk, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.goto(desk.url)
    until_live(seen)
    place = next(sensor for sensor in SITE.sensors if sensor.sensor_id == "ms-017")
    before = seen.pixel(place.lon, place.lat)
    began = time.monotonic()
    desk.judged(now_ms() - 70_000, breach=["ms-017"])
    desk.readings([{"sensor_id": "ms-020", "pm25": 150.0}], now_ms())
    playwright.expect(seen.text("raised-count")).to_have_text("2", timeout=1000)
    took_s = time.monotonic() - began

    assert took_s < 1.0
    playwright.expect(seen.text("raised")).to_contain_text("ms-020")
    assert before != RED
    assert within_a_second(lambda: seen.pixel(place.lon, place.lat) == RED)


def painted(seen: Watched) -> bool:
    return seen.pixel(SITE.sensors[3].lon, SITE.sensors[3].lat) != (0, 0, 0)


def within_a_second(holds: Callable[[], bool]) -> bool:
    """Say whether something comes true; the canvas is drawn with the browser's next frame."""
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        if holds():
            return True
    return False


def test_a_ticket_appears_with_its_place_and_goes_when_it_is_dismissed(desk: Desk, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.goto(desk.url)
    until_live(seen)
    desk.tickets.put(ticket_text("t1", opened_ms=now_ms()))
    playwright.expect(seen.page.locator(".ticket")).to_contain_text("PM2.5 186", timeout=2000)
    playwright.expect(seen.page.locator(".pin")).to_contain_text("31")
    desk.tickets.put(ticket_text("t1", state="dismissed"))

    playwright.expect(seen.page.locator(".pin")).to_have_count(0, timeout=2000)
    playwright.expect(seen.text("open")).to_have_text("0")
    assert seen.faults == []


def test_an_enterprise_is_shown_with_its_grade_and_visits(desk: Desk, watched: Callable[..., Watched]):
    lead, tipped = (SITE.enterprises[number].enterprise_id for number in (0, 2))
    standing = {"grade": "C", "cap": 24, "visits_used": 3, "last_visit_on": "2026-08-26", "whitelisted": True}
    candidate = {"enterprise_id": lead, "name": "示例一厂", "probability": 0.9, "distance_m": 5}
    desk.tickets.put(ticket_text("t1", opened_ms=now_ms(), candidates=[candidate]))
    desk.tickets.put(ticket_text("t2", opened_ms=now_ms(), candidates=[candidate]))
    seen = watched()
    seen.page.route("**/api/v1/standings", lambda asked: asked.fulfill(json={lead: standing, tipped: standing}))
    seen.page.goto(f"{desk.url}/?ticket=t2")
    until_live(seen)
    told = "C 级 · 检查 3/24 · 末次 2026-08-26 · 白名单"

    playwright.expect(seen.page.locator("#pane .candidates")).to_contain_text(told)
    hover_all(seen, SITE)
    playwright.expect(seen.page.locator(".tip")).to_contain_text(told)
    assert seen.faults == []


def test_a_refused_decision_is_told_beside_the_ticket(desk: Desk, watched: Callable[..., Watched]):
    desk.tickets.put(ticket_text("t1", opened_ms=now_ms()))
    seen = watched()
    seen.page.goto(desk.url)
    seen.page.get_by_role("button", name="派单", exact=True).click()  # this desk has no ticket store

    playwright.expect(seen.page.locator(".trouble")).to_contain_text("/api/v1/tickets/t1/decision")


def test_a_restarted_server_is_found_again_and_nothing_is_missed(watched: Callable[..., Watched]):
    tickets = FakeTickets()
    first = Desk(SITE, tickets=tickets).start()
    begin(first)
    seen = watched()
    seen.page.goto(first.url)
    until_live(seen)
    first.stop()
    playwright.expect(seen.text("link")).to_have_class("down", timeout=5000)
    tickets.put(ticket_text("t9", opened_ms=now_ms()))
    second = Desk(SITE, port=first.port, tickets=tickets).start()
    try:
        begin(second)
        playwright.expect(seen.page.locator(".ticket")).to_have_count(1, timeout=15_000)
        playwright.expect(seen.text("link")).to_have_class("live")
        playwright.expect(seen.text("online")).to_have_text("155/155")
    finally:
        second.stop()


def test_data_that_stand_still_are_called_frozen(desk: Desk, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.clock.install()
    seen.page.goto(desk.url)
    until_live(seen)
    playwright.expect(seen.text("frozen")).to_be_hidden()
    seen.page.clock.run_for(11_000)

    playwright.expect(seen.text("frozen")).to_be_visible()
    desk.readings(quiet_rows(SITE, seed=9), now_ms())
    seen.page.clock.run_for(1000)
    playwright.expect(seen.text("frozen")).to_be_hidden()


def test_hostile_names_stay_text(watched: Callable[..., Watched]):
    site = a_zone(20, 2, 30, hostile=True)
    desk = Desk(site).start()
    try:
        begin(desk)
        evil = [{"enterprise_id": "e-001", "name": HOSTILE, "probability": 0.9, "distance_m": 1}]
        excluded = [{"sensor_id": HOSTILE, "reason": HOSTILE}]
        reasons = {"action": HOSTILE, "reasons": [HOSTILE]}
        evil_ticket = ticket_text(
            "t1",
            candidates=evil,
            excluded=excluded,
            recommendation=reasons,
            number=HOSTILE,
            peak=a_peak("pm25", "ms-002", 186.0, 41.0),
        )
        desk.tickets.put(evil_ticket)
        seen = watched()
        seen.page.goto(desk.url)
        playwright.expect(seen.page.locator(".ticket")).to_contain_text("<img src=x", timeout=5000)
        hover_all(seen, site)
        still = standalone_html(site, features.sensors(desk.feed.live), [evil_ticket])
        assert (seen.page.evaluate("window.__hit"), seen.page.locator("img").count()) == (None, 0)
        assert seen.faults == []
    finally:
        desk.stop()
    alone = watched()
    alone.page.set_content(still)
    playwright.expect(alone.page.locator(".ticket")).to_contain_text("<img src=x")
    assert (alone.page.evaluate("window.__hit"), alone.page.locator("img").count()) == (None, 0)


def hover_all(seen: Watched, site) -> None:
    """Show the tip of an enterprise, whose name is hostile."""
    centre = site.enterprises[2].geometry.centroid
    at = seen.page.evaluate(
        "([lat, lon]) => { const p = map_zone.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }",
        [centre.y, centre.x],
    )
    box = seen.page.locator("#map_zone").bounding_box()
    for step in (0, 1):
        seen.page.mouse.move(box["x"] + at[0] + step, box["y"] + at[1])
    playwright.expect(seen.page.locator(".tip")).to_be_visible()


def test_the_still_file_needs_no_network(tmp_path: Path, desk: Desk, watched: Callable[..., Watched]):
    within = within_a_second(lambda: bool(desk.feed.live.received_ms.all()))
    file = tmp_path / "map.html"
    file.write_text(standalone_html(SITE, features.sensors(desk.feed.live), [ticket_text()]), encoding="utf-8")
    seen = watched()
    seen.page.goto(file.as_uri())
    playwright.expect(seen.page.locator(".pin")).to_have_count(1)

    assert within
    assert within_a_second(lambda: painted(seen))
    assert (seen.faults, seen.elsewhere) == ([], [])
