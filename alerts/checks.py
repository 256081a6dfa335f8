"""What a person must say with a move, whatever the ticket's state; refusals name what is allowed."""

from collections.abc import Collection

from alerts.lifecycle import Move, MoveKind
from domain.problem import Problem
from domain.supervision.compliance import Measure
from domain.ticket import DismissalReason, Ticket

SHELVED_MOST_MIN = 240
"""Nothing is put aside for longer than half a shift. Design value. [min]"""
WATCHED_MOST_MIN = 1440
"""Nor watched for longer than a day. Design value. [min]"""


def check_move(move: Move) -> None:
    """Refuse a move that does not say what it must.

    Raises:
        Problem: 422, names what is allowed.
    """
    check_reason(move)
    _check_minutes(move)
    if move.kind is MoveKind.MERGE and not move.into:
        raise Problem(422, "into_missing", "A merging needs a ticket", "into is missing; give the other ticket's id")
    if move.kind is MoveKind.OUTCOME:
        _check_outcome(move)


def _check_minutes(move: Move) -> None:
    most = {MoveKind.SHELVE: SHELVED_MOST_MIN, MoveKind.WATCH: WATCHED_MOST_MIN}.get(move.kind)
    if most is None or (move.minutes is None and move.kind is MoveKind.WATCH):
        return
    if move.minutes is None or not 1 <= move.minutes <= most:
        raise Problem(
            422,
            "bad_minutes",
            "Minutes out of range",
            f"minutes is {move.minutes}; to {move.kind.value} give 1 to {most}",
            {"least": 1, "most": most},
        )


def _check_outcome(move: Move) -> None:
    measures = [measure.value for measure in Measure]
    if move.outcome is None:
        raise Problem(422, "outcome_missing", "A result is missing", "say problem_found and measure")
    if move.outcome.measure in (Measure.RECTIFICATION, Measure.PENALTY) and not move.outcome.problem_found:
        raise Problem(
            422,
            "measure_without_problem",
            "A measure needs a problem",
            f"measure is {move.outcome.measure.value} but problem_found is false; mend one of the two",
            {"allowed": measures[:2]},
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
