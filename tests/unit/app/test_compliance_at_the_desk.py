"""From a clue's outcome to a filed rectification through the real application: who may, and what the card then says."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.people.person import Role
from alerts.store import Tickets
from domain.ticket import Candidate
from tests.builders_alerts import make_ticket
from tests.builders_people import ADDRESS, SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store

PLACE = SITE.enterprises[0].enterprise_id
API = f"{ADDRESS}/api/v1"
MATTER: dict[str, Any] = {"source": "ticket:b2", "matter": "危废桶未加盖", "severity": "slight"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        for role in Role:
            desk.add(f"the-{role}", role)
        lead = Candidate(enterprise_id=PLACE, name="示例", probability=0.7, distance_m=300)
        ticket = make_ticket("b2", site=SITE.site_id)
        Tickets(engine).upsert([replace(ticket, candidates=(lead,), unknown_probability=0.3)])
        yield desk


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        yield client


def by(desk: DeskWithAccounts, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.token(f'the-{role}')}"}


async def test_from_the_outcome_to_the_filing(desk: DeskWithAccounts, client: httpx.AsyncClient) -> None:
    duty, inspector, analyst = (by(desk, role) for role in (Role.DUTY, Role.INSPECTOR, Role.ANALYST))
    sent = {"action": "dispatch", "enterprise_id": PLACE}
    await client.post(f"{API}/tickets/b2/decision", json=sent, headers=duty)
    found = {"problem_found": True, "measure": "rectification"}
    assert (await client.post(f"{API}/tickets/b2/outcome", json=found, headers=inspector)).status_code == 200
    page = await client.get("/supervision/compliance?lang=en", headers=duty)
    assert f"source=ticket%3Ab2&amp;enterprise_id={PLACE}" in page.text

    seen = await client.post(f"{API}/compliance/suggestion", json=MATTER, headers=analyst)
    refused = await client.post(f"{API}/compliance/matters", json=MATTER, headers=analyst)
    chosen = MATTER | {"measure": "rectification"}
    filed = await client.post(f"{API}/compliance/matters", json=chosen, headers=inspector)
    assert (seen.status_code, refused.status_code, filed.status_code) == (200, 403, 201)
    assert seen.json()["measure"] == filed.json()["suggested"] == "rectification"

    made = (await client.post(f"{API}/compliance/enterprises/{PLACE}/link", headers=duty)).json()
    path = "/e/" + made["url"].partition("/e/")[2]
    name = filed.json()["rectification_id"]
    async with desk.browser() as enterprise:
        assert "危废桶未加盖" in (await enterprise.get(path)).text
        done = await enterprise.post(f"{path}/rectifications/{name}", data={"text": "已加盖"})
    assert done.status_code == 303

    listed = (await client.get(f"{API}/compliance/rectifications?state=closed", headers=analyst)).json()
    assert [one["rectification_id"] for one in listed["rectifications"]] == [name]
    card = await client.get(f"{API}/enterprises/{PLACE}", headers=analyst)
    assert "rectified" in card.text
    assert [(who, what) for who, what, _ in desk.audit() if what.startswith(("matter", "rectif", "enterprise"))] == [
        ("the-inspector", "matter.file"),
        ("the-inspector", "matter.measure"),
        ("the-inspector", "rectification.order"),
        ("the-duty", "enterprise.link"),
        (f"enterprise:{PLACE}", "rectification.file"),
    ]


async def test_pages_are_for_those_who_signed_in(client: httpx.AsyncClient) -> None:
    for path in ("", "/matter", "/self-check", "/guide"):
        answer = await client.get(f"/supervision/compliance{path}")
        assert (answer.status_code, answer.headers["location"][:6]) == (303, "/login")
