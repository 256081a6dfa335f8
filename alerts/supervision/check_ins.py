"""A scan of an enterprise's code to one of four answers, kept; one that is allowed becomes a visit.

Decision table, of a scan whose id came before:

| the same inspector, enterprise and moment | let in before | asked with          | answer                            |
|-------------------------------------------|---------------|---------------------|-----------------------------------|
| no                                        | -             | -                   | 409 `scan_id_reused`              |
| yes                                       | yes           | -                   | the first one's words, `repeated` |
| yes                                       | no            | the same            | judged again, kept once           |
| yes                                       | no            | a cause, a word more | judged again, kept beside        |

A scan without its own time has that of its first receipt; moments are the same within five minutes, since a phone that
got no answer sends its own time later. Everything of one scan is one transaction that holds the numbering, so however
many scans arrive at once, each is judged by all before it. Who speaks for a chief: the chief, or the duty desk on the
chief's word; an inspector does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.people.person import Person, Role
from alerts.people.users import settled_name
from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import CheckInRow, UserRow
from alerts.store.numbering import Numbering
from alerts.supervision.covers import covers_of
from alerts.supervision.grading import graded
from alerts.supervision.made import visits_made
from alerts.supervision.office import Office
from alerts.supervision.register import code_of
from alerts.supervision.visits import keep_visit, window_start_ms
from alerts.supervision.white_list import listings
from domain.problem import Problem
from domain.supervision.check_in import CLOCK_ERROR, Answer, Known, Result, judge
from domain.supervision.visits import Cause, Override, Scan
from domain.times import to_datetime, to_ms

LATEST = timedelta(days=400)
"""A scan may arrive so late: longer than anything that is judged by it. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A scan as it is sent; `scanned_at` None = now."""

    scan_id: str
    inspector_id: str
    enterprise_code: str
    scanned_at: datetime | None = None
    ticket_id: str | None = None
    plan_id: str | None = None
    cause: Cause | None = None
    override_by: str | None = None
    override_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """An answer, as it is kept; `repeated` = it was given before."""

    row: CheckInRow
    repeated: bool = False


def check_in(office: Office, asked: Asked, by: Person) -> CheckedIn:
    """Answer a scan and keep the answer.

    Raises:
        Problem: 403 an inspector scans for another, or speaks for a chief; 404 unknown code; 409 the scan's id belongs
            to another scan; 422 a time that cannot be.
    """
    enterprise_id = office.register.scanned(asked.enterprise_code).enterprise_id
    inspector_id = _inspector(asked, by)
    with reading(office.engine) as session:  # most repetitions end here, without queueing for the numbering
        done = _let_in(_attempts(session, asked.scan_id))
    if done is not None:
        return _again(done, asked, inspector_id, enterprise_id)
    with writing(office.engine) as session:
        numbering = Numbering(session)
        before = _attempts(session, asked.scan_id)
        if (done := _let_in(before)) is not None:
            return _again(done, asked, inspector_id, enterprise_id)
        scan = _scan(session, office, asked, (inspector_id, enterprise_id, before), by)
        answer = judge(scan, known_of(session, office, scan))
        row = _row(scan, answer, len(before) + 1)
        if before and _said(row) == _said(before[-1]):
            return CheckedIn(row=before[-1], repeated=True)
        session.add(row)
        _audit(session, row, by)
        if answer.visit is not None:
            keep_visit(session, numbering, office, scan, answer)
        session.flush()
        session.expunge(row)
        return CheckedIn(row=row)


def override(office: Office, scan_id: str, reason: str, chief: Person) -> CheckedIn:
    """Answer a blocked scan again with a chief's word, by the chief.

    Raises:
        Problem: 403 it is the chief's own scan; 404 unknown scan; 409 it is not blocked.
    """
    with reading(office.engine) as session:
        before = _attempts(session, scan_id)
    if not before:
        raise unknown_scan(scan_id)
    last = before[-1]
    if last.result != Result.BLOCKED:
        detail = f"scan {scan_id[:64]} is {last.result}; only a blocked one needs a chief"
        raise Problem(409, "not_blocked", "Not blocked", detail, {"result": last.result})
    asked = Asked(
        scan_id=scan_id,
        inspector_id=last.inspector_id,
        enterprise_code=code_of(office.register.get(last.enterprise_id)),
        scanned_at=office.at(last.at_ms),
        ticket_id=last.ticket_id,
        plan_id=last.plan_id,
        cause=Cause(last.cause) if last.cause else None,
        override_by=chief.name,
        override_reason=reason,
    )
    return check_in(office, asked, chief)


def known_of(session: Session, office: Office, scan: Scan) -> Known:
    """Return what the store knows at a scan's own time."""
    day = scan.at.astimezone(office.zone).date()
    return Known(
        visits=visits_made(session, [scan.enterprise_id], window_start_ms(scan.at, office.zone)),
        covers=covers_of(session, office, scan),
        listings=listings(session, office),
        cap=graded(session, office, scan.enterprise_id, day).cap,
        zone=office.zone,
    )


