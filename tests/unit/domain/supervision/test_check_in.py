from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.problem import Problem
from domain.supervision.caps import use_of
from domain.supervision.check_in import Result, fruitless, judge
from domain.supervision.late_scans import conflicts
from domain.supervision.visits import Cause, CoverKind, Override
from domain.supervision.white_list import Listing, is_listed
from tests.builders_supervision import CHIEF, NOON, ZONE, make_cover, make_known, make_scan, make_visit

FRUITLESS = tuple(make_visit(days) for days in (30, 60, 90))
OTHERS = tuple(make_visit(days, inspector="i2") for days in (1, 2))
CAMPAIGN = replace(make_cover(), cover_id="plan-2", special=True)
TICKET, COMPLAINT, PLAN = (make_cover(kind) for kind in (CoverKind.TICKET, CoverKind.COMPLAINT, CoverKind.PLAN))


@pytest.mark.parametrize(
    ("scan", "known", "result", "reason"),
    [
        pytest.param(
            make_scan(), make_known(*FRUITLESS, covers=(), cap=0), "blocked", "fruitless_visits", id="blocked is first"
        ),
        pytest.param(
            make_scan(cause=Cause.CLUE),
            make_known(*FRUITLESS, covers=(TICKET,)),
            "blocked",
            "fruitless_visits",
            id="a cause lifts no block",
        ),
        pytest.param(
            make_scan(override=CHIEF),
            make_known(*FRUITLESS, covers=(), cap=3),
            "over_frequency",
            "cap_reached",
            id="an override lifts no cap",
        ),
        pytest.param(
            make_scan(override=CHIEF), make_known(*FRUITLESS, covers=()), "no_plan", "nothing_covers", id="nor this"
        ),
        pytest.param(make_scan(override=CHIEF), make_known(*FRUITLESS), "allowed", "overridden", id="overridden"),
        pytest.param(
            make_scan(), make_known(*OTHERS, covers=(), cap=2), "over_frequency", "cap_reached", id="cap before plan"
        ),
        pytest.param(
            make_scan(cause=Cause.CLUE), make_known(*OTHERS, cap=2), "over_frequency", "cause_untrue", id="no such clue"
        ),
        pytest.param(
            make_scan(cause=Cause.COMPLAINT),
            make_known(*OTHERS, cap=2),
            "over_frequency",
            "cause_untrue",
            id="no complaint",
        ),
        pytest.param(
            make_scan(cause=Cause.SPECIAL),
            make_known(*OTHERS, covers=(), cap=2),
            "no_plan",
            "nothing_covers",
            id="a cause covers nothing",
        ),
        pytest.param(
            make_scan(cause=Cause.SPECIAL),
            make_known(*OTHERS, cap=2),
            "allowed",
            "covered_by_plan",
            id="special at the cap",
        ),
        pytest.param(
            make_scan(cause=Cause.CLUE),
            make_known(*OTHERS, covers=(TICKET,), cap=2),
            "allowed",
            "covered_by_ticket",
            id="clue at the cap",
        ),
        pytest.param(make_scan(), make_known(*OTHERS, covers=(), cap=3), "no_plan", "nothing_covers", id="no plan"),
        pytest.param(
            make_scan(), make_known(covers=(make_cover(enterprise="e2"),)), "no_plan", "nothing_covers", id="elsewhere"
        ),
        pytest.param(make_scan(), make_known(covers=(COMPLAINT,)), "allowed", "covered_by_complaint", id="complaint"),
        pytest.param(make_scan(), make_known(*OTHERS, cap=3), "allowed", "covered_by_plan", id="allowed"),
    ],
)
def test_the_first_answer_that_applies_is_given(scan, known, result, reason):
    answer = judge(scan, known)

    assert (answer.result, answer.reason) == (result, reason)
    assert (answer.visit is not None) == (result == "allowed")


@pytest.mark.parametrize(
    ("covers", "cause", "recorded"),
    [
        pytest.param((TICKET,), None, Cause.CLUE, id="clue"),
        pytest.param((COMPLAINT,), None, Cause.COMPLAINT, id="complaint"),
        pytest.param((CAMPAIGN,), None, Cause.SPECIAL, id="campaign"),
        pytest.param((PLAN, CAMPAIGN), Cause.SPECIAL, Cause.SPECIAL, id="campaign beside a plan"),
        pytest.param((PLAN,), Cause.SPECIAL, None, id="campaign only said"),
        pytest.param((PLAN, TICKET), None, Cause.CLUE, id="a plan and a clue"),
        pytest.param((PLAN,), None, None, id="routine"),
        pytest.param((PLAN,), Cause.CLUE, None, id="only said"),
        pytest.param((), Cause.SPECIAL, None, id="nothing"),
    ],
)
def test_a_white_listed_door_opens_by_cause_alone_and_the_cause_is_kept(covers, cause, recorded):
    answer = judge(make_scan(cause=cause), make_known(covers=covers, listed=True))

    assert (answer.visit.cause if answer.visit else None) is recorded
    assert (answer.result is Result.ALLOWED) == (recorded is not None)


def test_a_listing_holds_from_its_first_day_to_its_last():
    listing = Listing(enterprise_id="e1", first=date(2026, 1, 1), last=date(2026, 1, 2))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]

    assert [is_listed([listing], "e1", day) for day in days] == [False, True, True, False]
    assert not is_listed([listing], "e2", days[1])


