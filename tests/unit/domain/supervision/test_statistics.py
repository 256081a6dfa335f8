"""Periods, marks and figures, each table row by row."""

import re
from datetime import date
from pathlib import Path

import pytest

from domain.supervision.statistics import (
    FIGURES,
    Dimension,
    Labels,
    Mark,
    PeriodRefused,
    What,
    before,
    compare,
    groups_of,
    named_period,
    period_between,
    spared,
    values_of,
)
from domain.supervision.statistics.figures import tally

TODAY = date(2026, 11, 26)
DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("name", "first", "last", "earlier", "earlier_first", "earlier_last"),
    [
        ("2025", "2025-01-01", "2025-12-31", "2024", "2024-01-01", "2024-12-31"),
        ("2026", "2026-01-01", "2026-11-26", "2025", "2025-01-01", "2025-11-26"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4", "2025-10-01", "2025-12-31"),
        ("2026-Q4", "2026-10-01", "2026-11-26", "2026-Q3", "2026-07-01", "2026-08-26"),
        ("2026-03", "2026-03-01", "2026-03-31", "2026-02", "2026-02-01", "2026-02-28"),
        ("2026-01", "2026-01-01", "2026-01-31", "2025-12", "2025-12-01", "2025-12-31"),
        ("2026-W48", "2026-11-23", "2026-11-26", "2026-W47", "2026-11-16", "2026-11-19"),
        ("2026-W01", "2025-12-29", "2026-01-04", "2025-W52", "2025-12-22", "2025-12-28"),
        ("2026-11-26", "2026-11-26", "2026-11-26", "2026-11-25", "2026-11-25", "2026-11-25"),
        ("2027", "2027-01-01", "2027-12-31", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_named_periods(name: str, first: str, last: str, earlier: str, earlier_first: str, earlier_last: str) -> None:
    period = named_period(name, TODAY)
    against = before(period)

    assert (period.name, str(period.first), str(period.last)) == (name, first, last)
    assert (against.name, str(against.first), str(against.last)) == (earlier, earlier_first, earlier_last)


def test_a_running_march_is_held_against_no_more_than_february() -> None:
    against = before(named_period("2026-03", date(2026, 3, 30)))

    assert (against.first, against.last) == (date(2026, 2, 1), date(2026, 2, 28))


def test_two_days_are_held_against_as_many_before_them() -> None:
    against = before(period_between(date(2026, 3, 1), date(2026, 3, 10), TODAY))

    assert (against.first, against.last, against.days) == (date(2026, 2, 19), date(2026, 2, 28), 10)


@pytest.mark.parametrize(
    "name", ["", "soon", "2026-13", "2026-Q5", "2026-W54", "2026-02-30", "1969", "9999-12", "２０２６x"]
)
def test_no_such_period(name: str) -> None:
    with pytest.raises(PeriodRefused, match="write 2026, 2026-Q4"):
        named_period(name, TODAY)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "ends before it begins"),
        (date(2000, 1, 1), date(2026, 1, 1), "longer than 3660"),
        (date(1960, 1, 1), date(1960, 2, 1), "from 1970"),
        (date(9999, 12, 31), date(9999, 12, 31), "to 2199"),
    ],
)
def test_no_such_days(first: date, last: date, why: str) -> None:
    with pytest.raises(PeriodRefused, match=why):
        period_between(first, last, TODAY)


def test_of_nothing_counts_are_zero_and_rates_are_unknown() -> None:
    told = values_of(tally([]))

    assert {one.name: told[one.name].value for one in FIGURES} == {
        one.name: None if one.whole or one.quantile else 0 for one in FIGURES
    }


def test_every_kind_of_mark_is_in_a_figure_and_no_name_twice() -> None:
    used = {what for figure in FIGURES for what in (*figure.part, *figure.whole)}

    assert used == set(What)
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)


def marks(*told: tuple[What, int], grade: str = "A", day: date = DAY) -> list[Mark]:
    return [Mark(what, day, Labels(grade=grade)) for what, amount in told for _ in range(amount)]


def test_rates_are_of_visits_with_a_result() -> None:
    made = marks((What.ROUTINE_FOUND, 1), (What.ROUTINE_NOTHING, 9), (What.CLUE_FOUND, 6), (What.CLUE_NOTHING, 4))
    told = values_of(tally([*made, *marks((What.ROUTINE_OPEN, 5), (What.SPECIAL_OPEN, 2))]))

    assert (told["visits"].value, told["without_result"].value) == (27, 7)
    assert (told["found_rate"].numerator, told["found_rate"].denominator) == (7, 20)
    assert (told["found_rate_routine"].value, told["found_rate_clue"].value) == (0.1, 0.6)
    assert told["found_rate_special"].value is None
    low, high = told["found_rate_clue"].low, told["found_rate_clue"].high
    assert low is not None
    assert high is not None
    assert low == pytest.approx(0.3127, abs=1e-4)  # Wilson's interval of 6 of 10
    assert high == pytest.approx(0.8318, abs=1e-4)


def test_changes_are_shares_of_counts_and_differences_of_rates() -> None:
    now = marks((What.ROUTINE_FOUND, 6), (What.ROUTINE_NOTHING, 4))
    earlier = marks((What.ROUTINE_FOUND, 4), (What.ROUTINE_NOTHING, 36))
    told = compare(now, earlier)

    assert told["visits"].change == -0.75
    assert told["found_rate"].change == pytest.approx(0.5)
    assert told["clues"].change is None


def test_a_group_that_is_gone_is_still_compared() -> None:
    period = named_period("2026-06", TODAY)
    groups = groups_of(marks((What.CLUE, 2), grade="A"), marks((What.CLUE, 3), grade="D"), Dimension.GRADE, period)

    assert [(one.key, one.figures["clues"].now.value, one.figures["clues"].before) for one in groups] == [
        ("A", 2, 0),
        ("D", 0, 3),
    ]


def test_every_part_of_a_period_is_told_also_where_nothing_happened() -> None:
    period = named_period("2026-Q2", TODAY)
    groups = groups_of(marks((What.CLUE, 2)), [], Dimension.MONTH, period)

    assert [(one.key, one.figures["clues"].now.value) for one in groups] == [
        ("2026-04", 0),
        ("2026-05", 0),
        ("2026-06", 2),
    ]
    assert "cap_used" not in groups[0].figures  # it holds at the end of the whole period


def test_what_the_white_list_spared_is_what_others_of_the_grade_had() -> None:
    def standing(place: str, grade: str, *more: What) -> list[Mark]:
        labels = Labels(enterprise=place, grade=grade)
        return [Mark(what, DAY, labels) for what in (What.ENTERPRISE, *more)]

    routine = (What.ROUTINE_NOTHING,) * 3
    told = [
        *standing("e1", "A", *routine),
        *standing("e2", "A"),
        *standing("e3", "A", What.LISTED, What.CLUE_FOUND),
        *standing("e4", "D", What.LISTED),
    ]

    assert [(one.labels.enterprise, one.amount) for one in spared(told)] == [("e3", 1.5)]


def test_every_figure_is_defined_in_the_documents() -> None:
    text = (Path(__file__).parents[4] / "docs" / "statistics.md").read_text(encoding="utf-8")

    assert {figure.name for figure in FIGURES} - set(re.findall(r"`(\w+)`", text)) == set()
    assert {one.value for one in Dimension} - set(re.findall(r"`(\w+)`", text)) == set()
