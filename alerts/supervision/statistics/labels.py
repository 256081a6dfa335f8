"""An enterprise and a day to a mark's labels; the grade is the one with which the day began."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from alerts.supervision.facts import facts_of
from alerts.supervision.office import Office
from domain.supervision.credit import CreditFact
from domain.supervision.history import grade_on
from domain.supervision.statistics import Labels

DAY = timedelta(days=1)


class Labeller:
    """Labels marks; facts are read once.

    What a visit finds makes its enterprise's grade worse that same day. So a mark bears the grade that stood when its
    day began: else visits that find something would gather under the bad grades by themselves.

    Args:
        session: A reading session.
        office: The site's supervision.
        day: The last day that grades are asked for.
    """

    def __init__(self, session: Session, office: Office, day: date) -> None:
        self._office = office
        self._facts = facts_of(session, office, None, max(day, office.today()))
        self._grades: dict[tuple[str, date], str] = {}

    def of(
        self, enterprise_id: str | None, day: date, *, department: str = "", rule: str = "", source: str = ""
    ) -> Labels:
        """Return the labels of something that happened to an enterprise on a day."""
        known = self._office.register.by_id.get(enterprise_id or "")
        return Labels(
            grade=self.grade(known.enterprise_id, day - DAY) if known else "",
            department=department,
            rule=rule,
            source=source,
            industry=known.industry if known else "",
            enterprise=enterprise_id or "",
        )

    def at_end(self, enterprise_id: str, day: date, *, rule: str = "", source: str = "") -> Labels:
        """Return the labels of what holds at the end of a day: the grade is that day's."""
        return self.of(enterprise_id, day + DAY, rule=rule, source=source)

    def grade(self, enterprise_id: str, day: date) -> str:
        """Return an enterprise's grade with the facts up to a day."""
        facts = self._facts.get(enterprise_id, ())
        key = enterprise_id, day if _some_by(facts, day) else date.min
        if key not in self._grades:
            subject = self._office.register.subject(enterprise_id)
            self._grades[key] = grade_on(day, subject, facts, self._office.table).grade.value
        return self._grades[key]

    def cap(self, enterprise_id: str, day: date) -> int:
        """Return an enterprise's cap with the facts up to a day."""
        subject = self._office.register.subject(enterprise_id)
        return grade_on(day, subject, self._facts.get(enterprise_id, ()), self._office.table).cap


def _some_by(facts: Sequence[CreditFact], day: date) -> bool:
    """Say whether any fact counts on a day; facts stand oldest first."""
    return bool(facts) and facts[0].on <= day
