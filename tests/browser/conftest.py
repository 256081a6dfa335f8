"""Chromium, once for all the browser's tests, and pages in it that are watched."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.watching import Watched


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")
    with playwright.sync_playwright() as started:
        flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
        chromium = started.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def watched(browser: "Browser") -> Iterator[Callable[..., "Watched"]]:
    from tests.browser.watching import Watched

    made: list[Watched] = []

    def watch(**size: int) -> Watched:
        made.append(Watched(browser, **size))
        return made[-1]

    yield watch
    for one in made:
        one.context.close()
