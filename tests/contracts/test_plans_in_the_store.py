"""Plans through the routes on both databases: filed, merged, published, withdrawn, done."""

import asyncio
import csv
import json
import threading
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from alerts.api import check_ins, install_problem_handlers, plans, schedules, white_list
from alerts.api.access import NoAccounts
from alerts.pages import plans as plan_pages
from alerts.pages.shell import Shell
from alerts.people.person import Person, Role
from alerts.store.engine import reading
from alerts.store.models import AuditRow, ScheduleRow
from alerts.supervision.office import Office
from alerts.supervision.plans import merging
from tests.builders_office import NOON, Clock, an_enterprise, an_office

HEAD = "plan_id,department,field,enterprise_id,earliest,latest,duration_min"
TODAY = NOON.date()  # a Monday
DAY = timedelta(days=1)
JSON = {"Content-Type": "application/json"}
HOSTILE = "<script>alert(1)</script>,=1+1"


@pytest.fixture
def office(engine: Engine, clock: Clock) -> Office:
    places = (
        an_enterprise(),
        an_enterprise("e2", whitelisted=True),
        an_enterprise("e3", annual_check_cap=1, name=HOSTILE),
        an_enterprise("e4", annual_check_cap=0),
    )
    return an_office(engine, *places, clock=clock)


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(strict_content_type=False)
    install_problem_handlers(app)
    access = NoAccounts(Person(name="chief", role=Role.CHIEF))
    for part in (plans, schedules, white_list, check_ins):
        app.include_router(part.build_router(office, access), prefix="/api/v1")
    app.include_router(plan_pages.build_pages(office, Shell(site_name="示例"), None))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk/api/v1") as client:
        yield client


def row(plan_id: str, first: int = 0, last: int = 4, *, place: str = "e1", who: str = "d1", more: str = "") -> str:
    return f"{plan_id},{who},f-{who},{place},{TODAY + first * DAY},{TODAY + last * DAY},60{more}"


def text(*rows: str, head: str = HEAD) -> str:
    return "\n".join((head, *rows)) + "\n"


async def file(client: httpx.AsyncClient, *rows: str, **asked: Any) -> dict[str, Any]:
    got = await client.post("/plans", content=text(*rows), params=asked)
    assert got.status_code == 200, got.text
    return dict(got.json())


