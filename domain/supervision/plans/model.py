"""What plan merging speaks of: plans, limits, and a schedule that gives each plan a day or a reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.supervision.white_list import Listing, is_listed

TEAM_MINUTES = 480
"""Working time of one department's team on one day. Design value. [min]"""
SATURDAY = 5


class Held(StrEnum):
    """Why a plan got no day."""

    WINDOW_OVER = "window_over"
    WHITE_LISTED = "white_listed"
    NO_WORKING_DAY = "no_working_day"
    CAP_REACHED = "cap_reached"
    NO_CAPACITY = "no_capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One department's wish to inspect one field at one enterprise between two dates, both included.

    Attributes:
        special: Part of a special campaign: neither the white list nor the cap holds it back.
    """

    plan_id: str
    department: str
    field: str
    enterprise_id: str
    earliest: date
    latest: date
    duration_min: int
    special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a schedule must keep to.

    Attributes:
        team_min: Working time of a department's team in a day, where it differs from `TEAM_MINUTES`. [min]
        visits_left: Visits an enterprise may still have in a calendar year, by (enterprise, year); absent = no cap.
        white_listed: Enterprises that get no planned visits, whenever.
        listings: Those that get none on some days, by enterprise.
        first: The first day that may still be planned; None = any.
        closed: Days without inspection.
        weekends: Whether Saturdays and Sundays are days like others.
    """

    team_min: Mapping[str, int] = field(default_factory=dict)
    visits_left: Mapping[tuple[str, int], int] = field(default_factory=dict)
    white_listed: frozenset[str] = frozenset()
    listings: Mapping[str, Sequence[Listing]] = field(default_factory=dict)
    first: date | None = None
    closed: frozenset[date] = frozenset()
    weekends: bool = False

    def is_open(self, day: date) -> bool:
        """Whether inspectors work on this day."""
        reached = self.first is None or day >= self.first
        return reached and day not in self.closed and (self.weekends or day.weekday() < SATURDAY)

    def lists(self, plan: Plan, day: date) -> bool:
        """Whether the white list keeps this plan from this day."""
        if plan.special:
            return False
        there = plan.enterprise_id
        mine = self.listings.get(there)
        return there in self.white_listed or (mine is not None and is_listed(mine, there, day))

    def minutes(self, department: str) -> int:
        """Working time of this department's team in a day. [min]"""
        return self.team_min.get(department, TEAM_MINUTES)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A day for each placed plan, a reason for each other one; keys are plan ids."""

    days: Mapping[str, date]
    held: Mapping[str, Held]

    def visits(self, plans: Iterable[Plan]) -> frozenset[tuple[str, date]]:
        """Give the visits as (enterprise, day): plans of one enterprise on one day are one visit."""
        return frozenset((p.enterprise_id, self.days[p.plan_id]) for p in plans if p.plan_id in self.days)

    def changes(self, published: Mapping[str, date]) -> int:
        """Count the plans that stand on another day than published, or on none."""
        return sum(self.days.get(plan_id) != day for plan_id, day in published.items())
