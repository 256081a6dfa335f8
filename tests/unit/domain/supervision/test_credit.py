import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.site_files.faults import Findings
from domain.supervision.credit import CreditTable, credit_on, grade_of
from domain.supervision.credit_csv import Register, parse_facts
from domain.supervision.grades import Grade, GradeRules, RiskClass, grade
from domain.supervision.history import Subject, SupervisionTable, grade_history, grade_on
from domain.supervision.rules_file import parse_rules
from tests.builders_supervision import make_fact

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "supervision.toml"
DAY = date(2026, 3, 1)
TABLE = SupervisionTable(grades=GradeRules(), credit=CreditTable())
REGISTER = Register(enterprise_ids={"e1", "e2"}, fact_ids={"old"}, today=DAY)


def read(text: str) -> tuple[SupervisionTable, list[str]]:
    findings = Findings()
    table = parse_rules(tomllib.loads(text), "supervision.toml", findings)
    return table, [fault.what for fault in findings.faults]


@pytest.mark.parametrize(("risk", "grades"), [("I", "BCDD"), ("II", "ABCD")])
def test_risk_and_credit_give_the_grade_of_the_table(risk, grades):
    assert "".join(grade(RiskClass(risk), credit).grade for credit in Grade) == grades


def test_the_cap_is_the_grades_unless_the_enterprise_has_its_own():
    assert [grade(RiskClass.II, credit).cap for credit in Grade] == [4, 12, 24, 36]
    own = grade(RiskClass.I, Grade.A, own_cap=0)
    assert (own.grade, own.cap, own.why) == ("B", 0, ("risk_class_i", "credit_a", "cap_of_enterprise"))


@pytest.mark.parametrize(
    ("score", "credit"),
    [(90, "A"), (89.999999, "B"), (75, "B"), (74.999999, "C"), (60, "C"), (59.999999, "D"), (-9, "D")],
)
def test_a_score_has_the_credit_of_the_table(score, credit):
    assert grade_of(score, CreditTable()) == credit


@pytest.mark.parametrize("registered", list(Grade))
def test_without_facts_the_registered_credit_stands(registered):
    assert credit_on(DAY, registered, []).grade is registered


def test_a_fact_is_halved_by_its_half_life_and_does_not_count_before_its_day():
    facts = [make_fact("f1", "penalty", DAY)]
    days = [DAY - timedelta(1), DAY, DAY + timedelta(365), DAY + timedelta(730)]

    assert [credit_on(day, Grade.B, facts).score for day in days] == [82.0, 62.0, 72.0, 77.0]


def test_every_point_of_a_score_is_explained():
    facts = [make_fact(f"f{n}", "self_check", DAY) for n in range(5)] + [make_fact("p", "penalty", DAY)]
    credit = credit_on(DAY, Grade.B, facts)

    assert sum(line.points for line in credit.lines) == credit.score == 82 - 20 + 6
    assert [(line.reason, line.about, line.points) for line in credit.lines][-1] == ("limited", "self_check", -9.0)


def test_a_kind_that_the_table_does_not_know_is_told():
    with pytest.raises(ValueError, match="kind 'rumour'"):
        credit_on(DAY, Grade.B, [make_fact("f1", "rumour", DAY)])


def test_the_history_dates_each_change_with_its_reason():
    subject = Subject(risk=RiskClass.I, credit=Grade.A)
    facts = [make_fact("f1", "penalty", DAY)]
    changes = grade_history(subject, facts, DAY - timedelta(1), DAY + timedelta(800), TABLE)

    assert [(change.before, change.after.grade, change.why) for change in changes] == [
        (None, "B", ("registered",)),
        ("B", "C", ("penalty",)),
        ("C", "B", ("facts_aged",)),
    ]
    assert changes[1].on == DAY
    assert changes[2].on == DAY + timedelta(730)  # 95 - 20/4 = 90
    assert [grade_on(change.on, subject, facts, TABLE) for change in changes] == [change.after for change in changes]


