"""Visits that were made, out of the store: scans that were let in, and results of tickets that no scan belongs to.

Decision table:

| what the store has                                  | visit                                    |
|-----------------------------------------------------|------------------------------------------|
| a scan that was let in                              | one, at the scan's own time              |
| a ticket's result, and a scan under it of that place | that scan's: one                         |
| a ticket's result without a scan under it           | one, when the result was filed           |

Somebody who filed what they found has been there, scanned or not; so the cap counts them.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from alerts.store.models import OutcomeRow, VisitRow
from alerts.supervision.office import Office
from domain.supervision.visits import Cause, Override, Visit
from domain.times import to_datetime, to_ms

Wanted = Collection[str] | None


def visits_made(session: Session, enterprise_ids: Wanted = None, since_ms: int = 0) -> list[Visit]:
    """Return visits in the order of receipt, those without a scan last; their times are in UTC.

    Two times of one zone are compared by its clocks, which show an hour of each autumn twice.

    Args:
        session: A reading or writing session.
        enterprise_ids: Whose; None = everybody's.
        since_ms: Made at or after. [Unix ms]
    """
    asked = select(VisitRow).where(VisitRow.at_ms >= since_ms).order_by(VisitRow.seq)
    results = select(OutcomeRow).where(OutcomeRow.at_ms >= since_ms, _unscanned()).order_by(OutcomeRow.at_ms)
    if enterprise_ids is not None:
        asked = asked.where(VisitRow.enterprise_id.in_(enterprise_ids))
        results = results.where(OutcomeRow.enterprise_id.in_(enterprise_ids))
    scanned = [_scanned(row) for row in session.scalars(asked)]
    return scanned + [_resulted(row, row.enterprise_id) for row in session.scalars(results) if row.enterprise_id]


def used_in(
    session: Session, office: Office, year: int, enterprise_ids: Wanted = None, until: date | None = None
) -> Counter[str]:
    """Return by enterprise how many visits a calendar year of the site's zone has seen; two queries.

    Args:
        session: A reading or writing session.
        office: The site's supervision.
        year: The calendar year.
        enterprise_ids: Whose; None = everybody's.
        until: The last day that counts; None = the year's last.
    """
    last = until or date(year, 12, 31)
    days = (date(year, 1, 1), last + timedelta(days=1))
    first_ms, last_ms = (to_ms(datetime(one.year, one.month, one.day, tzinfo=office.zone)) for one in days)
    asked = select(VisitRow.enterprise_id).where(VisitRow.at_ms >= first_ms, VisitRow.at_ms < last_ms)
    results = select(OutcomeRow.enterprise_id).where(
        OutcomeRow.at_ms >= first_ms, OutcomeRow.at_ms < last_ms, _unscanned()
    )
    if enterprise_ids is not None:
        asked = asked.where(VisitRow.enterprise_id.in_(enterprise_ids))
        results = results.where(OutcomeRow.enterprise_id.in_(enterprise_ids))
    return Counter(place for one in (asked, results) for place in session.scalars(one) if place is not None)


def last_visits(session: Session, office: Office, enterprise_ids: Wanted = None) -> dict[str, date]:
    """Return by enterprise the day of the site's zone on which somebody was there last; two queries."""
    asked = select(VisitRow.enterprise_id, func.max(VisitRow.at_ms)).group_by(VisitRow.enterprise_id)
    results = select(OutcomeRow.enterprise_id, func.max(OutcomeRow.at_ms)).group_by(OutcomeRow.enterprise_id)
    if enterprise_ids is not None:
        asked = asked.where(VisitRow.enterprise_id.in_(enterprise_ids))
        results = results.where(OutcomeRow.enterprise_id.in_(enterprise_ids))
    found: dict[str, int] = {}
    for one in (asked, results):
        for place, at_ms in session.execute(one):
            if place is not None:
                found[place] = max(at_ms, found.get(place, at_ms))
    return {place: to_datetime(at_ms).astimezone(office.zone).date() for place, at_ms in found.items()}


def _unscanned() -> ColumnElement[bool]:
    """Return the condition that no scan belongs to a ticket's result."""
    scan = select(VisitRow.scan_id).where(
        VisitRow.cover_id == OutcomeRow.ticket_id,
        VisitRow.cover_kind == "ticket",
        VisitRow.enterprise_id == OutcomeRow.enterprise_id,
    )
    return ~scan.exists()


def _scanned(row: VisitRow) -> Visit:
    override = None
    if row.override_by is not None:
        override = Override(user_id=row.override_by, reason=row.override_reason or "", by_chief=True)
    return Visit(
        scan_id=row.scan_id,
        inspector_id=row.inspector_id,
        enterprise_id=row.enterprise_id,
        at=to_datetime(row.at_ms),
        problem_found=row.problem_found,
        cause=Cause(row.cause) if row.cause else None,
        cover_id=row.cover_id,
        override=override,
    )


def _resulted(row: OutcomeRow, enterprise_id: str) -> Visit:
    return Visit(
        scan_id=f"ticket:{row.ticket_id}",
        inspector_id=row.who,
        enterprise_id=enterprise_id,
        at=to_datetime(row.at_ms),
        problem_found=row.problem_found,
        cause=Cause.CLUE,
        cover_id=row.ticket_id,
    )
