"""One thing that happened, or that holds at the end of a period, as a mark that can be counted and grouped.

Each mark has exactly one key in each dimension, an empty one where nothing applies; so the groups of a dimension
have every mark in exactly one of them, and what is summed adds up to the whole.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.supervision.statistics.period import week_of


class What(StrEnum):
    """What a mark is of; those from `ENTERPRISE` on hold at the end of a period."""

    CLUE = "clue"
    REGIONAL_NOTICE = "regional_notice"
    SENSOR_TICKET = "sensor_ticket"
    CLUE_JOINED = "clue_joined"
    DISPATCHED = "dispatched"
    WATCHED = "watched"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    TO_DECISION = "to_decision"
    TO_SITE = "to_site"
    TO_CLOSE = "to_close"
    ROUTINE_FOUND = "routine_found"
    ROUTINE_NOTHING = "routine_nothing"
    ROUTINE_OPEN = "routine_open"
    CLUE_FOUND = "clue_found"
    CLUE_NOTHING = "clue_nothing"
    CLUE_OPEN = "clue_open"
    SPECIAL_FOUND = "special_found"
    SPECIAL_NOTHING = "special_nothing"
    SPECIAL_OPEN = "special_open"
    UNSCANNED = "unscanned"
    OVERRIDDEN = "overridden"
    WITH_CAUSE = "with_cause"
    IN_CONFLICT = "in_conflict"
    GUIDANCE = "guidance"
    RECTIFICATION = "rectification"
    PENALTY = "penalty"
    FIRST_OF_DAY = "first_of_day"
    MERGED_AWAY = "merged_away"
    HELD_LISTED = "held_listed"
    TURNED_AWAY = "turned_away"
    HELD_CAP = "held_cap"
    AVOIDED_DISMISSED = "avoided_dismissed"
    SCAN_ALLOWED = "scan_allowed"
    SCAN_BLOCKED = "scan_blocked"
    SCAN_OVER_FREQUENCY = "scan_over_frequency"
    SCAN_NO_PLAN = "scan_no_plan"
    EVER_BLOCKED = "ever_blocked"
    FINDING_NEW = "finding_new"
    FINDING_MENDED = "finding_mended"
    RECTIFIED_IN_TIME = "rectified_in_time"
    RECTIFIED_LATE = "rectified_late"
    SELF_CHECK = "self_check"
    ENTERPRISE = "enterprise"
    LISTED = "listed"
    CAP = "cap"
    CAP_USED = "cap_used"
    AT_CAP = "at_cap"
    UNVISITED = "unvisited"
    SPARED = "spared"
    FINDING_OPEN = "finding_open"
    RECTIFICATION_OVERDUE = "rectification_overdue"


class Dimension(StrEnum):
    """By what figures are grouped."""

    GRADE = "grade"
    DEPARTMENT = "department"
    RULE = "rule"
    SOURCE = "source"
    INDUSTRY = "industry"
    ENTERPRISE = "enterprise"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"

    @property
    def is_time(self) -> bool:
        """Whether it divides the period."""
        return self in (Dimension.MONTH, Dimension.WEEK, Dimension.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A mark's key in each dimension; empty = none applies or none is known."""

    grade: str = ""
    department: str = ""
    rule: str = ""
    source: str = ""
    industry: str = ""
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark.

    Attributes:
        day: In the site's zone.
        amount: 1 where it is counted; else what `what` measures: minutes, visits of a cap.
    """

    what: What
    day: date
    labels: Labels
    amount: float = 1


def key_in(mark: Mark, dimension: Dimension) -> str:
    """Return a mark's key in a dimension."""
    return part_of(mark.day, dimension) if dimension.is_time else str(getattr(mark.labels, dimension.value))


def part_of(day: date, dimension: Dimension) -> str:
    """Return the name of the month, week or day that a day lies in."""
    if dimension is Dimension.MONTH:
        return f"{day:%Y-%m}"
    return week_of(day) if dimension is Dimension.WEEK else day.isoformat()
