"""Matters, measures, rectifications and self-checks through their routes, on both databases."""

import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter
from sqlalchemy import Engine, select

from alerts.api.access import NoAccounts
from alerts.api.compliance import build_router
from alerts.api.problems import install_problem_handlers
from alerts.api.schemas import RectificationEvent, schemas
from alerts.people.person import Person, Role
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, FindingRow, MatterRow, OutboxRow, OutcomeRow, RectificationRow
from alerts.supervision import rectifications
from alerts.supervision.facts import facts_of
from alerts.supervision.rectifications import Order, remind
from tests.builders_office import NOON, Clock, an_office, keep, outcome_row, ticket_row, visit_row
from tests.ticket_stores import BACKENDS, fresh_store

TODAY = NOON.date()
OPEN_DRUM: dict[str, Any] = {
    "source": "ticket:t1",
    "matter": "危废桶未加盖",
    "severity": "slight",
    "clause": "GB 18597-2023 §6",
    "how": "每次取用后立即加盖",
}


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with fresh_store(request.param, tmp_path) as engine:
        keep(engine, ticket_row("t1"), ticket_row("t2", 2), ticket_row("t3", 3), outcome_row("t1"))
        keep(engine, outcome_row("t3", problem_found=False), visit_row("s1", problem_found=True))
        keep(engine, visit_row("s2", seq=2, problem_found=False), visit_row("s3", seq=3))
        yield engine


@pytest.fixture
async def client(engine: Engine, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problem_handlers(app)
    access = NoAccounts(Person(name="李工", role=Role.INSPECTOR))
    app.include_router(build_router(an_office(engine, clock=clock), access), prefix="/api/v1")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk/api/v1/compliance") as client:
        yield client


def acts(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        return [(row.who, row.what) for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))]


