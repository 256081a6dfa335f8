"""GET /audit: newest first, page by page, for those who may read it."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi import FastAPI, Request

from alerts.api.access import NoAccounts
from alerts.api.audit import READERS, build_router
from alerts.api.problems import install_problem_handlers
from alerts.people.person import Person, Role
from alerts.store.audit import record
from alerts.store.engine import writing
from alerts.store.numbering import Numbering
from tests.ticket_stores import fresh_store


@pytest.fixture
def engine(tmp_path) -> Iterator:
    with fresh_store("sqlite", tmp_path) as engine:
        with writing(engine) as session:
            Numbering(session)
            for number in range(1, 8):
                record(session, number, "王", f"ticket.{'watch' if number % 2 else 'dispatch'}", f"t{number}", {"n": 1})
        yield engine


def client_of(engine, access) -> httpx.AsyncClient:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(build_router(engine, access))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


@pytest.fixture
def client(engine) -> httpx.AsyncClient:
    return client_of(engine, NoAccounts(Person(name="admin", role=Role.ADMIN)))


async def test_the_newest_come_first_page_by_page(client):
    seen, before = [], None
    while True:
        page = (await client.get("/audit", params={"limit": 3} | ({"before": before} if before else {}))).json()
        seen += [row["seq"] for row in page["rows"]]
        before = page["next_before"]
        if before is None:
            break

    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_a_row_is_told_whole(client):
    (row,) = (await client.get("/audit", params={"subject": "t3"})).json()["rows"]

    assert row["at"] == "1970-01-01T00:00:00.003Z"
    assert (row["who"], row["what"], row["detail"]) == ("王", "ticket.watch", {"n": 1})
    assert len(row["hash"]) == 64


async def test_acts_of_one_kind(client):
    rows = (await client.get("/audit", params={"what": "ticket.dispatch"})).json()["rows"]

    assert [row["seq"] for row in rows] == [6, 4, 2]


@pytest.mark.parametrize("asked", ["limit=0", "limit=9999", "before=0", "before=x", "subject=%00"])
async def test_a_bad_question_is_refused(client, asked):
    assert (await client.get(f"/audit?{asked}")).status_code == 422


def test_the_route_names_who_may_read(engine):
    asked = []

    class Asked:
        def needs(self, roles: frozenset[Role]) -> Callable[[Request], Person]:
            asked.append(roles)
            return NoAccounts(Person(name="x", role=Role.CHIEF)).needs(roles)

    client_of(engine, Asked())

    assert asked == [READERS] == [{Role.CHIEF, Role.ADMIN, Role.ANALYST}]
