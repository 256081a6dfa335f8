"""Which move is allowed in which state: a plain table.

Why no state-machine library: `python-statemachine` and `transitions` keep the state in a live object and call back into
it; ours lies in a database row, moves within a transaction, and eight states with thirteen moves are read, printed in a
refusal and tested as data. The table is the whole machine.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.problem import Problem
from domain.supervision.compliance import Measure
from domain.ticket import DismissalReason, TicketState


class MoveKind(StrEnum):
    """What a person, or in a person's stead the clock, does with a ticket."""

    ACKNOWLEDGE = "acknowledge"
    DISPATCH = "dispatch"
    WATCH = "watch"
    DISMISS = "dismiss"
    UNDO = "undo"
    SHELVE = "shelve"
    MERGE = "merge"
    ACCEPT = "accept"
    ARRIVE = "arrive"
    OUTCOME = "outcome"
    REMIND = "remind"
    ESCALATE = "escalate"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an inspector found."""

    problem_found: bool
    measure: Measure = Measure.NONE
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A person's move, as asked for.

    Attributes:
        at: When it was asked for.
        seen: The version of the ticket that the person had before them; None = whichever it is now.
        minutes: How long to shelve or to watch. [min]
        into: The ticket that shall take this one in.
        outcome: What was found.
        why: Named reasons of a move that the clock makes.
    """

    kind: MoveKind
    who: str
    at: datetime
    reason_code: DismissalReason | None = None
    note: str | None = None
    enterprise_id: str | None = None
    seen: int | None = None
    minutes: int | None = None
    into: str | None = None
    outcome: Outcome | None = None
    why: tuple[str, ...] = ()


SYSTEM = "system"
"""In whose name the clock moves a ticket."""
BY_THE_CLOCK = frozenset({MoveKind.REMIND, MoveKind.ESCALATE, MoveKind.REOPEN})
"""Moves that no person makes; a refusal does not offer them."""

_DECISIONS: dict[MoveKind, TicketState | None] = {
    MoveKind.DISPATCH: TicketState.DISPATCHED,
    MoveKind.WATCH: TicketState.WATCHING,
    MoveKind.DISMISS: TicketState.DISMISSED,
}


def _open(state: TicketState) -> dict[MoveKind, TicketState | None]:
    """Return the moves of a ticket that nobody has decided on."""
    told = {MoveKind.REMIND: state, MoveKind.ESCALATE: state, MoveKind.REOPEN: TicketState.NEW}
    return {**_DECISIONS, MoveKind.SHELVE: state, MoveKind.MERGE: TicketState.MERGED, **told}


TABLE: dict[TicketState, dict[MoveKind, TicketState | None]] = {
    TicketState.NEW: {MoveKind.ACKNOWLEDGE: TicketState.ACKNOWLEDGED, **_open(TicketState.NEW)},
    TicketState.ACKNOWLEDGED: _open(TicketState.ACKNOWLEDGED),
    TicketState.WATCHING: {
        MoveKind.DISPATCH: TicketState.DISPATCHED,
        MoveKind.DISMISS: TicketState.DISMISSED,
        MoveKind.MERGE: TicketState.MERGED,
        MoveKind.REOPEN: TicketState.NEW,
    },
    TicketState.DISPATCHED: {
        MoveKind.UNDO: None,
        MoveKind.ACCEPT: TicketState.DISPATCHED,
        MoveKind.ARRIVE: TicketState.ON_SITE,
        MoveKind.OUTCOME: TicketState.CLOSED,
        MoveKind.REMIND: TicketState.DISPATCHED,
        MoveKind.ESCALATE: TicketState.DISPATCHED,
    },
    TicketState.ON_SITE: {
        MoveKind.OUTCOME: TicketState.CLOSED,
        MoveKind.REMIND: TicketState.ON_SITE,
        MoveKind.ESCALATE: TicketState.ON_SITE,
    },
    TicketState.CLOSED: {MoveKind.REOPEN: TicketState.NEW},
    TicketState.DISMISSED: {MoveKind.REOPEN: TicketState.NEW},
    TicketState.MERGED: {},
}
"""(from, move) → to, None = to where it was before; a move that is not listed is illegal. A result may come without an
arrival: the inspector's telephone may have had no network."""


def allowed_moves(state: TicketState) -> tuple[MoveKind, ...]:
    """Return the moves that a person may make in a state."""
    return tuple(kind for kind in TABLE[state] if kind not in BY_THE_CLOCK)


def next_state(ticket_id: str, state: TicketState, kind: MoveKind) -> TicketState | None:
    """Return the state after a move, None = the one before the last.

    Raises:
        Problem: 409, the move is not allowed; names what is.
    """
    if kind not in TABLE[state]:
        allowed = [move.value for move in allowed_moves(state)]
        raise Problem(
            409,
            "illegal_move",
            "Move not allowed in this state",
            f"ticket {ticket_id} is {state.value}, so it cannot take {kind.value}; "
            f"allowed now: {', '.join(allowed) or 'nothing'}",
            {"state": state.value, "allowed": allowed},
        )
    return TABLE[state][kind]


def check_seen(ticket_id: str, move: Move, version: int, state: TicketState) -> None:
    """Refuse a move that was decided on what is no longer so.

    Raises:
        Problem: 409, somebody else moved the ticket first.
    """
    if move.seen is not None and move.seen != version:
        raise Problem(
            409,
            "moved_on",
            "Somebody else was first",
            f"ticket {ticket_id} is at version {version} ({state.value}), not {move.seen}; read it again first",
            {"state": state.value, "version": version, "allowed": [kind.value for kind in allowed_moves(state)]},
        )
