"""The page `/shift` and its CSV over the real application: what a shift hands to the next."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.lifecycle import Move, MoveKind, Outcome
from domain.supervision.compliance import Measure
from domain.ticket import DismissalReason, Ticket, TicketKind
from domain.times import to_ms
from tests.builders_alerts import make_ticket
from tests.builders_duty import SITE, DutyDesk
from tests.ticket_stores import fresh_store

NOW = datetime.now(UTC)
PLACE = SITE.enterprises[3].enterprise_id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DutyDesk]:
    with fresh_store("sqlite", tmp_path) as engine:
        yield DutyDesk(engine)


def opened(ticket_id: str, hours: float = 1.0, **more: object) -> Ticket:
    return replace(make_ticket(ticket_id, site=SITE.site_id, opened_at=NOW - timedelta(hours=hours)), **more)


def decide(desk: DutyDesk, ticket_id: str, kind: MoveKind, minutes_ago: float, **more: object) -> None:
    at = NOW - timedelta(minutes=minutes_ago)
    desk.tickets.decide(ticket_id, replace(Move(kind=kind, who="wang", at=at), **more))


def a_shift(desk: DutyDesk) -> None:
    """Fill a shift with one of each."""
    desk.tickets.upsert([opened(f"t{n}") for n in range(6)])
    desk.tickets.upsert([opened("old", 30.0)])
    decide(desk, "t0", MoveKind.DISPATCH, 50, enterprise_id=PLACE)
    decide(desk, "t1", MoveKind.WATCH, 40, minutes=120)
    decide(desk, "t2", MoveKind.SHELVE, 30, minutes=180, note="=等风向")
    decide(desk, "t3", MoveKind.DISMISS, 20, reason_code=DismissalReason.HUMIDITY)
    decide(desk, "t4", MoveKind.DISPATCH, 10, enterprise_id=PLACE)
    decide(desk, "t4", MoveKind.UNDO, 9.95)
    sensor = opened("s1", kind=TicketKind.SENSOR, sensors=("ms-004",), peak=None, candidates=())
    desk.tickets.upsert([sensor])


async def parts(desk: DutyDesk, **asked: str) -> dict[str, list[dict[str, str]]]:
    answer = await desk.get("/api/v1/shift/handover.csv", **asked)
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    return {name: [row for row in rows if row["part"] == name] for name in {row["part"] for row in rows}}


async def test_each_ticket_stands_in_one_part(desk: DutyDesk) -> None:
    a_shift(desk)
    told = (await desk.get("/api/v1/shift/handover")).json()
    ids = {name: [one["id"] for one in told[name]] for name in ("waiting", "watching", "shelved", "care")}

    assert ids == {"waiting": ["old", "t0", "t4", "t5"], "watching": ["t1"], "shelved": ["t2"], "care": ["s1"]}
    assert told["opened"] == 7


async def test_what_was_decided_is_told_with_whether_it_was_undone(desk: DutyDesk) -> None:
    a_shift(desk)
    told = (await desk.get("/api/v1/shift/handover")).json()["decided"]
    moves = [(one["id"], one["move"], one["undone"]) for one in told]

    assert moves == [
        ("t0", "dispatch", False),
        ("t1", "watch", False),
        ("t2", "shelve", False),
        ("t3", "dismiss", False),
        ("t4", "dispatch", True),
        ("t4", "undo", False),
    ]
    assert {one["who"] for one in told} == {"wang"}


async def test_what_was_decided_before_the_shift_is_of_another_shift(desk: DutyDesk) -> None:
    a_shift(desk)
    since = (NOW - timedelta(minutes=25)).isoformat()
    told = (await desk.get("/api/v1/shift/handover", **{"from": since})).json()

    assert [one["id"] for one in told["decided"]] == ["t3", "t4", "t4"]
    assert [one["id"] for one in told["shelved"]] == ["t2"]


async def test_the_csv_has_every_part_and_no_formula(desk: DutyDesk) -> None:
    a_shift(desk)
    desk.hear(to_ms(NOW), "ms-007")
    told = await parts(desk)

    assert {name: len(rows) for name, rows in told.items()} == {
        "waiting": 4,
        "watching": 1,
        "shelved": 1,
        "care": 1,
        "outage": 2,
        "decided": 6,
    }
    assert {row["place"] for row in told["outage"]} == {"ms-004", "ms-007"}
    assert told["shelved"][0]["note"] == "'=等风向"
    assert told["decided"][0]["place"] == SITE.enterprises[3].name


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("交接班", "关注中", "搁置", "传感器异常", "本班决定", "湿度影响", "已撤回", "建议派单", "180 分钟")),
        ("en", ("Hand-over", "Watched", "Shelved", "Devices that are out", "humidity", "undone", "advised: dispatch")),
    ],
)
async def test_the_page_tells_all_of_it(desk: DutyDesk, lang: str, words: tuple[str, ...]) -> None:
    a_shift(desk)
    desk.hear(to_ms(NOW), "ms-007")
    page = await desk.get("/shift", lang=lang)

    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []
    assert f'href="/sensors/ms-007?lang={lang}"' in page.text
    assert "data-print" in page.text
    assert "@media print" in (await desk.get("/static/pages/pages.css")).text


async def test_the_pages_csv_is_of_the_hours_that_are_shown(desk: DutyDesk) -> None:
    a_shift(desk)
    shown = {"since": "2026-01-01T08:00", "until": "2026-01-01T20:00"}
    page = await desk.get("/shift", **shown)
    link = page.text.split('href="/api/v1/shift/handover.csv?')[1].split('"')[0].replace("&amp;", "&")
    answer = await desk.get(f"/api/v1/shift/handover.csv?{link}")

    assert 'value="2026-01-01T08:00"' in page.text
    assert answer.headers["content-disposition"] == 'attachment; filename="shift-20260101-2000.csv"'
    assert "decided" not in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "2026-01-02T08:00", "until": "2026-01-01T08:00"},
        {"since": "2025-01-02T08:00", "until": "2026-01-01T08:00"},
        {"since": "<b>yesterday"},
        {"since": "0001-01-01T00:00"},
    ],
)
async def test_hours_that_are_none_are_refused_with_how_to_mend(desk: DutyDesk, wrong: dict[str, str]) -> None:
    page = await desk.get("/shift", **wrong)

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "<b>yesterday" not in page.text


async def test_a_result_is_of_the_shift_that_filed_it(desk: DutyDesk) -> None:
    desk.tickets.upsert([opened("t0")])
    decide(desk, "t0", MoveKind.DISPATCH, 50, enterprise_id=PLACE)
    decide(desk, "t0", MoveKind.ARRIVE, 30)
    decide(
        desk, "t0", MoveKind.OUTCOME, 5, outcome=Outcome(problem_found=True, measure=Measure.GUIDANCE, note="已覆盖")
    )
    told = (await desk.get("/api/v1/shift/handover")).json()

    assert [(one["move"], one["note"]) for one in told["decided"]] == [("dispatch", None), ("outcome", "已覆盖")]
    assert told["waiting"] == []


async def test_a_shift_taken_over_is_signed_once_and_listed_everywhere(desk: DutyDesk) -> None:
    a_shift(desk)
    said = {"note": "=<b>都看过</b>", "from": (NOW - timedelta(hours=8)).isoformat(), "until": NOW.isoformat()}
    answers = [await desk.post("/api/v1/shift/taken-over", said) for _ in range(2)]  # pressed twice
    signed = answers[0].json()
    page, told = await desk.get("/shift", lang="en"), (await desk.get("/api/v1/shift/handover")).json()
    rows = (await parts(desk))["taken_over"]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (signed["who"], signed["note"]) == ("duty", "=<b>都看过</b>")
    assert signed["counts"] == {"waiting": 4, "watching": 1, "shelved": 1, "care": 1, "outages": 22}
    assert told["taken_over"] == [signed]
    assert [(row["who"], row["note"]) for row in rows] == [("duty", "'=<b>都看过</b>")]
    assert "=&lt;b&gt;都看过" in page.text
    assert "Nobody has taken" not in page.text


async def test_a_signature_is_in_the_audit_and_of_its_own_hours(desk: DutyDesk) -> None:
    hours = {"from": "2026-01-01T08:00", "until": "2026-01-01T20:00"}
    for day in (1, 2):
        await desk.post(
            "/api/v1/shift/taken-over", {name: f"2026-01-0{day}{text[10:]}" for name, text in hours.items()}
        )
    told = (await desk.get("/api/v1/shift/handover", **hours)).json()["taken_over"]
    acts = (await desk.get("/api/v1/audit", what="shift.taken_over")).json()["rows"]

    assert [one["until"] for one in told] == ["2026-01-01T12:00:00.000Z"]  # however late it was signed
    assert [(act["who"], act["subject"]) for act in acts] == [("duty", SITE.site_id)] * 2


@pytest.mark.parametrize(
    "said", [{"note": "x" * 501}, {"who": "li"}, {"from": "2026-01-02", "until": "2026-01-01"}, {"from": "2126-01-01"}]
)
async def test_a_signature_that_is_not_understood_is_refused(desk: DutyDesk, said: dict[str, str]) -> None:
    answer = await desk.post("/api/v1/shift/taken-over", said)

    assert answer.status_code == 422
    assert (await desk.get("/api/v1/shift/handover")).json()["taken_over"] == []
