"""Hostile text in register, clues, plans, facts and notes: every page of supervision shows it as text."""

import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from alerts.pages.shell import DUTY, NAVIGATION
from tests.builders_hostile import IDS, HostileDesk, fill
from tests.ticket_stores import fresh_store

RAW = ("<img src=x", "<script>window", "<b onclick", "<i onmouseover")


def same(path: str) -> tuple[str, frozenset[str]]:
    """Return what a page is the same by: months and days go on for ever, one of each is enough."""
    parts = urlsplit(path)
    return parts.path, frozenset(parse_qs(parts.query))


async def pages(client: httpx.AsyncClient) -> dict[str, httpx.Response]:
    """Walk from the navigation through every link of supervision."""
    got: dict[str, httpx.Response] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [f"{path}?lang=en" for _, path in (*NAVIGATION, *DUTY)]
    while todo:
        path = todo.pop()
        if same(path) in seen or "lang=zh" in path:
            continue
        seen.add(same(path))
        got[path] = await client.get(path)
        links = re.findall(r'href="([^"#]+)', got[path].text)
        todo += [to for link in links if (to := urljoin(path, html.unescape(link))).startswith("/supervision")]
    return got


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_page_lets_text_become_markup(tmp_path: Path, language: str) -> None:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = HostileDesk(engine)
        async with desk.browser() as client:
            client.headers.update(desk.bearer())
            filed = await fill(client)
            assert {name: answer.text for name, answer in filed.items() if answer.is_error} == {}
            found = await pages(client)
            if language == "zh":
                found = {path: await client.get(path.replace("lang=en", "lang=zh")) for path in found}

    assert {path: answer.status_code for path, answer in found.items() if answer.status_code != 200} == {}
    assert [(path, raw) for path, answer in found.items() for raw in RAW if raw in answer.text] == []
    assert any(html.escape("<b onclick", quote=False) in answer.text for answer in found.values())
    assert len(found) > len(NAVIGATION) + len(DUTY) + 2 * len(IDS)  # each enterprise has its card and its report
