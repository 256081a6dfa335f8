"""A ticket's opening and moves → the occasions that must be frozen."""

from collections.abc import Iterable, Sequence

from alerts.evidence.build import Occasion
from alerts.lifecycle import MoveKind
from alerts.store.models import MoveRow
from domain.ticket import TicketState

OPENED, DECIDED, CLOSED = "opened", "decided", "closed"
_DECISIONS = frozenset({MoveKind.DISPATCH, MoveKind.WATCH, MoveKind.DISMISS, MoveKind.MERGE})


def occasions(opened_ms: int, moves: Iterable[MoveRow]) -> list[Occasion]:
    """Return every occasion of a ticket's life so far, oldest first.

    A dispatch that was taken back is none; a second decision or closing (the ticket had come back) has a number.

    Args:
        opened_ms: When the ticket opened. [ms]
        moves: A person's moves in order.
    """
    decided: list[int] = []
    closed: list[int] = []
    state = TicketState.NEW.value
    for move in moves:
        if move.move == MoveKind.UNDO:
            del decided[-1:]
        elif move.move in _DECISIONS:
            decided.append(move.at_ms)
        if move.state == TicketState.CLOSED and state != TicketState.CLOSED:
            closed.append(move.at_ms)
        state = move.state
    return [Occasion(name=OPENED, at_ms=opened_ms), *_numbered(DECIDED, decided), *_numbered(CLOSED, closed)]


def _numbered(name: str, moments: Sequence[int]) -> list[Occasion]:
    return [
        Occasion(name=name if number == 1 else f"{name}-{number}", at_ms=at_ms)
        for number, at_ms in enumerate(moments, 1)
    ]