def events(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as session:
        return [msgspec.json.decode(one) for one in session.scalars(select(OutboxRow.body).order_by(OutboxRow.seq))]


def facts(engine: Engine, clock: Clock) -> list[tuple[str, date]]:
    with reading(engine) as session:
        told = facts_of(session, an_office(engine, clock=clock), ["e1"])["e1"]
    return [(fact.kind, fact.on) for fact in told if fact.kind != "problem_found"]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_the_suggestion_is_shown_before_anything_is_written(client: httpx.AsyncClient, engine: Engine) -> None:
    open_, mended, grave = [
        (await client.post("/suggestion", json=OPEN_DRUM | more)).json()
        for more in ({}, {"mended": True}, {"severity": "grave"})
    ]

    assert (open_["measure"], open_["reason"]) == ("rectification", "first_slight_open")
    assert (mended["measure"], mended["reason"]) == ("guidance", "first_slight_mended")
    assert (grave["measure"], grave["reason"]) == ("penalty", "grave_matter")
    assert (await client.get("/matters")).json() == {"matters": []}
    assert acts(engine) == []


async def test_from_a_matter_to_a_filed_rectification_and_its_fact(
    client: httpx.AsyncClient, engine: Engine, clock: Clock
) -> None:
    filed = await client.post("/matters", json=OPEN_DRUM)
    matter = filed.json()
    assert (filed.status_code, matter["enterprise_id"], matter["industry"], matter["measure"]) == (
        201,
        "e1",
        "涂装",
        None,
    )
    assert (await client.get("/matters?undecided=true")).json()["matters"] == [matter]

    chosen = (await client.post(f"/matters/{matter['matter_id']}/measure", json={"measure": "rectification"})).json()
    name = chosen["rectification_id"]
    assert (chosen["measure"], chosen["rectification_state"], chosen["due"]) == ("rectification", "open", "2026-07-01")
    assert (await client.get("/matters?undecided=true")).json()["matters"] == []
    assert (await client.get(f"/rectifications/{name}")).json()["text"] == "危废桶未加盖：每次取用后立即加盖"

    clock.at += timedelta(days=5)
    done = (await client.post(f"/rectifications/{name}/filing", json={"text": "已加盖 / covered"})).json()
    assert (done["state"], done["filed"], done["filed_by"]) == ("closed", "2026-06-06", "李工")
    assert facts(engine, clock) == [("rectified", date(2026, 6, 6))]

    again = (await client.get("/matters?undecided=true")).json()["matters"]
    assert [(one["mended"], one["suggestion"]["measure"], one["measure"]) for one in again] == [
        ("in_time", "guidance", "rectification")
    ]
    assert (
        await client.post(f"/matters/{matter['matter_id']}/measure", json={"measure": "guidance"})
    ).status_code == 200
    assert (await client.get("/matters?undecided=true")).json()["matters"] == []
    what = ["matter.file", "matter.measure", "rectification.order", "rectification.file", "matter.measure"]
    assert [act for _, act in acts(engine)] == what
    assert [event["data"]["what"] for event in events(engine)] == ["ordered", "filed"]


async def test_what_is_not_mended_in_time_suggests_a_penalty(
    client: httpx.AsyncClient, engine: Engine, clock: Clock
) -> None:
    asked = OPEN_DRUM | {"measure": "rectification", "due": "2026-06-10"}
    matter = (await client.post("/matters", json=asked)).json()

    clock.at += timedelta(days=10)
    late = (await client.get("/matters?undecided=true")).json()["matters"]

    assert [(one["matter_id"], one["suggestion"]["reason"]) for one in late] == [
        (matter["matter_id"], "not_mended_in_time")
    ]
    assert facts(engine, clock) == [("rectification_overdue", date(2026, 6, 11))]


async def test_the_same_matter_again_is_a_repetition_with_the_one_before(client: httpx.AsyncClient) -> None:
    keep_day = OPEN_DRUM | {"source": "visit:s1"}
    before = (await client.post("/matters", json=OPEN_DRUM)).json()
    same_day = (await client.post("/suggestion", json=keep_day)).json()
    assert (same_day["reason"], same_day["earlier"]) == ("first_slight_open", [])

    later = (await client.post("/suggestion", json=OPEN_DRUM | {"source": "ticket:t2", "enterprise_id": "e1"})).json()
    assert later["reason"] == "first_slight_open"  # still the same day
    assert before["suggestion"]["earlier"] == []


async def test_a_matter_of_an_earlier_day_counts(client: httpx.AsyncClient, engine: Engine) -> None:
    before = (await client.post("/matters", json=OPEN_DRUM)).json()
    with writing(engine) as session:
        session.get_one(MatterRow, before["matter_id"]).day = (TODAY - timedelta(days=365)).isoformat()

    again = (await client.post("/suggestion", json=OPEN_DRUM | {"source": "visit:s1"})).json()

    assert (again["measure"], again["reason"]) == ("rectification", "repeated_slight")
    assert [one["matter_id"] for one in again["earlier"]] == [before["matter_id"]]


async def test_the_same_filing_twice_is_one_and_another_is_refused(client: httpx.AsyncClient, engine: Engine) -> None:
    first, second = [await client.post("/matters", json=OPEN_DRUM) for _ in range(2)]
    other = await client.post("/matters", json=OPEN_DRUM | {"severity": "grave", "clause": "§7"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert code(other) == (409, "already_filed")
    assert "clause, severity" in other.json()["detail"]
    assert acts(engine) == [("李工", "matter.file")]


async def test_a_refused_choice_leaves_no_matter(client: httpx.AsyncClient, engine: Engine) -> None:
    refused = await client.post("/matters", json=OPEN_DRUM | {"measure": "penalty"})

    assert code(refused) == (422, "note_missing")
    assert "rectification is suggested" in refused.json()["detail"]
    assert (await client.get("/matters")).json() == {"matters": []}
    assert (acts(engine), events(engine)) == ([], [])


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"source": "ticket:gone"}, (404, "unknown_source")),
        ({"source": "finding:gone"}, (404, "unknown_source")),
        ({"source": "ticket:t2"}, (422, "enterprise_missing")),
        ({"source": "ticket:t2", "enterprise_id": "gone"}, (404, "unknown_enterprise")),
        ({"source": "ticket:t3"}, (409, "nothing_found")),
        ({"source": "visit:s2"}, (409, "nothing_found")),
        ({"enterprise_id": "e2"}, (422, "another_enterprise")),
        ({"source": "rumour:1"}, (422, "invalid")),
        ({"source": "ticket:a\x00b"}, (422, "invalid")),
        ({"matter": " "}, (422, "invalid")),
        ({"matter": "a\x00"}, (422, "invalid")),
        ({"severity": "awful"}, (422, "invalid")),
        ({"measure": "rectification", "due": "2026-05-31"}, (422, "due_past")),
        ({"measure": "rectification", "due": "2028-05-31"}, (422, "due_far")),
        ({"measure": "rectification", "due": "gestern"}, (422, "invalid")),
        ({"measure": "guidance", "note": "n", "due": "2026-06-30"}, (422, "due_without_order")),
        ({"unknown": 1}, (422, "invalid")),
    ],
)
async def test_what_a_filing_cannot_say(
    client: httpx.AsyncClient, engine: Engine, more: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert code(await client.post("/matters", json=OPEN_DRUM | more)) == answer
    assert acts(engine) == []


async def test_matters_of_visits_and_of_findings(client: httpx.AsyncClient, engine: Engine) -> None:
    finding = FindingRow(
        finding_id="f1",
        checks="lab",
        rule_id="r",
        enterprise_id="e2",
        subject="s",
        message="m",
        proof="{}",
        state="open",
        first_seen="2026-05-20",
        last_seen="2026-05-30",
    )
    keep(engine, finding)
    told = [
        (await client.post("/matters", json=OPEN_DRUM | {"source": source})).json()
        for source in ("visit:s1", "visit:s3", "finding:f1")
    ]

    assert [(one["enterprise_id"], one["day"]) for one in told] == [
        ("e1", "2026-06-01"),
        ("e1", "2026-06-01"),
        ("e2", "2026-05-20"),
    ]


async def test_no_second_order_while_one_is_open(client: httpx.AsyncClient) -> None:
    matter = (await client.post("/matters", json=OPEN_DRUM | {"measure": "rectification"})).json()
    path = f"/matters/{matter['matter_id']}/measure"

    assert code(await client.post(path, json={"measure": "rectification"})) == (409, "under_order")
    assert code(await client.post("/matters/gone/measure", json={"measure": "none"})) == (404, "unknown_matter")
    assert code(await client.post("/matters/a%00b/measure", json={"measure": "none"})) == (404, "unknown_matter")


async def test_a_matter_filed_as_done_may_be_ordered_again_the_same_day(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    matter = (await client.post("/matters", json=OPEN_DRUM | {"measure": "rectification"})).json()
    await client.post(f"/rectifications/{matter['rectification_id']}/filing", json={"text": "done"})
    clock.at += timedelta(minutes=1)
    choice = {"measure": "rectification", "note": "未改到位 / not well done"}
    again = (await client.post(f"/matters/{matter['matter_id']}/measure", json=choice)).json()

    assert again["rectification_id"] != matter["rectification_id"]
    assert (again["rectification_state"], again["mended"]) == ("open", "open")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/matters", OPEN_DRUM | {"how": "a\ud800"}),
        ("/rectifications", {"enterprise_id": "e1", "text": "a\ud800"}),
        ("/self-checks", {"enterprise_id": "e1", "answers": {"a\ud800": "b"}}),
        ("/self-checks", {"enterprise_id": "e1", "answers": {"a": "b\ud800"}}),
    ],
)
async def test_half_a_sign_is_no_text(client: httpx.AsyncClient, path: str, asked: dict[str, Any]) -> None:
    sent = await client.post(path, content=json.dumps(asked), headers={"content-type": "application/json"})

    assert code(sent) == (422, "invalid")


