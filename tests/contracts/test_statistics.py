"""What a store holds to figures, on both databases, each counted by hand."""

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from alerts.supervision.statistics import Asked, Report, report
from domain.supervision.compliance import Measure
from domain.supervision.statistics import Compared, Dimension, named_period
from tests.builders_check_ins import CHIEF, Door
from tests.builders_office import (
    NOON,
    ZONE,
    an_enterprise,
    an_office,
    keep,
    outcome_row,
    rectification_row,
    self_check_row,
    visit_row,
)
from tests.builders_statistics import (
    MINUTE,
    clue_row,
    elsewhere_row,
    fact_row,
    finding_row,
    listing_row,
    move_row,
    plan_row,
    scan_row,
)
from tests.builders_supervision import NOON as DOOR_NOON

HOUR = 60 * MINUTE
DAY = timedelta(days=1)
TODAY = date(2026, 11, 26)


def ask(engine: Engine, period: str = "2026-06", *by: Dimension, office=None, **only: str) -> Report:
    keys = {Dimension(name): key for name, key in only.items()}
    return report(office or an_office(engine), Asked(period=named_period(period, TODAY), by=by, only=keys))


def told(figures: dict[str, Compared], *names: str) -> list[float | None]:
    return [figures[name].now.value for name in names]


def grouped(of: Report, dimension: Dimension, name: str) -> dict[str, float | None]:
    return {group.key: group.figures[name].now.value for group in of.groups[dimension]}


def test_of_an_empty_store_there_are_enterprises_and_nothing_else(engine: Engine) -> None:
    figures = ask(engine, "2026-06", *Dimension).figures

    found = {name: one.now.value for name, one in figures.items() if one.now.value}
    assert found == {"enterprises": 3, "cap_total": 36, "unvisited": 3}


def test_decisions_count_unless_they_were_taken_back(engine: Engine) -> None:
    keep(engine, *(clue_row(f"t{number}", number) for number in range(1, 5)))
    keep(
        engine,
        clue_row("t5", 5, state="dismissed"),
        clue_row("t6", 6, kind="sensor"),
        clue_row("t7", 7, state="merged"),
        clue_row("t8", 8, state="dismissed"),
    )
    keep(
        engine,
        move_row("t1", 1, "dispatch", NOON + 4 * MINUTE),
        move_row("t1", 2, "undo", NOON + 5 * MINUTE),
        move_row("t1", 3, "watch", NOON + 6 * MINUTE),
        move_row("t2", 1, "dispatch", NOON + 10 * MINUTE, "e2"),
        move_row("t2", 2, "accept", NOON + 11 * MINUTE),
        move_row("t2", 3, "arrive", NOON + 40 * MINUTE),
        move_row("t3", 1, "dismiss", NOON + 20 * MINUTE),
        move_row("t3", 2, "reopen", NOON + 30 * MINUTE),
        move_row("t5", 1, "dismiss", NOON + 2 * MINUTE),
        move_row("t8", 1, "dismiss", NOON + 2 * MINUTE, who="system"),
        outcome_row("t2", NOON + 2 * HOUR, enterprise_id="e2"),
    )
    of = ask(engine, "2026-06", Dimension.ENTERPRISE)

    assert told(of.figures, "clues", "sensor_tickets", "dispatches", "watches", "dismissals") == [7, 1, 1, 1, 2]
    assert told(of.figures, "clues_undecided", "avoided_dismissed") == [1, 2]
    assert told(of.figures, "to_decision_median", "to_site_median", "to_close_median") == [8, 40, 120]
    assert of.figures["to_decision_median"].now.denominator == 4
    assert grouped(of, Dimension.ENTERPRISE, "clues") == {"e1": 6, "e2": 1, "e3": 0}


def test_visits_are_routine_special_or_for_a_clue(engine: Engine) -> None:
    keep(engine, plan_row("p1", state="done"), clue_row("t1", 1, rule="r9"), clue_row("t2", 2, source="satellite"))
    keep(
        engine,
        visit_row("s1", seq=1, problem_found=False),
        visit_row("s2", seq=2, problem_found=True, measure="guidance", cause="special"),
        visit_row("s3", seq=3, cause="clue", problem_found=True, measure="penalty"),
        visit_row("s4", seq=4, cover_kind="ticket", cover_id="t1", override_by="chief"),
        visit_row("s5", seq=5, cover_kind="complaint", cover_id="c1", conflict="cap_reached"),
        outcome_row("t2", problem_found=True, measure="rectification"),
    )
    of = ask(engine, "2026-06", Dimension.RULE, Dimension.DEPARTMENT, Dimension.SOURCE)

    assert told(of.figures, "visits", "visits_routine", "visits_clue", "visits_special") == [6, 1, 4, 1]
    assert told(of.figures, "problems_found", "nothing_found", "without_result", "found_rate") == [3, 1, 2, 0.75]
    assert told(of.figures, "found_rate_routine", "found_rate_clue") == [0, 1]
    assert told(of.figures, "measures_guidance", "measures_rectification", "measures_penalty") == [1, 1, 1]
    assert told(of.figures, "visits_unscanned", "visits_overridden", "visits_in_conflict") == [1, 1, 1]
    assert told(of.figures, "visits_with_cause", "cap_used") == [2, 6]
    assert grouped(of, Dimension.RULE, "visits") == {"": 0, "r9": 1, "satellite": 1, "plan": 3, "complaint": 1}
    assert grouped(of, Dimension.DEPARTMENT, "visits") == {"": 3, "环保": 3}
    assert grouped(of, Dimension.SOURCE, "clues") == {"": 0, "air": 1, "satellite": 1, "plan": 0, "complaint": 0}