def test_the_example_is_the_default_as_documented():
    table, faults = read(EXAMPLE.read_text(encoding="utf-8"))

    assert not faults
    assert dict(table.grades.grades) == dict(GradeRules().grades)
    assert dict(table.grades.caps) == dict(GradeRules().caps)
    assert (dict(table.credit.kinds), dict(table.credit.start), dict(table.credit.least)) == (
        dict(CreditTable().kinds),
        dict(CreditTable().start),
        dict(CreditTable().least),
    )


def test_a_file_changes_what_it_names_and_nothing_else():
    table, faults = read("[caps]\nB = 10")

    assert not faults
    assert [table.grades.caps[one] for one in Grade] == [4, 10, 24, 36]
    assert table.credit == CreditTable()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("cap = 3", "cap is unknown"),
        ("caps = 3", "caps is no table"),
        ("[caps]\nE = 3", "caps.E is unknown"),
        ("[caps]\nA = true", "caps.A True is no whole number"),
        ("[caps]\nA = -1", "caps.A -1 is no whole number"),
        ("[caps]\nA = 13", "a worse grade has fewer visits"),
        ('[grades]\nI = ["A"]', "grades.I ['A']"),
        ('[grades]\nI = "ABCD"', "grades.I 'ABCD'"),
        ('[grades]\nII = ["B", "A", "C", "D"]', "a worse credit has a better grade"),
        ("[start]\nA = 80", "start.A 80 is a score of another credit"),
        ("[start]\nA = nan", "start.A nan is no number"),
        ("[least]\nB = 95", "a worse credit needs more points"),
        ("[facts.fine]\npoints = 1\nhalf_life_days = 0\nlimit = 1", "facts.fine.half_life_days 0"),
        ("[facts.fine]\npoints = 1\nhalf_life_days = 9", "facts.fine.limit None"),
        ("[facts]\nfine = 3", "fine is no table"),
        (f"[facts.fine]\npoints = {10**400}\nhalf_life_days = 9\nlimit = 9", "facts.fine.points"),
    ],
)
def test_a_wrong_table_is_told_by_name(text, what):
    assert any(what in fault for fault in read(text)[1])


GOOD = "fact_id,enterprise_id,kind,on,note\nf1,e1,penalty,2026-02-01,粉尘\nf2,e2,honour,2026-03-01,\n"


def test_facts_come_out_of_a_csv():
    findings = Findings()
    facts = parse_facts("\ufeff" + GOOD, "facts.csv", REGISTER, CreditTable(), findings)

    assert not findings.faults
    assert [(fact.fact_id, fact.kind, fact.on, fact.note) for fact in facts] == [
        ("f1", "penalty", date(2026, 2, 1), "粉尘"),
        ("f2", "honour", DAY, ""),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("f1,e1,penalty,2026-02-01,", "fact_id 'f1' stands twice"),
        ("old,e1,penalty,2026-02-01,", "fact_id 'old' is known already"),
        (",e1,penalty,2026-02-01,", "fact_id is empty"),
        ("f3,e9,penalty,2026-02-01,", "enterprise_id 'e9' is unknown"),
        ("f3,e1,rumour,2026-02-01,", "kind 'rumour'"),
        ("f3,e1,penalty,2026-03-02,", "on '2026-03-02' is no date up to 2026-03-01"),
        ("f3,e1,penalty,1.3.2026,", "on '1.3.2026' is no date"),
        ("f3,e1", "kind ''"),
    ],
)
def test_one_wrong_row_is_told_by_its_number_and_nothing_is_taken(row, what):
    findings = Findings()
    facts = parse_facts(f"{GOOD}{row}\n", "facts.csv", REGISTER, CreditTable(), findings)

    assert facts == ()
    assert any(fault.row == 4 and what in fault.what for fault in findings.faults)


def test_all_wrong_rows_are_told_at_once():
    findings = Findings()
    parse_facts(f"{GOOD}a,e9,x,y,\nb,e8,x,y,\n", "facts.csv", REGISTER, CreditTable(), findings)

    assert [fault.row for fault in findings.faults] == [4, 4, 4, 5, 5, 5]


def test_bad_facts_of_a_kind_are_limited_as_good_ones_are():
    facts = [make_fact(f"f{number}", "penalty", DAY) for number in range(5)]

    assert credit_on(DAY, Grade.B, facts).score == 82 - 60
