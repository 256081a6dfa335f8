"""Plans → marks of planned visits, and of visits that need not be made.

Decision table:

| plan                                             | mark                                               |
|--------------------------------------------------|----------------------------------------------------|
| placed or done, its day in the period            | the first of its enterprise and day: a planned     |
|                                                  | visit; each other of that day: a visit avoided     |
| held because the enterprise is white-listed      | a visit avoided, at the last day of its window     |
| held because the cap is reached                  | held by the cap, at the last day of its window     |
| withdrawn, filed, held for another reason        | none                                               |

The first is the longest, of equally long ones that of the smallest id: the other departments come along with it.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import PlanRow
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.window import Window
from domain.supervision.plans import Held
from domain.supervision.statistics import Mark, What

PLAN = "plan"
PLACED = ("placed", "done")
_COLUMNS = (PlanRow.enterprise_id, PlanRow.department, PlanRow.day, PlanRow.latest, PlanRow.reason)
_HELD = {Held.WHITE_LISTED.value: What.HELD_LISTED, Held.CAP_REACHED.value: What.HELD_CAP}


def marks_of_plans(session: Session, window: Window, labeller: Labeller) -> Iterator[Mark]:
    """Yield the marks of plans."""
    placed = select(*_COLUMNS).where(PlanRow.state.in_(PLACED), window.has_day(PlanRow.day))  # type: ignore[arg-type]
    seen: set[tuple[str, str | None]] = set()
    for row in session.execute(placed.order_by(PlanRow.duration_min.desc(), PlanRow.plan_id)):
        visit = row.enterprise_id, row.day
        what, about = What.MERGED_AWAY if visit in seen else What.FIRST_OF_DAY, (row.enterprise_id, row.department)
        yield _mark(what, about, row.day or row.latest, labeller)
        seen.add(visit)
    held = select(*_COLUMNS).where(PlanRow.state == "held", PlanRow.reason.in_(_HELD), window.has_day(PlanRow.latest))
    for row in session.execute(held):
        yield _mark(_HELD[row.reason or ""], (row.enterprise_id, row.department), row.latest, labeller)


def _mark(what: What, about: tuple[str, str], day: str, labeller: Labeller) -> Mark:
    on = date.fromisoformat(day)
    labels = labeller.of(about[0], on, department=about[1], rule=PLAN, source=PLAN)
    return Mark(what, on, labels)
