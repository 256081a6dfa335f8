"""An enterprise's standing on a day: credit explained fact by fact, grade and cap, visits used and left, white list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from alerts.supervision.facts import every_fact
from alerts.supervision.made import used_in
from alerts.supervision.office import Office
from alerts.supervision.white_list import listings
from domain.site import Enterprise
from domain.supervision.caps import CapUse
from domain.supervision.credit import Credit, CreditFact, credit_on
from domain.supervision.grades import Graded, grade
from domain.supervision.history import GradeChange, grade_history
from domain.supervision.white_list import is_listed

LOOK_BACK = timedelta(days=3 * 365)
"""A history goes back to the first fact, at most so far. Design value."""
LEAST_BACK = timedelta(days=365)
"""And at least so far. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One enterprise on a day of the site's zone.

    Attributes:
        use: Of the calendar year's cap, by the end of the day.
        facts: All up to the day, by id.
        unweighed: Those among them of kinds that the site's table does not weigh.
        history: Dated changes of the grade up to the day; empty where nobody asked.
    """

    place: Enterprise
    day: date
    credit: Credit
    graded: Graded
    use: CapUse
    listed: bool
    facts: tuple[CreditFact, ...]
    unweighed: tuple[CreditFact, ...]
    history: tuple[GradeChange, ...] = ()


def standing(session: Session, office: Office, enterprise_id: str, day: date | None = None) -> Standing:
    """Return one enterprise's standing with its history.

    Args:
        session: A reading session.
        office: The site's supervision.
        enterprise_id: Which.
        day: As of when; None = today.

    Raises:
        Problem: 404, nobody knows it.
    """
    office.register.get(enterprise_id)
    return standings(session, office, day, [enterprise_id], with_history=True)[0]


def standings(
    session: Session,
    office: Office,
    day: date | None = None,
    enterprise_ids: Sequence[str] | None = None,
    *,
    with_history: bool = False,
) -> list[Standing]:
    """Return standings by enterprise id, of those asked for or of all; a fixed number of queries."""
    day = day or office.today()
    found = every_fact(session, office, enterprise_ids, max(day, office.today()))
    used = used_in(session, office, day.year, enterprise_ids, until=day)
    on_list = listings(session, office)
    told = []
    for place_id, facts in found.items():
        until = tuple(fact for fact in facts if fact.on <= day)
        weighed = [fact for fact in until if fact.kind in office.table.credit.kinds]
        subject = office.register.subject(place_id)
        credit = credit_on(day, subject.credit, weighed, office.table.credit)
        graded = grade(subject.risk, credit.grade, subject.own_cap, office.table.grades)
        told.append(
            Standing(
                place=office.register.get(place_id),
                day=day,
                credit=credit,
                graded=graded,
                use=CapUse(year=day.year, cap=graded.cap, used=used[place_id]),
                listed=is_listed(on_list, place_id, day),
                facts=until,
                unweighed=tuple(fact for fact in until if fact.kind not in office.table.credit.kinds),
                history=history_until(office, place_id, weighed, day) if with_history else (),
            )
        )
    return told


def history_until(
    office: Office, enterprise_id: str, facts: Sequence[CreditFact], day: date
) -> tuple[GradeChange, ...]:
    """Return the dated changes of a grade: from its first fact on, a year back at least and three at most."""
    first = min((fact.on for fact in facts), default=day)
    since = max(day - LOOK_BACK, min(first - timedelta(days=1), day - LEAST_BACK))
    return grade_history(office.register.subject(enterprise_id), facts, since, day, office.table)