async def test_orders_by_themselves(client: httpx.AsyncClient, engine: Engine) -> None:
    asked = {"enterprise_id": "e1", "text": "公示排放数据 / publish figures", "due": "2026-06-20"}
    first, second = [await client.post("/rectifications", json=asked) for _ in range(2)]
    assert (first.status_code, second.status_code, first.json() == second.json()) == (201, 200, True)
    assert (first.json()["matter_id"], first.json()["days_left"]) == (None, 19)
    later = await client.post("/rectifications", json=asked | {"due": "2026-06-25"})
    assert code(later) == (409, "already_ordered")
    assert code(await client.post("/rectifications", json=asked | {"due": "2026-05-01"})) == (422, "due_past")
    assert code(await client.post("/rectifications", json=asked | {"enterprise_id": "x"})) == (
        404,
        "unknown_enterprise",
    )

    name = first.json()["rectification_id"]
    filing = f"/rectifications/{name}/filing"
    assert code(await client.post(filing, json={"text": "t", "on": "2026-06-02"})) == (422, "bad_day")
    assert code(await client.post(filing, json={"text": "t", "on": "2026-05-31"})) == (422, "bad_day")
    assert code(await client.post("/rectifications/gone/filing", json={"text": "t"})) == (404, "unknown_rectification")
    done = await client.post(filing, json={"text": "t"})
    assert (done.status_code, (await client.post(filing, json={"text": "t"})).json()) == (200, done.json())
    assert code(await client.post(filing, json={"text": "u"})) == (409, "already_filed")
    assert [act for _, act in acts(engine)] == ["rectification.order", "rectification.file"]


