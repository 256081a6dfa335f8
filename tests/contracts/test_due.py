"""What waits and what today has seen, on both databases, one of each counted."""

from datetime import timedelta

from sqlalchemy import Engine

from alerts.store.engine import reading
from alerts.store.models import TimerRow
from alerts.supervision.due import today_seen, waiting
from domain.times import to_ms
from tests.builders_office import NOON, an_office, keep, outcome_row, rectification_row, visit_row
from tests.builders_statistics import clue_row, elsewhere_row, finding_row, plan_row, scan_row

DAY = timedelta(days=1)


def timer(ticket_id: str, *, late: bool) -> TimerRow:
    at_ms = to_ms(NOON) + (-1 if late else 1)
    return TimerRow(ticket_id=ticket_id, level=0, deadline_ms=at_ms)


def counted(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {name: amount for name, amount in waiting(session, an_office(engine)).items() if amount}


def seen(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {name: amount for name, amount in today_seen(session, an_office(engine)).items() if amount}


def test_nothing_waits_in_an_empty_store(engine: Engine) -> None:
    assert (counted(engine), seen(engine)) == ({}, {})


def test_what_waits_is_counted_and_what_is_done_or_not_due_is_not(engine: Engine) -> None:
    keep(engine, clue_row("t1", 1), timer("t1", late=True), clue_row("t2", 2), timer("t2", late=False))
    keep(engine, clue_row("t3", 3, state="dispatched"), timer("t3", late=True), clue_row("t4", 4, state="closed"))
    keep(engine, clue_row("t5", 5, state="on_site"), timer("t5", late=True), outcome_row("t4"))
    keep(
        engine,
        visit_row("s1", NOON - DAY, 1),
        visit_row("s2", NOON, 2),
        visit_row("s3", NOON - DAY, 3, problem_found=False, conflict="cap_reached"),
        visit_row("s4", NOON - DAY, 4, problem_found=False, conflict="cap_reached", settled_by="chief"),
        visit_row("s5", NOON - DAY, 5, cover_kind="ticket", cover_id="t4"),
        plan_row("p1", day="2026-05-31"),
        plan_row("p2", day="2026-06-01"),
        plan_row("p3", "done", "2026-05-31"),
        plan_row("p4", "held", None, reason="no_capacity"),
        rectification_row("r1", "2026-05-01", "2026-05-31"),
        rectification_row("r2", "2026-05-01", "2026-06-01"),
        rectification_row("r3", "2026-05-01", "2026-06-08"),
        rectification_row("r4", "2026-05-01", "2026-06-09"),
        rectification_row("r5", "2026-05-01", "2026-05-31", "2026-05-31"),
        elsewhere_row("c1", "t1"),
        elsewhere_row("c2", "t1", closed_ms=1),
        elsewhere_row("c3", "t1", source="satellite"),
        finding_row("f1", "open", "2026-05-10", "2026-06-01"),
        finding_row("f2", "mended", "2026-05-10", "2026-05-11"),
    )

    assert counted(engine) == {
        "answers_late": 1,
        "arrivals_late": 1,
        "conflicts": 1,
        "results_missing": 1,
        "plans_missed": 1,
        "plans_held": 1,
        "rectifications_late": 1,
        "rectifications_due": 2,
        "complaints_open": 1,
        "findings_open": 1,
    }


def test_today_is_the_sites_day_and_a_scan_counts_by_its_last_answer(engine: Engine) -> None:
    midnight = NOON - timedelta(hours=12)
    keep(engine, clue_row("t1", 1, midnight), clue_row("t2", 2, midnight - timedelta(seconds=1)))
    keep(engine, clue_row("t3", 3, NOON, kind="sensor"), outcome_row("t1"))
    keep(
        engine,
        plan_row("p1"),
        plan_row("p2", department="应急"),
        plan_row("p3", enterprise_id="e2"),
        plan_row("p4", "withdrawn", enterprise_id="e3"),
        visit_row("s1", midnight, 1, problem_found=True),
        visit_row("s2", midnight - timedelta(seconds=1), 2, problem_found=True),
        scan_row("s3", "blocked"),
        scan_row("s4", "blocked"),
        scan_row("s4", "allowed", attempt=2),
        scan_row("s5", "no_plan", midnight - timedelta(seconds=1)),
    )

    assert seen(engine) == {
        "clues": 1,
        "planned_today": 2,
        "visits": 2,
        "problems_found": 2,
        "scans_blocked": 1,
    }
