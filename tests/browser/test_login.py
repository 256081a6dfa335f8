"""Signing in with a real browser: strict cookies, strict policies, and the desk's own pages as one person sees them."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from alerts.people.person import Role
from tests.browser.axe import violations
from tests.builders_people import PASSWORD, DeskWithAccounts
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
        chromium = started.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)
        yield chromium
        chromium.close()


async def serve(desk: DeskWithAccounts, server: uvicorn.Server, taken: socket.socket) -> None:
    """Serve and feed the pages until the server is told to end."""
    feeding = asyncio.create_task(desk.feed.run())
    await server.serve(sockets=[taken])
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


@pytest.fixture
def desk(tmp_path) -> Iterator[tuple[DeskWithAccounts, str]]:
    """Give the whole desk on a port of its own."""
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.clock.now_ms = 4_000_000_000_000  # cookies end by the browser's clock, sessions by this one
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(desk.app, log_level="error", timeout_graceful_shutdown=1))
            thread = threading.Thread(target=lambda: asyncio.run(serve(desk, server, taken)), daemon=True)
            thread.start()
            yield desk, f"http://127.0.0.1:{taken.getsockname()[1]}"
            server.should_exit = True
            thread.join(10)


def is_fault(said: "playwright.ConsoleMessage") -> bool:
    """Say whether the console tells of a fault; a browser reports each 401 by itself, and asks for an icon."""
    expected = "status of 401" in said.text or said.location["url"].endswith("/favicon.ico")
    return said.type == "error" and not expected


@pytest.fixture
def page(browser) -> Iterator[playwright.Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
    yield opened
    context.close()
    assert faults == []


def fill_in(page: playwright.Page, name: str, password: str = PASSWORD) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.click("button")


def test_in_to_the_page_that_was_wanted_and_out_again(desk, page):
    held, url = desk
    held.add("li.wei")
    page.goto(f"{url}/map?lang=en")
    fill_in(page, "li.wei")
    page.wait_for_url(f"{url}/map?lang=en")
    playwright.expect(page.locator("#who")).to_have_text("li.wei · duty")
    page.click("#sign-out")
    page.wait_for_url(f"{url}/login*")
    page.goto(url)

    assert page.url.startswith(f"{url}/login")


@pytest.mark.parametrize(("role", "may"), [(Role.DUTY, True), (Role.ANALYST, False)])
def test_only_who_may_decide_is_offered_to(desk, page, role, may):
    held, url = desk
    held.add("li", role)
    page.goto(url)
    fill_in(page, "li")
    playwright.expect(page.locator("#pane .advice")).to_have_count(1)  # the ticket is there, opened

    playwright.expect(page.get_by_role("button", name="派单", exact=True)).to_have_count(1 if may else 0)


def test_who_is_shut_out_is_led_to_the_sign_in_page(desk, page):
    held, url = desk
    held.add("li")
    page.goto(url)
    fill_in(page, "li")
    playwright.expect(page.locator("#who")).to_contain_text("li")
    held.accounts.users.set_disabled("li", "test", disabled=True)
    page.reload()

    assert page.url.startswith(f"{url}/login")


def test_a_one_time_password_is_changed_first(desk, page):
    held, url = desk
    password = held.accounts.users.add("li", Role.CHIEF, "test")
    page.goto(url)
    fill_in(page, "li", password)
    page.wait_for_url(f"{url}/password*")
    page.fill("input[name=old]", password)
    page.fill("input[name=new]", "my own sentence")
    page.fill("input[name=again]", "my own sentence")
    page.click("button")
    playwright.expect(page.locator("#who")).to_have_text("li · 负责人")


def test_the_sign_in_page_fits_a_phone(desk, page, tmp_path):
    _, url = desk
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(url)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("input[name=name]").evaluate("node => node === document.activeElement")
    assert page.locator("button").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(27, 31, 35)"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_signing_in_keep_wcag(desk, page, language):
    held, url = desk
    password = held.accounts.users.add("li", Role.CHIEF, "test")
    page.goto(f"{url}/login?lang={language}")
    assert violations(page) == []
    fill_in(page, "li", "wrong")
    playwright.expect(page.locator("[role=alert]")).to_be_visible()
    assert violations(page) == []
    fill_in(page, "li", password)
    page.wait_for_url(f"{url}/password*")

    assert violations(page) == []


def test_a_foreign_page_in_the_same_browser_decides_nothing(desk, page, browser: "playwright.Browser"):
    held, url = desk
    held.add("li")
    page.goto(url)
    fill_in(page, "li")
    playwright.expect(page.locator("#who")).to_contain_text("li")
    foreign = url.replace("127.0.0.1", "localhost")  # the same machine, another site
    page.goto(f"{foreign}/static/maps/words.js")  # a page whose own policy forbids nothing
    with page.expect_response(f"{url}/api/v1/tickets/a1/decision") as answered:
        page.evaluate(
            """(url) => fetch(`${url}/api/v1/tickets/a1/decision`, {method: "POST", mode: "no-cors",
                credentials: "include", body: JSON.stringify({action: "watch"})}).catch(() => null)""",
            url,
        )
    page.goto(url)

    told = page.evaluate("fetch('/api/v1/tickets/a1').then((answer) => answer.json())")
    assert answered.value.status in (401, 403)
    assert told["state"] == "new"
