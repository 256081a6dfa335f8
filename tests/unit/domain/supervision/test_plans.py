"""Laws of plan merging over random plans, limits and published schedules."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.supervision.plans import Held, Limits, Plan, merge
from domain.supervision.plans.done import plans_done
from domain.supervision.plans.filing import Desk
from domain.supervision.plans.ledger import open_days
from domain.supervision.visits import CoverKind
from domain.supervision.white_list import Listing

START = date(2026, 12, 24)  # windows cross a weekend and the year's end
LIMITS = st.builds(
    Limits,
    team_min=st.fixed_dictionaries({"d1": st.integers(60, 180), "d2": st.just(60)}),
    visits_left=st.dictionaries(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([2026, 2027])), st.integers(0, 3)
    ),
    white_listed=st.sampled_from([frozenset(), frozenset({"c"})]),
    listings=st.sampled_from(
        [{}, {"a": (Listing(enterprise_id="a", first=START + timedelta(days=3), last=START + timedelta(days=7)),)}]
    ),
    first=st.sampled_from([None, START + timedelta(days=4)]),
    weekends=st.booleans(),
)


def plan(
    i: int,
    start: int,
    days: int,
    *,
    who: str = "a",
    department: str = "d1",
    minutes: int = 60,
    special: bool = False,
) -> Plan:
    first = START + timedelta(days=start)
    return Plan(
        plan_id=f"p{i}",
        department=department,
        field="f",
        enterprise_id=who,
        earliest=first,
        latest=first + timedelta(days=days),
        duration_min=minutes,
        special=special,
    )


@st.composite
def some_plans(draw: st.DrawFn) -> list[Plan]:
    return [
        plan(
            i,
            draw(st.integers(0, 12)),
            draw(st.integers(0, 8)),
            who=draw(st.sampled_from("abc")),
            department=draw(st.sampled_from(["d1", "d2"])),
            minutes=draw(st.sampled_from([30, 60])),
            special=draw(st.sampled_from([False, False, False, True])),
        )
        for i in range(draw(st.integers(0, 14)))
    ]


@settings(max_examples=150, deadline=None)
@given(some_plans(), LIMITS)
def test_every_schedule_keeps_windows_teams_caps_and_the_white_list(plans: list[Plan], limits: Limits) -> None:
    found = merge(plans, limits).schedule
    assert found.days.keys() | found.held.keys() == {p.plan_id for p in plans}
    assert not found.days.keys() & found.held.keys()
    used: Counter[tuple[str, date]] = Counter()
    for p in plans:
        if limits.first and p.latest < limits.first:
            assert found.held[p.plan_id] is Held.WINDOW_OVER
        elif p.enterprise_id in limits.white_listed and not p.special:
            assert found.held[p.plan_id] is Held.WHITE_LISTED
        elif p.plan_id in found.days:
            assert found.days[p.plan_id] in open_days(p, limits)
            used[p.department, found.days[p.plan_id]] += p.duration_min
    assert all(minutes <= limits.minutes(department) for (department, _), minutes in used.items())
    campaigns = found.visits(p for p in plans if p.special)
    visits = Counter((who, day.year) for who, day in found.visits(plans) - campaigns)
    assert all(visits[key] <= cap for key, cap in limits.visits_left.items())


@settings(max_examples=150, deadline=None)
@given(some_plans(), LIMITS, st.integers(0, 10))
def test_it_is_never_worse_than_the_simple_rule_nor_below_the_bound(
    plans: list[Plan], limits: Limits, cut: int
) -> None:
    told = dict(merge(plans[cut:], limits).schedule.days)
    merged = merge(plans, limits, told)
    found, plain = merged.schedule, merged.plain
    ours = (len(found.held), len(found.visits(plans)), found.changes(told))
    assert ours <= (len(plain.held), len(plain.visits(plans)), plain.changes(told))
    assert len(found.visits(plans)) >= sum(merged.bound.values())


@settings(max_examples=60, deadline=None)
@given(some_plans())
def test_without_limits_the_bound_is_met_and_no_smaller_set_of_days_would_do(plans: list[Plan]) -> None:
    limits = Limits(team_min={"d1": 10_000, "d2": 10_000}, weekends=True)
    mine = [p for p in plans if p.enterprise_id == "a"]
    merged = merge(mine, limits)
    visits = len(merged.schedule.visits(mine))
    assert visits == sum(merged.bound.values())
    if visits > 1:
        days = sorted({day for p in mine for day in open_days(p, limits)})
        fewer = combinations(days, visits - 1)
        assert not any(all(any(d in open_days(p, limits) for d in chosen) for p in mine) for chosen in fewer)


@settings(max_examples=60, deadline=None)
@given(some_plans(), LIMITS)
def test_a_published_schedule_that_is_as_good_stays_as_it_is(plans: list[Plan], limits: Limits) -> None:
    roomy = Limits(team_min={"d1": 10_000, "d2": 10_000}, weekends=limits.weekends)
    told = dict(merge(plans, roomy).schedule.days)
    assert merge(plans, roomy, told).schedule.changes(told) == 0


def test_the_published_day_decides_among_equal_days() -> None:
    plans = [plan(1, 0, 8), plan(2, 2, 8)]
    told = {"p1": START + timedelta(days=5), "p2": START + timedelta(days=5)}
    assert merge(plans, Limits(), told).schedule.days == told


def test_reasons_are_told_apart() -> None:
    plans = [
        plan(1, 0, 0),
        plan(2, 0, 0, who="b"),
        plan(3, 2, 1, who="c"),
        plan(4, 0, 0, who="d", department="d2"),
        plan(5, 0, 0, who="e"),
    ]
    limits = Limits(team_min={"d1": 60}, visits_left={("d", 2026): 0}, white_listed=frozenset({"b"}))
    held = merge(plans, limits).schedule.held
    assert held["p2"] is Held.WHITE_LISTED
    assert held["p3"] is Held.NO_WORKING_DAY  # a Saturday and a Sunday
    assert held["p4"] is Held.CAP_REACHED
    assert {held.get("p1"), held.get("p5")} == {None, Held.NO_CAPACITY}


def test_a_special_campaign_goes_past_the_white_list_and_the_cap() -> None:
    plans = [plan(1, 0, 0, who="b", special=True), plan(2, 0, 0, who="b"), plan(3, 0, 0, who="c", special=True)]
    limits = Limits(visits_left={("c", 2026): 0}, white_listed=frozenset({"b"}))
    found = merge(plans, limits).schedule
    assert found.days.keys() == {"p1", "p3"}
    assert found.held == {"p2": Held.WHITE_LISTED}


def test_a_listing_with_days_leaves_the_other_days_and_days_past_are_over() -> None:
    listing = Listing(enterprise_id="a", first=START, last=START + timedelta(days=4))
    limits = Limits(listings={"a": (listing,)}, first=START + timedelta(days=1))
    found = merge([plan(1, 0, 5), plan(2, 1, 3), plan(3, 0, 0), plan(4, 0, 1, who="b")], limits).schedule
    assert found.days == {"p1": START + timedelta(days=5), "p4": START + timedelta(days=1)}
    assert found.held == {"p2": Held.WHITE_LISTED, "p3": Held.WINDOW_OVER}


NEW, OTHER = plan(1, 0, 5), plan(1, 0, 6)
LISTED = {"a": (Listing(enterprise_id="a", first=date.min),)}
SPECIAL = plan(1, 0, 5, special=True)


@pytest.mark.parametrize(
    ("asked", "filed", "listings", "today", "told"),
    [
        (NEW, {}, {}, START, []),
        (NEW, {"p1": NEW}, LISTED, START + timedelta(days=400), []),
        (NEW, {"p1": OTHER}, {}, START, ["filed with other values"]),
        (NEW, {"p1": None}, {}, START, ["was withdrawn"]),
        (NEW, {}, {}, START + timedelta(days=6), ["the window ended"]),
        (NEW, {}, {}, START - timedelta(days=732), ["in more than two years"]),
        (NEW, {}, LISTED, START, ["white list"]),
        (NEW, {}, {"a": (Listing(enterprise_id="a", first=START, last=START + timedelta(days=4)),)}, START, []),
        (SPECIAL, {}, LISTED, START, []),
        (NEW, {}, LISTED, START + timedelta(days=6), ["the window ended", "white list"]),
    ],
)
def test_the_table_of_filing(asked, filed, listings, today, told) -> None:
    faults = list(Desk(filed=filed, listings=listings, today=today).faults(asked))
    assert len(faults) == len(told)
    assert all(part in what and mend for part, (what, mend) in zip(told, faults, strict=True))


@pytest.mark.parametrize(
    ("kind", "cover", "done"),
    [
        (CoverKind.PLAN, "p1", {"p1", "p2", "p3"}),  # its own day's, and the visit's day's
        (CoverKind.PLAN, "p4", {"p4", "p3"}),  # filed only
        (CoverKind.PLAN, "done-before", set()),
        (CoverKind.TICKET, "p1", set()),
        (CoverKind.COMPLAINT, "c1", set()),
    ],
)
def test_the_table_of_what_a_visit_does(kind, cover, done) -> None:
    days = {"p1": START, "p2": START, "p3": START + timedelta(days=1), "p4": None, "p5": START + timedelta(days=9)}
    assert plans_done(kind, cover, START + timedelta(days=1), days) == done
