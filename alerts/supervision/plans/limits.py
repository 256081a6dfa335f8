"""The store → what a schedule must keep to: grades' caps less the visits made, the white list, the teams' time.

Decision table, of an enterprise's visits left in a calendar year:

| year      | cap                                        | less                     |
|-----------|--------------------------------------------|--------------------------|
| this year | of today's grade, or the enterprise's own  | visits made in that year |
| later     | as today's facts will weigh on 1 January   | nothing                  |

A cap that is used up leaves 0: only plans that join a visit, or are special, are placed.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from alerts.supervision.grading import graded_all
from alerts.supervision.made import used_in
from alerts.supervision.office import Office
from alerts.supervision.plans.filing import by_enterprise
from alerts.supervision.plans.registers import teams
from alerts.supervision.white_list import listings
from domain.supervision.plans.model import Limits, Plan


def limits_of(
    session: Session, office: Office, plans: Sequence[Plan], *, weekends: bool, closed: frozenset[date]
) -> Limits:
    """Return the limits for these plans as they are today.

    Args:
        session: A reading or writing session.
        office: The site's supervision.
        plans: Whose enterprises and years count.
        weekends: Whether Saturdays and Sundays are days like others.
        closed: Days without inspection.
    """
    return Limits(
        team_min=teams(session),
        visits_left=_visits_left(session, office, plans),
        listings=by_enterprise(listings(session, office)),
        first=office.today(),
        closed=closed,
        weekends=weekends,
    )


def _visits_left(session: Session, office: Office, plans: Sequence[Plan]) -> dict[tuple[str, int], int]:
    today = office.today()
    places = sorted({plan.enterprise_id for plan in plans})
    years = {max(day, today).year for plan in plans for day in (plan.earliest, plan.latest)}
    left: dict[tuple[str, int], int] = {}
    for year in sorted(years):
        day = today if year == today.year else date(year, 1, 1)
        caps = graded_all(session, office, day, places)
        used = used_in(session, office, year, places)
        left |= {(place, year): max(0, graded.cap - used[place]) for place, graded in caps.items()}
    return left
