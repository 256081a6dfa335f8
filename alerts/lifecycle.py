"""Which move is allowed in which state, and what a person must say with it: a table and its checks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.problem import Problem
from domain.ticket import DismissalReason, Ticket, TicketState


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


class Measure(StrEnum):
    """What an inspector did about what was found."""

    NONE = "none"
    GUIDANCE = "guidance"
    RECTIFICATION = "rectification"
    PENALTY = "penalty"


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


_DECISIONS = {
    MoveKind.DISPATCH: TicketState.DISPATCHED,
    MoveKind.WATCH: TicketState.WATCHING,
    MoveKind.DISMISS: TicketState.DISMISSED,
}

TABLE: dict[TicketState, dict[MoveKind, TicketState]] = {
    TicketState.NEW: {MoveKind.ACKNOWLEDGE: TicketState.ACKNOWLEDGED} | _DECISIONS,
    TicketState.ACKNOWLEDGED: _DECISIONS,
    TicketState.WATCHING: {
        MoveKind.DISPATCH: TicketState.DISPATCHED,
        MoveKind.DISMISS: TicketState.DISMISSED,
    },
    TicketState.DISPATCHED: {},
    TicketState.ON_SITE: {},
    TicketState.CLOSED: {},
    TicketState.DISMISSED: {},
    TicketState.MERGED: {},
}
"""(from, move) → to; a move that is not listed is illegal."""


def allowed_moves(state: TicketState) -> tuple[MoveKind, ...]:
    """Return the moves that a person may make in a state."""
    return tuple(TABLE[state])


def next_state(ticket_id: str, state: TicketState, kind: MoveKind) -> TicketState:
    """Return the state after a move.

    Raises:
        Problem: 409, the move is not allowed; names what is.
    """
    after = TABLE[state].get(kind)
    if after is None:
        allowed = [move.value for move in allowed_moves(state)]
        raise Problem(
            409,
            "illegal_move",
            "Move not allowed in this state",
            f"ticket {ticket_id} is {state.value}, so it cannot take {kind.value}; "
            f"allowed now: {', '.join(allowed) or 'nothing'}",
            {"state": state.value, "allowed": allowed},
        )
    return after


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


def check_reason(move: Move) -> None:
    """Refuse a dismissal without a reason, and the reason `other` without a note.

    Raises:
        Problem: 422, names what is allowed.
    """
    reasons = [reason.value for reason in DismissalReason]
    if move.kind is MoveKind.DISMISS and move.reason_code is None:
        raise Problem(
            422,
            "reason_missing",
            "A dismissal needs a reason",
            f"reason_code is missing; give one of {', '.join(reasons)}",
            {"allowed": reasons},
        )
    if move.reason_code is DismissalReason.OTHER and not (move.note or "").strip():
        raise Problem(
            422,
            "note_missing",
            "The reason `other` needs a note",
            "note is missing; say in a few words why, or give another reason_code",
            {"allowed": reasons},
        )


def check_enterprise(ticket: Ticket, move: Move, known: Collection[str]) -> None:
    """Refuse an enterprise that is neither a candidate of the ticket nor known to the site.

    Raises:
        Problem: 422, names the candidates.
    """
    candidates = [candidate.enterprise_id for candidate in ticket.candidates]
    if move.enterprise_id is None or move.enterprise_id in candidates or move.enterprise_id in known:
        return
    raise Problem(
        422,
        "unknown_enterprise",
        "Unknown enterprise",
        f"enterprise_id {move.enterprise_id!r} is not known; leave it out or give a candidate of the ticket: "
        f"{', '.join(candidates) or 'it has none'}",
        {"candidates": candidates},
    )
