"""Scans that were let in to visits in the store: their ticket, their outcome, and conflicts that late scans make.

Decision table, of an outcome told for a visit:

| filed before | covered by                        | told by      | what happens                                     |
|--------------|-----------------------------------|--------------|--------------------------------------------------|
| nothing      | a ticket, still out for the visit | who may      | the ticket takes it and closes; the visit has it |
| nothing      | anything else                     | who may      | the visit has it                                 |
| the same     | -                                 | who may      | nothing: it is there                             |
| another      | a ticket                          | -            | 409 `outcome_filed`: the ticket's stands         |
| another      | a plan, a complaint               | chief        | corrected; conflicts follow                      |
| another      | a plan, a complaint               | anybody else | 409 `outcome_filed`                              |

Who may: the inspector who was there, and the desk. A visit in conflict is settled once, by a chief who was not there;
the settlement lapses when the visit gets another conflict.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.lifecycle import Move, MoveKind, Outcome
from alerts.people.person import Person, Role
from alerts.people.users import settled_name
from alerts.settings import PlaceRules
from alerts.store import audit
from alerts.store.decide import make_move
from alerts.store.engine import writing
from alerts.store.models import CheckInRow, OutcomeRow, TicketRow, VisitRow
from alerts.store.moves import last_move
from alerts.store.numbering import Numbering
from alerts.store.visits import put_outcome
from alerts.supervision.made import visits_made
from alerts.supervision.office import Office
from alerts.supervision.plans.done import note_visit
from domain.problem import Problem
from domain.supervision.caps import year_of
from domain.supervision.check_in import CLOCK_ERROR, FRUITLESS_WINDOW, Answer, Result
from domain.supervision.compliance import Measure
from domain.supervision.late_scans import conflicts
from domain.supervision.visits import CoverKind, Scan
from domain.ticket import TicketState
from domain.times import to_datetime, to_ms

CHIEFS = frozenset({Role.CHIEF, Role.ADMIN})
"""Who may correct and settle."""
_OUT = (TicketState.DISPATCHED.value, TicketState.ON_SITE.value)
_CLOCK_MS = int(CLOCK_ERROR / timedelta(milliseconds=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an inspector found on a visit."""

    problem_found: bool
    measure: Measure
    note: str | None


def window_start_ms(at: datetime, zone: ZoneInfo) -> int:
    """Return from when visits are needed to judge one at a moment: its year in the zone, and 365 days. [Unix ms]"""
    return to_ms(min(datetime(year_of(at, zone), 1, 1, tzinfo=zone), at - FRUITLESS_WINDOW))


def keep_visit(session: Session, numbering: Numbering, office: Office, scan: Scan, answer: Answer) -> None:
    """Keep a scan that was let in as a visit, and let its ticket, its outcome and others' conflicts follow."""
    visit = answer.visit
    if visit is None or visit.cover_id is None or visit.cover_kind is None:
        raise ValueError("only a covered visit is kept")
    row = VisitRow(
        scan_id=scan.scan_id,
        seq=(session.scalar(select(func.max(VisitRow.seq))) or 0) + 1,
        inspector_id=scan.inspector_id,
        enterprise_id=scan.enterprise_id,
        at_ms=to_ms(scan.at),
        received_ms=to_ms(scan.received_at),
        cause=visit.cause.value if visit.cause else None,
        cover_kind=visit.cover_kind.value,
        cover_id=visit.cover_id,
        override_by=visit.override.user_id if visit.override else None,
        override_reason=visit.override.reason if visit.override else None,
    )
    session.add(row)
    session.flush()
    if visit.cover_kind is CoverKind.TICKET:
        _tell_ticket(session, numbering, office, row)
    note_visit(session, office, row)
    if _is_late(session, row):
        recount(session, office, row.enterprise_id, row.at_ms)


def file_outcome(office: Office, scan_id: str, found: Found, by: Person) -> VisitRow:
    """Tell what a visit found.

    Raises:
        Problem: 403 somebody else's visit; 404 no visit; 409 another outcome is filed; 422 measure without a problem.
    """
    if found.measure in (Measure.RECTIFICATION, Measure.PENALTY) and not found.problem_found:
        detail = f"measure is {found.measure} but problem_found is false; mend one of the two"
        raise Problem(422, "measure_without_problem", "A measure needs a problem", detail)
    with writing(office.engine) as session:
        numbering = Numbering(session)
        row = find_visit(session, scan_id)
        if by.role is Role.INSPECTOR and row.inspector_id != settled_name(by.name):
            raise Problem(
                403, "not_your_visit", "Not your visit", f"{row.inspector_id} was there, and tells the outcome"
            )
        if (row.problem_found, row.measure, row.note) != (found.problem_found, found.measure.value, found.note):
            _take(session, numbering, office, row, (found, by))
        session.flush()
        session.expunge(row)
        return row


def settle(office: Office, scan_id: str, reason: str, chief: Person) -> VisitRow:
    """Record why a visit in conflict took place.

    Raises:
        Problem: 403 the chief's own visit; 404 no visit; 409 no conflict, or settled already.
    """
    with writing(office.engine) as session:
        Numbering(session)
        row = find_visit(session, scan_id)
        if row.conflict is None:
            raise Problem(409, "no_conflict", "No conflict", f"visit {scan_id[:64]} is in no conflict")
        if row.settled_by is not None:
            detail = f"{row.settled_by} settled it: {row.settled_reason}"
            raise Problem(409, "already_settled", "Settled already", detail)
        if row.inspector_id == settled_name(chief.name):
            raise Problem(403, "own_visit", "Your own visit", "another chief than the one who was there settles it")
        row.settled_by, row.settled_reason = chief.name, reason
        told = {"scan_id": scan_id, "conflict": row.conflict, "reason": reason}
        audit.record(session, office.now_ms(), chief.name, "visit.settled", row.enterprise_id, told)
        session.expunge(row)
        return row


