"""Plans of many departments → few visits with several fields each (综合查一次)."""

from domain.supervision.plans.bound import fewest_visits
from domain.supervision.plans.greedy import greedy
from domain.supervision.plans.merge import Merged, merge
from domain.supervision.plans.model import Held, Limits, Plan, Schedule

__all__ = ["Held", "Limits", "Merged", "Plan", "Schedule", "fewest_visits", "greedy", "merge"]
