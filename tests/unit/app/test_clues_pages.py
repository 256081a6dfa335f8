"""The pages of clues and data checks: what was told is shown as text, in both languages, and no code of ours is."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.pages.words.clues import CLUES, DATA_CHECKS
from alerts.pages.words.shell import SHELL
from alerts.people.person import Role
from tests.builders_people import SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store

HOSTILE = "<script>alert(1)</script>'\"&"
PLACE = SITE.enterprises[0]
CODES = re.compile(r"\b(data_check|on_site|enterprise_named|source\.|state\.|result\.|finding\.|quantity\.)")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.add("admin", Role.ADMIN)
        yield desk


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        client.headers["authorization"] = f"Bearer {desk.token('admin')}"
        yield client


async def tell(client: httpx.AsyncClient, **said: Any) -> None:
    told = {"source": "complaint", "external_id": "a/1?<b>", "time": "2026-03-02T12:00:00+08:00", "text": HOSTILE}
    body = told | {"enterprise_id": PLACE.enterprise_id} | said
    assert (await client.post("/api/v1/clues", json=body)).status_code == 201


async def file(client: httpx.AsyncClient) -> None:
    found = {"rule_id": "expired", "enterprise_id": PLACE.enterprise_id, "subject": HOSTILE, "message": HOSTILE}
    rows = [{"a": HOSTILE}, {"a": "1", HOSTILE: "2"}]
    body = {"rules": ["expired"], "as_of": "2026-01-02", "findings": [found | {"proof": {"papers": rows}}]}
    assert (await client.post("/api/v1/data-checks/labs/findings", json=body)).status_code == 200


async def text_of(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    seen = re.sub(r"<[^>]*>", " ", answer.text)
    assert not CODES.search(seen)
    return answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_clues_are_shown_as_text_and_can_be_settled_from_the_page(client, language: str) -> None:
    column = ("zh", "en").index(language)
    await tell(client)
    await tell(client, source="other", external_id="2", text="near", enterprise_id=None, lon=PLACE.lon, lat=PLACE.lat)

    grid = "lon,lat,value\n" + "".join(f"{PLACE.lon + x},{PLACE.lat + y},1\n" for x in (0, 0.1) for y in (0, 0.1))
    said = {"product": HOSTILE, "quantity": "no2", "time": "2026-03-02T12:00:00Z"}
    assert (await client.post("/api/v1/satellite", params=said, content=grid.encode())).status_code == 201
    page = await text_of(client, f"/supervision/clues?lang={language}")

    assert "&lt;script&gt;alert(1)" in page
    assert CLUES["source.complaint"][column] in page
    assert PLACE.name in page
    assert SHELL["product"][column] in page
    assert CLUES["quantity.no2"][column] in page
    address = re.findall(r'data-api="(/api/v1/clues/complaint/[^"]+)"', page)[0]
    assert (await client.post(address, json={})).status_code == 204
    assert address not in await text_of(client, f"/supervision/clues?lang={language}")
    assert "&lt;script&gt;alert(1)" in await text_of(client, f"/supervision/clues?show=all&lang={language}")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_findings_are_shown_with_the_rows_that_prove_them(client, language: str) -> None:
    column = ("zh", "en").index(language)
    await file(client)

    page = await text_of(client, f"/supervision/data-checks?lang={language}")
    link = re.findall(r'href="(/supervision/data-checks/[0-9a-f]+)\?', page)[0]
    one = await text_of(client, f"{link}?lang={language}")

    assert DATA_CHECKS["finding.open"][column] in page
    assert one.count("&lt;script&gt;alert(1)") >= 4
    assert "papers" in one
    for show in ("mended", "nonsense", "all"):
        await text_of(client, f"/supervision/data-checks?show={show}&lang={language}")


async def test_empty_pages_say_so(client: httpx.AsyncClient) -> None:
    assert "No clues" in await text_of(client, "/supervision/clues?lang=en")
    assert "No findings" in await text_of(client, "/supervision/data-checks?lang=en")
    assert (await client.get("/supervision/data-checks/none")).status_code == 404
