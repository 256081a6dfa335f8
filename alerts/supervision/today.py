"""How every enterprise stands today, in brief, for whoever shows them on a map."""

from collections.abc import Mapping

from alerts.store.engine import reading
from alerts.supervision.office import Office
from alerts.supervision.standing import standings


class StandingsToday:
    """Reads grade, cap, visits used and left of everybody; blocks, and raises ConnectionError with the store away."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def today(self) -> Mapping[str, Mapping[str, object]]:
        """Return by enterprise id; `whitelisted` is today's, `credit_grade` stays what the register says."""
        with reading(self._office.engine) as session:
            found = standings(session, self._office)
        return {
            one.place.enterprise_id: {
                "whitelisted": one.listed,
                "credit": one.credit.grade,
                "grade": one.graded.grade,
                "cap": one.graded.cap,
                "visits_used": one.use.used,
                "visits_left": one.use.left,
            }
            for one in found
        }