def test_a_tickets_result_is_that_of_the_last_scan_under_it(engine: Engine) -> None:
    keep(engine, clue_row("t1", 1), outcome_row("t1", NOON + DAY))
    keep(engine, visit_row("s1", NOON, 1, cover_kind="ticket", cover_id="t1"))
    keep(engine, visit_row("s2", NOON + HOUR, 2, cover_kind="ticket", cover_id="t1"))
    keep(engine, visit_row("s3", NOON + HOUR, 3, cover_kind="ticket", cover_id="t1", enterprise_id="e2"))

    assert told(ask(engine).figures, "visits", "problems_found", "without_result") == [3, 1, 2]


def test_a_visit_bears_the_grade_with_which_its_day_began(engine: Engine) -> None:
    office = an_office(engine, an_enterprise("e1"), an_enterprise("e2", credit_grade="A"))
    keep(engine, fact_row("f1", "penalty_grave", "2026-06-02"))
    for number, day in enumerate((1, 2, 3), 1):
        keep(engine, visit_row(f"s{number}", datetime(2026, 6, day, 9, tzinfo=ZONE), number))
    of = ask(engine, "2026-06", Dimension.GRADE, office=office)

    assert grouped(of, Dimension.GRADE, "visits") == {"A": 0, "B": 2, "D": 1}
    assert grouped(of, Dimension.GRADE, "enterprises") == {"A": 1, "B": 0, "D": 1}
    assert grouped(of, Dimension.GRADE, "cap_total") == {"A": 4, "B": 0, "D": 36}
    assert told(ask(engine, office=office, grade="D").figures, "visits", "enterprises") == [1, 1]


def test_visits_per_grade_stand_beside_those_of_the_period_before(engine: Engine) -> None:
    for number, day in enumerate((date(2026, 5, 4), date(2026, 5, 11), date(2026, 6, 8)), 1):
        keep(engine, visit_row(f"s{number}", datetime(day.year, day.month, day.day, tzinfo=ZONE), number))
    visits = ask(engine, "2026-06", Dimension.GRADE).groups[Dimension.GRADE][0].figures["visits"]

    assert (visits.now.value, visits.before, visits.change) == (1, 2, -0.5)


def test_merged_listed_and_dismissed_visits_are_avoided(engine: Engine) -> None:
    keep(
        engine,
        plan_row("p1"),
        plan_row("p2", department="应急", duration_min=90),
        plan_row("p3", state="done", department="消防"),
        plan_row("p4", enterprise_id="e2"),
        plan_row("p5", day="2026-06-02"),
        plan_row("p6", "withdrawn"),
        plan_row("p7", "held", None, reason="white_listed"),
        plan_row("p8", "held", None, reason="cap_reached"),
        plan_row("p9", "held", None, reason="no_capacity"),
        clue_row("t1", 1, state="dismissed"),
        move_row("t1", 1, "dismiss", NOON),
        scan_row("s1", "no_plan", reason="white_listed"),
    )
    of = ask(engine, "2026-06", Dimension.DEPARTMENT)

    assert told(of.figures, "plans_placed", "visits_planned", "avoided_merged") == [5, 3, 2]
    assert told(of.figures, "avoided_white_listed", "avoided_dismissed", "visits_avoided") == [2, 1, 5]
    assert told(of.figures, "plans_held_by_cap") == [1]
    assert grouped(of, Dimension.DEPARTMENT, "visits_planned") == {"": 0, "应急": 1, "消防": 0, "环保": 2}
    assert grouped(of, Dimension.DEPARTMENT, "avoided_merged") == {"": 0, "应急": 0, "消防": 1, "环保": 1}


def test_a_scan_is_counted_once_by_its_last_answer(engine: Engine) -> None:
    keep(
        engine,
        scan_row("s1", "blocked"),
        scan_row("s1", "allowed", attempt=2),
        scan_row("s2", "blocked"),
        scan_row("s3", "over_frequency"),
        scan_row("s3", "over_frequency", attempt=2),
        scan_row("s4", "no_plan"),
        scan_row("s5", "allowed", NOON - 30 * DAY),
    )
    figures = ask(engine).figures

    assert told(figures, "scans", "scans_allowed", "scans_blocked", "scans_over_frequency", "scans_no_plan") == [
        *(4, 1, 1, 1, 1)
    ]
    assert told(figures, "scans_ever_blocked") == [2]
    assert figures["scans_allowed"].before == 1


