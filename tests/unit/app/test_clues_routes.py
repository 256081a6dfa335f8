"""`POST /clues` at the whole desk: from the request to the ticket that the desk shows, and its evidence."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.evidence.build import Occasion, build
from alerts.people.person import Role
from alerts.store import Tickets
from domain.times import rfc3339, to_datetime
from streams.history.open import open_history
from streams.history.settings import HistorySettings
from tests.builders_people import SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store

PLACE = SITE.enterprises[0]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        for role in Role:
            desk.add(role.value, role)
        yield desk


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        client.headers["authorization"] = f"Bearer {desk.token('duty')}"
        yield client


def clue(**said: Any) -> dict[str, Any]:
    told = {
        "source": "complaint",
        "external_id": "12345/1",
        "time": "2026-03-02T12:00:00+08:00",
        "text": "夜间<b>异味</b>",
    }
    return told | {"lon": PLACE.lon, "lat": PLACE.lat} | said


async def post(client: httpx.AsyncClient, **said: Any) -> httpx.Response:
    return await client.post("/api/v1/clues", json=clue(**said))


async def test_a_clue_is_told_listed_shown_and_settled(client: httpx.AsyncClient) -> None:
    first, again = await post(client), await post(client)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() | {"is_new": False} == again.json()
    ticket = (await client.get(f"/api/v1/tickets/{first.json()['ticket_id']}")).json()
    assert ticket["source"] == "complaint"
    assert ticket["clues"][0]["text"] == "夜间<b>异味</b>"
    listed = (await client.get("/api/v1/clues?open=true&source=complaint")).json()["clues"]
    assert [(one["external_id"], one["number"], one["ticket_state"]) for one in listed] == [
        ("12345/1", ticket["number"], "new")
    ]
    settled = await client.post("/api/v1/clues/complaint/12345/1/close", json={"note": "withdrawn"})
    assert settled.status_code == 204
    assert (await client.get("/api/v1/clues?open=true")).json() == {"clues": []}


@pytest.mark.parametrize(
    ("said", "status", "mend"),
    [
        ({"source": "air"}, 422, "source"),
        ({"time": "2026-03-02 12:00"}, 422, "time"),
        ({"lon": 200}, 422, "lon"),
        ({"lon": PLACE.lat, "lat": 80}, 422, "swapped"),
        ({"external_id": ""}, 422, "external_id"),
        ({"external_id": "a\nb"}, 422, "external_id"),
        ({"text": ""}, 422, "text"),
        ({"text": "\ud800"}, 422, "text"),
        ({"text": "a\x00b"}, 422, "text"),
        ({"enterprise_id": "nobody"}, 404, "enterprises.geojson"),
        ({"colour": 1}, 422, "colour"),
    ],
)
async def test_a_wrong_clue_is_refused_with_what_and_how_to_mend(client, said, status: int, mend: str) -> None:
    body = json.dumps(clue(**said)).encode()
    answer = await client.post("/api/v1/clues", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == status
    assert mend in answer.json()["detail"]
    assert (await client.get("/api/v1/clues")).json() == {"clues": []}


@pytest.mark.parametrize(("role", "tells", "settles"), [(Role.ANALYST, 201, 403), (Role.CHIEF, 201, 204)])
async def test_roles(desk: DeskWithAccounts, client: httpx.AsyncClient, role: Role, tells: int, settles: int) -> None:
    client.headers["authorization"] = f"Bearer {desk.token(role.value)}"
    assert (await post(client)).status_code == tells
    assert (await client.post("/api/v1/clues/complaint/12345/1/close", json={})).status_code == settles


async def test_a_clues_ticket_has_evidence_like_any_other(
    desk: DeskWithAccounts, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    told = (await post(client, enterprise_id=PLACE.enterprise_id)).json()
    ticket = Tickets(desk.engine).get(told["ticket_id"])
    occasion = Occasion(name="opened", at_ms=desk.clock.now_ms)

    settings = HistorySettings(url=f"sqlite:///{tmp_path / 'history.db'}", site=SITE.site_id)
    with closing(open_history(settings)) as records:
        records.prepare()
        texts = build(ticket, SITE, records, occasion, desk.clock.now_ms)

    assert PLACE.enterprise_id.encode() in texts["candidates.csv"]
    assert rfc3339(to_datetime(desk.clock.now_ms)).encode() in texts["parameters.json"]