def unknown_scan(scan_id: str) -> Problem:
    """Return the refusal of an id that no scan has."""
    detail = f"no scan has the id {scan_id[:64]!r}; GET /api/v1/check-ins lists them"
    return Problem(404, "unknown_scan", "Unknown scan", detail)


def _inspector(asked: Asked, by: Person) -> str:
    inspector_id = settled_name(asked.inspector_id)
    if by.role is Role.INSPECTOR and inspector_id != settled_name(by.name):
        detail = f"inspector_id: an inspector scans for themself; send {by.name!r}, or ask the duty desk"
        raise Problem(403, "not_your_scan", "Not your scan", detail)
    return inspector_id


def _attempts(session: Session, scan_id: str) -> Sequence[CheckInRow]:
    asked = select(CheckInRow).where(CheckInRow.scan_id == scan_id).order_by(CheckInRow.attempt)
    rows = session.scalars(asked).all()
    session.expunge_all()
    return rows


def _let_in(attempts: Sequence[CheckInRow]) -> CheckInRow | None:
    return next((row for row in attempts if row.result == Result.ALLOWED), None)


def _again(done: CheckInRow, asked: Asked, inspector_id: str, enterprise_id: str) -> CheckedIn:
    at_ms = None if asked.scanned_at is None else to_ms(asked.scanned_at)
    _check_same(done, (inspector_id, enterprise_id), at_ms)
    return CheckedIn(row=done, repeated=True)


def _check_same(before: CheckInRow, who_where: tuple[str, str], at_ms: int | None) -> None:
    """Refuse an id that another scan has."""
    moved_ms = 0 if at_ms is None else abs(at_ms - before.at_ms)
    if (before.inspector_id, before.enterprise_id) != who_where or moved_ms > CLOCK_ERROR / timedelta(milliseconds=1):
        detail = f"scan_id {before.scan_id[:64]!r} belongs to another scan; make a new id for every scan"
        raise Problem(409, "scan_id_reused", "Scan id used twice", detail)


def _scan(
    session: Session,
    office: Office,
    asked: Asked,
    known: tuple[str, str, Sequence[CheckInRow]],
    by: Person,
) -> Scan:
    inspector_id, enterprise_id, before = known
    now_ms = office.now_ms()
    at_ms = now_ms if asked.scanned_at is None else to_ms(asked.scanned_at)
    if at_ms < now_ms - LATEST / timedelta(milliseconds=1):
        detail = f"scanned_at: more than {LATEST.days} days ago; set the phone's clock and scan again"
        raise Problem(422, "scan_too_old", "Scan too old", detail)
    if before:
        _check_same(before[0], (inspector_id, enterprise_id), None if asked.scanned_at is None else at_ms)
        at_ms = before[0].at_ms
    return Scan(
        scan_id=asked.scan_id,
        inspector_id=inspector_id,
        enterprise_id=enterprise_id,
        at=to_datetime(at_ms),
        received_at=to_datetime(now_ms),
        ticket_id=asked.ticket_id,
        plan_id=asked.plan_id,
        cause=asked.cause,
        override=_override(session, asked, by),
    )


def _override(session: Session, asked: Asked, by: Person) -> Override | None:
    if asked.override_by is None:
        return None
    user_id = settled_name(asked.override_by)
    if by.role is Role.INSPECTOR:
        detail = "override: the chief says it themself, at Check-ins, or tells the duty desk"
        raise Problem(403, "not_a_chief", "Override not allowed", detail)
    row = session.get(UserRow, user_id)
    is_chief = row is not None and not row.disabled and row.role == Role.CHIEF.value
    return Override(user_id=user_id, reason=asked.override_reason, by_chief=is_chief)


def _row(scan: Scan, answer: Answer, attempt: int) -> CheckInRow:
    override = scan.override
    return CheckInRow(
        scan_id=scan.scan_id,
        attempt=attempt,
        inspector_id=scan.inspector_id,
        enterprise_id=scan.enterprise_id,
        at_ms=to_ms(scan.at),
        received_ms=to_ms(scan.received_at),
        ticket_id=scan.ticket_id,
        plan_id=scan.plan_id,
        cause=scan.cause.value if scan.cause else None,
        override_by=override.user_id if override else None,
        override_reason=override.reason if override else None,
        result=answer.result.value,
        reason=answer.reason,
        used=answer.use.used,
        cap=answer.use.cap,
    )


def _said(row: CheckInRow) -> tuple[object, ...]:
    """Return what was asked and answered, without when."""
    asked = (row.ticket_id, row.plan_id, row.cause, row.override_by, row.override_reason)
    return (*asked, row.result, row.reason, row.used, row.cap)


def _audit(session: Session, row: CheckInRow, by: Person) -> None:
    told = {
        "scan_id": row.scan_id,
        "attempt": row.attempt,
        "inspector_id": row.inspector_id,
        "at_ms": row.at_ms,
        "reason": row.reason,
        "cause": row.cause,
        "override_by": row.override_by,
        "override_reason": row.override_reason,
        "used": row.used,
        "cap": row.cap,
    }
    detail = {name: value for name, value in told.items() if value is not None}
    audit.record(session, row.received_ms, by.name, f"check_in.{row.result}", row.enterprise_id, detail)
