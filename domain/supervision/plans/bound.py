"""The placed plans → a number of visits that no schedule of the same plans can go below.

Windows of one enterprise that share no open day pairwise need a visit each. Sorted by their last open day, the windows
that begin after the last one counted are such a set; teams' minutes and caps can only ask for more visits.
"""

from collections.abc import Iterable
from datetime import date

from domain.supervision.plans.greedy import by_enterprise
from domain.supervision.plans.ledger import open_days
from domain.supervision.plans.model import Limits, Plan


def fewest_visits(plans: Iterable[Plan], limits: Limits) -> dict[str, int]:
    """Give the proven least number of visits per enterprise for plans that all have an open day in their window."""
    return {enterprise: _disjoint(group, limits) for enterprise, group in by_enterprise(plans).items()}


def _disjoint(group: Iterable[Plan], limits: Limits) -> int:
    windows = [days for plan in group if (days := open_days(plan, limits))]
    count, reached = 0, date.min
    for days in sorted(windows, key=lambda days: days[-1]):
        if days[0] > reached:
            count, reached = count + 1, days[-1]
    return count