def find_visit(session: Session, scan_id: str) -> VisitRow:
    """Return a visit.

    Raises:
        Problem: 404, no scan of this id was let in.
    """
    row = session.get(VisitRow, scan_id)
    if row is None:
        detail = f"no visit has the scan_id {scan_id[:64]!r}; GET /api/v1/check-ins/visits lists them"
        raise Problem(404, "unknown_visit", "Unknown visit", detail)
    return row


def recount(session: Session, office: Office, enterprise_id: str, since_ms: int) -> None:
    """Find anew the conflicts of an enterprise's visits from a moment on, each by the cap that it was answered with.

    Of a visit with two conflicts the cap's is kept: what is found later cannot lift that one.
    """
    rows = select(VisitRow).where(VisitRow.enterprise_id == enterprise_id, VisitRow.at_ms >= since_ms)
    answered = (
        select(CheckInRow.at_ms, func.max(CheckInRow.cap))
        .where(CheckInRow.enterprise_id == enterprise_id, CheckInRow.result == Result.ALLOWED.value)
        .group_by(CheckInRow.at_ms)
    )
    caps = {row[0]: row[1] for row in session.execute(answered)}
    start_ms = window_start_ms(to_datetime(since_ms), office.zone)
    visits = visits_made(session, [enterprise_id], start_ms)
    found = {one.scan_id: one.reason for one in conflicts(visits, lambda at: caps.get(to_ms(at), 0), office.zone)}
    for row in session.scalars(rows).all():
        _put_conflict(session, office, row, found.get(row.scan_id))
    session.flush()


def _put_conflict(session: Session, office: Office, row: VisitRow, reason: str | None) -> None:
    if row.conflict == reason:
        return
    told = {"scan_id": row.scan_id, "before": row.conflict, "conflict": reason}
    row.conflict = reason
    if reason is not None:
        row.settled_by = row.settled_reason = None
    audit.record(session, office.now_ms(), "system", "visit.conflict", row.enterprise_id, told)


def _is_late(session: Session, row: VisitRow) -> bool:
    later = select(VisitRow.scan_id).where(
        VisitRow.enterprise_id == row.enterprise_id, VisitRow.at_ms > row.at_ms, VisitRow.scan_id != row.scan_id
    )
    return session.scalar(later.limit(1)) is not None


def _tell_ticket(session: Session, numbering: Numbering, office: Office, row: VisitRow) -> None:
    """Let a dispatched ticket know that the inspector is there; a late scan takes the result that came before it."""
    ticket = session.get(TicketRow, row.cover_id)
    if ticket is not None and ticket.state == TicketState.DISPATCHED.value and _is_for_its_dispatch(session, row):
        move = Move(kind=MoveKind.ARRIVE, who=row.inspector_id, at=office.at(row.received_ms))
        make_move(session, numbering, ticket.id, move, office.rules)
    result = session.get(OutcomeRow, row.cover_id)
    if result is not None and result.enterprise_id == row.enterprise_id and result.at_ms >= row.at_ms - _CLOCK_MS:
        put_outcome(session, row, result)


def _is_for_its_dispatch(session: Session, row: VisitRow) -> bool:
    """Say whether a visit is for its ticket's last dispatch, not for one before the ticket came back."""
    sent = last_move(session, row.cover_id, MoveKind.DISPATCH)
    return sent is not None and sent.at_ms <= row.at_ms + _CLOCK_MS


def _take(session: Session, numbering: Numbering, office: Office, row: VisitRow, told: tuple[Found, Person]) -> None:
    found, by = told
    is_ticket = row.cover_kind == CoverKind.TICKET.value
    if row.problem_found is not None and (is_ticket or by.role not in CHIEFS):
        mend = "its ticket's result stands" if is_ticket else "a chief may correct it"
        raise Problem(409, "outcome_filed", "Another outcome is filed", f"visit {row.scan_id[:64]}: {mend}")
    ticket = session.get(TicketRow, row.cover_id) if is_ticket else None
    now_ms = office.now_ms()
    if ticket is not None and ticket.state in _OUT and _is_for_its_dispatch(session, row):
        outcome = Outcome(problem_found=found.problem_found, measure=found.measure, note=found.note)
        move = Move(
            kind=MoveKind.OUTCOME,
            who=by.name,
            at=office.at(now_ms),
            enterprise_id=row.enterprise_id,
            outcome=outcome,
        )
        places = {row.enterprise_id: PlaceRules(), **office.rules.places}
        make_move(session, numbering, ticket.id, move, replace(office.rules, places=places))
    before = row.problem_found
    row.problem_found, row.measure, row.note = found.problem_found, found.measure.value, found.note
    row.outcome_ms = now_ms
    session.flush()
    recount(session, office, row.enterprise_id, row.at_ms)
    detail = {"scan_id": row.scan_id, "before": before, "problem_found": found.problem_found, "measure": row.measure}
    audit.record(session, now_ms, by.name, "visit.outcome", row.enterprise_id, detail)
