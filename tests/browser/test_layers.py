"""What comes after the page, on the real server: tracks of vehicles."""

import os
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
