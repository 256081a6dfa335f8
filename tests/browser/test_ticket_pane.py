"""What stands beside a ticket in a real browser: neighbours, photographs, tickets like it; and what never moves."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from math import hypot
from pathlib import Path

import pytest

from alerts.inspector.photo import read_photo
from alerts.inspector.photos import Photos
from domain.site import SensorKind
from domain.ticket import PassedBy, Ticket
from tests.browser.axe import violations
from tests.browser.watching import Watched, until, until_live
from tests.builders_desk import WholeDesk, a_quiet_desk, a_ticket
from tests.builders_inspector import a_picture
from tests.builders_maps import HOSTILE, a_zone, now_ms
from tests.builders_pane import DayHistory, fill_past

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

SITE = a_zone()
expect = playwright.expect
LOUD = next(sensor for sensor in SITE.sensors if sensor.sensor_id == "ms-052")
BESIDE = min(
    (one for one in SITE.sensors if one is not LOUD and one.kind is not SensorKind.VEHICLE),
    key=lambda one: hypot((one.lon - LOUD.lon) * 0.77, one.lat - LOUD.lat),
).sensor_id
IN_VIEW = """(() => { const box = document.querySelector(".decide").getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight; })()"""


class DayDesk(WholeDesk):
    def make_history(self) -> DayHistory:
        return DayHistory(hot=(BESIDE,))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WholeDesk]:
    with a_quiet_desk(tmp_path, SITE, DayDesk) as desk:
        yield desk


def passed(ticket: Ticket) -> Ticket:
    first, *others = ticket.candidates
    return replace(ticket, candidates=(replace(first, passes=PassedBy(count=3, raised=2)), *others))


def a_past(desk: WholeDesk) -> None:
    """Four tickets like the one to come: two confirmed with photographs, one without a finding, one dismissed."""
    fill_past(desk, a_ticket(SITE, "a1"))


def shown(desk: WholeDesk, seen: Watched, path: str = "/") -> Watched:
    seen.page.goto(desk.url + path)
    until_live(seen)
    return seen


def test_corroboration_names_who_rose_the_passes_and_shows_the_spot(desk: WholeDesk, watched: Callable[..., Watched]):
    a_past(desk)
    desk.open(passed(a_ticket(SITE, "a1")))
    Photos(desk.engine).add("a1", "赵六", now_ms(), read_photo(a_picture(90)))
    seen = shown(desk, watched())
    facts = seen.page.locator("#pane .fact")

    expect(facts.nth(0)).to_contain_text(f"邻近 8 站中 1 站同时抬升：{BESIDE}（", timeout=10_000)
    expect(facts.nth(0)).to_contain_text("巡航车：示例一厂 巡航 3 次，抬升 2 次")
    expect(seen.page.locator(".photos img")).to_have_count(3)
    alts = seen.page.locator(".photos img").evaluate_all("all => all.map((one) => one.alt)")
    assert all(alt.startswith("现场照片，线索单 #") for alt in alts)
    assert len(set(alts)) == 3
    drawn = "Array.from(document.querySelectorAll('.photos img')).every((one) => one.naturalWidth)"
    assert until(seen, lambda: bool(seen.page.evaluate(drawn)))
    assert {one.get_attribute("loading") for one in seen.page.locator(".photos img").all()} == {"lazy"}
    with seen.context.expect_page() as opened:
        seen.page.locator(".photos a").first.click()
    assert opened.value.url.startswith(f"{desk.url}/api/v1/tickets/a1/photos/")
    assert seen.faults == []


def test_the_sensors_health_tells_agreement_humidity_and_flags(desk: WholeDesk, watched: Callable[..., Watched]):
    desk.open(a_ticket(SITE, "a1"))
    seen = shown(desk, watched(), "/?lang=en")
    health = seen.page.locator("#pane .fact").nth(2)

    expect(health).to_contain_text("agrees with neighbours: r = 1.00 (24 h, 1,440 min)", timeout=10_000)
    expect(health).to_contain_text("8 neighbours, 1.00 to 1.00")
    expect(health).to_contain_text("humidity unknown")
    expect(health).to_contain_text("no flags")


def test_tickets_like_it_are_listed_newest_first_with_how_they_ended(desk: WholeDesk, watched: Callable[..., Watched]):
    a_past(desk)
    desk.open(a_ticket(SITE, "a1"))
    seen = shown(desk, watched())
    alike = seen.page.locator("#pane .alike li")

    expect(alike).to_have_count(4, timeout=10_000)
    expect(seen.page.locator("#pane .facts")).to_contain_text("近一年相似线索 4 条 · 检查 3 次查实 2 次 · 驳回 1 条")
    told = alike.all_inner_texts()
    for line, (number, ending) in zip(
        told, ((1, "查实（责令整改）"), (2, "未见问题"), (3, "查实（责令整改）"), (4, "已驳回（")), strict=True
    ):
        assert line.startswith(f"#{number} ")
        assert "PM2.5 186 · 示例一厂 · 同一地点" in line
        assert ending in line


def test_a_link_to_a_settled_ticket_shows_it_and_asks_nothing(desk: WholeDesk, watched: Callable[..., Watched]):
    a_past(desk)
    desk.open(a_ticket(SITE, "a1"))
    seen = shown(desk, watched(), "/?ticket=old1")
    row = seen.page.locator("#ticket-old1")

    expect(row).to_have_attribute("aria-selected", "true", timeout=10_000)
    expect(seen.text("pane-title")).to_contain_text("#1")
    expect(seen.page.locator("#pane .decide button")).to_have_count(0)
    expect(seen.text("open")).to_have_text("1")
    seen.page.keyboard.press("x")
    expect(seen.page.locator(".dismissal")).to_have_count(0)
    assert seen.faults == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_decision_stays_in_sight_and_the_order_stays(desk: WholeDesk, watched: Callable[..., Watched], lang: str):
    a_past(desk)
    desk.open(passed(a_ticket(SITE, "a1")))
    Photos(desk.engine).add("a1", "赵六", now_ms(), read_photo(a_picture(90)))
    seen = shown(desk, watched(width=1366, height=768), f"/?lang={lang}")
    expect(seen.page.locator("#pane .alike li")).to_have_count(4, timeout=10_000)
    expect(seen.page.locator("#pane .photos img")).to_have_count(3)

    assert seen.page.evaluate(IN_VIEW)
    order = ["header", ".what", ".spark", ".whence", ".facts .photos", ".facts .alike", ".advice", ".decide"]
    places = seen.page.evaluate(
        "(all) => { const nodes = all.map((one) => document.querySelector(`#pane ${one}`));"
        " return nodes.slice(1).map((node, at) => nodes[at].compareDocumentPosition(node) & 4); }",
        order,
    )
    assert places == [4] * (len(order) - 1)
    names = seen.page.locator("#pane .facts dt").all_inner_texts()
    wanted = {"zh": ["佐证", "起于", "传感器", "过往"], "en": ["Agrees", "Since", "Sensors", "Before"]}
    assert [name for name in names if name in wanted[lang]] == wanted[lang]
    assert violations(seen.page) == []
    assert seen.faults == []


def test_a_phone_shows_it_without_scrolling_sideways(desk: WholeDesk, watched: Callable[..., Watched]):
    a_past(desk)
    desk.open(passed(a_ticket(SITE, "a1")))
    seen = shown(desk, watched(width=360, height=740))
    expect(seen.page.locator("#pane .alike li")).to_have_count(4, timeout=10_000)

    assert seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert violations(seen.page) == []


def test_what_does_not_answer_is_said_and_the_decision_does_not_wait(desk: WholeDesk, watched: Callable[..., Watched]):
    desk.open(a_ticket(SITE, "a1"))
    seen = watched()
    for part in ("neighbours", "similar", "photos"):
        seen.page.route(f"**/{part}*", lambda asked: asked.fulfill(status=503, json={}))
    shown(desk, seen)

    expect(seen.page.locator("#pane .facts")).to_contain_text("邻近站点：暂无应答", timeout=10_000)
    expect(seen.page.locator("#pane .facts")).to_contain_text("相似线索：暂无应答")
    expect(seen.page.locator("#pane .facts")).to_contain_text("现场照片：暂无应答")
    expect(seen.page.locator("#pane .decide button").first).to_be_visible()


def test_a_hostile_name_in_the_past_stays_text(desk: WholeDesk, watched: Callable[..., Watched]):
    old = a_ticket(SITE, "old", age_s=86_400)
    desk.open(replace(old, candidates=(replace(old.candidates[0], name=HOSTILE),)), a_ticket(SITE, "a1"))
    seen = shown(desk, watched(), "/?ticket=a1")

    expect(seen.page.locator("#pane .alike li")).to_contain_text("<img", timeout=10_000)
    assert seen.page.evaluate("window.__hit") is None


def test_photographs_stay_the_same_nodes_while_the_ticket_changes(desk: WholeDesk, watched: Callable[..., Watched]):
    ticket = a_ticket(SITE, "a1")
    desk.open(ticket)
    Photos(desk.engine).add("a1", "赵六", now_ms(), read_photo(a_picture(90)))
    seen = shown(desk, watched())
    expect(seen.page.locator(".photos img")).to_have_count(1, timeout=10_000)
    seen.page.evaluate("window.__kept = document.querySelector('.photos img')")
    later = replace(ticket, updated_at=ticket.updated_at + timedelta(minutes=1), sensors=("ms-052", "ms-061", "ms-099"))
    desk.open(later)

    expect(seen.page.locator("#pane .facts")).to_contain_text("ms-099", timeout=5000)
    assert seen.page.evaluate("document.querySelector('.photos img') === window.__kept")


STREAM = """window.EventSource = class extends EventTarget {
    static CLOSED = 2; readyState = 1;
    constructor() {
        super();
        window.__tell = (kind, data) => this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
    }
    close() {} };"""


def told(seen: Watched, kind: str, data: object) -> None:
    """Push one event as the server would, and let the page draw before the next."""
    seen.page.evaluate("([kind, data]) => window.__tell(kind, data)", [kind, data])
    seen.page.wait_for_timeout(60)


def two_tickets(desk: WholeDesk, seen: Watched) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Show two tickets on a page whose stream of events is in the test's hands; the second is chosen by a key."""
    desk.open(a_ticket(SITE, "a1"), a_ticket(SITE, "b2", age_s=60, priority=2))
    seen.page.add_init_script(STREAM)
    seen.page.goto(desk.url)
    assert until(seen, lambda: bool(seen.page.evaluate("Boolean(window.__tell)")))
    answer = seen.page.request.get(f"{desk.url}/api/v1/tickets").json()["tickets"]
    both = sorted(answer, key=lambda one: one["id"])
    beat = {"clock": both[0]["opened_at"], "server": both[0]["opened_at"], "tickets_ok": True}
    beat["sensors"] = {"online": 1, "total": 1}
    for one in both:
        told(seen, "ticket", one)
    told(seen, "heartbeat", beat)
    seen.page.keyboard.press("j")
    expect(seen.page.locator("#ticket-b2")).to_have_attribute("aria-selected", "true")
    return both, beat


