"""`GET /statistics` over the real application: JSON, CSV, filters, what is refused, who may ask."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from alerts.people.person import Role
from alerts.store.engine import writing
from domain.times import to_ms
from tests.builders_office import visit_row
from tests.builders_people import SITE, DeskWithAccounts
from tests.builders_statistics import plan_row
from tests.ticket_stores import fresh_store

PLACE = SITE.enterprises[0]
FORMULA = '=HYPERLINK("http://x")'
THIS_YEAR = datetime.now(UTC).year


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        desk.add("ana", Role.ANALYST)
        fill(engine)
        async with desk.browser() as client:
            client.headers["Authorization"] = f"Bearer {desk.token('ana')}"
            yield client


def fill(engine: Engine) -> None:
    at = datetime(2026, 6, 1, 4, tzinfo=UTC)
    with writing(engine) as session:
        session.add(plan_row("p1", enterprise_id=PLACE.enterprise_id, department=FORMULA))
        for seq, found in enumerate((True, False, None), 1):
            session.add(visit_row(f"s{seq}", at, seq, enterprise_id=PLACE.enterprise_id, problem_found=found))


async def ask(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"/api/v1/statistics?{query}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_figures_stand_with_their_parts_and_in_groups(client: httpx.AsyncClient) -> None:
    told = await ask(client, "period=2026-06&by=grade&by=enterprise&by=week")

    assert told["period"] == {"name": "2026-06", "from": "2026-06-01", "until": "2026-06-30", "days": 30} | {
        "running": told["period"]["running"]
    }
    assert told["against"]["name"] == "2026-05"
    rate = told["figures"]["found_rate"]
    assert (rate["value"], rate["numerator"], rate["denominator"], rate["unit"]) == (0.5, 1, 2, "ratio")
    assert told["figures"]["visits"] == {"value": 3, "unit": "count", "before": 0, "change": None}
    of_place = next(one for one in told["groups"]["enterprise"] if one["key"] == PLACE.enterprise_id)
    assert of_place["name"] == PLACE.name
    assert of_place["figures"]["visits"]["value"] == 3
    weeks = {one["key"]: one["figures"]["visits"]["value"] for one in told["groups"]["week"]}
    assert weeks == {"2026-W23": 3, "2026-W24": 0, "2026-W25": 0, "2026-W26": 0, "2026-W27": 0}


async def test_nothing_said_is_this_year_by_what_the_contract_names(client: httpx.AsyncClient) -> None:
    told = await ask(client)

    assert told["period"]["name"] == str(THIS_YEAR)
    assert set(told["groups"]) == {"grade", "department", "rule", "enterprise"}
    named = {"clues", "dispatches", "found_rate", "visits_avoided"}
    assert named <= set(told["figures"])
    assert all(named <= set(group["figures"]) for groups in told["groups"].values() for group in groups)


async def test_filters_leave_out_the_others(client: httpx.AsyncClient) -> None:
    told = await ask(client, "period=2026-06&by=department&grade=&department=nobody")

    assert told["only"] == {"department": "nobody"}
    assert told["figures"]["visits"]["value"] == 0
    assert told["groups"] == {"department": []}


async def test_csv_says_the_same_and_starts_no_formula(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/statistics.csv?period=2026-06&by=department&by=month")
    told = await ask(client, "period=2026-06")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="statistics-2026-06-01-2026-06-30.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    whole = {row["figure"]: row for row in rows if not row["by"]}
    assert set(whole) == set(told["figures"])
    assert (whole["found_rate"]["value"], whole["found_rate"]["denominator"]) == ("0.5", "2")
    assert whole["to_decision_median"]["value"] == ""
    keys = {row["key"] for row in rows if row["by"] == "department"}
    assert keys == {"", f"'{FORMULA}"}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("period=soon", "write 2026, 2026-Q4"),
        ("period=2026&from=2026-01-01&until=2026-02-01", "either a period or two days"),
        ("from=2026-01-01", "name both days"),
        ("from=2026-02-01&until=2026-01-01", "ends before it begins"),
        ("from=2026-02-30&until=2026-03-01", "query.from"),
        ("from=2020-01-01&until=2026-01-01&by=day", "at most 400 days"),
        ("by=weather", "query.by"),
        (f"grade={'x' * 129}", "query.grade"),
        ("period=%00", "write 2026"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_how_to_ask(client: httpx.AsyncClient, query: str, why: str) -> None:
    answer = await client.get(f"/api/v1/statistics?{query}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert why in answer.json()["detail"]


async def test_a_day_of_the_site_is_the_sites_day(client: httpx.AsyncClient, tmp_path: Path) -> None:
    from alerts.store import open_store

    zone_first = datetime(2026, 5, 31, 16, tzinfo=UTC)  # midnight of 1 June in the site's zone, Asia/Shanghai
    engine = open_store(f"sqlite:///{tmp_path / 'tickets.db'}")
    with writing(engine) as session:
        for seq, at_ms in enumerate((to_ms(zone_first) - 1, to_ms(zone_first)), 11):
            row = visit_row(f"z{seq}", zone_first, seq, enterprise_id=PLACE.enterprise_id)
            row.at_ms = at_ms
            session.add(row)
    engine.dispose()
    may, june = await ask(client, "period=2026-05-31"), await ask(client, "period=2026-06-01")

    assert (may["figures"]["visits"]["value"], june["figures"]["visits"]["value"]) == (1, 4)
    assert june["figures"]["visits"]["before"] == 1
