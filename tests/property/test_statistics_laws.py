"""Random marks and moments: parts sum to wholes, and every moment lies in exactly one day, week, month and year."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.supervision.statistics.window import Window, begin_ms
from domain.supervision.credit import CreditFact, CreditTable, credit_on
from domain.supervision.credit_days import credits_on
from domain.supervision.grades import Grade
from domain.supervision.statistics import (
    FIGURES,
    Dimension,
    Labels,
    Mark,
    Unit,
    What,
    before,
    compare,
    groups_of,
    named_period,
    period_between,
)
from domain.times import to_ms
from tests.builders_supervision import make_fact

TODAY = date(2030, 1, 1)
FIRST_MS, DAY_MS = to_ms(datetime(2010, 1, 1, tzinfo=UTC)), 86_400_000
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "UTC", "America/Havana", "America/Sao_Paulo", "Pacific/Apia")]
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
LABELS = st.builds(
    Labels,
    grade=st.sampled_from(["", "A", "D"]),
    department=st.sampled_from(["", "环保", "应急"]),
    rule=st.sampled_from(["", "r1", "plan"]),
    source=st.sampled_from(["air", "plan"]),
    industry=st.sampled_from(["", "涂装"]),
    enterprise=st.sampled_from(["", "e1", "e2", "e3"]),
)
MARKS = st.lists(st.builds(Mark, st.sampled_from(list(What)), DAYS, LABELS, st.integers(1, 40)), max_size=60)
FACTS = st.lists(
    st.builds(make_fact, st.uuids().map(str), st.sampled_from(sorted(CreditTable().kinds)), DAYS), max_size=12
)
COUNTS = [one.name for one in FIGURES if one.unit is Unit.COUNT]


@given(MARKS, MARKS, st.sampled_from(list(Dimension)))
def test_the_parts_sum_to_the_whole(now: list[Mark], earlier: list[Mark], dimension: Dimension) -> None:
    whole = compare(now, earlier, at_end=not dimension.is_time)
    groups = groups_of(now, earlier, dimension, named_period("2026", TODAY))

    for name in set(COUNTS) & whole.keys():
        assert sum(group.figures[name].now.value or 0 for group in groups) == whole[name].now.value
        if not dimension.is_time:
            assert sum(group.figures[name].before or 0 for group in groups) == whole[name].before
    for name in ("found_rate", "found_rate_clue"):
        told = [group.figures[name].now for group in groups]
        assert sum(one.numerator or 0 for one in told) == whole[name].now.numerator
        assert sum(one.denominator or 0 for one in told) == whole[name].now.denominator


@given(MARKS)
def test_named_parts_are_the_whole_and_rates_lie_in_their_interval(marks: list[Mark]) -> None:
    told = {name: one.now.value or 0 for name, one in compare(marks, []).items()}
    found = compare(marks, [])["found_rate"].now

    assert told["visits"] == told["visits_routine"] + told["visits_clue"] + told["visits_special"]
    assert told["visits"] == told["problems_found"] + told["nothing_found"] + told["without_result"]
    assert told["visits_avoided"] == sum(told[f"avoided_{why}"] for why in ("merged", "white_listed", "dismissed"))
    assert told["plans_placed"] == told["visits_planned"] + told["avoided_merged"]
    assert told["scans"] == sum(
        told[f"scans_{answer}"] for answer in ("allowed", "blocked", "over_frequency", "no_plan")
    )
    assert found.value is None or 0 <= (found.low or 0) <= found.value <= (found.high or 0) <= 1 + 1e-12


@given(MARKS, st.randoms(use_true_random=False))
def test_the_order_of_marks_changes_nothing(marks: list[Mark], chance) -> None:
    shuffled = list(marks)
    chance.shuffle(shuffled)

    assert compare(shuffled, []) == compare(marks, [])


@given(st.integers(FIRST_MS, FIRST_MS + 19 * 365 * DAY_MS), st.sampled_from(ZONES))
def test_every_moment_lies_in_the_period_of_its_own_day(at_ms: int, zone: ZoneInfo) -> None:
    day = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()
    names = f"{day}", f"{day:%Y-%m}", f"{day:%Y}"
    windows = [Window(named_period(name, TODAY), zone) for name in names]
    windows += [Window(before(window.period), zone) for window in windows]

    assert [window.has(at_ms) for window in windows] == [True, True, True, False, False, False]
    assert windows[0].day(at_ms) == day


@given(st.dates(date(2011, 1, 1), date(2029, 1, 1)), st.integers(0, 40), st.sampled_from(ZONES))
def test_neighbouring_periods_leave_no_gap(first: date, days: int, zone: ZoneInfo) -> None:
    period = period_between(first, first + timedelta(days=days), TODAY)
    window, earlier = Window(period, zone), Window(before(period), zone)

    assert earlier.until_ms == window.from_ms
    assert earlier.from_ms < earlier.until_ms or earlier.period.days == 1  # Apia had no 2011-12-30
    assert window.until_ms == begin_ms(period.last + timedelta(days=1), zone)


@settings(max_examples=25, deadline=None)
@given(st.lists(DAYS, max_size=30), st.sampled_from([Dimension.MONTH, Dimension.WEEK, Dimension.DAY]))
def test_a_time_has_every_part_once_and_in_order(days: list[date], dimension: Dimension) -> None:
    period = named_period("2026", TODAY)
    groups = groups_of([Mark(What.CLUE, day, Labels()) for day in days], [], dimension, period)
    keys = [group.key for group in groups]

    assert keys == sorted(set(keys))
    assert len(keys) == {Dimension.MONTH: 12, Dimension.WEEK: 53, Dimension.DAY: 365}[dimension]
    assert Counter({group.key: int(group.figures["clues"].now.value or 0) for group in groups}).total() == len(days)


@settings(deadline=None, max_examples=60)
@given(FACTS, st.sampled_from(list(Grade)), DAYS)
def test_credit_by_days_is_the_credit_of_each_day(facts: list[CreditFact], registered: Grade, first: date) -> None:
    table = CreditTable()
    days = [first + timedelta(days=offset) for offset in range(60)]

    told = credits_on(first, len(days), registered, facts, table)
    assert told == [credit_on(day, registered, facts, table).grade for day in days]
