"""Credit facts out of the store, on both databases: those that were filed, and those that follow from acts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event

from alerts.store.engine import reading
from alerts.store.models import ClueRow, CreditFactRow
from alerts.supervision import facts as facts_module
from alerts.supervision.facts import every_fact, facts_of
from alerts.supervision.grading import graded, graded_all
from domain.problem import Problem
from domain.supervision.credit import CreditTable
from domain.supervision.grades import Grade
from tests.builders_office import (
    NOON,
    TABLE,
    Clock,
    an_enterprise,
    an_office,
    keep,
    outcome_row,
    rectification_row,
    self_check_row,
    ticket_row,
    visit_row,
)

TODAY = NOON.date()


def filed(fact_id: str, kind: str, day: str, enterprise_id: str = "e1") -> CreditFactRow:
    return CreditFactRow(fact_id=fact_id, enterprise_id=enterprise_id, kind=kind, day=day, note="", who="test", at_ms=0)


def complaint(ticket_id: str) -> ClueRow:
    return ClueRow(
        source="complaint",
        external_id="c1",
        at_ms=0,
        received_ms=0,
        lon=0,
        lat=0,
        text="臭 / smells",
        who="test",
        ticket_id=ticket_id,
        opened=False,
    )


def kinds(engine: Engine, clock: Clock | None = None) -> list[tuple[str, str, date]]:
    with reading(engine) as session:
        found = facts_of(session, an_office(engine, clock=clock), ["e1"])
    return [(fact.fact_id, fact.kind, fact.on) for fact in found["e1"]]


@pytest.mark.parametrize(
    ("found", "measure", "complained", "kind"),
    [
        (False, "none", False, None),
        (False, "none", True, None),
        (True, "none", False, "problem_found"),
        (True, "guidance", False, "problem_found"),
        (True, "rectification", True, "complaint_upheld"),
        (True, "penalty", False, "penalty"),
        (True, "penalty", True, "penalty"),
    ],
)
def test_a_tickets_outcome_is_one_fact(
    engine: Engine, *, found: bool, measure: str, complained: bool, kind: str | None
) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1", problem_found=found, measure=measure))
    if complained:
        keep(engine, complaint("t1"))

    assert kinds(engine) == ([("ticket:t1", kind, TODAY)] if kind else [])


def test_the_day_of_an_outcome_is_the_sites(engine: Engine) -> None:
    last, first = datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC)
    keep(engine, ticket_row("t1"), ticket_row("t2", 2), outcome_row("t1", last), outcome_row("t2", first))

    assert [on for _, _, on in kinds(engine)] == [date(2026, 5, 31), date(2026, 6, 1)]


def test_a_visit_that_its_tickets_outcome_speaks_of_is_no_second_fact(engine: Engine) -> None:
    keep(engine, ticket_row("t1"), outcome_row("t1"))
    same = {"cover_kind": "ticket", "cover_id": "t1", "problem_found": True}
    keep(engine, visit_row("s1", **same), visit_row("s2", seq=2, **same, enterprise_id="e3"))

    assert [one[0] for one in kinds(engine)] == ["ticket:t1"]
    with reading(engine) as session:
        assert [one.fact_id for one in facts_of(session, an_office(engine), ["e3"])["e3"]] == ["visit:s2"]


def test_a_visits_outcome_counts_from_the_day_it_was_filed(engine: Engine) -> None:
    later = int((NOON.timestamp() + 86_400) * 1000)
    keep(engine, visit_row("s1", problem_found=True, measure="penalty", outcome_ms=later))
    keep(engine, visit_row("s2", seq=2, problem_found=True, cover_kind="complaint", cover_id="c1"))
    keep(engine, visit_row("s3", seq=3, problem_found=False), visit_row("s4", seq=4))

    assert kinds(engine) == [
        ("visit:s2", "complaint_upheld", TODAY),
        ("visit:s1", "penalty", TODAY + timedelta(days=1)),
    ]


def test_rectifications_and_self_checks_are_facts(engine: Engine) -> None:
    keep(
        engine,
        rectification_row("r1", "2026-04-01", "2026-05-01", "2026-04-20"),
        rectification_row("r2", "2026-04-01", "2026-05-01"),
        rectification_row("r3", "2026-05-20", "2026-06-20"),
        self_check_row("c1", "2026-05-30"),
    )
    assert kinds(engine) == [
        ("rectification:r1", "rectified", date(2026, 4, 20)),
        ("rectification:r2", "rectification_overdue", date(2026, 5, 2)),
        ("self_check:c1", "self_check", date(2026, 5, 30)),
    ]
    later = kinds(engine, Clock(NOON + timedelta(days=30)))
    assert ("rectification:r3", "rectification_overdue", date(2026, 6, 21)) in later


def test_a_kind_that_the_table_does_not_weigh_is_named_and_bears_nothing(engine: Engine) -> None:
    keep(
        engine,
        filed("f1", "honour", "2026-05-01"),
        filed("f2", "gone", "2026-05-02"),
        self_check_row("c", "2026-05-03"),
    )
    bare = CreditTable(kinds={"honour": CreditTable().kinds["honour"]})
    office = replace(an_office(engine), table=replace(TABLE, credit=bare))

    with reading(engine) as session:
        assert [one.kind for one in facts_of(session, office, ["e1"])["e1"]] == ["honour"]
        assert [one.kind for one in every_fact(session, office, ["e1"])["e1"]] == ["honour", "gone", "self_check"]
        assert graded(session, office, "e1", TODAY).grade is Grade.B


def test_all_are_graded_with_as_many_queries_as_one(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(engine, filed("f1", "penalty_grave", "2026-05-31"), filed("f2", "honour", "2026-05-01", "gone"))
    office = an_office(engine, *(an_enterprise(f"e{number}") for number in range(1, 40)))
    asked = []

    with reading(engine) as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
        session.connection()
        asked.clear()
        one = graded(session, office, "e1", TODAY)
        of_one = len(asked)
        every = graded_all(session, office, TODAY)
        assert len(asked) == 2 * of_one
        monkeypatch.setattr(facts_module, "FEW", 3)
        many = graded_all(session, office, TODAY, [f"e{number}" for number in range(1, 6)] + ["gone"])

    assert (one.grade, one.cap) == (Grade.D, 36)
    assert len(every) == 39
    assert many == {place: every[place] for place in ("e1", "e2", "e3", "e4", "e5")}


def test_a_grade_is_that_of_its_day(engine: Engine) -> None:
    keep(engine, filed("f1", "penalty_grave", "2026-05-31"))
    office = an_office(engine)

    with reading(engine) as session:
        days = [date(2026, 5, 30), date(2026, 5, 31), date(2032, 1, 1)]
        assert [graded(session, office, "e1", day).grade for day in days] == [Grade.B, Grade.D, Grade.B]
        with pytest.raises(Problem, match="not registered"):
            graded(session, office, "nobody", TODAY)
