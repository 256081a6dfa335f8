"""Answers and visits out of the store, newest first, as people look for them."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from alerts.store.cursor import decode_cursor, encode_cursor
from alerts.store.models import CheckInRow, VisitRow
from domain.problem import Problem
from domain.supervision.check_in import Result

ConflictState = Literal["open", "settled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which answers or visits; None = whichever. Times are of the scans. [Unix ms]"""

    enterprise_id: str | None = None
    inspector_id: str | None = None
    result: Result | None = None
    conflict: ConflictState | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    limit: int = 50
    cursor: str | None = None


def answers(session: Session, sought: Sought) -> tuple[list[CheckInRow], str | None]:
    """Return the answers to scans, those received last first, and where to go on.

    Raises:
        Problem: 422, the cursor is not one of ours.
    """
    row = CheckInRow
    asked = select(row).where(*_conditions(row, sought))
    if sought.result is not None:
        asked = asked.where(row.result == sought.result.value)
    if sought.cursor is not None:
        received_ms, rest = decode_cursor(sought.cursor)
        attempt, _, scan_id = rest.partition(":")
        if not attempt.isdecimal():
            raise Problem(422, "bad_cursor", "Bad cursor", "cursor is not one of ours; send next_cursor unchanged")
        asked = asked.where(tuple_(row.received_ms, row.attempt, row.scan_id) < (received_ms, int(attempt), scan_id))
    asked = asked.order_by(row.received_ms.desc(), row.attempt.desc(), row.scan_id.desc())
    rows = list(session.scalars(asked.limit(sought.limit + 1)))
    shown = rows[: sought.limit]
    more = len(rows) > len(shown)
    return shown, encode_cursor(shown[-1].received_ms, f"{shown[-1].attempt}:{shown[-1].scan_id}") if more else None


def visits(session: Session, sought: Sought) -> tuple[list[VisitRow], str | None]:
    """Return visits, those received last first, and where to go on.

    Raises:
        Problem: 422, the cursor is not one of ours.
    """
    row = VisitRow
    asked = select(row).where(*_conditions(row, sought))
    if sought.conflict is not None:
        settled = row.settled_by.is_not(None) if sought.conflict == "settled" else row.settled_by.is_(None)
        asked = asked.where(row.conflict.is_not(None), settled)
    if sought.cursor is not None:
        asked = asked.where(row.seq < decode_cursor(sought.cursor)[0])
    rows = list(session.scalars(asked.order_by(row.seq.desc()).limit(sought.limit + 1)))
    shown = rows[: sought.limit]
    return shown, encode_cursor(shown[-1].seq, "") if len(rows) > len(shown) else None


def blocked(session: Session, since_ms: int) -> list[CheckInRow]:
    """Return scans whose last answer is `blocked`, the latest first."""
    asked = select(CheckInRow).where(CheckInRow.received_ms >= since_ms)
    last: dict[str, CheckInRow] = {}
    for row in session.scalars(asked.order_by(CheckInRow.received_ms, CheckInRow.attempt)):
        last[row.scan_id] = row
    return [row for row in reversed(last.values()) if row.result == Result.BLOCKED.value]


def _conditions(row: type[CheckInRow] | type[VisitRow], sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.enterprise_id is not None:
        found.append(row.enterprise_id == sought.enterprise_id)
    if sought.inspector_id is not None:
        found.append(row.inspector_id == sought.inspector_id)
    if sought.since_ms is not None:
        found.append(row.at_ms >= sought.since_ms)
    if sought.until_ms is not None:
        found.append(row.at_ms < sought.until_ms)
    return found


def counts(session: Session, sought: Sought) -> dict[str, int]:
    """Return by result how many answers there are."""
    asked = select(CheckInRow.result, func.count()).where(*_conditions(CheckInRow, sought)).group_by(CheckInRow.result)
    return {row[0]: row[1] for row in session.execute(asked)}


def awaiting(session: Session, limit: int) -> list[VisitRow]:
    """Return visits whose outcome nobody has filed, the latest first."""
    asked = (
        select(VisitRow).where(VisitRow.problem_found.is_(None)).order_by(VisitRow.at_ms.desc(), VisitRow.seq.desc())
    )
    return list(session.scalars(asked.limit(limit)))
