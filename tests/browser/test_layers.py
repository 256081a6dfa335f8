"""What comes after the page, on the real server: tracks of vehicles, a choice of pollutant, the map as a table."""

import os
import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests.browser.axe import violations
from tests.browser.watching import Watched, until_live
from tests.builders_maps import Desk, a_zone, now_ms, quiet_rows, ticket_text

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

SITE = a_zone()
LON, LAT, STEP = 116.5, 39.79, 0.0008
expect = playwright.expect
# Whether a canvas of a pane shows a colour around a place: a line is anti-aliased.
SHOWS = """([pane, lon, lat, red]) => {
    const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
    if (!canvas) return false;
    const at = map_zone.latLngToContainerPoint([lat, lon]);
    const box = canvas.getBoundingClientRect(), home = map_zone.getContainer().getBoundingClientRect();
    const scale = canvas.width / box.width;
    const [x, y] = [(at.x + home.x - box.x) * scale, (at.y + home.y - box.y) * scale];
    const data = canvas.getContext("2d").getImageData(x - 3, y - 3, 7, 7).data;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 128) continue;
      if (red ? data[at] > 150 && data[at + 1] < 60 : Math.abs(data[at] - data[at + 2]) < 40) return true;
    }
    return false;
}"""

NUMBERS = """(() => {
    const canvas = document.querySelector(".leaflet-numbers-pane canvas");
    if (!canvas) return 0;
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return data.reduce((count, part, at) => count + (at % 4 === 3 && part > 128 ? 1 : 0), 0);
})()"""


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(SITE).start()
    at = now_ms() - 70_000
    desk.judged(at - 100_000)
    desk.readings(quiet_rows(SITE), at)
    for step in range(7):  # pv-0 drives east, and meets bad air from the third to the fifth fix
        fix = {"sensor_id": "pv-0", "lon": LON + STEP * step, "lat": LAT, "pm10": 180.0 if 3 <= step <= 5 else 50.0}
        desk.readings([fix], at + 10_000 * step)
    desk.readings(quiet_rows(SITE), now_ms() - 3000)
    desk.tickets.put(ticket_text(opened_ms=now_ms()))
    yield desk
    desk.stop()


@pytest.fixture
def seen(desk: Desk, watched: Callable[..., Watched]) -> Watched:
    seen = watched()
    seen.page.goto(desk.url)
    until_live(seen)
    expect(seen.page.get_by_label("车辆轨迹")).to_have_count(1, timeout=8000)
    return seen


def shows(seen: Watched, pane: str, lon: float, *, red: bool) -> bool:
    return bool(seen.page.evaluate(SHOWS, [pane, lon, LAT, red]))


def open_by_key(seen: Watched, part: str) -> None:
    """Open a part of the page that is shut, by keyboard."""
    if seen.page.locator(part).get_attribute("open") is None:
        seen.page.locator(f"{part} > summary").press("Enter")


def within(limit_s: float, holds: Callable[[], bool]) -> bool:
    """Say whether something comes true in time."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if holds():
            return True
    return False


def test_a_vehicles_track_is_grey_and_red_where_it_met_raised_air(seen: Watched):
    switch = seen.page.get_by_label("车辆轨迹")

    assert within(5, lambda: shows(seen, "tracks", LON + 3.5 * STEP, red=True))
    assert shows(seen, "tracks", LON + 0.5 * STEP, red=False)
    assert not shows(seen, "tracks", LON + 0.5 * STEP, red=True)
    expect(seen.page.locator(".legend")).to_contain_text("轨迹抬升处")
    open_by_key(seen, ".legend")
    switch.press("Space")
    assert within(5, lambda: not shows(seen, "tracks", LON + 3.5 * STEP, red=True))
    assert violations(seen.page) == []
    assert (seen.faults, seen.elsewhere) == ([], [])
    seen.page.reload()
    expect(switch).not_to_be_checked(timeout=8000)  # remembered


def fills(seen: Watched) -> dict[str, str]:
    """Return the colour of each station's mark, by place: marks know no names."""
    return dict(
        seen.page.evaluate("""Object.values(map_zone._layers)
            .filter((one) => one.options.shape === "station" && one.options.fillColor)
            .map((one) => [one.getLatLng().lat.toFixed(5), one.options.fillColor])""")
    )


