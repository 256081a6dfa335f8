"""A page in a real browser, and everything that went wrong on it."""

import time
from collections.abc import Callable

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")


class Watched:
    """A page and everything that went wrong on it; other hosts are out of reach."""

    def __init__(self, browser: playwright.Browser, width: int = 1600, height: int = 900) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.elsewhere: list[str] = []
        self.bytes = 0
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))
        self.page.on("response", self._answered)
        self.context.route("**/*", self._guard)

    def _said(self, message: playwright.ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def _answered(self, response: playwright.Response) -> None:
        if "/events" not in response.url:
            self.bytes += len(response.body())

    def _guard(self, route: playwright.Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "file:", "data:")):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def text(self, element_id: str) -> playwright.Locator:
        return self.page.locator(f"#{element_id}")

    def pixel(self, lon: float, lat: float) -> tuple[int, int, int]:
        """Return the colour that the live canvas shows at a place."""
        found = self.page.evaluate(
            """([lat, lon]) => {
                const canvas = document.querySelector(".leaflet-live-pane canvas");
                const at = map_zone.latLngToContainerPoint([lat, lon]);
                const box = canvas.getBoundingClientRect(), home = map_zone.getContainer().getBoundingClientRect();
                const scale = canvas.width / box.width;
                const [x, y] = [(at.x + home.x - box.x) * scale, (at.y + home.y - box.y) * scale];
                return Array.from(canvas.getContext("2d").getImageData(x, y, 1, 1).data.slice(0, 3));
            }""",
            [lat, lon],
        )
        return tuple(found)


def until_live(watched: Watched) -> None:
    playwright.expect(watched.text("online")).to_have_text("155/155", timeout=10_000)


def until(watched: Watched, holds: Callable[[], bool], within_s: float = 15.0) -> bool:
    """Wait until something holds; say whether it did.

    Every request of the page passes through this process (`_guard`), but only while Playwright is at work: a plain
    sleep holds back what the page has not sent yet.
    """
    end = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > end:
            return False
        watched.page.wait_for_timeout(20)
    return True
