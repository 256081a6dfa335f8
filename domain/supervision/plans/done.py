"""A visit and the plans of its enterprise → the plans that it did.

Decision table:

| the visit is covered by | plan                                                | done by it |
|-------------------------|-----------------------------------------------------|------------|
| a plan                  | that plan                                           | yes        |
| a plan                  | another with the same day in the schedule           | yes        |
| a plan                  | another that stands on the day of the visit         | yes        |
| a plan                  | any other                                           | no         |
| a ticket, a complaint   | any: who comes for a clue does not check the fields | no         |

Only open plans of the same enterprise are done: those filed, placed or held. One visit, all checks: whoever comes for
one of the plans that were merged into a visit comes for all of them, on the day of the schedule or on another one.
"""

from collections.abc import Mapping
from datetime import date

from domain.supervision.visits import CoverKind


def plans_done(
    cover_kind: CoverKind, cover_id: str, visited: date, open_plans: Mapping[str, date | None]
) -> frozenset[str]:
    """Return the ids of the plans that a visit did.

    Args:
        cover_kind: What covered the visit.
        cover_id: Its id.
        visited: The day of the visit in the site's zone.
        open_plans: The enterprise's open plans and their days in the schedule.
    """
    if cover_kind is not CoverKind.PLAN or cover_id not in open_plans:
        return frozenset()
    days = {visited, open_plans[cover_id]} - {None}
    return frozenset({cover_id} | {plan_id for plan_id, on in open_plans.items() if on in days})
