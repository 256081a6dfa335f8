"""The last 24 hours on the desk's map, on the real application with a real history: never taken for live."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import Engine

from domain.channels import MINUTE_MS
from domain.times import to_datetime
from maps.ports import PaneHistory
from streams.history import AnyHistory, HistorySettings, open_history
from tests.browser.axe import violations
from tests.browser.watching import Watched, until_live
from tests.builders_alerts import make_ticket
from tests.builders_desk import WholeDesk, a_ticket
from tests.builders_maps import a_judged, a_zone, now_ms, quiet_rows
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

SITE = a_zone()
expect = playwright.expect
HOUR_MS = 60 * MINUTE_MS
THEN, NOW = "ms-017", "ms-044"
"""Who was in breach three hours ago, and who is now."""
INK, RED = (27, 31, 35), (192, 0, 0)
PIXEL = """([lat, lon]) => {
    const at = map_zone.latLngToContainerPoint([lat, lon]), home = map_zone.getContainer().getBoundingClientRect();
    return [at.x + home.x + map_zone.getContainer().clientLeft, at.y + home.y + map_zone.getContainer().clientTop];
}"""
VIEW = "(() => { const at = map_zone.getCenter(); return [at.lat, at.lng, map_zone.getZoom()]; })()"


class DeskWithPast(WholeDesk):
    """A desk whose history is a file with a day's judged minutes, one in five."""

    def __init__(self, engine: Engine, history: AnyHistory) -> None:
        self.history = history
        self.at_ms = now_ms() // MINUTE_MS * MINUTE_MS
        super().__init__(SITE, engine)

    def make_history(self) -> PaneHistory:
        return self.history

    def begin(self) -> "DeskWithPast":
        self.start()
        self.judged(self.at_ms - 2 * MINUTE_MS, breach=[NOW])
        self.readings(quiet_rows(SITE), now_ms() - 1000)
        return self

    def remember(self) -> None:
        """Write a day into the history: `THEN` was in breach from three hours ago on, for half an hour."""
        minutes = range(self.at_ms - 24 * HOUR_MS, self.at_ms, 5 * MINUTE_MS)
        then_ms = self.at_ms - 3 * HOUR_MS
        during = range(then_ms, then_ms + HOUR_MS // 2)
        self.history.write_judged([a_judged(SITE, at, breach=[THEN] if at in during else []) for at in minutes], SITE)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[AnyHistory]:
    history = open_history(HistorySettings(url=f"sqlite:///{tmp_path}/history.sqlite", site=SITE.site_id))
    history.prepare()
    yield history
    history.close()


@pytest.fixture
def desk(tmp_path: Path, history: AnyHistory) -> Iterator[DeskWithPast]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithPast(engine, history).begin()
        yield desk
        desk.stop()


def place(name: str) -> tuple[float, float]:
    sensor = SITE.sensors[SITE.sensor_ids.index(name)]
    return sensor.lon, sensor.lat


def opened(desk: DeskWithPast, seen: Watched, path: str = "/?lang=en") -> "playwright.Locator":
    """Open the desk, then the past; return the slider."""
    seen.page.goto(desk.url + path)
    until_live(seen)
    return into_the_past(seen)


def into_the_past(seen: Watched) -> "playwright.Locator":
    seen.page.locator(".past-open").click(timeout=10_000)
    slider = seen.page.locator(".past-strip input")
    expect(slider).to_be_visible(timeout=5000)
    return slider


def to_hours_ago(seen: Watched, slider: "playwright.Locator", hours: float) -> None:
    slider.evaluate(
        """(node, back) => {
            node.value = Number(node.max) - back;
            node.dispatchEvent(new Event("input", {bubbles: true}));
        }""",
        round(hours * 12),
    )


def near(seen: Watched, name: str) -> set[tuple[int, ...]]:
    """Return the colours that a person sees around a sensor's place."""
    lon, lat = place(name)
    at = seen.page.evaluate(PIXEL, [lat, lon])
    clip = {"x": at[0] - 5, "y": at[1] - 5, "width": 10, "height": 10}
    return colours(seen.page.screenshot(clip=clip, animations="disabled"))


def colours(picture: bytes) -> set[tuple[int, ...]]:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return {colour for _, colour in image.getcolors(image.width * image.height)}


def map_colours(seen: Watched) -> set[tuple[int, ...]]:
    return colours(seen.page.locator("section.map").screenshot(animations="disabled"))


def test_the_past_shows_in_ink_who_was_raised_then_and_nothing_in_red(
    desk: DeskWithPast, watched: Callable[..., Watched]
):
    desk.remember()
    seen = watched()
    slider = opened(desk, seen)
    to_hours_ago(seen, slider, 2.75)

    expect(seen.page.locator(".past-banner")).to_contain_text("Past · not live")
    expect(seen.page.locator(".past-raised")).to_have_text(f"Raised then: 1 · {THEN} PM2.5 40 Breach")
    assert INK in near(seen, THEN)
    assert RED not in map_colours(seen)
    assert seen.faults == []


def test_the_time_is_the_zones_and_said_with_the_slider(desk: DeskWithPast, watched: Callable[..., Watched]):
    desk.remember()
    seen = watched()
    slider = opened(desk, seen)
    to_hours_ago(seen, slider, 2.75)
    first_ms = (desk.at_ms - 2 * MINUTE_MS - 1) // (5 * MINUTE_MS) * 5 * MINUTE_MS - 33 * 5 * MINUTE_MS
    begins, ends = (to_datetime(ms).astimezone(ZoneInfo(SITE.timezone)) for ms in (first_ms, first_ms + 5 * MINUTE_MS))
    time = f"{begins:%Y-%m-%d %H:%M} – {ends:%H:%M}"

    expect(seen.page.locator(".past-banner time")).to_have_text(f"{time} (Asia/Shanghai)")
    expect(slider).to_have_attribute("aria-valuetext", f"{time}, raised then: 1")
    seen.page.keyboard.press("ArrowLeft")
    expect(seen.page.locator(".past-banner time")).not_to_have_text(f"{time} (Asia/Shanghai)")
    assert slider.bounding_box()["height"] >= 24


def test_alarms_go_on_and_the_live_map_comes_back_as_it_stands(desk: DeskWithPast, watched: Callable[..., Watched]):
    desk.remember()
    seen = watched()
    seen.page.goto(desk.url)
    until_live(seen)
    before = seen.page.evaluate(VIEW)
    into_the_past(seen)
    expect(seen.page.locator(".past-banner b")).to_have_text("过去 · 非实时")
    desk.open(a_ticket(SITE, "a1"))
    desk.judged(desk.at_ms - MINUTE_MS, breach=[NOW, "ms-060"])
    desk.readings(quiet_rows(SITE), now_ms())
    expect(seen.page).to_have_title(f"(1) ■1 {SITE.name} · 无感", timeout=5000)
    expect(seen.page.locator("#ticket-a1")).to_be_visible()
    expect(seen.text("raised")).to_contain_text("ms-060")
    assert RED not in near(seen, "ms-060")
    seen.page.get_by_role("button", name="回到现在").click()

    expect(seen.page.locator(".past-strip")).to_be_hidden()
    assert RED in near(seen, "ms-060")
    assert RED in near(seen, NOW)
    assert INK not in near(seen, THEN)
    assert seen.page.evaluate(VIEW) == pytest.approx(before)
    assert seen.faults == []


def test_tickets_that_stood_open_then_are_marked_and_only_then(desk: DeskWithPast, watched: Callable[..., Watched]):
    desk.remember()
    desk.open(make_ticket("t1", site=SITE.site_id, opened_at=to_datetime(desk.at_ms - 2 * HOUR_MS)))
    seen = watched()
    slider = opened(desk, seen)
    pins = seen.page.locator(".leaflet-past-pane .pin")
    expect(pins).to_have_count(1, timeout=5000)
    to_hours_ago(seen, slider, 3)

    expect(pins).to_have_count(0)
    expect(seen.page.locator(".past-then")).to_contain_text("Tickets then: 0")


def test_escape_leads_back_to_now_and_to_the_button(desk: DeskWithPast, watched: Callable[..., Watched]):
    desk.remember()
    seen = watched()
    opened(desk, seen)
    seen.page.keyboard.press("Escape")

    expect(seen.page.locator(".past-strip")).to_be_hidden()
    expect(seen.page.locator(".past-open")).to_be_focused()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_it_plays_only_where_motion_is_wanted(desk: DeskWithPast, watched: Callable[..., Watched], motion: str):
    desk.remember()
    seen = watched()
    seen.page.emulate_media(reduced_motion=motion)
    slider = opened(desk, seen)
    play = seen.page.locator(".past-moves button")
    if motion == "reduce":
        expect(play).to_be_hidden()
        return
    slider.evaluate("node => { node.value = 0; }")
    told = slider.get_attribute("aria-valuetext")
    play.click()
    expect(play).to_have_text("Pause")
    expect(slider).not_to_have_attribute("aria-valuetext", told or "", timeout=5000)
    play.click()

    expect(play).to_have_text("Play")


def test_without_a_past_the_map_stays_live_and_says_so(desk: DeskWithPast, watched: Callable[..., Watched]):
    seen = watched()
    seen.page.goto(f"{desk.url}/?lang=en")
    until_live(seen)
    seen.page.locator(".past-open").click(timeout=10_000)
    expect(seen.page.locator(".past-trouble")).to_have_text("No history of the last 24 hours; the map is live")
    seen.page.route("**/map/past*", lambda asked: asked.fulfill(status=503, json={}))
    seen.page.locator(".past-open").click()

    expect(seen.page.locator(".past-trouble")).to_have_text("The history does not answer; the map is live")
    expect(seen.page.locator(".past-strip")).to_be_hidden()


@pytest.mark.parametrize("width", [1366, 360])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_past_keeps_wcag(desk: DeskWithPast, watched: Callable[..., Watched], lang: str, width: int):
    desk.remember()
    desk.open(a_ticket(SITE, "a1"))
    seen = watched(width=width, height=800)
    opened(desk, seen, f"/?lang={lang}")
    expect(seen.page.locator(".leaflet-past-pane .pin")).to_have_count(0)

    assert violations(seen.page) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
