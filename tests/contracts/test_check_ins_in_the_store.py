"""Check-ins on SQLite and PostgreSQL: the four answers, repetitions, outcomes, late scans, conflicts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.lifecycle import Move, MoveKind
from alerts.people.person import Person, Role
from alerts.supervision.check_ins import Asked, check_in, override
from alerts.supervision.visits import settle
from domain.problem import Problem
from domain.supervision.compliance import Measure
from tests.builders_check_ins import CHIEF, DUTY, PLACE, Door, an_enterprise
from tests.builders_supervision import NOON
from tests.ticket_stores import BACKENDS, fresh_store

DAY = timedelta(days=1)
LI = Person(name="li", role=Role.INSPECTOR)


@pytest.fixture(params=BACKENDS)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    with fresh_store(request.param, tmp_path) as engine:
        yield Door(engine)


def three_fruitless(door: Door) -> None:
    door.add_plans()
    for days in (300, 200, 100):
        assert door.scan(f"v{days}", at=NOON - days * DAY).row.result == "allowed"


def told(done) -> tuple[str, str]:
    return done.row.result, done.row.reason


def test_without_plan_ticket_or_complaint_nobody_is_let_in(door):
    assert told(door.scan()) == ("no_plan", "nothing_covers")
    assert door.visits() == []
    assert door.audited() == ["check_in.no_plan"]


@pytest.mark.parametrize(
    ("state", "answer"), [("filed", "allowed"), ("placed", "allowed"), ("held", "no_plan"), ("withdrawn", "no_plan")]
)
def test_a_plan_covers_by_its_state(door, state, answer):
    door.add_plan(state=state)

    assert door.scan().row.result == answer


@pytest.mark.parametrize(("first", "last", "answer"), [(0, 0, "allowed"), (1, 9, "no_plan"), (-9, -1, "no_plan")])
def test_a_plan_covers_the_days_of_its_window(door, first, last, answer):
    days = [(NOON + shift * DAY).date().isoformat() for shift in (first, last)]
    door.add_plan(earliest=days[0], latest=days[1])

    assert door.scan().row.result == answer


def test_a_plan_that_is_done_covers_the_colleagues_of_the_same_day_only(door):
    door.add_plan("p1")
    assert door.scan("s1").row.result == "allowed"

    assert told(door.scan("s2", who="zhao", at=NOON + timedelta(hours=1))) == ("allowed", "covered_by_plan")
    assert told(door.scan("s3", who="zhao", at=NOON + DAY)) == ("no_plan", "nothing_covers")


def test_a_complaint_covers_until_it_is_closed(door):
    door.add_complaint(closed=NOON - timedelta(hours=2))

    assert told(door.scan("now")) == ("no_plan", "nothing_covers")
    assert told(door.scan("before", at=NOON - timedelta(hours=3))) == ("allowed", "covered_by_complaint")


def test_three_fruitless_visits_block_the_same_inspector_alone(door):
    three_fruitless(door)

    assert told(door.scan("s4")) == ("blocked", "fruitless_visits")
    assert told(door.scan("s5", who="LI ")) == ("blocked", "fruitless_visits")
    assert told(door.scan("s6", who="zhao")) == ("allowed", "covered_by_plan")


def test_a_visit_that_found_a_problem_lets_the_next_in(door):
    three_fruitless(door)
    door.found("v200", problem=True, measure=Measure.GUIDANCE)

    assert told(door.scan("s4")) == ("allowed", "covered_by_plan")


def test_a_chiefs_word_by_the_desk_lets_a_blocked_scan_in_and_is_kept(door):
    three_fruitless(door)
    door.add_chief()
    door.scan("s4")

    assert told(door.scan("s4", chief="Wang")) == ("allowed", "overridden")
    assert (door.visits()[-1].override_by, door.visits()[-1].cover_kind) == ("wang", "plan")


def test_the_chief_lets_it_in_themself(door):
    three_fruitless(door)
    door.scan("s4")

    with pytest.raises(Problem, match="ask a chief"):
        override(door.office, "s4", "复查", CHIEF)  # no chief of this name is among the users
    door.add_chief()
    assert told(override(door.office, "s4", "复查", CHIEF)) == ("allowed", "overridden")
    with pytest.raises(Problem, match="only a blocked one"):
        override(door.office, "s4", "复查", CHIEF)
    with pytest.raises(Problem, match="no scan has the id"):
        override(door.office, "s9", "复查", CHIEF)


@pytest.mark.parametrize(
    ("name", "role", "disabled"),
    [("wang", Role.DUTY, False), ("wang", Role.CHIEF, True), ("nobody", Role.CHIEF, False)],
)
def test_only_a_chief_who_is_there_overrides(door, name, role, disabled):
    three_fruitless(door)
    door.add_chief(name, role, disabled=disabled)

    with pytest.raises(Problem) as refused:
        door.scan("s4", chief="wang")
    assert (refused.value.status, refused.value.code) == (403, "not_a_chief")
    assert len(door.visits()) == 3


def test_an_inspector_neither_speaks_for_a_chief_nor_scans_for_another(door):
    three_fruitless(door)
    door.add_chief()

    for said in ({"chief": "wang"}, {"who": "zhao"}):
        with pytest.raises(Problem) as refused:
            door.scan("s4", by=LI, **said)
        assert refused.value.status == 403
    door.add_chief("li")
    with pytest.raises(Problem, match="other than yourself"):
        door.scan("s4", chief="li")


def test_the_cap_asks_for_a_cause_that_is_so(door):
    office = Door(door.engine, [an_enterprise(annual_check_cap=1)])
    office.add_plans()
    office.scan("s1", who="zhao")

    assert told(office.scan("s2")) == ("over_frequency", "cap_reached")
    assert told(office.scan("s2", cause="clue")) == ("over_frequency", "cause_untrue")
    assert told(office.scan("s2", cause="special")) == ("allowed", "covered_by_plan")
    last = office.visits()[-1]
    assert (last.scan_id, last.cause) == ("s2", "special")
    assert [row for row in office.audited() if "check_in" in row] == [
        "check_in.allowed",
        "check_in.over_frequency",
        "check_in.over_frequency",
        "check_in.allowed",
    ]


def test_the_years_visits_are_those_of_the_zone(door):
    office = Door(door.engine, [an_enterprise(annual_check_cap=1)])
    office.add_plans()
    new_year = NOON.replace(month=1, day=1, hour=0, minute=0)  # 16:00 UTC of the last day of the year before

    assert office.scan("old", at=new_year - timedelta(minutes=1)).row.result == "allowed"
    assert office.scan("new", at=new_year).row.result == "allowed"
    assert office.scan("more", at=new_year + timedelta(minutes=1)).row.result == "over_frequency"


def test_the_white_list_closes_the_door_to_plans_and_opens_it_to_clues(door):
    office = Door(door.engine, [an_enterprise(whitelisted=True)])
    office.add_plans()
    assert told(office.scan("s1")) == ("no_plan", "white_listed")
    assert told(office.scan("s2", cause="special")) == ("no_plan", "white_listed")
    office.add_plan("campaign", special=True)
    assert told(office.scan("s2")) == ("allowed", "covered_by_plan")
    assert (office.visits()[-1].cause, office.visits()[-1].cover_id) == ("special", "campaign")

    office.add_complaint()
    assert told(office.scan("s3")) == ("allowed", "covered_by_complaint")
    assert office.visits()[-1].cause == "complaint"


def test_the_same_scan_twice_is_one_visit_with_the_same_words(door):
    door.add_plans()
    first, second = door.scan(), door.scan(at=NOON + timedelta(minutes=4))

    assert (first.repeated, second.repeated) == (False, True)
    assert told(first) == told(second)
    assert len(door.visits()) == 1
    assert door.audited() == ["check_in.allowed"]


def test_a_scan_without_its_time_has_that_of_its_first_receipt(door):
    door.add_plans()
    first = door.scan(at=None)
    door.now_ms += 3_600_000
    again = door.scan(at=None)

    assert (again.repeated, again.row.at_ms) == (True, first.row.at_ms)


@pytest.mark.parametrize("other", [{"who": "zhao"}, {"code": "e-113"}, {"at": NOON - DAY}], ids=str)
@pytest.mark.parametrize("planned", [True, False])
def test_a_scans_id_is_used_once_whether_let_in_or_not(door, other, planned):
    if planned:
        door.add_plans()
    door.scan()

    with pytest.raises(Problem) as refused:
        door.scan(**other)
    assert (refused.value.status, refused.value.code) == (409, "scan_id_reused")


@pytest.mark.parametrize(
    ("at", "code"), [(timedelta(minutes=6), "scan_in_future"), (timedelta(days=-401), "scan_too_old")]
)
def test_times_that_cannot_be_are_refused(door, at, code):
    now = NOON + at
    with pytest.raises(Problem) as refused:
        check_in(door.office, Asked(scan_id="s", inspector_id="li", enterprise_code=PLACE, scanned_at=now), DUTY)
    assert (refused.value.status, refused.value.code) == (422, code)


def test_an_unknown_code_is_refused(door):
    with pytest.raises(Problem, match="enterprise_code"):
        door.scan(code="elsewhere")


def test_a_thousand_at_once_are_one_visit(door):
    door.add_plans()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: door.scan().row.result, range(1000)))

    assert set(answers) == {"allowed"}
    assert len(door.visits()) == 1
    assert door.audited() == ["check_in.allowed"]


def test_many_scans_at_once_never_pass_the_cap(door):
    office = Door(door.engine, [an_enterprise(annual_check_cap=5)])
    office.add_plans()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda row: office.scan(f"s{row}", who=f"i{row}").row.result, range(60)))

    assert (answers.count("allowed"), answers.count("over_frequency")) == (5, 55)
    assert len(office.visits()) == 5


def test_a_visit_for_a_dispatched_ticket_brings_it_on_site_and_its_outcome_closes_it(door):
    door.dispatch()
    assert told(door.scan()) == ("allowed", "covered_by_ticket")
    assert door.state() == "on_site"
    assert door.tickets.get("a1").history[-1].who == "li"

    row = door.found("s1", problem=True, measure=Measure.RECTIFICATION)
    assert (door.state(), row.problem_found, row.measure) == ("closed", True, "rectification")
    assert door.found("s1", problem=True, measure=Measure.RECTIFICATION).problem_found
    with pytest.raises(Problem, match="its ticket's result stands"):
        door.found("s1", problem=False, by=CHIEF)


def test_a_tickets_outcome_fills_its_visit(door):
    door.dispatch()
    door.scan()
    door.close("a1", NOON + timedelta(hours=1), problem=True)

    assert [(row.problem_found, row.measure) for row in door.visits()] == [(True, "none")]


def test_a_late_scan_of_a_ticket_takes_the_result_that_came_before_it(door):
    door.dispatch()
    door.close("a1", NOON + timedelta(hours=1), problem=True)
    door.now_ms += 7_200_000

    assert told(door.scan(at=NOON)) == ("allowed", "covered_by_ticket")
    assert [row.problem_found for row in door.visits()] == [True]
    assert told(door.scan("later", at=NOON + timedelta(hours=2))) == ("no_plan", "nothing_covers")


def test_a_dispatch_covers_a_candidate_only_where_the_scan_names_the_ticket(door):
    door.dispatch(enterprise_id="e-113")

    assert told(door.scan("s1")) == ("no_plan", "nothing_covers")
    assert told(door.scan("s2", ticket_id="a1")) == ("allowed", "covered_by_ticket")
    assert told(door.scan("s3", code="e-113")) == ("allowed", "covered_by_ticket")


def test_an_undone_dispatch_covers_nothing(door):
    at = NOON - timedelta(minutes=30)
    door.dispatch(at=at)
    door.tickets.decide("a1", Move(kind=MoveKind.UNDO, who="duty", at=at + timedelta(seconds=5)))

    assert told(door.scan()) == ("no_plan", "nothing_covers")


def test_outcomes_are_told_by_who_was_there_or_the_desk_and_corrected_by_a_chief(door):
    door.add_plans()
    door.scan()
    with pytest.raises(Problem, match="li was there"):
        door.found("s1", problem=True, by=Person(name="zhao", role=Role.INSPECTOR))
    with pytest.raises(Problem, match="mend one of the two"):
        door.found("s1", problem=False, measure=Measure.PENALTY)
    with pytest.raises(Problem, match="no visit has the scan_id"):
        door.found("s2", problem=True)
    assert door.found("s1", problem=False, by=LI).problem_found is False
    with pytest.raises(Problem, match="a chief may correct it"):
        door.found("s1", problem=True, by=LI)
    assert door.found("s1", problem=True, by=CHIEF).problem_found


def test_a_late_scan_puts_the_fourth_fruitless_visit_in_conflict_and_a_found_problem_lifts_it(door):
    door.add_plans()
    for days in (3, 2, 1):
        assert door.scan(f"v{days}", at=NOON - days * DAY).row.result == "allowed"
    door.now_ms += 1
    assert door.scan("late", at=NOON - 4 * DAY).row.result == "allowed"

    assert door.conflicts() == {"v1": "fruitless_visits"}
    door.found("late", problem=True)
    assert door.conflicts() == {}


def test_a_tickets_outcome_lifts_a_conflict_too(door):
    door.add_plans()
    for days in (3, 2, 1):
        door.scan(f"v{days}", at=NOON - days * DAY)
    door.dispatch(at=NOON - 5 * DAY)
    assert told(door.scan("late", at=NOON - 4 * DAY)) == ("allowed", "covered_by_ticket")
    assert door.conflicts() == {"v1": "fruitless_visits"}

    door.close("a1", NOON, problem=True)
    assert door.conflicts() == {}


def test_a_late_scan_above_the_cap_is_a_conflict_that_another_chief_settles_once(door):
    office = Door(door.engine, [an_enterprise(annual_check_cap=1)])
    office.add_plans()
    office.scan("s1")
    assert office.scan("late", at=NOON - DAY, who="zhao").row.result == "allowed"
    assert office.conflicts() == {"s1": "cap_reached"}

    with pytest.raises(Problem, match="another chief"):
        settle(office.office, "s1", "x", Person(name="li", role=Role.CHIEF))
    row = settle(office.office, "s1", "两部门同日 / two departments", CHIEF)
    assert (row.settled_by, row.conflict) == ("wang", "cap_reached")
    with pytest.raises(Problem, match="wang settled it"):
        settle(office.office, "s1", "x", CHIEF)
    with pytest.raises(Problem, match="in no conflict"):
        settle(office.office, "late", "x", CHIEF)
    assert office.audited()[-2:] == ["visit.conflict", "visit.settled"]


def test_a_late_scan_for_an_earlier_dispatch_leaves_the_ticket_that_came_back_as_it_is(door):
    door.dispatch(at=NOON - 2 * DAY)
    door.close("a1", NOON - DAY)
    for kind, hours in ((MoveKind.REOPEN, 3), (MoveKind.DISPATCH, 2)):
        door.tickets.decide("a1", Move(kind=kind, who="duty", at=NOON - timedelta(hours=hours)))

    assert told(door.scan("old", at=NOON - timedelta(days=1, hours=1))) == ("allowed", "covered_by_ticket")
    assert door.state() == "dispatched"
    assert told(door.scan("new")) == ("allowed", "covered_by_ticket")
    assert door.state() == "on_site"
