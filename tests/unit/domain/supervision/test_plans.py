"""Laws of plan merging over random plans, limits and published schedules."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.supervision.plans import Held, Limits, Plan, merge
from domain.supervision.plans.ledger import open_days

START = date(2026, 12, 24)  # windows cross a weekend and the year's end
LIMITS = st.builds(
    Limits,
    team_min=st.fixed_dictionaries({"d1": st.integers(60, 180), "d2": st.just(60)}),
    visits_left=st.dictionaries(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([2026, 2027])), st.integers(0, 3)
    ),
    white_listed=st.sampled_from([frozenset(), frozenset({"c"})]),
    weekends=st.booleans(),
)


def plan(i: int, start: int, days: int, *, who: str = "a", department: str = "d1", minutes: int = 60) -> Plan:
    first = START + timedelta(days=start)
    return Plan(
        plan_id=f"p{i}",
        department=department,
        field="f",
        enterprise_id=who,
        earliest=first,
        latest=first + timedelta(days=days),
        duration_min=minutes,
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
        if p.enterprise_id in limits.white_listed:
            assert found.held[p.plan_id] is Held.WHITE_LISTED
        elif p.plan_id in found.days:
            assert found.days[p.plan_id] in open_days(p, limits)
            used[p.department, found.days[p.plan_id]] += p.duration_min
    assert all(minutes <= limits.minutes(department) for (department, _), minutes in used.items())
    visits = Counter((who, day.year) for who, day in found.visits(plans))
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
