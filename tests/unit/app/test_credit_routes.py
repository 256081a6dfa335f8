"""Credit facts, grades, cards and the white list by the real desk's routes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from alerts.people.person import Role
from tests.builders_credit import OTHER, PLACE, a_desk, bearer, days_ago, facts, import_facts
from tests.builders_people import DeskWithAccounts
from tests.ticket_stores import fresh_store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield a_desk(engine)


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        client.headers.update(bearer(desk))
        yield client


async def a_card(client: httpx.AsyncClient, place: str = PLACE, **asked: str) -> dict:
    answer = await client.get(f"/api/v1/enterprises/{place}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_facts_change_the_grade_the_cap_and_the_explanation(
    desk: DeskWithAccounts, client: httpx.AsyncClient
) -> None:
    before = await a_card(client)
    body = facts(f"p1,{PLACE},penalty_grave,{days_ago(3)},偷排", f"p2,{PLACE},penalty,{days_ago(5)},")
    taken = await import_facts(client, body)
    after = await a_card(client)

    assert (taken.status_code, taken.json()) == (200, {"facts": 2, "enterprises": 1, "dry_run": False, "unknown": []})
    assert (after["grade"], after["cap"]) == ("D", 36)
    assert after["score"] < before["score"] - 50
    explained = after["credit_explained"]
    assert sum(line["points"] for line in explained["lines"]) == pytest.approx(after["score"], abs=1e-6)
    assert [line["about"] for line in explained["lines"]] == ["", "p2", "p1"]
    assert after["grade_history"][-1]["why"] == ["penalty_grave"]
    assert after["grade_history"][-1]["on"] == days_ago(3)
    assert ("the-chief", "credit.import", "zone") in desk.audit()


async def test_a_card_as_of_a_day_before_the_facts_is_without_them(client: httpx.AsyncClient) -> None:
    before = await a_card(client)
    await import_facts(client, facts(f"p1,{PLACE},penalty_grave,{days_ago(3)},"))
    then = await a_card(client, as_of=days_ago(10))

    assert then["score"] == before["score"]
    assert then["credit_explained"]["facts"] == []
    assert then["day"] == days_ago(10)


async def test_a_wrong_row_refuses_the_whole_file_and_all_are_told(
    desk: DeskWithAccounts, client: httpx.AsyncClient
) -> None:
    body = facts(f"p1,{PLACE},penalty,{days_ago(3)},", "p1,nobody,rumour,2999-01-01,<b>", "p3")
    for dry_run in ("true", "false"):
        refused = await import_facts(client, body, dry_run=dry_run, file="事实.csv")

        told = refused.json()
        assert (refused.status_code, told["type"]) == (422, "urn:wugan:problem:rows_refused")
        assert [one["row"] for one in told["errors"]] == [3, 3, 3, 3, 4, 4, 4]
        assert told["error_count"] == 7
        assert "事实.csv:3: fact_id 'p1' stands twice; keep one row" in told["detail"]
    assert (await a_card(client))["credit_explained"]["facts"] == []
    assert not [act for act in desk.audit() if act[1] == "credit.import"]


async def test_a_dry_run_takes_nothing(desk: DeskWithAccounts, client: httpx.AsyncClient) -> None:
    body = facts(f"p1,{PLACE},penalty,{days_ago(3)},", f"p2,{OTHER},honour,{days_ago(3)},")
    tried = await import_facts(client, body, dry_run="true")

    assert tried.json() == {"facts": 2, "enterprises": 2, "dry_run": True, "unknown": []}
    assert (await a_card(client))["credit_explained"]["facts"] == []
    assert not [act for act in desk.audit() if act[1] == "credit.import"]


async def test_the_same_file_twice_is_refused_the_second_time(client: httpx.AsyncClient) -> None:
    body = facts(f"p1,{PLACE},penalty,{days_ago(3)},")
    first, second = await import_facts(client, body), await import_facts(client, body)

    assert (first.status_code, second.status_code) == (200, 422)
    assert "known already" in second.json()["detail"]


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        (b"", "empty", "empty"),
        ("fact_id,enterprise_id\n粉".encode("gb18030"), "not_utf8", "row 2"),
        (b"fact_id,kind\n", "rows_refused", "no column enterprise_id, on"),
        (b'fact_id,enterprise_id,kind,on,note\n"open,x,y,2026-01-01,\nf2,e,k,o,n\n', "rows_refused", "no CSV"),
        (facts(f"p1,{PLACE},penalty,{days_ago(3)},a,b"), "rows_refused", "more cells"),
        (b"fact_id,enterprise_id,kind,on,on\n", "rows_refused", "stands twice"),
        (facts(f"ticket:1,{PLACE},penalty,{days_ago(3)},"), "rows_refused", "of an act"),
        (facts(f"p1,{PLACE},penalty,{days_ago(3)},a\0b"), "rows_refused", "NUL"),
        (facts(f"{'p' * 129},{PLACE},penalty,{days_ago(3)},"), "rows_refused", "129 characters"),
        (facts(f"p1,{PLACE},penalty,0001-01-01,"), "rows_refused", "from 1970 on"),
    ],
)
async def test_what_is_no_table_of_facts_is_refused(
    client: httpx.AsyncClient, body: bytes, code: str, what: str
) -> None:
    refused = await import_facts(client, body)

    assert (refused.status_code, refused.json()["type"]) == (422, f"urn:wugan:problem:{code}")
    assert what in refused.json()["detail"]


@pytest.mark.parametrize("role", [Role.DUTY, Role.ANALYST, Role.INSPECTOR])
async def test_facts_are_filed_and_lists_set_by_chiefs_alone(desk: DeskWithAccounts, role: Role) -> None:
    async with desk.browser() as client:
        client.headers.update(bearer(desk, role))
        answers = [
            await import_facts(client, facts()),
            await client.post("/api/v1/white-list", json={"enterprise_id": PLACE, "reason": "x"}),
            await client.post("/api/v1/white-list/x/close", json={"reason": "x"}),
            await client.get(f"/api/v1/enterprises/{PLACE}"),
            await client.get("/api/v1/grades"),
            await client.get("/api/v1/white-list"),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 200, 200, 200]


async def test_the_white_list_is_told_on_the_card_and_in_the_grades(client: httpx.AsyncClient) -> None:
    listed = await client.post("/api/v1/white-list", json={"enterprise_id": PLACE, "reason": "试点"})
    told, grades = await a_card(client), (await client.get("/api/v1/grades")).json()
    ended = await client.post(f"/api/v1/white-list/{listed.json()['listing_id']}/close", json={"reason": "投诉"})
    after = await a_card(client)

    assert (listed.status_code, ended.status_code) == (201, 200)
    assert told["whitelisted"]
    assert told["white_list"][0]["reason"] == "试点"
    assert [one["enterprise_id"] for one in grades["enterprises"] if one["whitelisted"]].count(PLACE) == 1
    assert not after["whitelisted"]
    assert after["white_list"][0]["last"] == ended.json()["last"]


@pytest.mark.parametrize(
    ("path", "status", "what"),
    [
        ("/api/v1/enterprises/nobody", 404, "not registered"),
        ("/api/v1/enterprises/%00", 404, "not registered"),
        (f"/api/v1/enterprises/{PLACE}?as_of=never", 422, "as_of"),
        (f"/api/v1/enterprises/{PLACE}?as_of=0001-01-01", 422, "from 1970-01-01"),
        ("/api/v1/grades?as_of=9999-12-31", 422, "to 2199-12-31"),
    ],
)
async def test_what_cannot_be_told_is_refused(client: httpx.AsyncClient, path: str, status: int, what: str) -> None:
    answer = await client.get(path)

    assert answer.status_code == status
    assert what in answer.json()["detail"]


async def test_the_days_that_may_be_asked_for_are_answered(client: httpx.AsyncClient) -> None:
    await import_facts(client, facts(f"p1,{PLACE},penalty_grave,1970-01-01,"))
    for day in ("1970-01-01", "1970-01-02", "2199-12-31"):
        assert (await a_card(client, as_of=day))["day"] == day


async def test_a_card_tells_of_what_the_contract_names(client: httpx.AsyncClient) -> None:
    told = await a_card(client)

    named = (
        "risk_class credit grade cap visits_used visits_left whitelisted white_list open_tickets past_clues outcomes"
    )
    assert set(named.split()) <= set(told)
    assert told["visits_left"] == told["cap"] - told["visits_used"]


async def test_the_map_tells_how_enterprises_stand_today(client: httpx.AsyncClient) -> None:
    await import_facts(client, facts(f"p1,{PLACE},penalty_grave,{days_ago(3)},"))
    told = (await client.get("/api/v1/enterprises")).json()
    one = next(one["properties"] for one in told["features"] if one["id"] == PLACE)
    of_card = await a_card(client)

    named = ("grade", "cap", "credit", "visits_used", "visits_left", "whitelisted")
    assert {name: one[name] for name in named} == {name: of_card[name] for name in named}
    assert one["credit_grade"] == of_card["registered_credit"]
    assert one["last_visit_on"] is None
    assert "code" not in one


@pytest.mark.parametrize("reason", ["\\ud800", "\\u0000", "   ", ""])
async def test_a_reason_that_no_database_keeps_is_refused(client: httpx.AsyncClient, reason: str) -> None:
    body = f'{{"enterprise_id": "{PLACE}", "reason": "{reason}"}}'
    refused = await client.post("/api/v1/white-list", content=body, headers={"Content-Type": "application/json"})

    assert refused.status_code == 422
