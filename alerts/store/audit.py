"""The audit: one row an act, each holding the hash of the one before, so that no row can be changed unseen."""

import hashlib
from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import AuditRow

FIRST = "0" * 64
"""What the first row holds as the hash of the one before."""


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
    seq, previous = (last.seq + 1, last.hash) if last else (1, FIRST)
    text = msgspec.json.encode(dict(detail), order="sorted").decode()
    row = AuditRow(seq=seq, at_ms=at_ms, who=who, what=what, subject=subject, detail=text, previous=previous, hash="")
    row.hash = hash_of(row)
    session.add(row)
    session.flush()


def hash_of(row: AuditRow) -> str:
    """Return the hash that a row must hold: SHA-256 over all its other columns as canonical JSON."""
    told = [row.seq, row.at_ms, row.who, row.what, row.subject, row.detail, row.previous]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
