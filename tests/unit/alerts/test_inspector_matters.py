"""An inspector says with the result what was found: the suggestion is shown beforehand, and the matter is filed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from alerts.store import Tickets
from alerts.supervision import matters, rectifications
from alerts.supervision.office import Office
from app.supervision import office_of, supervision_table
from domain.supervision.compliance import Measure
from domain.times import to_ms
from tests.builders_alerts import NOON
from tests.builders_inspector import SITE, dispatched, inspector_app, path_of
from tests.ticket_stores import fresh_store

LATER = NOON + timedelta(minutes=20)
FOUND = {
    "problem_found": "yes",
    "matter": "危废桶未加盖<b>",
    "severity": "slight",
    "measure": "rectification",
    "key": "k1",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_store("sqlite", tmp_path) as engine:
        dispatched(Tickets(engine), "a1", "a2", at=NOON)
        yield engine


@pytest.fixture
def office(engine: Engine) -> Office:
    return office_of(SITE, engine, supervision_table(None), lambda: to_ms(LATER))


@pytest.fixture
async def phone(engine: Engine, office: Office) -> AsyncIterator[httpx.AsyncClient]:
    app = inspector_app(engine, lambda: LATER, office=office)
    headers = {"Accept": "application/json"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk", headers=headers) as phone:
        yield phone


def page(ticket_id: str = "a1") -> str:
    return path_of(ticket_id, NOON)


async def test_the_suggestion_is_told_before_the_result(phone: httpx.AsyncClient, office: Office) -> None:
    told = [
        (await phone.post(f"{page()}/suggestion?lang=en", data=FOUND | more)).json()
        for more in ({}, {"mended": "yes"}, {"severity": "grave"})
    ]

    assert [one["measure"] for one in told] == ["rectification", "guidance", "penalty"]
    assert told[1]["told"] == "Suggested: guidance (first, slight and put right in time)"
    assert matters.matters(office) == []


@pytest.mark.parametrize("said", [{"problem_found": "no"}, {"matter": " "}])
async def test_without_a_matter_nothing_is_suggested(phone: httpx.AsyncClient, said: dict[str, str]) -> None:
    answer = await phone.post(f"{page()}/suggestion", data=FOUND | said)

    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_result_files_its_matter_and_orders_its_rectification(
    phone: httpx.AsyncClient, office: Office, engine: Engine
) -> None:
    sent = [await phone.post(f"{page()}/result", data=FOUND) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [200, 200]
    assert Tickets(engine).get("a1").state.value == "closed"
    (one,) = matters.matters(office)
    assert (one.source, one.enterprise_id, one.matter) == ("ticket:a1", "e-112", "危废桶未加盖<b>")
    assert (one.measure, one.suggested, one.filed_by) == (Measure.RECTIFICATION, Measure.RECTIFICATION, "王五")
    (order,) = rectifications.rectifications(office)
    assert order.rectification_id == one.rectification_id


@pytest.mark.parametrize(("note", "measure"), [("", None), ("已口头教育", Measure.GUIDANCE)])
async def test_another_measure_without_a_note_awaits_one_at_the_desk(
    phone: httpx.AsyncClient, office: Office, note: str, measure: Measure | None
) -> None:
    sent = await phone.post(f"{page()}/result", data=FOUND | {"measure": "guidance", "note": note})

    assert sent.status_code == 200
    assert [one.measure for one in matters.matters(office)] == [measure]


@pytest.mark.parametrize(
    ("said", "status"), [({"severity": "awful"}, 422), ({"matter": "x" * 201}, 422), ({"clause": "a\x00b"}, 422)]
)
async def test_what_cannot_be_filed_keeps_the_ticket_open(
    phone: httpx.AsyncClient, office: Office, engine: Engine, said: dict[str, str], status: int
) -> None:
    assert (await phone.post(f"{page()}/result", data=FOUND | said)).status_code == status
    assert Tickets(engine).get("a1").state.value == "dispatched"
    assert matters.matters(office) == []


async def test_a_result_without_a_matter_is_as_before(phone: httpx.AsyncClient, office: Office) -> None:
    plain: dict[str, Any] = {"problem_found": "yes", "measure": "guidance", "key": "k"}

    assert (await phone.post(f"{page()}/result", data=plain)).status_code == 200
    nothing = FOUND | {"problem_found": "no", "measure": "none", "key": "k2"}
    assert (await phone.post(f"{page('a2')}/result", data=nothing)).is_success
    assert matters.matters(office) == []


async def test_where_nobody_knows_the_enterprise_the_note_holds_what_was_found(engine: Engine, office: Office) -> None:
    nobody = replace(office, register=replace(office.register, by_id={}))
    app = inspector_app(engine, lambda: LATER, office=nobody)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as phone:
        sent = await phone.post(f"{page()}/result", data=FOUND | {"note": "见照片", "clause": "第 6 条"})

    assert sent.status_code == 303
    assert Tickets(engine).get("a1").history[-1].note == "危废桶未加盖<b>；第 6 条；见照片"  # type: ignore[attr-defined]
    assert matters.matters(office) == []


async def test_names_in_use_are_offered_on_the_page(phone: httpx.AsyncClient) -> None:
    await phone.post(f"{page()}/result", data=FOUND)
    shown = await phone.get(page("a2"))

    assert '<option value="危废桶未加盖&lt;b&gt;">' in shown.text
    assert 'name="severity"' in shown.text
    assert "suggest.js" in shown.text
