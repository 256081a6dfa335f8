from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.supervision.compliance import Finding, Mended, Severity, suggest
from domain.supervision.guide import GuideEntry, guide
from domain.supervision.rectification import Rectification, fact_on, mended_on, state_on

DAY = date(2026, 3, 1)
FOUND = Finding(enterprise_id="e1", matter="no_cover", on=DAY, severity=Severity.SLIGHT, industry="foundry")
ASKED = Rectification(rectification_id="r1", enterprise_id="e1", ordered=DAY, due=DAY + timedelta(10))


@pytest.mark.parametrize(
    ("severity", "repeated", "mended", "measure", "reason"),
    [
        ("grave", False, "in_time", "penalty", "grave_matter"),
        ("grave", True, "late", "penalty", "grave_matter"),
        ("ordinary", False, "late", "penalty", "not_mended_in_time"),
        ("slight", False, "late", "penalty", "not_mended_in_time"),
        ("ordinary", True, "in_time", "penalty", "repeated_matter"),
        ("ordinary", True, "open", "penalty", "repeated_matter"),
        ("slight", True, "in_time", "rectification", "repeated_slight"),
        ("slight", True, "open", "rectification", "repeated_slight"),
        ("ordinary", False, "in_time", "rectification", "first_matter"),
        ("ordinary", False, "open", "rectification", "first_matter"),
        ("slight", False, "open", "rectification", "first_slight_open"),
        ("slight", False, "in_time", "guidance", "first_slight_mended"),
    ],
)
def test_the_suggested_measure_is_the_tables(severity, repeated, mended, measure, reason):
    finding = replace(FOUND, severity=Severity(severity), mended=Mended(mended))
    earlier = [replace(FOUND, on=DAY - timedelta(365))] if repeated else []
    suggestion = suggest(finding, earlier)

    assert (suggestion.measure, suggestion.reason) == (measure, reason)


def test_no_problem_suggests_nothing():
    assert (suggest(None, [FOUND]).measure, suggest(None, []).reason) == ("none", "no_problem")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(FOUND, on=DAY - timedelta(366)), id="too long ago"),
        pytest.param(replace(FOUND, on=DAY), id="the same day"),
        pytest.param(replace(FOUND, on=DAY - timedelta(1), matter="no_log"), id="another matter"),
        pytest.param(replace(FOUND, on=DAY - timedelta(1), enterprise_id="e2"), id="another enterprise"),
    ],
)
def test_only_the_same_matter_there_within_a_year_repeats(other):
    assert suggest(replace(FOUND, mended=Mended.IN_TIME), [other]).measure == "guidance"


@pytest.mark.parametrize(
    ("filed", "day", "state", "mended", "kind", "on"),
    [
        (None, 0, "open", "open", None, None),
        (None, 2, "open", "open", None, None),
        (None, 3, "remind", "open", None, None),
        (None, 10, "remind", "open", None, None),
        (None, 11, "overdue", "late", "rectification_overdue", 11),
        (10, 9, "remind", "open", None, None),
        (10, 10, "closed", "in_time", "rectified", 10),
        (10, 99, "closed", "in_time", "rectified", 10),
        (12, 11, "overdue", "late", "rectification_overdue", 11),
        (12, 12, "closed_late", "late", "rectification_overdue", 11),
    ],
)
def test_a_rectification_stands_as_the_table_says(filed, day, state, mended, kind, on):
    one = replace(ASKED, filed=None if filed is None else DAY + timedelta(filed))
    at = DAY + timedelta(day)
    fact = fact_on(at, one)

    assert (state_on(at, one), mended_on(at, one)) == (state, mended)
    assert (fact.kind if fact else None) == kind
    assert (fact.on if fact else None) == (None if on is None else DAY + timedelta(on))


def test_without_a_due_day_there_are_thirty():
    assert replace(ASKED, due=None).last_day == date(2026, 3, 31)


def test_a_guide_tells_the_most_frequent_matters_of_its_industry_first():
    findings = [
        replace(FOUND, matter="no_log"),
        FOUND,
        replace(FOUND, enterprise_id="e2", on=DAY + timedelta(1), clause="§ 9", how="cover it"),
        replace(FOUND, matter="smell", industry="paint"),
    ]

    assert guide(findings, "foundry") == (
        GuideEntry(matter="no_cover", clause="§ 9", how="cover it", findings=2, enterprises=2),
        GuideEntry(matter="no_log", clause="", how="", findings=1, enterprises=1),
    )
    assert len(guide(findings, "foundry", most=1)) == 1
    assert guide(findings, "bakery") == ()