@pytest.mark.parametrize(
    ("third", "blocked"),
    [
        pytest.param(make_visit(365), True, id="365 days ago to the moment"),
        pytest.param(make_visit(365.001), False, id="a little longer ago"),
        pytest.param(make_visit(9, found=True), False, id="found a problem"),
        pytest.param(make_visit(9, found=None), True, id="no outcome filed"),
        pytest.param(make_visit(9, inspector="i2"), False, id="somebody else"),
        pytest.param(replace(make_visit(9), enterprise_id="e2"), False, id="somewhere else"),
        pytest.param(make_visit(-1), False, id="after the scan"),
    ],
)
def test_three_fruitless_visits_within_365_days_block(third, blocked):
    answer = judge(make_scan(), make_known(*FRUITLESS[:2], third))

    assert (answer.result is Result.BLOCKED) == blocked


def test_an_override_that_is_not_needed_is_not_kept():
    assert judge(make_scan(override=CHIEF), make_known()).visit.override is None


def test_the_same_scan_twice_is_one_visit():
    first = judge(make_scan(), make_known()).visit
    again = judge(make_scan(received_at=NOON + timedelta(days=3)), make_known(first, covers=(), cap=0))

    assert (again.result, again.reason, again.repeated, again.visit) == ("allowed", "same_scan", True, first)
    assert again.use.used == 0


def test_a_blocked_scan_is_no_visit_and_goes_on_with_an_override():
    known = make_known(*FRUITLESS)

    assert judge(make_scan(), known).visit is None
    assert judge(make_scan(override=CHIEF), known).visit.override == CHIEF


@pytest.mark.parametrize(
    ("scan", "status", "code"),
    [
        pytest.param(make_scan(scan_id="v30"), 409, "scan_id_reused", id="another visit's id"),
        pytest.param(make_scan(at=NOON.replace(tzinfo=None), received_at=NOON), 422, "naive_time", id="naive"),
        pytest.param(make_scan(received_at=NOON - timedelta(minutes=6)), 422, "scan_in_future", id="future"),
        pytest.param(make_scan(override=replace(CHIEF, reason=" ")), 422, "no_reason", id="no reason"),
        pytest.param(make_scan(override=replace(CHIEF, by_chief=False)), 403, "not_a_chief", id="no chief"),
        pytest.param(
            make_scan(override=Override(user_id="i1", reason="x", by_chief=True)), 403, "not_a_chief", id="own"
        ),
    ],
)
def test_what_cannot_be_judged_is_refused_with_a_code(scan, status, code):
    with pytest.raises(Problem) as refused:
        judge(scan, make_known(*FRUITLESS))

    assert (refused.value.status, refused.value.code) == (status, code)


def test_a_named_ticket_covers_before_others():
    covers = (make_cover(CoverKind.TICKET, "t1"), make_cover(CoverKind.TICKET, "t2"))

    assert judge(make_scan(ticket_id="t2"), make_known(covers=covers)).visit.cover_id == "t2"


def test_an_offline_scan_is_judged_by_its_own_time():
    new_year = datetime(2027, 1, 1, tzinfo=ZONE)
    old = [
        replace(make_visit(9), scan_id=f"o{day}", inspector_id="i2", at=new_year - timedelta(days=day))
        for day in (8, 9)
    ]
    scan = make_scan(at=new_year - timedelta(minutes=1), received_at=new_year + timedelta(days=2))
    late = judge(scan, make_known(*old, cap=2))
    in_time = judge(replace(scan, scan_id="s2", at=new_year), make_known(*old, cap=2))

    assert (late.result, late.use.year) == (Result.OVER_FREQUENCY, 2026)
    assert (in_time.result, in_time.use.year, in_time.use.left) == (Result.ALLOWED, 2027, 2)


def test_a_year_begins_in_the_sites_zone():
    at = datetime(2026, 12, 31, 16, tzinfo=UTC)
    visit = replace(make_visit(0), at=at)

    assert use_of([visit], "e1", at, 4, ZONE).year == 2027
    assert use_of([visit], "e1", at, 4, ZONE).used == 1
    assert use_of([visit], "e1", at - timedelta(seconds=1), 4, ZONE).used == 0


def test_a_late_scan_leaves_the_visits_after_it_and_names_what_they_lack():
    late = make_visit(120, scan_id="late")
    visits = (*FRUITLESS, late)

    assert fruitless(FRUITLESS, "i1", "e1", late.at) == 0
    assert [(one.scan_id, one.reason) for one in conflicts(visits, lambda at: 12, ZONE)] == [
        ("v30", "fruitless_visits")
    ]
    assert [(one.scan_id, one.reason) for one in conflicts(visits, lambda at: 3, ZONE)] == [
        ("v30", "fruitless_visits"),
        ("v30", "cap_reached"),
    ]


def test_a_true_cause_is_recorded_and_an_untrue_one_is_not():
    assert judge(make_scan(cause=Cause.CLUE), make_known()).visit.cause is None
    assert judge(make_scan(cause=Cause.CLUE), make_known(covers=(TICKET,))).visit.cause is Cause.CLUE
    assert judge(make_scan(cause=Cause.SPECIAL), make_known(covers=(TICKET,), listed=True)).visit.cause is Cause.SPECIAL
