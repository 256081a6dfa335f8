"""The register's risk class and the store's facts to grades and caps on a day."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from alerts.supervision.facts import facts_of
from alerts.supervision.office import Office
from domain.supervision.grades import Graded
from domain.supervision.history import grade_on


def graded(session: Session, office: Office, enterprise_id: str, day: date) -> Graded:
    """Return one enterprise's grade and cap on a day of the site's zone.

    Raises:
        Problem: 404, nobody knows the enterprise.
    """
    office.register.get(enterprise_id)
    return graded_all(session, office, day, [enterprise_id])[enterprise_id]


def graded_all(
    session: Session, office: Office, day: date, enterprise_ids: Collection[str] | None = None
) -> dict[str, Graded]:
    """Return grades and caps on a day by enterprise, with a fixed number of queries.

    Args:
        session: A reading or writing session.
        office: The site's supervision.
        day: In the site's zone; a day to come is judged as if nothing else happened until then.
        enterprise_ids: Whose; None = of all that are registered. Ids that nobody knows are left out.
    """
    known = office.register.by_id
    wanted = None if enterprise_ids is None else [one for one in dict.fromkeys(enterprise_ids) if one in known]
    facts = facts_of(session, office, wanted, max(day, office.today()))
    return {place: grade_on(day, office.register.subject(place), of, office.table) for place, of in facts.items()}
