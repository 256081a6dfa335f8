"""The pages of enterprises and the credit report: in both languages, with words for codes and text as text."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from alerts.lifecycle import Measure, MoveKind, Outcome
from alerts.store import Tickets
from alerts.store.engine import writing
from domain.ticket import Candidate, DismissalReason
from tests.builders_alerts import NOON, make_move, make_ticket
from tests.builders_credit import OTHER, PLACE, a_desk, bearer, days_ago, facts, import_facts
from tests.builders_office import rectification_row, visit_row
from tests.builders_people import SITE, DeskWithAccounts
from tests.ticket_stores import fresh_store

HOSTILE = "<script>hit()</script>"
REPORT = f"/supervision/enterprises/{PLACE}/credit-report"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield a_desk(engine)


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        client.headers.update(bearer(desk))
        yield client


def fill(desk: DeskWithAccounts) -> None:
    """Let the store know something of every kind about one enterprise, hostile text among it."""
    _ = desk.app
    tickets = Tickets(desk.engine, {PLACE})
    lead = (Candidate(enterprise_id=PLACE, name="x", probability=0.9, distance_m=1),)
    named = ("z1", "z2", "z3")
    tickets.upsert([replace(make_ticket(name, site=SITE.site_id), candidates=lead) for name in named])
    for name in named[:2]:
        tickets.decide(name, make_move(MoveKind.DISPATCH, at=NOON + timedelta(minutes=5), enterprise_id=PLACE))
    found = Outcome(problem_found=True, measure=Measure.GUIDANCE, note=HOSTILE)
    tickets.decide("z1", make_move(MoveKind.ARRIVE, at=NOON + timedelta(minutes=9)))
    tickets.decide("z1", make_move(MoveKind.OUTCOME, at=NOON + timedelta(minutes=19), outcome=found))
    reason = DismissalReason.REGISTERED_WORKS
    tickets.decide("z3", make_move(MoveKind.DISMISS, enterprise_id=PLACE, reason_code=reason))
    row = rectification_row("r1", "2026-04-01", "2026-05-01")
    row.enterprise_id, row.text = PLACE, HOSTILE
    with writing(desk.engine) as session:
        session.add(visit_row("s1", enterprise_id=PLACE, problem_found=True, measure="guidance", note=HOSTILE))
        session.add(row)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_list_finds_by_name_grade_and_white_list(client: httpx.AsyncClient, lang: str) -> None:
    await import_facts(client, facts(f"p1,{PLACE},penalty_grave,{days_ago(3)},"))
    listed = await client.post("/api/v1/white-list", json={"enterprise_id": OTHER, "reason": "试点"})
    pages = {
        asked: (await client.get(f"/supervision/enterprises?lang={lang}&{asked}")).text
        for asked in ("", f"q={PLACE.upper()}", "grade=D", "listed=1", "q=nobody-at-all", "page=3")
    }

    assert listed.status_code == 201
    shown = {asked: set(re.findall(r"/supervision/enterprises/([^?\"]+)", page)) for asked, page in pages.items()}
    assert len(shown[""]) == 12
    assert shown[f"q={PLACE.upper()}"] == {PLACE}
    assert PLACE in shown["grade=D"]
    assert OTHER in shown["listed=1"]
    assert PLACE not in shown["listed=1"]
    assert shown["q=nobody-at-all"] == shown["page=3"] == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_card_shows_words_for_codes_and_text_as_text(
    desk: DeskWithAccounts, client: httpx.AsyncClient, lang: str
) -> None:
    await import_facts(client, facts(f"p1,{PLACE},penalty_grave,{days_ago(3)},{HOSTILE}"))
    page = await client.get(f"/supervision/enterprises/{PLACE}?lang={lang}")

    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert "&lt;script&gt;hit()&lt;/script&gt;" in page.text
    words = re.sub(r"<[^>]*>", " ", page.text)
    assert ("重大行政处罚" if lang == "zh" else "Grave penalty") in words
    for code in ("penalty_grave", "problem_found", "cap_of_grade", "risk_class_", "facts_aged"):
        assert code not in words


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_report_is_one_file_that_explains_the_score(
    desk: DeskWithAccounts, client: httpx.AsyncClient, lang: str
) -> None:
    await import_facts(client, facts(f"p1,{PLACE},penalty_grave,{days_ago(3)},{HOSTILE}"))
    report = await client.get(f"{REPORT}?lang={lang}")

    assert report.status_code == 200
    assert not re.search(r"(src|href)=\"(?!data:)", report.text)
    assert HOSTILE not in report.text
    assert "-39.9" in report.text or "-40.00" in report.text
    assert 'lang="zh-CN"' in report.text if lang == "zh" else 'lang="en"' in report.text
    nonce = re.search(r"style-src 'self' 'nonce-([^']+)'", report.headers["content-security-policy"])
    assert nonce
    assert f'<style nonce="{nonce[1]}">' in report.text


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_everything_a_card_can_list_is_shown(
    desk: DeskWithAccounts, client: httpx.AsyncClient, lang: str
) -> None:
    fill(desk)
    page = await client.get(f"/supervision/enterprises/{PLACE}?lang={lang}")
    told = (await client.get(f"/api/v1/enterprises/{PLACE}")).json()

    assert page.status_code == 200
    assert [(one["ticket_id"], one["state"], one["sent_here"]) for one in told["open_tickets"]] == [
        ("z2", "dispatched", True)
    ]
    assert {one["ticket_id"]: (one["state"], one["reason_code"]) for one in told["past_clues"]} == {
        "z1": ("closed", None),
        "z3": ("dismissed", "registered_works"),
    }
    assert sorted((one["of"], one["problem_found"]) for one in told["outcomes"]) == [("ticket", True), ("visit", True)]
    assert [one["scan_id"] for one in told["visits"]] == ["s1"]
    assert told["rectifications"][0]["state"] == "overdue"
    assert HOSTILE not in page.text
    assert ("已登记施工" if lang == "zh" else "registered works") in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/supervision/enterprises/nobody", 404),
        ("/supervision/enterprises?as_of=never", 422),
        (f"{REPORT}?as_of=1900-01-01", 422),
        (f"{REPORT}?as_of=", 200),
    ],
)
async def test_what_cannot_be_shown_is_refused(client: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path)).status_code == status


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_link_of_a_card_leads_somewhere(
    desk: DeskWithAccounts, client: httpx.AsyncClient, lang: str
) -> None:
    fill(desk)
    page = await client.get(f"/supervision/enterprises/{PLACE}?lang={lang}")
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page.text)}
    answers = {link: (await client.get(link)).status_code for link in links if link.startswith("/supervision/enterp")}
    answers |= {link: (await client.get(link)).status_code for link in links if "/codes/" in link}

    assert len(answers) >= 3
    assert set(answers.values()) == {200}
