"""Notices of the browser: only on request, only of priority 1, only out of sight, and without any name."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.axe import violations
from tests.browser.watching import Watched, until_live
from tests.builders_desk import WholeDesk, a_quiet_desk, a_ticket
from tests.builders_maps import a_zone

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]
SITE = a_zone()
expect = playwright.expect
STAND_IN = """(() => {
    window.shown = [];
    window.gone = 0;
    window.answer = ANSWER;
    window.asked = 0;
    window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() { window.asked += 1; return this.permission = window.answer; }
        constructor(title, options) { super(); window.shown.push([title, options.body, options.tag]); }
        close() { window.gone += 1; }
    };
    let hidden = false;
    Object.defineProperty(document, "hidden", {get: () => hidden});
    window.hide = (now) => { hidden = now; document.dispatchEvent(new Event("visibilitychange")); };
})()"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WholeDesk]:
    with a_quiet_desk(tmp_path, SITE) as desk:
        yield desk


def opened(desk: WholeDesk, watched: Callable[..., Watched], answer: str = "granted") -> Watched:
    seen = watched()
    seen.page.add_init_script(STAND_IN.replace("ANSWER", f'"{answer}"'))
    seen.page.goto(f"{desk.url}/?lang=en")
    until_live(seen)
    return seen


def switch_on(seen: Watched) -> None:
    seen.page.keyboard.press("?")
    seen.text("notify-on").click()


def arrive(desk: WholeDesk, seen: Watched, ticket_id: str, priority: int = 1) -> None:
    desk.open(a_ticket(SITE, ticket_id, priority=priority))
    expect(seen.page.locator(f"#ticket-{ticket_id}")).to_be_attached(timeout=5000)


def test_nothing_is_asked_or_shown_unless_somebody_wants_it(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = opened(desk, watched)
    seen.page.evaluate("hide(true)")
    arrive(desk, seen, "a1")
    seen.page.keyboard.press("?")
    expect(seen.text("notify-on")).not_to_be_checked()

    assert until_shown(seen, 10) == []
    assert seen.page.evaluate("asked") == 0
    assert violations(seen.page) == []


def test_a_new_priority_one_out_of_sight_is_told_without_names(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = opened(desk, watched)
    switch_on(seen)
    expect(seen.text("notify-on")).to_be_checked()
    arrive(desk, seen, "b1")
    was = seen.text("clock").inner_text()
    expect(seen.text("clock")).not_to_have_text(was)  # it was heeded while the desk was seen
    seen.page.evaluate("hide(true)")
    arrive(desk, seen, "b2", priority=2)
    arrive(desk, seen, "b3")
    desk.open(a_ticket(SITE, "b3"))  # told once

    assert until_shown(seen) == [["■ Priority 1 #3", "PM2.5 186 background 41 · +145 (4.5×)", "b3"]]
    seen.page.evaluate("hide(false)")
    assert seen.page.evaluate("gone") == 1
    assert seen.faults == []


def test_the_first_ticket_of_a_quiet_night_is_told_too(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = opened(desk, watched)
    switch_on(seen)
    expect(seen.text("notify-on")).to_be_checked()
    seen.page.evaluate("hide(true)")
    arrive(desk, seen, "c1")

    assert [one[2] for one in until_shown(seen)] == ["c1"]


def until_shown(seen: Watched, looks: int = 100) -> list[list[str]]:
    """Return what was shown, once something was."""
    for _ in range(looks):
        shown: list[list[str]] = seen.page.evaluate("new Promise((told) => setTimeout(() => told(shown), 20))")
        if shown:
            return shown
    return []


def test_a_browser_that_forbids_notices_is_told_of(desk: WholeDesk, watched: Callable[..., Watched]):
    seen = opened(desk, watched, "denied")
    switch_on(seen)
    expect(seen.text("notify-told")).to_contain_text("forbids")
    expect(seen.text("notify-on")).not_to_be_checked()

    assert violations(seen.page) == []


def test_the_browsers_own_permission_counts_and_the_switch_is_remembered(
    desk: WholeDesk, watched: Callable[..., Watched]
):
    seen = watched()
    seen.context.grant_permissions(["notifications"], origin=desk.url)
    seen.page.goto(f"{desk.url}/?lang=en")
    until_live(seen)
    switch_on(seen)
    expect(seen.text("notify-on")).to_be_checked()
    seen.page.reload()
    until_live(seen)
    seen.page.keyboard.press("?")

    expect(seen.text("notify-on")).to_be_checked()
