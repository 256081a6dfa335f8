"""Plans of a month → its visits, weeks of days to show them in, and what waits or is held."""

from calendar import Calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.store.models import PlanRow
from alerts.supervision.office import Office
from alerts.supervision.plans.listing import Asked, names_of
from alerts.supervision.plans.rows import DONE, FILED, HELD, PLACED

MISSED = "missed"
"""State of a visit whose day has passed and that nobody made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is checked at one enterprise on one day; `state` is placed, done or missed."""

    day: date
    enterprise_id: str
    enterprise: str
    fields: tuple[str, ...]
    minutes: int
    special: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of visits; `weeks` has None for days of the months around."""

    first: date
    weeks: tuple[tuple[date | None, ...], ...]
    visits: tuple[Visit, ...]

    def on(self, day: date) -> list[Visit]:
        """Return a day's visits."""
        return [one for one in self.visits if one.day == day]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlan:
    """A plan without a day, and why."""

    plan_id: str
    department: str
    field: str
    enterprise_id: str
    enterprise: str
    earliest: str
    latest: str
    reason: str


def month_of(session: Session, office: Office, first: date, department: str | None, enterprise_id: str | None) -> Month:
    """Return a month's visits, of one department's or enterprise's only where one is named.

    Args:
        session: A reading session.
        office: The site's supervision.
        first: The first of the month.
        department: Visits at which it checks something; others' fields are shown with them.
        enterprise_id: Visits there.
    """
    days = [day for day in Calendar().itermonthdates(first.year, first.month) if day.month == first.month]
    asked = Asked(enterprise_id=enterprise_id, first=str(days[0]), last=str(days[-1])).query()
    rows = list(session.scalars(asked.where(PlanRow.state.in_((PLACED, DONE)))))
    visits = (visit for visit in _visits(rows, office, department))
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first=first,
        weeks=tuple(tuple(day if day.month == first.month else None for day in week) for week in weeks),
        visits=tuple(sorted(visits, key=lambda one: (one.day, one.enterprise_id))),
    )


def _visits(rows: Iterable[PlanRow], office: Office, department: str | None) -> Iterable[Visit]:
    together: dict[tuple[str, str], list[PlanRow]] = {}
    for row in rows:
        together.setdefault((str(row.day), row.enterprise_id), []).append(row)
    names = names_of(office)
    for (day, place), plans in together.items():
        if department is None or any(plan.department == department for plan in plans):
            yield _visit(date.fromisoformat(day), names.get(place, place), plans, office.today())


def _visit(day: date, name: str, plans: Sequence[PlanRow], today: date) -> Visit:
    is_done = all(plan.state == DONE for plan in plans)
    return Visit(
        day=day,
        enterprise_id=plans[0].enterprise_id,
        enterprise=name,
        fields=tuple(sorted(f"{plan.department}: {plan.field}" for plan in plans)),
        minutes=sum(plan.duration_min for plan in plans),
        special=any(plan.special for plan in plans),
        state=DONE if is_done else MISSED if day < today else PLACED,
    )


def held_plans(
    session: Session, office: Office, first: date, department: str | None, enterprise_id: str | None
) -> list[HeldPlan]:
    """Return the plans that are held and whose window does not end before a day, by its end."""
    asked = Asked(state=HELD, department=department, enterprise_id=enterprise_id).query()
    rows = session.scalars(asked.where(PlanRow.latest >= first.isoformat()))
    names = names_of(office)
    found = [
        HeldPlan(
            plan_id=row.plan_id,
            department=row.department,
            field=row.field,
            enterprise_id=row.enterprise_id,
            enterprise=names.get(row.enterprise_id, row.enterprise_id),
            earliest=row.earliest,
            latest=row.latest,
            reason=row.reason or "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.latest, one.plan_id))


def waiting(session: Session) -> int:
    """Return how many plans were filed since the last schedule."""
    return session.scalar(select(func.count()).select_from(PlanRow).where(PlanRow.state == FILED)) or 0


def departments(session: Session) -> list[str]:
    """Return the departments that filed plans."""
    return list(session.scalars(select(PlanRow.department).distinct().order_by(PlanRow.department)))
