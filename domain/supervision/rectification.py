"""A rectification that was asked for, and a day, to its state and the credit fact it makes.

Decision table (days of the site's zone):

| filed             | day                              | state       | mended  | credit fact                 |
|-------------------|----------------------------------|-------------|---------|-----------------------------|
| up to the due day | from the filing on               | closed      | in_time | rectified, that day         |
| later             | from the filing on               | closed_late | late    | overdue, the day after due  |
| not yet           | after the due day                | overdue     | late    | overdue, the day after due  |
| not yet           | within `REMIND` of the due day   | remind      | open    | none                        |
| not yet           | before                           | open        | open    | none                        |

The kinds of the facts are `rectified` and `rectification_overdue`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.supervision.compliance import Mended
from domain.supervision.credit import CreditFact

TERM = timedelta(days=30)
"""From the order to the due day where the order names none. Design value."""
REMIND = timedelta(days=7)
"""So long before the due day, that day included, the enterprise is reminded. Design value."""


class RectificationState(StrEnum):
    """Where a rectification stands on a day."""

    OPEN = "open"
    REMIND = "remind"
    OVERDUE = "overdue"
    CLOSED = "closed"
    CLOSED_LATE = "closed_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """One matter that an enterprise is to put right.

    Attributes:
        due: The last day in time; None = `TERM` after the order.
        filed: The day on which the enterprise filed it as done.
    """

    rectification_id: str
    enterprise_id: str
    ordered: date
    due: date | None = None
    filed: date | None = None

    @property
    def last_day(self) -> date:
        """The last day in time."""
        return self.due or self.ordered + TERM


def state_on(day: date, one: Rectification) -> RectificationState:
    """Return where a rectification stands at the end of a day."""
    if one.filed is not None and one.filed <= day:
        return RectificationState.CLOSED if one.filed <= one.last_day else RectificationState.CLOSED_LATE
    if day > one.last_day:
        return RectificationState.OVERDUE
    return RectificationState.REMIND if day >= one.last_day - REMIND else RectificationState.OPEN


def mended_on(day: date, one: Rectification) -> Mended:
    """Return whether the matter is put right, as `compliance` asks."""
    state = state_on(day, one)
    if state is RectificationState.CLOSED:
        return Mended.IN_TIME
    return Mended.LATE if state in (RectificationState.OVERDUE, RectificationState.CLOSED_LATE) else Mended.OPEN


def fact_on(day: date, one: Rectification) -> CreditFact | None:
    """Return the credit fact that a rectification has made by a day; the same one, with the same id, ever after."""
    mended = mended_on(day, one)
    if mended is Mended.OPEN:
        return None
    is_late = mended is Mended.LATE
    on = one.last_day + timedelta(days=1) if is_late else one.filed
    return CreditFact(
        fact_id=f"rectification:{one.rectification_id}",
        enterprise_id=one.enterprise_id,
        kind="rectification_overdue" if is_late else "rectified",
        on=on or one.last_day,
    )