def test_what_is_chosen_and_begun_stays_while_all_is_told_anew(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = watched()
    both, beat = two_tickets(desk, seen)
    seen.page.keyboard.press("x")
    seen.page.locator("#pane input[data-key]").fill("half a note")
    told(seen, "snapshot", {"reason": "slow"})
    for one in both:
        told(seen, "ticket", one)
        expect(seen.page.locator("#ticket-b2")).to_have_attribute("aria-selected", "true")
    told(seen, "heartbeat", beat)

    expect(seen.page.locator(".dismissal button")).to_have_count(6)
    expect(seen.page.locator("#pane input[data-key]")).to_have_value("half a note")
    expect(seen.page.locator(".ticket")).to_have_count(2)


def test_what_is_not_told_again_is_gone_with_the_heartbeat(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = watched()
    both, beat = two_tickets(desk, seen)
    told(seen, "snapshot", {"reason": "missed"})
    told(seen, "ticket", both[0])
    expect(seen.page.locator(".ticket")).to_have_count(2)
    told(seen, "heartbeat", beat)

    expect(seen.page.locator(".ticket")).to_have_count(1)
    expect(seen.text("open")).to_have_text("1")


def test_an_answer_about_one_ticket_does_not_end_what_was_begun_on_another(
    desk: WholeDesk, watched: Callable[..., Watched]
):
    seen = watched()
    two_tickets(desk, seen)
    held = []
    seen.page.route("**/api/v1/tickets/a1/decision", lambda asked: held.append(asked))
    seen.page.keyboard.press("k")
    seen.page.keyboard.press("w")
    assert until(seen, lambda: bool(held))
    seen.page.keyboard.press("j")
    seen.page.keyboard.press("x")
    expect(seen.page.locator(".dismissal button")).to_have_count(6)
    held[0].continue_()
    assert until(seen, lambda: desk.state("a1") == "watching")
    seen.page.wait_for_timeout(100)
    expect(seen.page.locator(".dismissal button")).to_have_count(6)
    seen.page.keyboard.press("2")

    assert until(seen, lambda: desk.state("b2") == "dismissed")
