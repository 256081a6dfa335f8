"""An enterprise and a day to a mark's labels; the grade is the one with which the day began."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from alerts.supervision.facts import facts_of
from alerts.supervision.office import Office
from domain.supervision.credit_days import credits_on
from domain.supervision.grades import Graded, grade
from domain.supervision.statistics import Labels

DAY = timedelta(days=1)


class Labeller:
    """Labels marks; facts are read once.

    What a visit finds makes its enterprise's grade worse that same day. So a mark bears the grade that stood when its
    day began: else visits that find something would gather under the bad grades by themselves.

    Args:
        session: A reading session.
        office: The site's supervision.
        first: The first day of marks.
        last: The last one.
    """

    def __init__(self, session: Session, office: Office, first: date, last: date) -> None:
        self._office = office
        self._eve = first - DAY
        self._days = (last - self._eve).days + 1
        self._facts = facts_of(session, office, None, max(last, office.today()))
        self._graded: dict[str, list[Graded]] = {}

    def of(
        self, enterprise_id: str | None, day: date, *, department: str = "", rule: str = "", source: str = ""
    ) -> Labels:
        """Return the labels of something that happened to an enterprise on a day."""
        known = self._office.register.by_id.get(enterprise_id or "")
        return Labels(
            grade=self.graded(known.enterprise_id, day - DAY).grade.value if known else "",
            department=department,
            rule=rule,
            source=source,
            industry=known.industry if known else "",
            enterprise=enterprise_id or "",
        )

    def at_end(self, enterprise_id: str, day: date, *, rule: str = "", source: str = "") -> Labels:
        """Return the labels of what holds at the end of a day: the grade is that day's."""
        return self.of(enterprise_id, day + DAY, rule=rule, source=source)

    def graded(self, enterprise_id: str, day: date) -> Graded:
        """Return an enterprise's grade and cap with the facts up to a day, from the first one's eve to the last."""
        if enterprise_id not in self._graded:
            self._graded[enterprise_id] = self._grades(enterprise_id)
        return self._graded[enterprise_id][(day - self._eve).days]

    def _grades(self, enterprise_id: str) -> list[Graded]:
        subject, table = self._office.register.subject(enterprise_id), self._office.table
        days = credits_on(self._eve, self._days, subject.credit, self._facts.get(enterprise_id, ()), table.credit)
        known = {one: grade(subject.risk, one, subject.own_cap, table.grades) for one in dict.fromkeys(days)}
        return [known[one] for one in days]
