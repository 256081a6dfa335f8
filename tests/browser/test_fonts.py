"""Chinese text of every page is drawn in a declared CJK font: no empty boxes, and no font by chance."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.watching import Watched, until
from tests.builders_desk import WholeDesk
from tests.builders_maps import a_zone
from tests.ticket_stores import fresh_store

playwright = pytest.importorskip("playwright.sync_api", reason="the extra dev brings playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("WUGAN_TEST_CHROMIUM" not in os.environ, reason="WUGAN_TEST_CHROMIUM names no browser"),
]

PAGES = ("/", "/map", "/shift", "/sensors", "/supervision", "/supervision/statistics")
CJK = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
WORDS = "疑似线索"
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WholeDesk]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = WholeDesk(a_zone(), engine).start()
        yield desk
        desk.stop()


def fonts_of(seen: Watched, selector: str) -> dict[str, int]:
    """Return how many glyphs of the first such element were drawn from which family."""
    tools = seen.context.new_cdp_session(seen.page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    node = tools.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    used = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return {one["familyName"]: int(one["glyphCount"]) for one in used}


@pytest.mark.parametrize("path", PAGES)
def test_chinese_is_drawn_in_a_declared_font(desk: WholeDesk, watched: Callable[..., Watched], path: str):
    seen = watched()
    seen.page.goto(f"{desk.url}{path}?lang=zh")
    declared = seen.page.evaluate("getComputedStyle(document.body).fontFamily")
    seen.page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<p id=han>{WORDS}</p>')")
    assert until(seen, lambda: bool(fonts_of(seen, "#han")))  # nothing is drawn yet on a page that still loads
    used = fonts_of(seen, "#han")
    if not set(CJK) & set(used):
        pytest.skip(f"this machine has none of the declared Chinese fonts; it draws them in {', '.join(used)}")

    assert [family for family in CJK if family not in declared] == []
    assert sum(used.get(family, 0) for family in CJK) == len(WORDS)
    assert HAN.search(seen.page.inner_text("body"))