def choose_by_key(seen: Watched, steps: int) -> None:
    """Choose a pollutant by keyboard, steps below "all"."""
    open_by_key(seen, ".legend")
    seen.page.get_by_role("radio", name="全部").focus()
    for _ in range(steps):
        seen.page.keyboard.press("ArrowDown")


def test_a_chosen_pollutant_is_shown_in_greys_and_numbers_and_told(seen: Watched):
    before = fills(seen)
    choose_by_key(seen, 2)
    hint = seen.page.locator(".only")
    expect(hint).to_contain_text("仅显示 PM10；PM2.5 NOx O₃ 未显示，越线仍标红")
    expect(seen.page.locator(".greys li")).to_have_count(5, timeout=5000)
    greys = set(fills(seen).values())

    assert set(before.values()) == {"#79828a"}
    assert greys == {"#cdd2d6", "#a3abb1", "#737c83"}  # 15 to 60 in steps of 15
    assert seen.page.evaluate(NUMBERS) > 500
    assert violations(seen.page) == []
    seen.page.get_by_role("button", name="显示全部").press("Enter")
    expect(hint).to_be_hidden()
    assert fills(seen) == before
    assert seen.page.evaluate(NUMBERS) == 0
    assert (seen.faults, seen.elsewhere) == ([], [])


def test_a_breach_of_another_pollutant_is_red_at_once_and_named(desk: Desk, seen: Watched):
    choose_by_key(seen, 2)  # PM10
    expect(seen.page.locator(".greys li")).to_have_count(5, timeout=5000)
    place = next(sensor for sensor in SITE.sensors if sensor.sensor_id == "ms-017")
    desk.judged(now_ms() - 70_000, breach=["ms-017"])  # of PM2.5
    desk.readings([{"sensor_id": "ms-020", "pm25": 44.0}], now_ms())
    expect(seen.text("raised")).to_contain_text("ms-017", timeout=2000)

    assert fills(seen)[f"{place.lat:.5f}"] == "#c00000"
    seen.page.wait_for_timeout(2500)  # the layer was drawn anew
    assert fills(seen)[f"{place.lat:.5f}"] == "#c00000"
    expect(seen.page.locator(".only")).to_be_visible()
    seen.page.locator(".listing > summary").press("Enter")
    expect(seen.page.locator(".listing tbody tr").first).to_contain_text(re.compile("PM2.5 .*持续越线"))


def test_a_layer_that_gets_no_answer_shows_no_old_value(seen: Watched):
    before = fills(seen)
    seen.page.route("**/api/v1/map/now*", lambda asked: asked.fulfill(status=503, json={}))
    choose_by_key(seen, 1)

    expect(seen.page.locator(".only")).to_contain_text("PM2.5：服务器无应答")
    expect(seen.page.locator(".greys")).to_be_hidden()
    assert fills(seen) == before


