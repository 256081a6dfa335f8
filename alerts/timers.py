"""What is due on the clock: watching ends, shelving ends → the ticket comes back as new. Run as often as one likes."""

from alerts.lifecycle import SYSTEM, Move, MoveKind
from alerts.store.tickets import Tickets
from domain.problem import Problem
from domain.times import to_datetime


def due(tickets: Tickets, now_ms: int) -> int:
    """Make every move that is due; each is made once, however many processes ask.

    Args:
        tickets: The store; blocks, and raises ConnectionError where the database is away.
        now_ms: The wall clock. [ms]

    Returns:
        How many tickets came back; a hundred at most at one call.
    """
    return sum(_reopen(tickets, one.ticket_id, one.version, one.why, now_ms) for one in tickets.due(now_ms))


def _reopen(tickets: Tickets, ticket_id: str, version: int, why: str, now_ms: int) -> bool:
    move = Move(kind=MoveKind.REOPEN, who=SYSTEM, at=to_datetime(now_ms), seen=version, why=(why,))
    try:
        tickets.decide(ticket_id, move)
    except Problem:
        return False  # somebody moved it meanwhile; what is still due comes up again
    return True
