"""The pages of supervision in a real browser: no fault, no other host, nothing wider than the screen, text as text."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn

from alerts.pages.shell import DUTY, NAVIGATION
from tests.browser.axe import violations
from tests.builders_hostile import HOSTILE, IDS, HostileDesk, fill
from tests.builders_people import PASSWORD
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]
WIDTHS = (1280, 360)
PATHS = [path for _, path in (*NAVIGATION, *DUTY)]
CARD = "/sensors/ms-003"
"""One device's card; the others are like it."""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HIT = "Boolean(window.__hit)"
UNNAMED = """[...document.querySelectorAll("input:not([type=hidden]):not([hidden]), select, textarea")]
    .filter((one) => !one.labels?.length && !one.getAttribute("aria-label")).map((one) => one.outerHTML)"""
UNNAMED_TABLES = """[...document.querySelectorAll("table")]
    .filter((one) => !one.caption && !one.getAttribute("aria-labelledby")).length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
        chromium = started.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)
        yield chromium
        chromium.close()


async def filled(desk: HostileDesk) -> dict[str, str]:
    """Fill the desk; return what it refused."""
    async with desk.browser() as client:
        client.headers.update(desk.bearer())
        answers = await fill(client)
    return {name: answer.text for name, answer in answers.items() if answer.is_error}


async def serve(desk: HostileDesk, server: uvicorn.Server, taken: socket.socket) -> None:
    """Serve and feed the pages until the server is told to end."""
    feeding = asyncio.create_task(desk.feed.run())
    await server.serve(sockets=[taken])
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the whole desk, filled with hostile text."""
    with fresh_store("sqlite", tmp_path_factory.mktemp("desk")) as engine, socket.socket() as taken:
        desk = HostileDesk(engine)
        desk.clock.now_ms = 4_000_000_000_000  # cookies end by the browser's clock, sessions by this one
        with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
            assert aside.submit(asyncio.run, filled(desk)).result(60) == {}
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = uvicorn.Server(uvicorn.Config(desk.app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=lambda: asyncio.run(serve(desk, server, taken)), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


class Watched:
    """A signed-in chief's browser and everything that went wrong in it; other hosts are out of reach."""

    def __init__(self, browser: playwright.Browser, url: str) -> None:
        self.context = browser.new_context(viewport={"width": WIDTHS[0], "height": 800})
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self._url = url
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        self.context.route("**/*", self._guard)

    def _guard(self, route: playwright.Route) -> None:
        if route.request.url.startswith((self._url, "data:")):
            route.continue_()
        else:
            self.faults.append(f"asks elsewhere: {route.request.url}")
            route.abort()

    def sign_in(self) -> None:
        self.page.goto(f"{self._url}/login")
        self.page.fill("input[name=name]", "the-chief")
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button")
        self.page.wait_for_url(f"{self._url}/")
        self.faults.clear()  # the live map's own are tried elsewhere

    def open(self, path: str, width: int = WIDTHS[0]) -> playwright.Page:
        self.page.set_viewport_size({"width": width, "height": 800})
        answer = self.page.goto(f"{self._url}{path}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def links(self) -> set[str]:
        """Return the pages of supervision that the page links to, this site's own."""
        found = self.page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
        return {
            one.removeprefix(self._url).split("#")[0] for one in found if one.startswith(f"{self._url}/supervision")
        }


@pytest.fixture(scope="module")
def watched(browser: playwright.Browser, url: str) -> Iterator[Watched]:
    seen = Watched(browser, url)
    seen.sign_in()
    yield seen
    seen.context.close()


@pytest.fixture(autouse=True)
def _no_faults(watched: Watched) -> Iterator[None]:
    watched.faults.clear()
    yield
    assert watched.faults == []


def assert_sound(page: playwright.Page) -> None:
    """Hold what every page promises at any width."""
    assert page.evaluate(WIDE) <= 0, f"{page.url} is wider than the screen"
    assert not page.evaluate(HIT), f"{page.url} ran what was text"
    assert page.locator("h1").count() == 1
    assert page.evaluate(UNNAMED_TABLES) == 0, f"{page.url}: a table without a name"
    assert page.evaluate(UNNAMED) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_of_the_navigation_is_sound(watched: Watched, path: str, language: str, width: int) -> None:
    page = watched.open(f"{path}?lang={language}", width)
    assert_sound(page)
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")
    here = page.locator("nav a[aria-current=page]")
    assert here.count() == 1
    assert here.get_attribute("href") == f"{path}?lang={language}"


def form_of(path: str) -> tuple[str, frozenset[str]]:
    """Return what a page is the same by: months and days go on for ever, one of each is enough."""
    parts = urlsplit(path)
    return parts.path, frozenset(parse_qs(parts.query))


def every_page(watched: Watched, width: int) -> Iterator[playwright.Page]:
    """Open every page that the navigation's pages lead to, one of each form."""
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [f"{path}?lang=en" for path in (*PATHS, CARD)]
    while todo:
        path = todo.pop()
        if form_of(path) in seen or "lang=zh" in path:
            continue
        seen.add(form_of(path))
        yield watched.open(path, width)
        todo += sorted(watched.links())


def test_every_page_behind_them_is_sound_on_a_phone(watched: Watched) -> None:
    seen = 0
    for page in every_page(watched, WIDTHS[1]):
        assert_sound(page)
        seen += 1
    assert seen > len(PATHS) + 2 * len(IDS)  # each enterprise has its card and its report


def one_enterprise(path: str) -> str:
    """Return what a page is built alike by: any enterprise's card is like another's."""
    parts = path.split("/")
    return "/".join([*parts[:3], "*", *parts[4:]]) if parts[2:3] == ["enterprises"] and parts[3:] else path


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_keeps_wcag(watched: Watched, width: int) -> None:
    kinds: set[str] = set()
    found: list[str] = []
    for page in every_page(watched, width):
        kind = one_enterprise(urlsplit(page.url).path)
        if kind not in kinds:
            found += [f"{page.url}: {one}" for one in violations(page)]
        kinds.add(kind)
    assert len(kinds) > len(PATHS)
    assert found == []


def test_hostile_text_stands_there_as_text(watched: Watched) -> None:
    page = watched.open("/supervision/clues?show=all&lang=en")
    assert HOSTILE in page.inner_text("table")
    page = watched.open("/supervision/compliance?lang=en")
    assert HOSTILE in page.inner_text("main")
    assert IDS[0] in page.inner_text("main")


def test_what_a_form_is_refused_is_told_as_text_beside_it(watched: Watched) -> None:
    page = watched.open("/supervision/enterprises?lang=en")
    form = page.locator("form[data-api$='dry_run=true']")
    wrong = f'fact_id,enterprise_id,kind,on,note\n1,"{HOSTILE.replace(chr(34), chr(34) * 2)}",penalty,2026-01-01,\n'
    form.locator("input[type=file]").set_input_files(
        {"name": "f.csv", "mimeType": "text/csv", "buffer": wrong.encode()}
    )
    form.locator("button").click()
    told = form.locator("[role=status]")
    playwright.expect(told).to_contain_text("facts.csv:2")
    watched.faults[:] = [one for one in watched.faults if "422" not in one]  # the browser's own word on a refusal
    assert "<img" in told.inner_text()
    assert not page.evaluate(HIT)
