"""The inspector's page on a phone: it keeps what is entered while the network is away, and sends it once it is back."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.store import Tickets
from domain.ticket import TicketState
from tests.builders_alerts import NOON
from tests.builders_inspector import Served, a_picture, dispatched, inspector_app, path_of
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

IMAGES = Path(__file__).parents[2] / "docs" / "img"
SENT_AT = NOON + timedelta(minutes=5)
SOON_MS = 10_000


class Desk:
    """A served page, its store, and every address that was asked for."""

    def __init__(self, engine: Engine) -> None:
        self.tickets = Tickets(engine)
        self.now = SENT_AT + timedelta(minutes=3)
        self.app = inspector_app(engine, lambda: self.now)
        self.url = ""

    def told(self, ticket_id: str) -> list[tuple[str, str]]:
        return [(entry.what, entry.who) for entry in self.tickets.get(ticket_id).history[2:]]


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = Desk(engine)
        dispatched(desk.tickets, "a1", at=SENT_AT)
        with Served(desk.app) as served:
            desk.url = served.url
            yield desk


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
        chromium = started.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)
        yield chromium
        chromium.close()


class Phone:
    """A page of a phone's width, and everything that went wrong on it."""

    def __init__(self, browser: playwright.Browser, *, script: bool = True) -> None:
        size = {"width": 360, "height": 740}
        self.context = browser.new_context(
            viewport=size, device_scale_factor=2, has_touch=True, java_script_enabled=script
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("request", self._asked)

    def _said(self, message: playwright.ConsoleMessage) -> None:
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            self.faults.append(message.text)

    def _asked(self, request: playwright.Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            self.elsewhere.append(request.url)

    def button(self, name: str) -> playwright.Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def shows(self, where: str, text: str) -> None:
        playwright.expect(self.page.locator(where)).to_contain_text(text, timeout=SOON_MS)

    def wider_than_the_screen(self) -> list[str]:
        return self.page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > 360.5)
                  .map((one) => one.tagName + "." + one.className)"""
        )


@pytest.fixture
def phone(browser: playwright.Browser) -> Iterator[Phone]:
    phone = Phone(browser)
    yield phone
    phone.context.close()


def test_offline_is_kept_and_sent_once_the_network_is_back(desk: Desk, phone: Phone, tmp_path: Path):
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(a_picture(1600, 1200, gps=True))
    phone.page.goto(desk.url + path_of("a1", SENT_AT))
    assert phone.wider_than_the_screen() == []
    IMAGES.mkdir(parents=True, exist_ok=True)
    phone.page.screenshot(path=IMAGES / "inspector.png", full_page=True)

    phone.context.set_offline(True)
    phone.button("接受").click()
    phone.shows("#queue", "接受：已保存在本机，待发送")
    phone.button("已到达").click()
    phone.page.get_by_label("发现问题", exact=True).check()
    phone.page.get_by_label("处理措施").select_option("rectification")
    phone.page.get_by_label("说明").fill("喷漆房未密闭")
    phone.page.locator("input[type=file]").set_input_files(picture)
    phone.button("提交结果").click()
    phone.shows("#queue", "提交结果：已保存在本机，待发送")
    playwright.expect(phone.page.locator("#network")).to_be_visible()
    assert desk.told("a1") == []

    phone.context.set_offline(False)
    phone.shows("#queue", "提交结果：已送达")
    assert desk.told("a1") == [("accepted", "王五"), ("arrived", "王五"), ("outcome", "王五")]
    assert desk.tickets.get("a1").state is TicketState.CLOSED
    playwright.expect(phone.page.locator("#state")).to_have_text("已办结")
    playwright.expect(phone.page.locator("#network")).to_be_hidden()
    playwright.expect(phone.page.locator("form:visible")).to_have_count(0)
    phone.page.reload()
    playwright.expect(phone.page.locator(".photos img")).to_have_count(1)
    assert phone.wider_than_the_screen() == []
    assert (phone.faults, phone.elsewhere) == ([], [])


def test_what_waits_outlives_the_page(desk: Desk, phone: Phone):
    phone.page.goto(desk.url + path_of("a1", SENT_AT, who=""))
    phone.page.locator("form[data-act=accept] input[name=who]").fill("王五")
    phone.context.set_offline(True)
    phone.button("接受").click()
    phone.shows("#queue", "待发送")
    phone.page.close()
    phone.context.set_offline(False)
    again = phone.context.new_page()
    again.goto(desk.url + path_of("a1", SENT_AT, who=""))

    playwright.expect(again.locator("#queue")).to_contain_text("接受：已送达", timeout=SOON_MS)
    playwright.expect(again.locator("form[data-act=arrived] input[name=who]")).to_have_value("王五")
    assert desk.told("a1") == [("accepted", "王五 (link)")]


def test_a_refusal_is_shown_and_what_was_entered_stays(desk: Desk, phone: Phone, tmp_path: Path):
    wrong = tmp_path / "IMG_0002.jpg"
    wrong.write_bytes(b"no picture at all")
    phone.page.goto(desk.url + path_of("a1", SENT_AT))
    phone.page.get_by_label("未发现问题", exact=True).check()
    phone.page.get_by_label("说明").fill("现场正常")
    phone.page.locator("input[type=file]").set_input_files(wrong)
    phone.button("提交结果").click()
    phone.shows("#queue .refused", "这个文件不是照片")

    playwright.expect(phone.page.get_by_label("说明")).to_have_value("现场正常")
    phone.page.locator("input[type=file]").set_input_files([])
    phone.button("知道了").click()
    phone.button("提交结果").click()
    phone.shows("#queue", "提交结果：已送达")
    assert desk.told("a1") == [("outcome", "王五")]


def test_what_an_expired_link_could_not_send_goes_by_the_next_one(desk: Desk, phone: Phone):
    phone.page.goto(desk.url + path_of("a1", SENT_AT))
    phone.context.set_offline(True)
    phone.page.get_by_label("未发现问题", exact=True).check()
    phone.page.get_by_label("说明").fill("现场正常")
    phone.button("提交结果").click()
    phone.shows("#queue", "待发送")
    desk.now += timedelta(hours=13)
    phone.context.set_offline(False)
    phone.shows("#queue .refused", "链接无效或已过期")
    assert desk.told("a1") == []

    phone.page.goto(desk.url + path_of("a1", desk.now))
    phone.shows("#queue", "提交结果：已送达")
    assert desk.told("a1") == [("outcome", "王五")]
    assert desk.tickets.get("a1").history[-1].note == "现场正常"


def test_the_page_works_without_script(desk: Desk, browser: playwright.Browser, tmp_path: Path):
    picture = tmp_path / "IMG_0003.jpg"
    picture.write_bytes(a_picture(gps=True))
    phone = Phone(browser, script=False)
    try:
        phone.page.goto(desk.url + path_of("a1", SENT_AT) + "?lang=en")
        phone.button("Accept").click()
        playwright.expect(phone.page.locator("#acts")).to_contain_text("Accepted by 王五")
        phone.button("Arrived").click()
        phone.page.get_by_label("No problem was found", exact=True).check()
        phone.page.locator("input[type=file]").set_input_files(picture)
        phone.button("Send the result").click()
        playwright.expect(phone.page.locator("#state")).to_have_text("closed")
        playwright.expect(phone.page.locator(".photos img")).to_have_count(1)
    finally:
        phone.context.close()
    assert desk.told("a1") == [("accepted", "王五"), ("arrived", "王五"), ("outcome", "王五")]


def test_an_expired_link_says_what_to_do(desk: Desk, phone: Phone):
    answer = phone.page.goto(desk.url + path_of("a1", datetime(2026, 1, 1, tzinfo=UTC)))

    assert answer is not None
    assert answer.status == 403
    phone.shows("main", "请向值班人员索取新的链接")
