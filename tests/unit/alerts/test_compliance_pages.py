"""The pages of compliance on a real store: what awaits somebody, a suggestion before the choice, guides to print."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from alerts.api.problems import install_problem_handlers
from alerts.pages.compliance import build_pages
from alerts.pages.shell import Shell
from alerts.store.engine import writing
from alerts.store.models import Base
from alerts.supervision import matters, rectifications, self_checks
from alerts.supervision.matters import Choice, Filing
from alerts.supervision.office import Office
from alerts.supervision.rectifications import Order
from alerts.supervision.self_checks import SelfCheck
from domain.supervision.compliance import Measure, Severity
from tests.builders_office import NOON, Clock, an_enterprise, an_office, outcome_row, ticket_row, visit_row
from tests.ticket_stores import fresh_store

HOSTILE = "<script>alert(1)</script>{{7*7}}\"'&"
PATH = "/supervision/compliance"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(
        engine, an_enterprise("e1", name=f"甲厂{HOSTILE}"), an_enterprise("e2", industry="印刷"), clock=Clock()
    )


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_pages(office, Shell(site_name="示例园区"), None))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


def keep(engine: Engine, *rows: Base) -> None:
    with writing(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()


def a_matter(source: str = "ticket:t1", matter: str = f"桶未加盖{HOSTILE}") -> Filing:
    return Filing(source=source, matter=matter, severity=Severity.SLIGHT, clause="§6", how="加盖")


def text(page: httpx.Response) -> str:
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["", "/matter", "/self-check", "/guide"])
async def test_pages_of_an_empty_store_open(client: httpx.AsyncClient, path: str, lang: str) -> None:
    page = await client.get(f"{PATH}{path}?lang={lang}")

    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_an_outcome_without_a_matter_waits_until_one_is_filed(
    client: httpx.AsyncClient, engine: Engine, office: Office
) -> None:
    keep(engine, ticket_row("t1"), ticket_row("t2", 2), outcome_row("t1"), outcome_row("t2", problem_found=False))
    keep(engine, visit_row("s1", problem_found=True, note=HOSTILE), visit_row("s2", seq=2, problem_found=False))
    keep(engine, visit_row("s3", seq=3, problem_found=True, cover_kind="ticket", cover_id="t1"))

    before = await client.get(PATH)
    assert re.findall(r"source=([\w%]+)&amp;", before.text) == ["visit%3As1", "ticket%3At1"]

    matters.file(office, a_matter(), None, "test")
    after = await client.get(PATH)
    assert re.findall(r"source=([\w%]+)&amp;", after.text) == ["visit%3As1"]


async def test_the_suggestion_is_shown_and_chosen_beforehand(
    client: httpx.AsyncClient, engine: Engine, office: Office
) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1"))
    said = {"source": "ticket:t1", "matter": HOSTILE, "severity": "slight", "mended": "true", "lang": "en"}

    page = await client.get(f"{PATH}/matter", params=said)

    assert "Suggested measure：guidance" in text(page)
    assert "first, slight and put right in time" in text(page)
    assert '<option value="guidance" selected>' in page.text
    assert 'data-api="/api/v1/compliance/matters"' in page.text
    assert matters.matters(office) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"source": "ticket:gone"}, "The source is not known"),
        ({"source": "ticket:t2"}, "Say which enterprise"),
        ({"source": "ticket:t1", "enterprise_id": "e2"}, "The source is of another enterprise"),
        ({"source": "ticket:t2", "enterprise_id": HOSTILE}, "not registered"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_form(
    client: httpx.AsyncClient, engine: Engine, said: dict[str, str], told: str
) -> None:
    keep(engine, ticket_row("t1"), ticket_row("t2", 2), outcome_row("t1"))

    page = await client.get(f"{PATH}/matter", params={"matter": "m", "severity": "grave", "lang": "en", **said})

    assert told in text(page)
    assert f'value="{said["source"]}"' in page.text


async def test_codes_are_told_in_words(client: httpx.AsyncClient, engine: Engine, office: Office) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1"))
    matters.file(office, a_matter(), Choice(measure=Measure.RECTIFICATION), "李工")
    rectifications.order(office, Order(enterprise_id="e2", text=HOSTILE, due=NOON.date()), "王队")
    self_checks.file(office, SelfCheck(enterprise_id="e2", answers={HOSTILE: "not", "b": "自由"}), "王队")

    for lang in ("zh", "en"):
        seen = text(await client.get(f"{PATH}?lang={lang}"))
        assert "_" not in seen
        assert lang == "en" or not re.search("rectification|slight|remind|guidance", seen)
        assert ("不符合" if lang == "zh" else "not in order") in seen


async def test_figures_and_filters(client: httpx.AsyncClient, office: Office) -> None:
    clock = office.now_ms
    assert isinstance(clock, Clock)
    for place, due in (("e1", 0), ("e1", 30), ("e2", 5)):
        rectifications.order(office, Order(enterprise_id=place, text=f"T{due}", due=NOON.date() + timedelta(due)), "x")
    clock.at += timedelta(days=1)

    everything, late, of_e2 = [
        text(await client.get(f"{PATH}?lang=en{query}")) for query in ("", "&state=overdue", "&enterprise_id=e2")
    ]

    assert "Rectifications under way 3 Due within 7 days 1 Overdue 1" in everything
    assert "1 days over" in late
    assert "T30" not in late
    assert "Rectifications under way 1" in of_e2


async def test_a_guide_and_the_questions_of_its_industry(
    client: httpx.AsyncClient, engine: Engine, office: Office
) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1"), visit_row("s1"))
    matters.file(office, a_matter(), None, "test")
    matters.file(office, a_matter("visit:s1"), None, "test")
    matters.file(office, a_matter("visit:s1", "台账缺页"), None, "test")

    guide = await client.get(f"{PATH}/guide", params={"industry": "涂装", "lang": "en"})
    check = await client.get(f"{PATH}/self-check", params={"enterprise_id": "e1"})
    other = await client.get(f"{PATH}/self-check", params={"enterprise_id": "e2"})

    assert "2 times, in 1 enterprises" in text(guide)
    assert text(guide).index("桶未加盖") < text(guide).index("台账缺页")
    assert "data-print" in guide.text
    assert check.text.count('<select name="answers:') == 2
    assert '<textarea name="answers:自查内容"' in other.text
