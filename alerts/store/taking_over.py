"""Who took a shift over, and when: acts in the audit, which nobody can change; a second press is the first one's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.audit import record
from alerts.store.models import AuditRow
from alerts.store.numbering import Numbering

WHAT = "shift.taken_over"
SAME_MS = 60_000
"""A person who signs the same hours again within so long has pressed twice. Design value. [ms]"""
LONGEST_MS = 31 * 86_400_000
"""No shift is longer, and nobody signs for one that has not begun; so far back a signature may lie. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """One signature.

    Attributes:
        at_ms: When. [Unix ms]
        who: The incoming person's name.
        since_ms: Begin of the hours taken over; `until_ms` their end. [Unix ms]
        note: What they had to say, or empty.
        counts: How many tickets and devices stood in each part then.
    """

    at_ms: int
    who: str
    since_ms: int
    until_ms: int
    note: str
    counts: Mapping[str, int]


def take_over(session: Session, site: str, signed: TakenOver) -> TakenOver:
    """Record a signature in a writing session; return the one that counts."""
    Numbering(session)  # the audit's rows follow one another
    hours = (signed.since_ms, signed.until_ms)
    for former in _signed(session, site, signed.at_ms - SAME_MS):
        if former.who == signed.who and (former.since_ms, former.until_ms) == hours:
            return former
    detail = {"since_ms": signed.since_ms, "until_ms": signed.until_ms, "note": signed.note, "counts": signed.counts}
    record(session, signed.at_ms, signed.who, WHAT, site, detail)
    return signed


def taken_over(session: Session, site: str, since_ms: int, until_ms: int) -> Sequence[TakenOver]:
    """Return the signatures given within [since, until], or for hours that overlap them, oldest first."""
    return [
        one
        for one in _signed(session, site, since_ms - LONGEST_MS)
        if since_ms <= one.at_ms <= until_ms or (one.since_ms < until_ms and since_ms < one.until_ms)
    ]


def _signed(session: Session, site: str, since_ms: int) -> list[TakenOver]:
    asked = (
        select(AuditRow)
        .where(AuditRow.what == WHAT, AuditRow.subject == site, AuditRow.at_ms >= since_ms)
        .order_by(AuditRow.seq)
    )
    return [_told(row) for row in session.scalars(asked)]


def _told(row: AuditRow) -> TakenOver:
    return TakenOver(at_ms=row.at_ms, who=row.who, **msgspec.json.decode(row.detail))