async def published(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    got = await client.post("/plans/publish", json=asked)
    assert got.status_code == 200, got.text
    return dict(got.json())


async def standing(client: httpx.AsyncClient) -> dict[str, tuple[str, str | None, str | None]]:
    listed = (await client.get("/plans")).json()["plans"]
    return {one["plan_id"]: (one["state"], one["reason"], one["day"]) for one in listed}


def acts(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [one.what for one in session.scalars(select(AuditRow).order_by(AuditRow.seq))]


async def test_the_same_file_twice_is_filed_once(client: httpx.AsyncClient, engine: Engine) -> None:
    told = [await file(client, row("p1"), row("p2")) for _ in range(2)]

    assert [(one["filed"], one["there"]) for one in told] == [(2, 0), (0, 2)]
    assert acts(engine) == ["plans.filed"]


async def test_a_dry_run_keeps_nothing(client: httpx.AsyncClient, engine: Engine) -> None:
    assert (await file(client, row("p1"), dry_run=True))["filed"] == 1
    told = await file(client, row("p1"), dry_run=True, lang="en")
    assert "1 plan" in told["summary"]
    assert await standing(client) == {}
    assert acts(engine) == []


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_file_with_wrong_rows_is_refused_whole_and_every_fault_told(
    client: httpx.AsyncClient, *, dry_run: bool
) -> None:
    await file(client, row("old"))
    await client.post("/plans/fields", content="department,field\nd1,f-d1\n")
    bad = (
        row("p1"),
        row("p1"),
        row("p2", 3, 1),
        row("p3", place="e9"),
        row("p4", who="d2"),
        row("p5", place="e2"),
        row("old", 0, 6),
        row("p6", -9, -3),
        "p7,d1,f-d1,e1,soon,2026-06-05,99999",
        row("p8", more=",1"),
    )
    refused = await client.post("/plans", content=text(*bad), params={"dry_run": dry_run, "file": "六月.csv"})

    errors = refused.json()["errors"]
    assert refused.status_code == 422
    assert [(one["file"], one["row"]) for one in errors if one["row"] != 11] == [
        ("六月.csv", n) for n in (3, 4, 5, 6, 7, 8, 9, 10, 10)
    ]
    for part in ("stands in row 2", "before it begins", "'e9' is unknown", "'f-d2' of 'd2'", "white list"):
        assert sum(part in one["what"] for one in errors) == 1, part
    assert all(one["mend"] for one in errors)
    assert set(await standing(client)) == {"old"}


async def test_json_is_read_as_the_csv_is(client: httpx.AsyncClient) -> None:
    good = dict(zip(HEAD.split(","), row("p1").split(","), strict=True)) | {"duration_min": 60, "cause": None}
    bad = [good | {"plan_id": "p2", "duration_min": 1.5}, "no object", good | {"plan_id": "\ud800", "latst": "x"}]

    body = json.dumps([good, *bad])
    refused = await client.post("/plans", content=body, headers=JSON, params={"dry_run": True})
    assert [one["row"] for one in refused.json()["errors"]] == [3, 4, 2, 4]
    assert (await client.post("/plans", json=[good])).json()["filed"] == 1
    for body, status in ((b"{", 400), (b"{}", 422)):
        got = await client.post("/plans", content=body, headers=JSON)
        assert got.status_code == status


async def test_published_plans_have_a_day_or_a_reason(client: httpx.AsyncClient, engine: Engine) -> None:
    await file(
        client,
        row("p1", 0, 4),
        row("p2", 3, 9, who="d2"),
        row("p3", 0, 1, place="e3"),
        row("p4", 7, 8, place="e3"),
        row("p5", 5, 6),
        row("p6", place="e4"),
    )
    seen = (await client.post("/plans/merge", json={})).json()
    assert await standing(client) == dict.fromkeys(("p1", "p2", "p3", "p4", "p5", "p6"), ("filed", None, None))
    done = await published(client, seen=seen["seen"])
    now = await standing(client)

    assert (done["version"], done["is_new"]) == (1, True)
    assert now["p1"] == now["p2"]
    assert str(TODAY + 3 * DAY) <= str(now["p1"][2]) <= str(TODAY + 4 * DAY)
    assert now["p5"] == ("held", "no_working_day", None)
    assert now["p6"] == ("held", "cap_reached", None)
    assert sorted(state for state, _, _ in (now["p3"], now["p4"])) == ["held", "placed"]
    assert acts(engine)[-1] == "plans.published"
    entries = (await client.get("/plans/schedules/1")).json()["days"]
    assert entries == {one: day for one, (state, _, day) in now.items() if state == "placed"}


async def test_publishing_again_without_news_is_no_new_version(client: httpx.AsyncClient, engine: Engine) -> None:
    await file(client, row("p1"))
    told = [await published(client) for _ in range(2)]

    assert [(one["version"], one["is_new"]) for one in told] == [(1, True), (1, False)]
    with reading(engine) as session:
        assert len(session.scalars(select(ScheduleRow)).all()) == 1


async def test_a_new_plan_moves_as_little_as_can_be(client: httpx.AsyncClient) -> None:
    await file(client, row("p1"), row("p2", 0, 4, place="e3"))
    first = await published(client)
    await file(client, row("p3", 0, 9, who="d2"))
    second = await published(client)

    assert second["version"] == 2
    assert second["moved"] == []
    assert second["days"]["p3"] == second["days"]["p1"] == first["days"]["p1"]


async def test_what_was_filed_since_the_preview_asks_for_another(client: httpx.AsyncClient) -> None:
    await file(client, row("p1"))
    seen = (await client.post("/plans/merge")).json()["seen"]
    await file(client, row("p2"))
    refused = await client.post("/plans/publish", json={"seen": seen})

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wugan:problem:plans_changed")
    assert {state for state, _, _ in (await standing(client)).values()} == {"filed"}


async def test_what_is_filed_while_a_schedule_is_made_is_in_it(
    client: httpx.AsyncClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file(client, row("p1"))
    real, calls = merging.merge, []

    def slow(*given: Any) -> Any:
        calls.append(len(given[0]))
        if len(calls) == 1:
            plans.file_plans(office, text(row("p2")), "another")
        return real(*given)

    monkeypatch.setattr(merging, "merge", slow)
    assert (await published(client))["days"].keys() == {"p1", "p2"}
    assert calls == [1, 2]


async def test_one_merging_at_a_time_and_the_desk_answers_meanwhile(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file(client, row("p1"))
    inside, go_on, real = threading.Event(), threading.Event(), merging.merge

    def slow(*given: Any) -> Any:
        inside.set()
        assert go_on.wait(20)
        return real(*given)

    monkeypatch.setattr(merging, "merge", slow)
    first = asyncio.create_task(client.post("/plans/merge"))
    assert await asyncio.to_thread(inside.wait, 20)
    meanwhile, second = await client.get("/plans"), await client.post("/plans/publish")
    go_on.set()

    assert meanwhile.status_code == 200
    assert (second.status_code, second.json()["type"]) == (409, "urn:wugan:problem:merging_runs")
    assert int(second.headers["retry-after"]) > 0
    assert (await first).status_code == 200
    assert (await published(client))["version"] == 1


async def test_many_at_once_publish_one_version(client: httpx.AsyncClient, office: Office, engine: Engine) -> None:
    await file(client, row("p1"), row("p2", 0, 4, who="d2"))
    desks = [merging.Merging(office) for _ in range(8)]  # as in as many processes
    done = await asyncio.gather(*(asyncio.to_thread(desk.publish, merging.Days(), "chief") for desk in desks))

    assert {one.version for one in done} == {1}
    assert sum(one.is_new for one in done) == 1
    assert acts(engine).count("plans.published") == 1


async def test_the_same_file_many_times_at_once_is_filed_once(client: httpx.AsyncClient, engine: Engine) -> None:
    told = await asyncio.gather(*(file(client, row("p1"), row("p2")) for _ in range(20)))

    assert sorted(one["filed"] for one in told) == [0] * 19 + [2]
    assert acts(engine) == ["plans.filed"]


async def test_a_special_campaign_goes_past_the_white_list_and_a_listing_holds_what_was_filed(
    client: httpx.AsyncClient,
) -> None:
    told = await client.post("/plans", content=text(row("p1", place="e2", more=",special"), head=f"{HEAD},cause"))
    assert told.json()["filed"] == 1
    await file(client, row("p2"))
    await client.post("/white-list", json={"enterprise_id": "e1", "reason": "试点"})
    await published(client)
    now = await standing(client)

    assert now["p1"][0] == "placed"
    assert now["p2"] == ("held", "white_listed", None)


async def test_withdrawn_plans_leave_the_schedule(client: httpx.AsyncClient, engine: Engine) -> None:
    await file(client, row("p1"), row("p2"))
    await published(client)
    refused = await client.post("/plans/withdraw", json={"plan_ids": ["p1", "nobody's"], "reason": "停产"})
    told = [await client.post("/plans/withdraw", json={"plan_ids": ["p1"], "reason": "停产"}) for _ in range(2)]
    again = await client.post("/plans", content=text(row("p1")))

    assert refused.status_code == 404
    assert [one.json()["withdrawn"] for one in told] == [1, 0]
    assert (await standing(client))["p1"] == ("withdrawn", "停产", None)
    assert again.status_code == 422
    assert acts(engine).count("plans.withdrawn") == 1
    assert "p1" not in (await client.get("/plans/schedule.csv")).text


async def test_a_visit_does_all_plans_that_were_merged_into_it(client: httpx.AsyncClient, clock: Clock) -> None:
    await file(client, row("p1"), row("p2", 0, 4, who="d2"), row("p3", 10, 11))
    day = date.fromisoformat((await published(client))["days"]["p1"])
    clock.at = NOON + (day - TODAY) * 1
    asked = {"scan_id": "s1", "inspector_id": "chief", "enterprise_code": "e1", "plan_id": "p2"}
    let_in = await client.post("/check-ins", json=asked)
    now = await standing(client)

    assert let_in.json()["result"] == "allowed", let_in.text
    assert {one: state for one, (state, _, _) in now.items()} == {"p1": "done", "p2": "done", "p3": "placed"}
    assert now["p1"][2] == str(day)
    refused = await client.post("/plans/withdraw", json={"plan_ids": ["p1"], "reason": "x"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wugan:problem:plan_done")
    assert "p1," in (await client.get("/plans/schedule.csv")).text


async def test_a_visit_that_nobody_made_is_planned_anew_while_its_window_lasts(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await file(client, row("p1", 0, 2), row("p2", 0, 9, who="d2", place="e3"))
    before = (await published(client, closed=[str(TODAY + n * DAY) for n in range(3, 10)]))["days"]
    clock.at = NOON + 3 * DAY
    done = await published(client)

    assert before["p2"] <= str(TODAY + 2 * DAY)
    assert done["days"]["p2"] >= str(TODAY + 3 * DAY)
    assert [one["plan_id"] for one in done["moved"]] == ["p2"]
    assert (await standing(client))["p1"] == ("placed", None, before["p1"])
    asked = {"scan_id": "s1", "inspector_id": "chief", "enterprise_code": "e1", "scanned_at": NOON.isoformat()}
    late = await client.post("/check-ins", json=asked)  # an offline phone's, from the window
    assert late.json()["result"] == "allowed"
    assert (await standing(client))["p1"][0] == "done"


async def test_why_a_plan_was_never_planned_stands_for_ever(client: httpx.AsyncClient, clock: Clock) -> None:
    await file(client, row("p1", place="e4"), row("p2"))
    await published(client)
    await file(client, row("p3", 0, 4))
    clock.at = NOON + 20 * DAY
    await file(client, row("p4", 20, 24))
    await published(client)
    now = await standing(client)

    assert now["p1"][:2] == ("held", "cap_reached")
    assert now["p2"][0] == "placed"
    assert now["p3"][:2] == ("held", "window_over")
    assert now["p4"][0] == "placed"


async def test_teams_and_closed_days_hold(client: httpx.AsyncClient) -> None:
    assert (await client.post("/plans/teams", content="department,minutes_per_day\nd1,60\n")).json()["rows"] == 1
    await file(client, row("p1", 0, 2), row("p2", 0, 2, place="e3"))
    told = (await client.post("/plans/merge", json={"closed": f"{TODAY}, {TODAY + DAY}"})).json()
    wrong = await client.post("/plans/merge", json={"closed": "tomorrow"})

    assert list(told["days"].values()) == [str(TODAY + 2 * DAY)]
    assert list(told["held"].values()) == ["no_capacity"]
    assert wrong.status_code == 422
    assert "1" in told["summary"]
    for part in ("/plans/teams", "/plans/fields"):
        refused = await client.post(part, content="department,field,minutes_per_day\n")
        assert refused.status_code == 422
    assert (await client.get("/plans/teams")).json() == [{"department": "d1", "minutes_per_day": 60}]


async def test_a_team_takes_its_visits_home(client: httpx.AsyncClient) -> None:
    await file(client, row("p1", place="e3"), row("p2", 0, 4, who="检查,二队", place="e3").replace("检查,二队", "二队"))
    await published(client)
    rows = list(
        csv.DictReader((await client.get("/plans/schedule.csv", params={"department": "二队"})).text.splitlines())
    )
    calendar = await client.get("/plans/schedule.ics", params={"department": "二队"})
    nobody = await client.get("/plans/schedule.ics", params={"department": "三队"})

    assert [(one["plan_id"], one["fields_in_visit"], one["enterprise"]) for one in rows] == [("p2", "2", HOSTILE)]
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert calendar.text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:<script>alert(1)</script>\\,=1+1:f-二队" in calendar.text.replace("\r\n ", "")
    assert nobody.status_code == 404


async def test_pages_of_plans_add_up(client: httpx.AsyncClient) -> None:
    await file(client, *(row(f"p{n}") for n in range(7)))
    found, cursor = list[str](), None
    while True:
        page = (await client.get("/plans", params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
        found += [one["plan_id"] for one in page["plans"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert found == [f"p{n}" for n in range(7)]
    assert (await client.get("/plans", params={"cursor": "?"})).status_code == 422
    assert (await client.get("/plans", params={"department": "d9"})).json()["plans"] == []


async def test_the_page_remembers_which_days_counted(client: httpx.AsyncClient) -> None:
    await file(client, row("p1", 0, 9))
    await published(client, weekends=True, closed=[str(TODAY)])
    text = (await client.get(PAGE)).text

    assert 'name="weekends" checked' in text
    assert f'value="{TODAY}"' in text


async def test_nothing_open_is_nothing_to_publish(client: httpx.AsyncClient) -> None:
    assert (await client.post("/plans/publish")).status_code == 409
    assert (await client.get("/plans/schedules")).json() == {"schedules": []}
    assert (await client.get("/plans/schedules/7")).status_code == 404


PAGE = "http://desk/supervision/plans"


@pytest.mark.parametrize(("lang", "missed"), [("zh", "已过期未到"), ("en", "Missed")])
async def test_the_page_shows_the_month_and_what_is_held_in_words(
    client: httpx.AsyncClient, clock: Clock, lang: str, missed: str
) -> None:
    await file(client, row("p1", place="e3"), row("p2", place="e4"), row("<b>p3</b>", 20, 21, who="<i>d2"))
    await published(client)
    clock.at = NOON + 9 * DAY
    page = await client.get(PAGE, params={"lang": lang})
    text = page.text

    assert page.status_code == 200
    assert missed in text
    assert "&lt;script&gt;alert(1)" in text
    assert not any(part in text for part in ("<script>alert", "<b>p3", "<i>d2"))
    assert not any(code in text for code in ("cap_reached", "window_over", "state_"))
    assert "&lt;i&gt;d2: f-&lt;i&gt;d2" in text


async def test_the_page_is_of_one_team_one_enterprise_one_month(client: httpx.AsyncClient) -> None:
    await file(client, row("p1"), row("p2", who="d2"), row("p3", who="d3", place="e3"), row("p4", 40, 44))
    await published(client)

    def visits(page: httpx.Response) -> int:
        return page.text.count('<td><a href="/supervision/enterprises/')

    for asked, count in (({}, 2), ({"department": "d2"}, 1), ({"enterprise": "e3"}, 1), ({"month": "2026-07"}, 1)):
        assert visits(await client.get(PAGE, params=asked)) == count, asked
    for month in ("2026-13", "0001-01", "9999-12", "x"):
        assert (await client.get(PAGE, params={"month": month})).status_code == 422
    assert "d1: f-d1<br>d2: f-d2" in (await client.get(PAGE, params={"department": "d2"})).text
