"""The audit: one row an act, each holding the hash of the one before, so that no row can be changed unseen."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import AuditRow, CounterRow

FIRST = "0" * 64
"""What the first row holds as the hash of the one before."""
COUNTER = "audit"
"""Counts the rows, so that the newest are missed when they are taken away; a number is never given twice."""


def record(session: Session, at_ms: int, who: str, what: str, subject: str, detail: Mapping[str, object]) -> None:
    """Add an act; the caller holds the numbering (`Numbering`), so that rows follow one another.

    Args:
        session: A writing session.
        at_ms: When.
        who: A user's name, or `system`.
        what: The act, as `ticket.dispatch`, `user.login`, `endpoint.disabled`.
        subject: What it was done to, as a ticket's id.
        detail: More; no secrets.
    """
    last = session.execute(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).one_or_none()
    counted = session.get(CounterRow, COUNTER)
    if counted is None:
        counted = CounterRow(name=COUNTER, value=0)
        session.add(counted)
    counted.value = seq = max(counted.value, last.seq if last else 0) + 1
    previous = last.hash if last else FIRST
    text = msgspec.json.encode(dict(detail), order="sorted").decode()
    row = AuditRow(seq=seq, at_ms=at_ms, who=who, what=what, subject=subject, detail=text, previous=previous, hash="")
    row.hash = hash_of(row)
    session.add(row)
    session.flush()


def hash_of(row: AuditRow) -> str:
    """Return the hash that a row must hold: SHA-256 over all its other columns as canonical JSON."""
    return hash_of_told([row.seq, row.at_ms, row.who, row.what, row.subject, row.detail, row.previous])


def hash_of_told(told: Sequence[int | str | None]) -> str:
    """Return the hash over seq, at_ms, who, what, subject, detail and previous; a cell that can't be said has none."""
    try:
        return hashlib.sha256(msgspec.json.encode(list(told))).hexdigest()
    except (UnicodeEncodeError, OverflowError):
        return ""
