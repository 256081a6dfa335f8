"""Plans, dispatched tickets and complaints of the store to what covers a scan at its own time.

Decision table of plans (a plan's window = from its earliest to its latest day, and the day it was given):

| state               | the scan's day                                          | covers |
|---------------------|---------------------------------------------------------|--------|
| filed, placed       | in the window                                           | yes    |
| done                | in the window, and a visit for a plan was made that day | yes    |
| held, withdrawn     | -                                                       | no     |

So several inspectors of one merged visit are let in, one after the other. Of tickets, from the dispatch to its result
or its undoing, by the scan's own time:

| the dispatch went to      | the scan names the ticket | the enterprise scanned   | covers |
|---------------------------|---------------------------|--------------------------|--------|
| an enterprise             | -                         | that one                 | yes    |
| an enterprise             | yes                       | a candidate of the ticket | yes    |
| no enterprise             | yes                       | -                        | yes    |
| otherwise                 |                           |                          | no     |

A complaint covers its enterprise from its day until it is closed. A clock may be wrong by five minutes.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.store.models import ClueRow, MoveRow, PlanRow, TicketRow, VisitRow
from alerts.supervision.office import Office
from domain.supervision.check_in import CLOCK_ERROR
from domain.supervision.visits import Cover, CoverKind, Scan
from domain.times import to_ms
from domain.wire import decode_ticket

OPEN_PLANS = ("filed", "placed")
"""States of plans that wait for their visit."""
DONE = "done"
_CLOCK_MS = int(CLOCK_ERROR / timedelta(milliseconds=1))
_ENDS = (MoveKind.OUTCOME.value, MoveKind.UNDO.value, MoveKind.REOPEN.value, MoveKind.MERGE.value)


def covers_of(session: Session, office: Office, scan: Scan) -> tuple[Cover, ...]:
    """Return what covered the scanned enterprise at the scan's own time.

    Args:
        session: A reading or writing session.
        office: The site's supervision.
        scan: The scan; its `ticket_id` opens what only a named ticket covers.
    """
    return (*_plans(session, office, scan), *_tickets(session, office, scan), *_complaints(session, office, scan))


def _plans(session: Session, office: Office, scan: Scan) -> Iterator[Cover]:
    day = scan.at.astimezone(office.zone).date()
    states = [*OPEN_PLANS, DONE] if _visited_for_a_plan(session, office, scan.enterprise_id, day) else OPEN_PLANS
    asked = select(PlanRow).where(PlanRow.enterprise_id == scan.enterprise_id, PlanRow.state.in_(states))
    for row in session.scalars(asked.order_by(PlanRow.plan_id)):
        days = [date.fromisoformat(one) for one in (row.earliest, row.latest, row.day) if one]
        yield Cover(
            kind=CoverKind.PLAN,
            cover_id=row.plan_id,
            enterprise_id=row.enterprise_id,
            first=min(days),
            last=max(days),
            special=row.special,
        )


def _visited_for_a_plan(session: Session, office: Office, enterprise_id: str, day: date) -> bool:
    first, last = (datetime(one.year, one.month, one.day, tzinfo=office.zone) for one in (day, day + timedelta(days=1)))
    asked = select(VisitRow.scan_id).where(
        VisitRow.enterprise_id == enterprise_id,
        VisitRow.cover_kind == CoverKind.PLAN.value,
        VisitRow.at_ms >= to_ms(first),
        VisitRow.at_ms < to_ms(last),
    )
    return session.scalar(asked.limit(1)) is not None


def _complaints(session: Session, office: Office, scan: Scan) -> Iterator[Cover]:
    at_ms = to_ms(scan.at)
    asked = select(ClueRow).where(
        ClueRow.source == "complaint",
        ClueRow.enterprise_id == scan.enterprise_id,
        ClueRow.at_ms <= at_ms + _CLOCK_MS,
        or_(ClueRow.closed_ms.is_(None), ClueRow.closed_ms >= at_ms - _CLOCK_MS),
    )
    for row in session.scalars(asked.order_by(ClueRow.external_id)):
        yield Cover(
            kind=CoverKind.COMPLAINT,
            cover_id=row.external_id,
            enterprise_id=scan.enterprise_id,
            first=min(office.at(row.at_ms).date(), scan.at.astimezone(office.zone).date()),
        )


@dataclass(frozen=True, slots=True)
class _Dispatch:
    """One dispatch; `place` None = nowhere in particular, `until_ms` None = still open."""

    ticket_id: str
    place: str | None
    since_ms: int
    until_ms: int | None

    def holds(self, at_ms: int) -> bool:
        return self.since_ms - _CLOCK_MS <= at_ms and (self.until_ms is None or at_ms <= self.until_ms + _CLOCK_MS)


def _tickets(session: Session, office: Office, scan: Scan) -> Iterator[Cover]:
    at_ms = to_ms(scan.at)
    for sent in _dispatches(session, scan):
        if sent.holds(at_ms) and (sent.place == scan.enterprise_id or _is_named(session, scan, sent)):
            yield Cover(
                kind=CoverKind.TICKET,
                cover_id=sent.ticket_id,
                enterprise_id=scan.enterprise_id,
                first=min(office.at(sent.since_ms).date(), scan.at.astimezone(office.zone).date()),
            )


def _dispatches(session: Session, scan: Scan) -> Iterator[_Dispatch]:
    """Yield the dispatches to the enterprise, and those of the ticket that the scan names."""
    there = or_(
        MoveRow.enterprise_id == scan.enterprise_id,
        and_(MoveRow.enterprise_id.is_(None), MoveRow.first == scan.enterprise_id),
        MoveRow.ticket_id == (scan.ticket_id or ""),
    )
    sent = select(MoveRow.ticket_id).where(MoveRow.move == MoveKind.DISPATCH.value, there)
    moves: dict[str, list[MoveRow]] = defaultdict(list)
    for move in session.scalars(select(MoveRow).where(MoveRow.ticket_id.in_(sent)).order_by(MoveRow.version)):
        moves[move.ticket_id].append(move)
    for ticket_id in sorted(moves):
        yield from _spans(ticket_id, moves[ticket_id])


def _spans(ticket_id: str, moves: list[MoveRow]) -> Iterator[_Dispatch]:
    for row, move in enumerate(moves):
        if move.move == MoveKind.DISPATCH.value:
            ends = (later.at_ms for later in moves[row + 1 :] if later.move in _ENDS)
            yield _Dispatch(ticket_id, move.enterprise_id or move.first, move.at_ms, next(ends, None))


def _is_named(session: Session, scan: Scan, sent: _Dispatch) -> bool:
    """Say whether the scan names this ticket, and the ticket lets it go there."""
    row = session.get(TicketRow, sent.ticket_id) if scan.ticket_id == sent.ticket_id else None
    if row is None:
        return False
    candidates = {one.enterprise_id for one in decode_ticket(row.system.encode()).candidates}
    return sent.place is None or scan.enterprise_id in candidates
