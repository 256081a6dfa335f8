"""The page of the statistics over the real application: both languages, no raw codes, text escaped, bad input told."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from alerts.pages.shell import NAVIGATION
from alerts.pages.words.shell import SHELL
from alerts.people.person import Role
from alerts.store.engine import writing
from domain.supervision.statistics import FIGURES, Dimension
from tests.builders_office import visit_row
from tests.builders_people import SITE, DeskWithAccounts, sign_in
from tests.builders_statistics import plan_row
from tests.ticket_stores import fresh_store

XSS = "<img src=x onerror=alert(1)>"
PAGE = "/supervision/statistics"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.add("ana", Role.ANALYST)
        place = SITE.enterprises[0].enterprise_id
        with writing(engine) as session:
            session.add(plan_row("p1", enterprise_id=place, department=XSS, day="2026-06-01"))
            session.add(visit_row("s1", datetime(2026, 6, 1, 4, tzinfo=UTC), enterprise_id=place, problem_found=True))
        async with desk.browser() as client:
            await sign_in(client, "ana")
            yield client


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("by", list(Dimension))
async def test_every_grouping_is_told_in_words(client: httpx.AsyncClient, lang: str, by: Dimension) -> None:
    page = await client.get(PAGE, params={"lang": lang, "by": by, "period": "2026-06"})

    assert page.status_code == 200
    body = page.text.split('<ul class="figures">')[1]
    text = re.sub(r"<[^>]*>", " ", body)
    assert not [figure.name for figure in FIGURES if "_" in figure.name and figure.name in text]
    assert "100.0%" in text
    assert XSS not in page.text
    assert text.count("None") == 0
    assert (">Visits over time<" in body) == (lang == "en")


async def test_a_department_is_shown_as_text_and_leads_to_its_own_figures(client: httpx.AsyncClient) -> None:
    page = await client.get(PAGE, params={"lang": "en", "by": "department", "period": "2026-06"})
    only = await client.get(PAGE, params={"lang": "en", "period": "2026-06", "department": XSS})

    assert "&lt;img src=x onerror=alert(1)&gt;</a>" in page.text
    assert "department=%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E" in page.text
    assert "Show all" in only.text
    assert XSS not in only.text


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"period": XSS}, "write 2026, 2026-Q4"),
        ({"from": "2026-02-01", "until": "2026-01-01"}, "ends before it begins"),
        ({"from": "soon", "until": "2026-01-01"}, "write days as"),
        ({"by": "weather"}, "weather"),
    ],
)
async def test_bad_input_is_told_and_this_year_is_shown(
    client: httpx.AsyncClient, query: dict[str, str], why: str
) -> None:
    page = await client.get(PAGE, params={"lang": "en", **query})

    assert page.status_code == 422
    assert why in page.text
    assert 'role="alert"' in page.text
    assert "Found-a-problem rate" in page.text
    assert XSS not in page.text


async def test_the_csv_link_asks_for_what_is_shown(client: httpx.AsyncClient) -> None:
    page = await client.get(PAGE, params={"lang": "en", "by": "month", "period": "2026-06", "grade": "B"})
    link = page.text.split('href="/api/v1/statistics.csv?')[1].split('"')[0].replace("&amp;", "&")
    table = await client.get(f"/api/v1/statistics.csv?{link}")

    assert link == "period=2026-06&by=month&grade=B"
    assert table.status_code == 200


@pytest.mark.parametrize("path", [PAGE, "/supervision"])
async def test_the_navigation_keeps_its_own_words(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path, params={"lang": "en"})
    named = re.findall(r'<a href="/supervision[^"]*"[^>]*>([^<]*)</a>', page.text.split("</nav>")[0])

    assert named == [SHELL[name][1] for name, _ in NAVIGATION]
