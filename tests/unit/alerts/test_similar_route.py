"""The route of tickets that are alike: its form, and what it answers for a ticket that is not there."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from alerts.api import install_problem_handlers
from alerts.api.access import NoAccounts
from alerts.api.similar import build_router
from alerts.people.person import Person, Role
from alerts.store import Tickets
from tests.builders_alerts import NOON, make_ticket
from tests.ticket_stores import fresh_store


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    with fresh_store("sqlite", tmp_path) as engine:
        Tickets(engine).upsert([make_ticket(), make_ticket("a0", opened_at=NOON - timedelta(days=1))])
        app = FastAPI()
        install_problem_handlers(app)
        app.include_router(build_router(engine, NoAccounts(Person(name="duty", role=Role.DUTY))))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk") as client:
            yield client


async def test_it_tells_counts_and_each_ticket_with_its_ending(desk):
    told = (await desk.get("/tickets/a1/similar")).json()

    assert {name: told[name] for name in ("alike", "visited", "confirmed", "dismissed")} == {
        "alike": 1,
        "visited": 0,
        "confirmed": 0,
        "dismissed": 0,
    }
    assert told["tickets"] == [
        {
            "id": "a0",
            "number": 2,
            "opened_at": "2026-03-01T04:00:00Z",
            "state": "new",
            "source": "air",
            "pollutant": "pm25",
            "peak": 186.0,
            "leading": "示例一厂",
            "same_lead": True,
            "same_place": True,
            "ending": {"end": "open", "measure": None, "reason_code": None},
            "photos": [],
        }
    ]


async def test_an_unknown_ticket_is_not_found(desk):
    answer = await desk.get("/tickets/nobody/similar")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