async def test_a_penalty_chosen_for_matters_is_one_fact_of_their_source(
    client: httpx.AsyncClient, engine: Engine, clock: Clock
) -> None:
    asked = OPEN_DRUM | {"measure": "rectification", "due": "2026-06-10"}
    matter = (await client.post("/matters", json=asked)).json()
    clock.at += timedelta(days=10)
    late = ("rectification_overdue", date(2026, 6, 11))
    assert facts(engine, clock) == [late]

    await client.post(f"/matters/{matter['matter_id']}/measure", json={"measure": "penalty"})
    assert facts(engine, clock) == [("penalty", date(2026, 6, 11)), late]

    clock.at += timedelta(days=1)
    again = OPEN_DRUM | {"matter": "偷排", "severity": "grave", "measure": "penalty"}
    assert (await client.post("/matters", json=again)).status_code == 201
    assert facts(engine, clock) == [("penalty", date(2026, 6, 11)), late]

    with writing(engine) as session:
        session.get_one(OutcomeRow, "t1").measure = "penalty"
    assert facts(engine, clock) == [("penalty", NOON.date()), late]  # the outcome's own


async def test_lists_by_state_and_enterprise(client: httpx.AsyncClient, engine: Engine, clock: Clock) -> None:
    office = an_office(engine, clock=clock)
    for place, due in (("e1", 3), ("e1", 30), ("e2", 5), ("e3", 0)):
        order = Order(enterprise_id=place, text=f"due in {due}", due=TODAY + timedelta(days=due))
        rectifications.order(office, order, "test")
    clock.at += timedelta(days=4)

    async def listed(query: str) -> list[tuple[str, str]]:
        told = (await client.get(f"/rectifications?{query}")).json()["rectifications"]
        return [(one["text"].rpartition(" ")[2], one["state"]) for one in told]

    assert await listed("") == [("0", "overdue"), ("3", "overdue"), ("5", "remind"), ("30", "open")]
    assert await listed("state=overdue&enterprise_id=e1") == [("3", "overdue")]
    assert await listed("state=remind&state=open") == [("5", "remind"), ("30", "open")]
    assert await listed("limit=1") == [("0", "overdue")]
    assert (await client.get("/rectifications?state=lost")).status_code == 422


def test_a_reminder_and_an_overdue_are_told_once_each(engine: Engine, clock: Clock) -> None:
    office = an_office(engine, clock=clock)
    rectifications.order(office, Order(enterprise_id="e1", text="long"), "test")
    rectifications.order(office, Order(enterprise_id="e2", text="short", due=TODAY), "test")
    told = []
    for _ in range(40):
        told += [(clock.at.date(), remind(office), remind(office))]
        clock.at += timedelta(days=1)

    assert [one for one in told if one[1:] != (0, 0)] == [
        (date(2026, 6, 2), 1, 0),  # e2 is overdue; that it was short the order said
        (date(2026, 6, 24), 1, 0),
        (date(2026, 7, 2), 1, 0),
    ]
    words = [
        (event["data"]["enterprise_id"], event["data"]["what"], event["data"]["days_left"]) for event in events(engine)
    ]
    assert words[2:] == [("e2", "overdue", -1), ("e1", "reminded", 7), ("e1", "overdue", -1)]
    assert [act for who, act in acts(engine) if who == "system"] == [
        "rectification.overdue",
        "rectification.remind",
        "rectification.overdue",
    ]


