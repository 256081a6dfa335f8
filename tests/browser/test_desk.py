"""The duty officer's desk in a real browser on the real application: decided by keys, undone, heard, seen by two."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.times import to_datetime
from tests.browser.watching import Watched, until, until_live
from tests.builders_desk import WholeDesk, a_quiet_desk, a_ticket
from tests.builders_maps import a_zone, now_ms

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

SITE = a_zone()
COLLECTION = {"type": "FeatureCollection"}
LATE = """const real = window.fetch; window.fetch = async (url, asked) => {
    if (asked?.method === "POST") await new Promise((go) => setTimeout(go, 150));
    return real(url, asked); };"""
expect = playwright.expect


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WholeDesk]:
    with a_quiet_desk(tmp_path, SITE) as desk:
        yield desk


@pytest.fixture
def seen(desk: WholeDesk, watched: Callable[..., Watched]) -> Watched:
    seen = watched()
    seen.page.goto(desk.url)
    until_live(seen)
    return seen


def row(seen: Watched, ticket_id: str) -> "playwright.Locator":
    return seen.page.locator(f"#ticket-{ticket_id}")


def until_state(desk: WholeDesk, seen: Watched, ticket_id: str, state: str) -> bool:
    return until(seen, lambda: desk.state(ticket_id) == state)


def test_a_ticket_is_dispatched_by_one_key_and_undone_by_another(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"))
    expect(row(seen, "a1")).to_contain_text("PM2.5 186", timeout=3000)
    seen.page.keyboard.press("d")

    assert until_state(desk, seen, "a1", "dispatched"), seen.text("pane").inner_text()
    expect(seen.page.locator(".chip")).to_contain_text("后发出")
    seen.page.keyboard.press("z")
    assert until_state(desk, seen, "a1", "new"), seen.text("pane").inner_text()
    assert seen.faults == []


def test_a_dismissal_takes_two_keys_and_keeps_its_reason(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"), a_ticket(SITE, "b2", age_s=60, priority=2))
    expect(row(seen, "b2")).to_be_visible(timeout=3000)
    seen.page.keyboard.press("j")
    expect(row(seen, "b2")).to_have_attribute("aria-selected", "true")
    seen.page.keyboard.press("x")
    expect(seen.page.locator(".dismissal button")).to_have_count(6)
    seen.page.keyboard.press("2")

    assert until_state(desk, seen, "b2", "dismissed"), seen.text("pane").inner_text()
    expect(row(seen, "b2")).to_have_count(0)
    assert desk.tickets.get("b2").history[-1].why == ("humidity",)
    assert desk.state("a1") == "new"


def test_a_decision_that_leaves_late_still_arrives(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.add_init_script(LATE)
    seen.page.goto(desk.url)
    until_live(seen)
    desk.open(a_ticket(SITE, "a1"))
    expect(row(seen, "a1")).to_be_visible(timeout=3000)
    seen.page.keyboard.press("x")
    expect(seen.page.locator(".dismissal button")).to_have_count(6)
    seen.page.keyboard.press("2")

    assert until_state(desk, seen, "a1", "dismissed"), seen.text("pane").inner_text()


def test_two_desks_see_each_others_decisions(desk: WholeDesk, seen: Watched, watched: Callable[..., Watched]):
    other = watched()
    other.page.goto(desk.url)
    until_live(other)
    desk.open(a_ticket(SITE, "a1"))
    expect(row(other, "a1")).to_be_visible(timeout=3000)
    expect(row(seen, "a1")).to_be_visible(timeout=3000)
    seen.page.keyboard.press("w")

    expect(row(other, "a1")).to_contain_text("关注中", timeout=2000)


def test_a_new_ticket_moves_no_row_that_is_chosen(desk: WholeDesk, seen: Watched):
    desk.open(*(a_ticket(SITE, f"p{number:02d}", age_s=600 - number, priority=2) for number in range(4)))
    expect(seen.page.locator(".ticket")).to_have_count(4, timeout=3000)
    expect(seen.text("today")).to_contain_text("0", timeout=5000)  # the head line has its figures
    row(seen, "p02").click()
    before = row(seen, "p02").bounding_box()
    desk.open(a_ticket(SITE, "first"))
    expect(row(seen, "first")).to_have_count(1, timeout=3000)

    assert row(seen, "p02").bounding_box()["y"] == pytest.approx(before["y"], abs=1)
    expect(seen.text("arrivals")).to_contain_text("1")
    seen.text("arrivals").click()
    expect(seen.text("arrivals")).to_be_hidden()


def test_keys_rest_while_somebody_writes_and_can_be_turned_off(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"))
    expect(row(seen, "a1")).to_be_visible(timeout=3000)
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("dwd")
    expect(seen.text("seek")).to_have_value("dwd")
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("?")
    seen.page.locator("#keys-on").uncheck()
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("d")
    seen.page.keyboard.press("a")

    assert desk.state("a1") == "new"
    seen.page.keyboard.press("?")
    expect(seen.text("help")).to_be_hidden()


def test_the_ticket_reads_in_order_and_adds_up(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"))
    pane = seen.text("pane")
    expect(pane.locator(".course .band")).to_have_count(1, timeout=5000)
    expect(pane).to_contain_text("佐证", timeout=5000)
    told = pane.inner_text()

    order = [told.index(part) for part in ("PM2.5 186", "西北风", "疑似来源", "佐证", "建议: 派单", "关注 30 分钟")]
    assert order == sorted(order)
    shares = [float(value) for value in pane.locator("meter").evaluate_all("all => all.map(one => one.value)")]
    assert sum(shares) == pytest.approx(1.0, abs=0.002)
    expect(pane.locator(".candidates")).to_contain_text("0/12", timeout=5000)


def test_the_sound_needs_a_gesture_and_says_so(desk: WholeDesk, seen: Watched):
    expect(seen.text("sound")).to_have_text("声音：关")
    seen.text("begin-shift").click()
    expect(seen.text("sound")).to_have_text("声音：开")
    seen.page.keyboard.press("m")
    expect(seen.text("sound")).to_have_text("声音：静音")


def test_the_tab_counts_what_asks(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"), a_ticket(SITE, "b2", priority=2))
    expect(seen.page).to_have_title(f"(2) ■1 {SITE.name} · 无感", timeout=3000)
    expect(seen.text("open")).to_have_text("2")
    assert to_datetime(now_ms()).year > 2000


def test_the_head_line_counts_the_shift(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"))
    expect(row(seen, "a1")).to_be_visible(timeout=3000)
    seen.page.keyboard.press("w")

    expect(seen.text("today")).to_have_text("0 / 0 / 1", timeout=5000)
    expect(seen.text("an-hour")).to_contain_text("1")


def test_raised_roads_are_red_and_counted_and_places_shaded_by_grade(desk: WholeDesk, watched: Callable[..., Watched]):
    line = {"type": "LineString", "coordinates": [[116.5, 39.78], [116.52, 39.79]]}
    segments = [
        {"type": "Feature", "id": state, "geometry": line, "properties": {"state": state}}
        for state in ("hot", "normal", None)
    ]
    seen = watched()
    seen.page.route("**/api/v1/roads", lambda asked: asked.fulfill(json={"features": segments} | COLLECTION))
    seen.page.goto(desk.url)
    until_live(seen)
    expect(seen.page.locator(".legend output")).to_have_text("1", timeout=8000)
    seen.page.locator(".legend").evaluate("node => { node.open = true; }")
    seen.page.get_by_label("企业按等级深浅").check()
    shades = seen.page.evaluate("geo_json_enterprise.getLayers().map(one => one.options.fillColor)")

    assert set(shades) == {"#c9ced2"}  # all of this zone are graded B
    assert seen.faults == []


def test_the_pane_tells_what_happened(desk: WholeDesk, seen: Watched):
    desk.open(a_ticket(SITE, "a1"))
    expect(row(seen, "a1")).to_be_visible(timeout=3000)
    seen.page.keyboard.press("a")
    seen.page.locator("#pane summary").click()
    lines = seen.page.locator("#pane .history li")

    expect(lines.nth(0)).to_contain_text("确认 duty", timeout=5000)
    expect(lines.nth(1)).to_contain_text("开单 系统")
    assert seen.faults == []
