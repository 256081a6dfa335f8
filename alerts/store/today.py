"""What a day's shift has had and done, counted for the desk's head line."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.store.models import MoveRow, TicketRow

HOUR_MS = 3_600_000
TARGET_AN_HOUR = 6
"""More tickets an hour than this one operator can't weigh. Source: EEMUA 191, alarms that need a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Tickets and decisions since the day began.

    Attributes:
        opened: Tickets of any kind.
        opened_last_hour: Of them, or of the day before, within the last hour.
        target_an_hour: How many an hour are bearable.
        dispatched: Decisions of people, undone ones not; `dismissed` and `watched` alike.
    """

    opened: int
    opened_last_hour: int
    target_an_hour: int
    dispatched: int
    dismissed: int
    watched: int


def today(session: Session, since_ms: int, now_ms: int) -> Today:
    """Count since a day began. [Unix ms]"""
    moves = select(MoveRow.move, func.count()).where(MoveRow.at_ms >= since_ms).group_by(MoveRow.move)
    made = {str(kind): int(count) for kind, count in session.execute(moves)}
    undone = made.get(MoveKind.UNDO, 0)
    return Today(
        opened=_opened(session, since_ms),
        opened_last_hour=_opened(session, now_ms - HOUR_MS),
        target_an_hour=TARGET_AN_HOUR,
        dispatched=made.get(MoveKind.DISPATCH, 0) - undone,
        dismissed=made.get(MoveKind.DISMISS, 0),
        watched=made.get(MoveKind.WATCH, 0),
    )


def _opened(session: Session, since_ms: int) -> int:
    return session.scalar(select(func.count()).select_from(TicketRow).where(TicketRow.opened_ms >= since_ms)) or 0
