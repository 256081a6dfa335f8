"""What is used up while plans get their days: the teams' minutes and the enterprises' visits.

Decision table, of a plan and a day of its window (`-` = whichever), judged from the top:

| past, closed, weekend | listed that day | team has time | visit there already | visits left | special | may |
|-----------------------|-----------------|---------------|---------------------|-------------|---------|-----|
| yes                   | -               | -             | -                   | -           | -       | no  |
| no                    | yes             | -             | -                   | -           | no      | no  |
| no                    | -               | no            | -                   | -           | -       | no  |
| no                    | -               | yes           | yes                 | -           | -       | yes |
| no                    | -               | yes           | no                  | yes         | -       | yes |
| no                    | -               | yes           | no                  | no          | no      | no  |
| no                    | -               | yes           | no                  | no          | yes     | yes |

A plan that may stand nowhere is held: `window_over` where all its days are past, `white_listed` where only the list
took them, `no_working_day`, `cap_reached` where its team had time, else `no_capacity`.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from domain.supervision.plans.model import Held, Limits, Plan


def open_days(plan: Plan, limits: Limits) -> tuple[date, ...]:
    """Give the days of the plan's window on which inspectors work and the white list does not keep it out, in order."""
    days = _working_days(plan.earliest, plan.latest, limits.first, limits.closed, weekends=limits.weekends)
    there = plan.enterprise_id
    if there not in limits.white_listed and there not in limits.listings:
        return days
    return tuple(day for day in days if not limits.lists(plan, day))


@lru_cache(maxsize=8192)  # a window is asked for again and again while days are chosen
def _working_days(
    earliest: date, latest: date, first: date | None, closed: frozenset[date], *, weekends: bool
) -> tuple[date, ...]:
    limits = Limits(first=first, closed=closed, weekends=weekends)
    return tuple(day for day in _window(earliest, latest) if limits.is_open(day))


def _window(earliest: date, latest: date) -> Iterable[date]:
    return (earliest + timedelta(days=i) for i in range((latest - earliest).days + 1))


class Ledger:
    """Minutes used by (department, day) and visits made by (enterprise, day); changes in place."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._minutes: Counter[tuple[str, date]] = Counter()
        self._plans: Counter[tuple[str, date]] = Counter()
        self._visits: Counter[tuple[str, int]] = Counter()

    def has_minutes(self, plan: Plan, day: date) -> bool:
        """Whether the department's team has time for the plan on that day."""
        used = self._minutes[plan.department, day]
        return used + plan.duration_min <= self.limits.minutes(plan.department)

    def visits_left(self, enterprise_id: str, year: int) -> float:
        """Give how many visits the cap still allows in that year; infinite without a cap."""
        cap = self.limits.visits_left.get((enterprise_id, year))
        return float("inf") if cap is None else cap - self._visits[enterprise_id, year]

    def is_visit(self, enterprise_id: str, day: date) -> bool:
        """Whether the enterprise has a visit on that day already."""
        return self._plans[enterprise_id, day] > 0

    def allows(self, plan: Plan, day: date) -> bool:
        """Whether the plan may stand on that open day of its window."""
        there = plan.enterprise_id
        below = plan.special or self.is_visit(there, day) or self.visits_left(there, day.year) > 0
        return below and self.has_minutes(plan, day)

    def put(self, plan: Plan, day: date) -> None:
        """Enter the plan on that day."""
        self._count(plan, day, 1)

    def take(self, plan: Plan, day: date) -> None:
        """Take the plan off that day."""
        self._count(plan, day, -1)

    def why_held(self, plan: Plan, days: Iterable[date]) -> Held:
        """Say why none of the window's open days took the plan."""
        days = tuple(days)
        if self.limits.first is not None and plan.latest < self.limits.first:
            return Held.WINDOW_OVER
        if not days:
            listed = any(self.limits.lists(plan, day) for day in _window(plan.earliest, plan.latest))
            return Held.WHITE_LISTED if listed else Held.NO_WORKING_DAY
        return Held.CAP_REACHED if any(self.has_minutes(plan, day) for day in days) else Held.NO_CAPACITY

    def _count(self, plan: Plan, day: date, step: int) -> None:
        at = (plan.enterprise_id, day)
        before = self._plans[at]
        self._minutes[plan.department, day] += step * plan.duration_min
        self._plans[at] += step
        self._visits[plan.enterprise_id, day.year] += (self._plans[at] > 0) - (before > 0)
