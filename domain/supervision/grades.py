"""Risk class and credit to a grade, and a grade to the most visits of a year.

Decision table (the default; a site may set its own):

| risk class | credit A | credit B | credit C | credit D |
|------------|----------|----------|----------|----------|
| I          | B        | C        | D        | D        |
| II         | A        | B        | C        | D        |

| grade               | A | B  | C  | D  |
|---------------------|---|----|----|----|
| visits a year, most | 4 | 12 | 24 | 36 |

An enterprise's own `annual_check_cap` wins over its grade's. Class I with credit A is graded B, and B has 12 visits a
year: the published case; the other cells are design values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class RiskClass(StrEnum):
    """How grave what could happen is: I = grave safety, II = all others."""

    I = "I"  # noqa: E741 the name of the class in the practice's own papers
    II = "II"


class Grade(StrEnum):
    """A credit, or what risk and credit give together; A is the best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


A, B, C, D = Grade
_GRADES: Mapping[RiskClass, tuple[Grade, ...]] = MappingProxyType(
    {RiskClass.I: (B, C, D, D), RiskClass.II: (A, B, C, D)}
)
_CAPS: Mapping[Grade, int] = MappingProxyType({A: 4, B: 12, C: 24, D: 36})


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRules:
    """A site's table of grades and caps.

    Attributes:
        grades: Risk class to the grades of credit A, B, C and D.
        caps: Grade to the most visits in a calendar year.
    """

    grades: Mapping[RiskClass, tuple[Grade, ...]] = field(default_factory=lambda: _GRADES)
    caps: Mapping[Grade, int] = field(default_factory=lambda: _CAPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A grade, its cap, and why: `risk_class_i`, `credit_b`, then `cap_of_grade` or `cap_of_enterprise`."""

    grade: Grade
    cap: int
    why: tuple[str, ...]


def grade(risk: RiskClass, credit: Grade, own_cap: int | None = None, rules: GradeRules | None = None) -> Graded:
    """Return the grade of a risk class and a credit, with the year's cap.

    Args:
        risk: The enterprise's risk class.
        credit: Its credit that day.
        own_cap: The enterprise's own cap; None = its grade's.
        rules: The site's table; None = the default.

    >>> grade(RiskClass.I, Grade.A)
    Graded(grade=<Grade.B: 'B'>, cap=12, why=('risk_class_i', 'credit_a', 'cap_of_grade'))
    """
    table = rules or GradeRules()
    found = table.grades[risk][list(Grade).index(credit)]
    whose = "cap_of_grade" if own_cap is None else "cap_of_enterprise"
    cap = table.caps[found] if own_cap is None else own_cap
    return Graded(grade=found, cap=cap, why=(f"risk_class_{risk.lower()}", f"credit_{credit.lower()}", whose))
