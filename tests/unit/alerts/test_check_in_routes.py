"""Check-ins from outside: the real desk with accounts, what each role may, refusals, lists, pages and codes."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.pages.codes import code_svg
from alerts.pages.words.check_ins import REASONS
from alerts.people.person import Role
from domain.supervision.visits import CoverKind
from tests.builders_check_ins import Door, an_enterprise
from tests.builders_maps import HOSTILE
from tests.builders_people import DeskWithAccounts
from tests.ticket_stores import fresh_store

PATH = "/api/v1/check-ins"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskWithAccounts]:
    with fresh_store("sqlite", tmp_path) as engine:
        desk = DeskWithAccounts(engine)
        for role in Role:
            desk.add(f"the-{role}", role)
        yield desk


@pytest.fixture
async def client(desk: DeskWithAccounts) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.browser() as client:
        yield client


@pytest.fixture
def as_(desk: DeskWithAccounts, client: httpx.AsyncClient):
    tokens = {role: {"Authorization": f"Bearer {desk.token(f'the-{role}')}"} for role in Role}

    async def ask(role: Role, method: str, path: str = "", **said: Any) -> httpx.Response:
        return await client.request(
            method, path if path.startswith("/supervision") else PATH + path, headers=tokens[role], **said
        )

    return ask


def plan(desk: DeskWithAccounts, place: str = "e-001") -> None:
    """Add plans for so many visits as a test makes; each visit does one."""
    Door(desk.engine, [an_enterprise(place)]).add_plans(place=place)


def scan(scan_id: str = "s1", who: str = "the-inspector", **more: Any) -> dict[str, Any]:
    return {"scan_id": scan_id, "inspector_id": who, "enterprise_code": "e-001", **more}


async def three_fruitless(as_) -> None:
    for days in (30, 20, 10):
        at = (NOW - timedelta(days=days)).isoformat()
        told = await as_(Role.INSPECTOR, "POST", json=scan(f"v{days}", scanned_at=at))
        assert told.json()["result"] == "allowed", told.text


async def test_the_answer_says_result_reason_and_words_in_both_languages(desk, as_):
    chinese = await as_(Role.INSPECTOR, "POST", json=scan())
    english = await as_(Role.INSPECTOR, "POST", "?lang=en", json=scan())

    assert chinese.status_code == 200
    told = chinese.json()
    assert (told["result"], told["reason"], told["left"]) == ("no_plan", "nothing_covers", told["cap"])
    assert told["told"].startswith("无计划：")
    assert english.json()["told"].startswith("No plan: no plan, no dispatched ticket")
    assert english.json()["repeated"]


async def test_a_blocked_scan_waits_on_the_page_until_the_chief_lets_it_in(desk, as_):
    plan(desk)
    await three_fruitless(as_)
    assert (await as_(Role.INSPECTOR, "POST", json=scan("s4"))).json()["result"] == "blocked"
    page = await as_(Role.CHIEF, "GET", "/supervision/check-ins?lang=en")
    assert "/api/v1/check-ins/s4/override?lang=en" in page.text

    refused = await as_(Role.DUTY, "POST", "/s4/override", json={"reason": "x"})
    done = await as_(Role.CHIEF, "POST", "/s4/override", json={"reason": "复查"})
    assert (refused.status_code, done.status_code) == (403, 200)
    assert (done.json()["result"], done.json()["reason"], done.json()["override_by"]) == (
        "allowed",
        "overridden",
        "the-chief",
    )
    assert ("the-chief", "check_in.allowed", "e-001") in desk.audit()
    assert "/s4/override" not in (await as_(Role.CHIEF, "GET", "/supervision/check-ins")).text


async def test_an_override_in_the_request_needs_a_chief_among_the_users_and_not_an_inspectors_word(desk, as_):
    plan(desk)
    await three_fruitless(as_)
    word = {"user_id": "the-chief", "reason": "复查"}

    by_inspector = await as_(Role.INSPECTOR, "POST", json=scan("s4", override=word))
    by_no_chief = await as_(Role.DUTY, "POST", json=scan("s4", override=word | {"user_id": "the-duty"}))
    by_desk = await as_(Role.DUTY, "POST", json=scan("s4", override=word))
    assert (by_inspector.status_code, by_no_chief.status_code) == (403, 403)
    assert by_desk.json()["result"] == "allowed"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"enterprise_code": "nowhere"}, 404),
        ({"scan_id": "a/b"}, 422),
        ({"scan_id": ""}, 422),
        ({"inspector_id": "\x00"}, 422),
        ({"cause": "because"}, 422),
        ({"scanned_at": "2026-03-01T08:00:00"}, 422),
        ({"scanned_at": "2999-03-01T08:00:00Z"}, 422),
        ({"scanned_at": "0001-01-01T00:00:00Z"}, 422),
        ({"override": {"user_id": "the-chief", "reason": "  "}}, 422),
        ({"more": 1}, 422),
        ({"inspector_id": "somebody-else"}, 403),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_with_how_to_mend_it(as_, wrong, status):
    refused = await as_(Role.INSPECTOR, "POST", json=scan() | wrong)

    assert refused.status_code == status
    assert refused.json()["detail"]


@pytest.mark.parametrize("role", [Role.ANALYST])
async def test_an_analyst_reads_and_does_not_scan(as_, role):
    assert (await as_(role, "POST", json=scan())).status_code == 403
    assert (await as_(role, "GET")).status_code == 200


async def test_lists_page_and_filter(desk, as_):
    plan(desk)
    await three_fruitless(as_)
    await as_(Role.INSPECTOR, "POST", json=scan("s4"))

    first = (await as_(Role.ANALYST, "GET", "?limit=3")).json()
    second = (await as_(Role.ANALYST, "GET", f"?limit=3&cursor={first['next_cursor']}")).json()
    names = [one["scan_id"] for one in first["check_ins"] + second["check_ins"]]
    assert (sorted(names), second["next_cursor"]) == (["s4", "v10", "v20", "v30"], None)
    blocked = (await as_(Role.ANALYST, "GET", "?result=blocked")).json()["check_ins"]
    assert [one["scan_id"] for one in blocked] == ["s4"]
    pages = [(await as_(Role.ANALYST, "GET", "/visits?limit=2")).json()]
    pages.append((await as_(Role.ANALYST, "GET", f"/visits?limit=2&cursor={pages[0]['next_cursor']}")).json())
    assert [one["scan_id"] for page in pages for one in page["visits"]] == ["v10", "v20", "v30"]
    assert (await as_(Role.ANALYST, "GET", "/visits?conflict=open")).json()["visits"] == []
    assert (await as_(Role.ANALYST, "GET", "?cursor=x")).status_code == 422
    assert (await as_(Role.ANALYST, "GET", "?nonsense=1")).status_code == 422
    since = (NOW - timedelta(days=15)).isoformat().replace("+00:00", "Z")
    assert len((await as_(Role.ANALYST, "GET", f"/visits?since={since}&enterprise_id=e-001")).json()["visits"]) == 1


async def test_a_conflict_is_shown_and_settled_by_a_chief(desk, as_):
    plan(desk)
    await three_fruitless(as_)
    late = (NOW - timedelta(days=40)).isoformat()
    assert (await as_(Role.INSPECTOR, "POST", json=scan("late", scanned_at=late))).json()["result"] == "allowed"
    page = await as_(Role.CHIEF, "GET", "/supervision/check-ins?lang=en")
    assert "three fruitless visits came before it" in page.text

    assert (await as_(Role.DUTY, "POST", "/v10/settle", json={"reason": "x"})).status_code == 403
    done = (await as_(Role.CHIEF, "POST", "/v10/settle", json={"reason": "补扫"})).json()
    assert (done["conflict"], done["settled_by"]) == ("fruitless_visits", "the-chief")
    assert (await as_(Role.CHIEF, "GET", "/visits?conflict=open")).json()["visits"] == []
    assert (await as_(Role.CHIEF, "GET", "/visits?conflict=settled")).json()["visits"][0]["scan_id"] == "v10"


async def test_an_outcome_is_told_once(desk, as_):
    plan(desk)
    await as_(Role.INSPECTOR, "POST", json=scan())

    found = {"problem_found": True, "measure": "guidance", "note": "废气未收集"}
    first = await as_(Role.INSPECTOR, "POST", "/s1/outcome", json=found)
    again = await as_(Role.INSPECTOR, "POST", "/s1/outcome", json=found)
    other = await as_(Role.INSPECTOR, "POST", "/s1/outcome", json=found | {"problem_found": False, "measure": "none"})
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.json()["measure"] == "guidance"
    assert (await as_(Role.INSPECTOR, "POST", "/s%00/outcome", json=found)).status_code == 422
    assert (await as_(Role.INSPECTOR, "POST", "/absent/outcome", json=found)).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_page_shows_no_codes_and_runs_no_text(desk, as_, lang):
    plan(desk)
    await three_fruitless(as_)
    for name in ("s4", "s5"):
        await as_(Role.DUTY, "POST", json=scan(name, who=HOSTILE[:60], ticket_id=HOSTILE[:60]))
    day = NOW.astimezone().date().isoformat()
    page = await as_(Role.DUTY, "GET", f"/supervision/check-ins?lang={lang}")

    assert page.status_code == 200
    assert "<img src=x" not in page.text
    for code in ("nothing_covers", "covered_by_plan", "fruitless_visits", "cap_reached"):
        assert code not in page.text
    assert (await as_(Role.DUTY, "GET", f"/supervision/check-ins?day={day}")).status_code == 200
    assert (await as_(Role.DUTY, "GET", "/supervision/check-ins?day=0001-01-01")).status_code == 200
    assert (await as_(Role.DUTY, "GET", "/supervision/check-ins?day=9999-12-31")).status_code == 200
    assert (await as_(Role.DUTY, "GET", "/supervision/check-ins?day=x")).status_code == 422


async def test_codes_are_printed_for_one_and_for_all(as_):
    every = await as_(Role.DUTY, "GET", "/supervision/check-ins/codes?lang=en")
    one = await as_(Role.DUTY, "GET", "/supervision/check-ins/codes/e-001")

    assert (every.text.count("<svg"), one.text.count("<svg")) == (12, 1)
    assert "<script>window" not in every.text
    assert (await as_(Role.DUTY, "GET", "/supervision/check-ins/codes/nowhere")).status_code == 404
    assert (await as_(Role.DUTY, "GET", "/supervision/check-ins/codes?page=99")).status_code == 200


def test_a_code_says_what_the_register_says_and_one_too_long_is_no_code():
    assert code_svg("E-001") is not None
    assert code_svg("E-001") != code_svg("E-002")
    assert code_svg("长" * 2000) is None


def test_every_reason_that_the_rules_give_has_its_words():
    rules = {"fruitless_visits", "cap_reached", "cause_untrue", "nothing_covers", "white_listed", "overridden"}
    assert set(REASONS) == rules | {f"covered_by_{kind}" for kind in CoverKind}
