"""The desk over a base map out of an archive: tiles lie where they belong, and nothing comes from elsewhere."""

import io
import os
from pathlib import Path

import pytest
from fastapi import FastAPI
from PIL import Image, ImageColor

from domain.china_datum import wgs84_to_gcj02
from maps.base_map import BaseMap
from maps.folium_page import bounds_of
from maps.settings import MapsSettings
from maps.tiles import address_of, build_tiles
from tests.builders_maps import Desk, a_zone, an_app
from tests.builders_tiles import an_archive, around, tile_of

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]
SITE = a_zone(20, 2, 30, hostile=True)
(SOUTH, WEST), (NORTH, EAST) = bounds_of(SITE)
MIDDLE = ((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
ZOOM = 15
HERE, ELSEWHERE = "#20a040", "#a020a0"
PLACE = """([lon, lat]) => {
    const at = map_zone.latLngToContainerPoint([lat, lon]), box = map_zone.getContainer().getBoundingClientRect();
    return [at.x + box.x, at.y + box.y];
}"""
BARE = """document.querySelectorAll(".leaflet-map-pane > :not(.leaflet-tile-pane)")
    .forEach((one) => { one.style.display = "none"; })"""


class Over(Desk):
    """A desk over an archive."""

    def __init__(self, base_map: BaseMap, crs: str) -> None:
        self.maps = MapsSettings(base_map_url=address_of(base_map), base_map=base_map, base_map_crs=crs)
        super().__init__(SITE)

    def make_app(self) -> FastAPI:
        app = an_app(self.site, self.feed, maps=self.maps)
        app.include_router(build_tiles(self.maps.base_map))
        return app


@pytest.mark.parametrize("crs", ["wgs84", "gcj02"])
@pytest.mark.parametrize("path", ["/", "/map"])
def test_a_place_lies_on_its_own_tile_and_nothing_comes_from_elsewhere(tmp_path: Path, watched, path: str, crs: str):
    """The tile that holds the zone's middle, in the archive's own datum, is of another colour than all others."""
    own = tile_of(ZOOM, *(wgs84_to_gcj02(*MIDDLE) if crs == "gcj02" else MIDDLE))
    tiles = around(ZOOM, *MIDDLE, reach=8)
    file = an_archive(tmp_path / "t.pmtiles", tiles, lambda place: HERE if place == own else ELSEWHERE)
    base_map = BaseMap(file)
    desk = Over(base_map, crs).start()
    try:
        seen = watched()
        seen.page.goto(desk.url + path)
        playwright.expect(seen.page.locator(".leaflet-tile-loaded").nth(4)).to_be_visible()
        seen.page.evaluate(BARE)
        for dx, dy in ((0, 0), (300, 200)):  # drawn anew where the map was moved
            seen.page.evaluate("([x, y]) => map_zone.panBy([x, y], {animate: false})", [dx, dy])
            assert comes_to(seen.page, HERE, *MIDDLE)
        seen.page.evaluate("([lon, lat]) => map_zone.setView([lat, lon], 16, {animate: false})", list(MIDDLE))
        playwright.expect(seen.page.locator(".leaflet-tile-loaded").nth(4)).to_be_visible()
        assert comes_to(seen.page, HERE, *MIDDLE)
        dropped = f"failed: {desk.url}/tiles/"  # Leaflet lets go of tiles that a move made needless
        assert ([fault for fault in seen.faults if not fault.startswith(dropped)], seen.elsewhere) == ([], [])
    finally:
        desk.stop()
        base_map.close()


def comes_to(page: "playwright.Page", colour: str, lon: float, lat: float) -> bool:
    """Tell whether the tiles, which fade in, show a colour at a place within some seconds."""
    for _ in range(60):
        x, y = page.evaluate(PLACE, [lon, lat])
        shot = page.screenshot(clip={"x": x - 1, "y": y - 1, "width": 3, "height": 3})
        if Image.open(io.BytesIO(shot)).convert("RGB").getpixel((1, 1)) == ImageColor.getrgb(colour):
            return True
    return False
