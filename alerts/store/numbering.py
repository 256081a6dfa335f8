"""Numbers for changes and tickets that are handed out in the order of the commits.

Two transactions that number rows side by side may commit in the other order; a reader who then stands at the higher
number would miss the lower one for ever. So whoever numbers holds one row until commit, and writers queue there.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.store.models import CounterRow, TicketRow

_CHANGES = "changes"


class Numbering:
    """Holds the counter of changes for the rest of a transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._row = session.scalars(select(CounterRow).where(CounterRow.name == _CHANGES).with_for_update()).one()

    def next_change(self) -> int:
        """Return the number of the next change of any ticket."""
        self._row.value += 1
        return self._row.value

    def next_ticket(self, site: str) -> int:
        """Return the next short number of a site's tickets."""
        self._session.flush()
        greatest = self._session.scalar(select(func.max(TicketRow.number)).where(TicketRow.site == site))
        return (greatest or 0) + 1


def last_change(session: Session) -> int:
    """Return the number of the last change that is committed."""
    return session.scalars(select(CounterRow.value).where(CounterRow.name == _CHANGES)).one()
