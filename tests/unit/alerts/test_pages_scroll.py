"""What scrolls sideways in a page can be reached with the keyboard, whatever stands in it (WCAG 2.1.1)."""

import re
from pathlib import Path

import pytest

import alerts

SCROLLS = re.compile(r'<div class="(?:table|wide)"[^>]*>|<pre[^>]*>')
PAGES = {
    one.name: one for one in Path(alerts.__path__[0]).glob("*/templates/*.html") if SCROLLS.search(one.read_text())
}


@pytest.mark.parametrize("name", PAGES)
def test_what_scrolls_takes_the_focus(name: str) -> None:
    boxes = SCROLLS.findall(PAGES[name].read_text(encoding="utf-8"))
    assert [one for one in boxes if 'tabindex="0"' not in one] == []


def test_pages_that_scroll_are_found() -> None:
    assert {"plans.html", "evidence.html", "credit_report.html"} <= PAGES.keys()
