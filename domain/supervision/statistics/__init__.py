"""What happened, day by day, to figures: by period, grade, department, rule and enterprise."""

from domain.supervision.statistics.figures import FIGURES, Figure, Unit, Value, values_of
from domain.supervision.statistics.marks import Dimension, Labels, Mark, What
from domain.supervision.statistics.period import Period, PeriodRefused, before, named_period, period_between
from domain.supervision.statistics.report import Compared, Group, compare, groups_of
from domain.supervision.statistics.spared import spared

__all__ = [
    "FIGURES",
    "Compared",
    "Dimension",
    "Figure",
    "Group",
    "Labels",
    "Mark",
    "Period",
    "PeriodRefused",
    "Unit",
    "Value",
    "What",
    "before",
    "compare",
    "groups_of",
    "named_period",
    "period_between",
    "spared",
    "values_of",
]
