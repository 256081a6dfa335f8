"""An enterprise files by its link: rectifications and self-checks, its own alone, and nothing without the link."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from alerts.api.access import NoAccounts
from alerts.api.problems import install_problem_handlers
from alerts.filing.link import LIFETIME_MS, link, read_link
from alerts.filing.page import FilingPages
from alerts.filing.words import FILING
from alerts.inspector.link import link as inspectors_link
from alerts.inspector.settings import InspectorSettings
from alerts.pages.words import Words
from alerts.people.person import Person, Role
from alerts.signed import LinkRefused
from alerts.store.engine import reading
from alerts.store.models import AuditRow
from alerts.supervision import rectifications, self_checks
from alerts.supervision.office import Office
from alerts.supervision.rectifications import Order
from app.filing import add_filing
from domain.times import to_ms
from tests.builders_office import NOON, Clock, an_enterprise, an_office
from tests.ticket_stores import fresh_store

SECRET = "signs-links-in-tests"  # noqa: S105 - of tests
NOON_MS = to_ms(NOON)
HOSTILE = "<script>alert(1)</script>{{7*7}}\"'&"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture
def office(engine: Engine) -> Office:
    return an_office(engine, an_enterprise("e1", name=f"甲厂{HOSTILE}"), an_enterprise("e2"), clock=Clock())


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problem_handlers(app)
    settings = InspectorSettings(secret=SECRET, base_url="https://desk.example.org/")
    access = NoAccounts(Person(name="李工", role=Role.INSPECTOR))
    add_filing(app, FilingPages(office, "示例园区"), settings, access, "/api/v1")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://desk.example.org") as client:
        yield client


@pytest.fixture
def page() -> str:
    return link("e1", SECRET, NOON_MS, "")


def ordered(office: Office, enterprise_id: str = "e1", text: str = "加盖") -> str:
    return rectifications.order(office, Order(enterprise_id=enterprise_id, text=text), "王队")[0].rectification_id


def acts(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        return [(row.who, row.what) for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))]


async def test_the_way_from_the_link_to_a_closed_rectification(
    client: httpx.AsyncClient, office: Office, engine: Engine
) -> None:
    name = ordered(office, text=f"加盖{HOSTILE}")
    made = (await client.post("/api/v1/compliance/enterprises/e1/link")).json()
    assert made["url"].startswith("https://desk.example.org/e/")

    shown = await client.get(made["url"])
    assert shown.status_code == 200
    assert "<script>" not in shown.text
    filed = await client.post(f"{made['url']}/rectifications/{name}?lang=en", data={"text": "已加盖"})
    again = await client.get(filed.headers["location"])

    assert filed.status_code == 303
    assert ("Received, thank you." in again.text, "There is nothing to put right." in again.text) == (True, True)
    one = rectifications.get(office, name)
    assert (one.state.value, one.filed_text, one.filed_by) == ("closed", "已加盖", "enterprise:e1")
    assert acts(engine) == [
        ("王队", "rectification.order"),
        ("李工", "enterprise.link"),
        ("enterprise:e1", "rectification.file"),
    ]


async def test_a_self_check_by_the_enterprise(client: httpx.AsyncClient, office: Office, page: str) -> None:
    sent = await client.post(f"{page}/self-check", data={"answer:桶已加盖": "ok", "answer:": "", "note": HOSTILE})
    shown = await client.get(page)

    assert sent.status_code == 303
    assert "今日自查已提交" in shown.text
    (one,) = self_checks.self_checks(office)
    assert (one.answers, one.note, one.who) == ({"桶已加盖": "ok"}, HOSTILE, "enterprise:e1")


async def test_what_is_anothers_or_not_said_is_refused(client: httpx.AsyncClient, office: Office, page: str) -> None:
    mine, anothers = ordered(office), ordered(office, "e2")
    told = [
        (await client.post(f"{page}/rectifications/{name}", **sent)).status_code
        for name, sent in (
            (anothers, {"data": {"text": "t"}}),
            ("gone", {"data": {"text": "t"}}),
            (mine, {"data": {"text": "  "}}),
            (mine, {"content": b"text=%00"}),
            (mine, {"content": b"text=" + b"a" * 2001}),
            (mine, {"content": b"\xff\xfe"}),
            (mine, {"content": b"a=" + b"b" * 300_000}),
            (mine, {"content": b""}),
        )
    ]
    empty = await client.post(f"{page}/self-check", data={"note": "n"})

    assert told == [404, 404, 422, 422, 422, 422, 413, 422]
    assert empty.status_code == 422
    assert rectifications.get(office, anothers).filed is None
    assert rectifications.get(office, mine).filed is None


async def test_nothing_opens_without_the_right_link(client: httpx.AsyncClient, office: Office) -> None:
    name = ordered(office)
    wrong = {
        "forged": link("e1", "another-secret-of-others", NOON_MS, ""),
        "of a ticket": inspectors_link("e1", SECRET, NOON_MS, "").replace("/t/", "/e/"),
        "past": link("e1", SECRET, NOON_MS - LIFETIME_MS - 2000, ""),
        "damaged": link("e1", SECRET, NOON_MS, "")[:-2],
    }
    for path in wrong.values():
        assert (await client.get(path)).status_code == 403
        assert (await client.post(f"{path}/rectifications/{name}", data={"text": "t"})).status_code == 403
        assert (await client.post(f"{path}/self-check", data={"answer:a": "ok"})).status_code == 403
    gone = await client.get(link("gone", SECRET, NOON_MS, ""))

    assert gone.status_code == 404
    assert rectifications.get(office, name).filed is None
    assert self_checks.self_checks(office) == []


async def test_whoever_guesses_links_waits(client: httpx.AsyncClient, page: str) -> None:
    told = [await client.get("/e/guess") for _ in range(22)]

    assert {answer.status_code for answer in told[:20]} == {403}
    assert (told[-1].status_code, told[-1].headers["retry-after"]) == (429, "600")
    assert (await client.get(page)).status_code == 200


def test_a_link_names_its_enterprise_for_half_a_year() -> None:
    token = link("e1", SECRET, NOON_MS, "").removeprefix("/e/")

    assert read_link(token, SECRET, NOON_MS + LIFETIME_MS - 1000) == "e1"
    with pytest.raises(LinkRefused):
        read_link(token, SECRET, NOON_MS + LIFETIME_MS + 2000)


@pytest.mark.parametrize("table", [FILING])
def test_both_languages_are_complete(table: Words) -> None:
    assert all(chinese.strip() and english.strip() for chinese, english in table.values())
