"""How every enterprise stands today, in brief, for whoever shows them on a map."""

from collections.abc import Mapping

from alerts.store.engine import reading
from alerts.supervision.made import last_visits
from alerts.supervision.office import Office
from alerts.supervision.standing import standings


class StandingsToday:
    """Reads grade, cap and visits of everybody; blocks, and raises ConnectionError with the store away."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def today(self) -> Mapping[str, Mapping[str, object]]:
        """Return by enterprise id; `whitelisted` is today's, `last_visit_on` null where none is known."""
        with reading(self._office.engine) as session:
            found = standings(session, self._office)
            visited = last_visits(session, self._office)
        return {
            one.place.enterprise_id: {
                "whitelisted": one.listed,
                "credit": one.credit.grade,
                "grade": one.graded.grade,
                "cap": one.graded.cap,
                "visits_used": one.use.used,
                "visits_left": one.use.left,
                "last_visit_on": str(visited[place]) if (place := one.place.enterprise_id) in visited else None,
            }
            for one in found
        }