def test_who_reminds_at_once_reminds_once(engine: Engine, clock: Clock) -> None:
    office = an_office(engine, clock=clock)
    rectifications.order(office, Order(enterprise_id="e1", text="long"), "test")
    clock.at += timedelta(days=25)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: remind(office), range(8)))

    assert sum(counts) == 1
    assert len(events(engine)) == 2


def test_events_have_the_published_schema(engine: Engine, clock: Clock) -> None:
    office = an_office(engine, clock=clock)
    rectifications.order(office, Order(enterprise_id="e1", text="<b>加盖</b>"), "test")
    (event,) = events(engine)

    TypeAdapter(RectificationEvent).validate_python(event)
    published = schemas()["rectification-event.schema.json"]
    assert set(event) == set(published["properties"])
    assert set(event["data"]) == set(published["$defs"]["RectificationNews"]["properties"])


async def test_self_checks_are_one_a_day_and_a_fact(client: httpx.AsyncClient, engine: Engine, clock: Clock) -> None:
    asked = {"enterprise_id": "e1", "answers": {"桶已加盖？": "是", "台账齐全？": "否"}, "note": "夜班补记"}
    first, second = [await client.post("/self-checks", json=asked) for _ in range(2)]

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["answers"] == asked["answers"]
    turned = asked | {"answers": dict(reversed(asked["answers"].items()))}
    assert (await client.post("/self-checks", json=turned)).status_code == 200
    assert code(await client.post("/self-checks", json=asked | {"note": "x"})) == (409, "already_filed")
    assert (await client.post("/self-checks", json=asked | {"day": "2026-05-31"})).status_code == 201
    assert code(await client.post("/self-checks", json=asked | {"day": "2026-06-02"})) == (422, "bad_day")
    assert code(await client.post("/self-checks", json=asked | {"day": "2026-04-30"})) == (422, "bad_day")
    assert code(await client.post("/self-checks", json=asked | {"answers": {}})) == (422, "invalid")
    assert code(await client.post("/self-checks", json=asked | {"enterprise_id": "x"})) == (404, "unknown_enterprise")
    listed = (await client.get("/self-checks?enterprise_id=e1")).json()["self_checks"]
    assert [one["day"] for one in listed] == ["2026-06-01", "2026-05-31"]
    assert facts(engine, clock) == [("self_check", date(2026, 5, 31)), ("self_check", TODAY)]


async def test_a_guide_is_built_of_an_industrys_matters(client: httpx.AsyncClient) -> None:
    await client.post("/matters", json=OPEN_DRUM | {"how": "old", "clause": ""})
    await client.post("/matters", json=OPEN_DRUM | {"source": "visit:s3"})
    await client.post("/matters", json=OPEN_DRUM | {"source": "visit:s1", "matter": "台账缺页"})

    industries = (await client.get("/industries")).json()["industries"]
    guide = (await client.get("/guide", params={"industry": "涂装"})).json()

    assert industries == [{"industry": "涂装", "enterprises": 3, "findings": 3}]
    assert [(one["matter"], one["findings"], one["enterprises"]) for one in guide["entries"]] == [
        ("危废桶未加盖", 2, 1),
        ("台账缺页", 1, 1),
    ]
    assert (await client.get("/guide", params={"industry": "none"})).json()["entries"] == []


def test_a_hundred_orders_at_once_of_the_same_are_one(engine: Engine, clock: Clock) -> None:
    office = an_office(engine, clock=clock)

    def order(_: int) -> bool:
        return rectifications.order(office, Order(enterprise_id="e1", text="t"), "x")[1]

    with ThreadPoolExecutor(8) as pool:
        news = list(pool.map(order, range(100)))

    assert sum(news) == 1
    with reading(engine) as session:
        assert len(session.scalars(select(RectificationRow)).all()) == 1