def test_the_map_is_also_a_table_that_keys_walk(desk: Desk, seen: Watched):
    asked = []
    seen.page.on("request", lambda request: asked.append(request.url))
    rows = seen.page.locator(".listing tbody tr")
    expect(rows).to_have_count(0)
    seen.page.locator(".listing > summary").press("Enter")
    expect(rows).to_have_count(155)
    expect(seen.page.locator(".listing p")).to_contain_text("155 项 · 截至", timeout=5000)
    expect(rows.nth(1)).to_contain_text(re.compile(r"ms-000微站正常00:\d\dPM2.5 \d"))
    expect(rows.first).to_contain_text(re.compile(r"pv-0巡航车越线00:\d\dPM10 \d"))
    assert violations(seen.page) == []
    seen.page.locator(".listing tbody button").first.focus()
    for key, name in (("ArrowDown", "ms-000"), ("End", "pv-4"), ("ArrowUp", "pv-3"), ("Home", "pv-0")):
        seen.page.keyboard.press(key)
        expect(seen.page.locator(":focus")).to_have_text(name)
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".tip:not(.past-tip)")).to_contain_text("pv-0")
    seen.page.get_by_label("筛选").fill("巡航")
    expect(rows).to_have_count(5)
    seen.page.get_by_role("button", name="企业与工地").press("Enter")
    expect(seen.page.locator(".listing p")).to_contain_text("没有相符项")
    seen.page.get_by_label("筛选").fill("企业11")
    expect(rows).to_have_count(10)
    expect(rows.first).to_contain_text("喷涂")
    assert len([one for one in asked if "/map/now" in one]) <= 2  # asked for when it was opened, not before
    assert (seen.faults, seen.elsewhere) == ([], [])


def test_nothing_moves_under_a_reader_of_the_table(desk: Desk, seen: Watched):
    seen.page.locator(".listing > summary").press("Enter")
    rows = seen.page.locator(".listing tbody tr")
    expect(rows.first).to_contain_text("pv-0")  # is raised
    seen.page.locator(".listing tbody button").nth(1).focus()
    desk.judged(now_ms() - 70_000, breach=["ms-000", "ms-090"])
    desk.readings([{"sensor_id": "ms-020", "pm25": 44.0}], now_ms())

    expect(rows.nth(1)).to_contain_text("持续越线", timeout=8000)
    expect(seen.page.locator(":focus")).to_have_text("ms-000")
    expect(rows.nth(2)).to_contain_text("ms-001")
    seen.page.locator(".listing > summary").focus()
    expect(rows.nth(1)).to_contain_text("ms-090", timeout=8000)


def test_a_large_zones_table_is_bounded_and_hostile_names_stay_text(watched: Callable[..., Watched]):
    site = a_zone(1000, 2, 30, hostile=True)
    desk = Desk(site).start()
    try:
        desk.readings(quiet_rows(site), now_ms() - 3000)
        seen = watched()
        seen.page.goto(desk.url)
        seen.page.locator(".listing > summary").press("Enter", timeout=10_000)
        expect(seen.page.locator(".listing tbody tr")).to_have_count(200)
        expect(seen.page.locator(".listing p")).to_contain_text("显示前 200 项，另有 802 项，请筛选")
        seen.page.get_by_label("筛选").fill("ms-777")
        expect(seen.page.locator(".listing tbody tr")).to_have_count(1)
        seen.page.get_by_label("筛选").fill("")
        seen.page.get_by_role("button", name="企业与工地").press("Enter")
        expect(seen.page.locator(".listing tbody")).to_contain_text("<img src=x")
        assert (seen.page.evaluate("window.__hit"), seen.page.locator("img").count()) == (None, 0)
    finally:
        desk.stop()


@pytest.mark.parametrize("width", [1366, 360])
def test_layers_and_table_keep_wcag_in_english_and_on_a_phone(desk: Desk, watched: Callable[..., Watched], width: int):
    seen = watched(width=width, height=800)
    seen.page.goto(f"{desk.url}/?lang=en")
    until_live(seen)
    expect(seen.page.locator(".listing")).to_be_visible(timeout=8000)
    open_by_key(seen, ".legend")
    seen.page.get_by_role("radio", name="O₃").check()
    expect(seen.page.locator(".only")).to_contain_text("Only O₃ is shown")
    assert violations(seen.page) == []
    open_by_key(seen, ".listing")
    expect(seen.page.locator(".listing tbody tr")).to_have_count(155)
    expect(seen.page.locator(".legend ul").first).to_be_hidden()  # else it would lie below the table
    assert violations(seen.page) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
