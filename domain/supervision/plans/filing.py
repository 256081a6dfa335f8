"""A plan and what is filed already → whether it is new, there already, or refused and why.

Decision table, every line that holds is told (`-` = whichever):

| the store has the id       | window                  | listed on every day of it | special | answer               |
|----------------------------|-------------------------|---------------------------|---------|----------------------|
| with the same values       | -                       | -                         | -       | there already        |
| with other values          | -                       | -                         | -       | refused: id is taken |
| of a withdrawn plan        | -                       | -                         | -       | refused: id is taken |
| no                         | ended before today      | -                         | -       | refused              |
| no                         | begins in over 2 years  | -                         | -       | refused              |
| no                         | -                       | yes                       | no      | refused              |
| no                         | otherwise               | no, or special            | -       | new                  |

The same file sent twice is filed once, however much later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.supervision.plans.model import Plan
from domain.supervision.white_list import Listing, is_listed

FARTHEST_DAYS = 731
"""A window that begins later than in two years is a slip. Design value. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is known at the desk on the day of filing.

    Attributes:
        filed: Plans that the store has, by id; None = withdrawn.
        listings: The white list by enterprise.
        today: In the site's zone.
    """

    filed: Mapping[str, Plan | None]
    listings: Mapping[str, Sequence[Listing]]
    today: date

    def faults(self, plan: Plan) -> Iterable[tuple[str, str]]:
        """Yield what keeps a plan from being filed, and how to mend it."""
        if plan.plan_id in self.filed:
            if self.filed[plan.plan_id] is None:
                yield f"plan_id {plan.plan_id!r} was withdrawn", "give the plan an id of its own"
            elif self.filed[plan.plan_id] != plan:
                yield (
                    f"plan_id {plan.plan_id!r} is filed with other values",
                    "withdraw that plan and give this a new id",
                )
            return
        if plan.latest < self.today:
            yield f"the window ended {plan.latest}, today is {self.today}", "give it a later window"
        if (plan.earliest - self.today).days > FARTHEST_DAYS:
            yield f"the window begins {plan.earliest}, in more than two years", "correct the year"
        if not plan.special and self._is_listed_throughout(plan):
            what = f"enterprise {plan.enterprise_id!r} is on the white list: no routine visits"
            yield what, "leave the row out, or write cause special for a special campaign"

    def _is_listed_throughout(self, plan: Plan) -> bool:
        of_it = self.listings.get(plan.enterprise_id, ())
        if not of_it or plan.latest < plan.earliest:
            return False
        days = (plan.earliest + timedelta(days=i) for i in range((plan.latest - plan.earliest).days + 1))
        return all(is_listed(of_it, plan.enterprise_id, day) for day in days)