def test_caps_are_of_the_calendar_year_up_to_the_periods_end(engine: Engine) -> None:
    office = an_office(engine, an_enterprise("e1", annual_check_cap=2), an_enterprise("e2"))
    times = [datetime(2025, 12, 31, 23, 59, tzinfo=ZONE), datetime(2026, 1, 1, tzinfo=ZONE), NOON, NOON + 30 * DAY]
    for number, at in enumerate(times, 1):
        keep(engine, visit_row(f"s{number}", at, number))

    in_may, in_june, in_july = (ask(engine, f"2026-0{month}", office=office).figures for month in (5, 6, 7))
    assert [told(one, "cap_used", "at_cap", "unvisited")[0] for one in (in_may, in_june, in_july)] == [1, 2, 3]
    assert told(in_may, "cap_total", "at_cap", "unvisited") == [14, 0, 1]
    assert told(in_june, "cap_used_rate", "at_cap") == [2 / 14, 1]


def test_findings_are_open_until_their_clue_is_closed(engine: Engine) -> None:
    keep(
        engine,
        finding_row("f1", "open", "2026-05-10", "2026-06-30"),
        finding_row("f2", "mended", "2026-06-02", "2026-06-02"),
        finding_row("f3", "mended", "2026-06-05", "2026-06-08", ticket_id="t3"),
        clue_row("t3", 3, source="data_check"),
        elsewhere_row(
            "laboratories:certificate_expired:f3",
            "t3",
            source="data_check",
            opened=True,
            closed_ms=int(NOON.timestamp() * 1000) + 40 * 86_400_000,
        ),
    )
    of, later = ask(engine, "2026-06", Dimension.RULE), ask(engine, "2026-07")

    assert told(of.figures, "findings_new", "findings_mended", "findings_open") == [2, 1, 2]
    assert told(later.figures, "findings_new", "findings_mended", "findings_open") == [0, 1, 1]
    assert grouped(of, Dimension.RULE, "findings_open")["certificate_expired"] == 2
    assert grouped(of, Dimension.RULE, "clues")["certificate_expired"] == 1


def test_rectifications_and_self_checks(engine: Engine) -> None:
    keep(
        engine,
        rectification_row("r1", "2026-05-01", "2026-06-10", "2026-06-10"),
        rectification_row("r2", "2026-05-01", "2026-06-10", "2026-06-11"),
        rectification_row("r3", "2026-05-01", "2026-06-29"),
        rectification_row("r4", "2026-05-01", "2026-06-30"),
        self_check_row("c1", "2026-06-01"),
        elsewhere_row("c9", "t9"),
    )
    figures = ask(engine).figures

    assert told(figures, "rectified_in_time", "rectified_late", "rectifications_overdue") == [1, 1, 1]
    assert told(figures, "self_checks", "clues_joined") == [1, 1]


def test_who_is_listed_at_the_end_and_what_that_spared(engine: Engine) -> None:
    keep(engine, listing_row("l1", "e3", "2026-06-15"), listing_row("l2", "e2", "2026-01-01", "2026-06-29"))
    for number in range(1, 4):
        keep(engine, visit_row(f"s{number}", NOON, number))
    of = ask(engine, "2026-06", Dimension.ENTERPRISE)

    assert told(of.figures, "white_listed") == [1]
    assert grouped(of, Dimension.ENTERPRISE, "spared_estimate") == {"e1": 0, "e2": 0, "e3": 1.5}
    assert of.figures["white_listed"].before == 1


def test_tickets_of_another_site_are_not_ours(engine: Engine) -> None:
    foreign = clue_row("t1", 1)
    foreign.site = "elsewhere"
    keep(engine, foreign, move_row("t1", 1, "dispatch", NOON))

    assert told(ask(engine).figures, "clues", "dispatches") == [0, 0]


def test_what_people_really_do_at_the_door_is_what_is_counted(engine: Engine) -> None:
    door = Door(engine)
    door.add_plans()
    door.add_chief()
    for number in range(3):
        assert door.scan(f"s{number}", at=DOOR_NOON + number * DAY).row.result == "allowed"
        door.found(f"s{number}", problem=False)
    assert door.scan("s3", at=DOOR_NOON + 3 * DAY).row.result == "blocked"
    assert door.scan("s3", at=DOOR_NOON + 3 * DAY, chief=CHIEF.name, by=CHIEF).row.result == "allowed"
    door.found("s3", problem=True, measure=Measure.GUIDANCE)
    of = ask(engine, "2026-06", Dimension.DEPARTMENT, office=door.office)

    assert told(of.figures, "visits", "visits_routine", "problems_found", "nothing_found") == [4, 4, 1, 3]
    assert told(of.figures, "found_rate", "measures_guidance", "visits_overridden") == [0.25, 1, 1]
    assert told(of.figures, "scans", "scans_allowed", "scans_ever_blocked", "cap_used") == [4, 4, 1, 4]
    assert grouped(of, Dimension.DEPARTMENT, "visits") == {"": 0, "D01": 4}
