"""The page `/supervision` over the real application: what waits leads to its page, in both languages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from alerts.pages.overview import WHERE
from alerts.pages.shell import NAVIGATION
from alerts.people.person import Role
from alerts.store.engine import writing
from tests.builders_office import visit_row
from tests.builders_people import SITE, DeskWithAccounts, sign_in
from tests.builders_statistics import elsewhere_row, plan_row
from tests.ticket_stores import fresh_store


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.add("ana", Role.ANALYST)
        with writing(engine) as session:
            earlier = datetime.now(UTC) - timedelta(days=3)
            place = SITE.enterprises[0].enterprise_id
            session.add(visit_row("s1", earlier, enterprise_id=place))
            session.add(plan_row("p1", day=earlier.date().isoformat(), enterprise_id=place))
            session.add(elsewhere_row("c1", "t1"))
        async with desk.browser() as client:
            await sign_in(client, "ana")
            yield client


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("待办", "到期未检查的计划", "检查结果未填", "未办结的投诉", "本月与上月")),
        ("en", ("Waiting", "Plans whose day is over", "Visits without a result", "Open complaints", "This month")),
    ],
)
async def test_what_waits_leads_to_where_it_is_dealt_with(
    client: httpx.AsyncClient, lang: str, words: tuple[str, ...]
) -> None:
    page = await client.get("/supervision", params={"lang": lang})

    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []
    for path in ("/supervision/plans", "/supervision/check-ins", "/supervision/clues"):
        assert f'<th scope="row"><a href="{path}?lang={lang}">' in page.text
    assert "_late" not in page.text


def test_every_place_is_a_page_of_the_navigation() -> None:
    assert set(WHERE.values()) <= {path for _, path in NAVIGATION} | {"/"}
