"""Where a matter was found: a ticket, a visit or a finding of the data checks, to the enterprise and the day.

Decision table:

| source                             | its outcome            | enterprise                 | day              |
|------------------------------------|------------------------|----------------------------|------------------|
| `ticket:ID`                        | found something        | the outcome's              | of the outcome   |
| `ticket:ID`                        | not told yet           | of the dispatch, or said   | today            |
| `visit:SCAN`                       | found, or not told yet | the visit's                | of the visit     |
| `finding:ID`                       | -                      | the finding's              | first seen       |
| any                                | found nothing          | 409 `nothing_found`        | -                |
| any that the store does not hold   | -                      | 404 `unknown_source`       | -                |
| any                                | says another one       | 422 `another_enterprise`   | -                |
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.store.models import FindingRow, OutcomeRow, TicketRow, VisitRow
from alerts.store.moves import last_move
from alerts.supervision.office import Office
from domain.problem import Problem

KINDS = ("ticket", "visit", "finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a source says; `enterprise_id` None = it names none."""

    enterprise_id: str | None
    day: date
    nothing: bool = False


def found_at(session: Session, office: Office, source: str, enterprise_id: str | None) -> tuple[str, date]:
    """Return enterprise and day of what a source found.

    Args:
        session: A reading or writing session.
        office: The site's supervision.
        source: `ticket:ID`, `visit:SCAN` or `finding:ID`.
        enterprise_id: What the person says; None = nothing.

    Raises:
        Problem: 404 unknown source or enterprise, 409 it found nothing, 422 enterprise.
    """
    kind, _, name = source.partition(":")
    found = _READ[kind](session, office, name) if kind in _READ and name.isprintable() else None
    if found is None:
        detail = f"source {source[:80]!r} is not in the store; give {', '.join(f'{one}:ID' for one in KINDS)}"
        raise Problem(404, "unknown_source", "Unknown source", detail)
    if found.nothing:
        detail = f"the outcome of {source} says that no problem was found, so there is no matter to file"
        raise Problem(409, "nothing_found", "Nothing was found there", detail)
    place = enterprise_id or found.enterprise_id
    if place is None:
        detail = f"{source} names no enterprise yet; say enterprise_id"
        raise Problem(422, "enterprise_missing", "An enterprise is missing", detail)
    if found.enterprise_id not in (None, place):
        detail = f"{source} is of {found.enterprise_id}, not of {place}; leave enterprise_id out"
        raise Problem(422, "another_enterprise", "Another enterprise", detail)
    return office.register.get(place).enterprise_id, found.day


def _ticket(session: Session, office: Office, name: str) -> Found | None:
    if session.get(TicketRow, name) is None:
        return None
    outcome = session.get(OutcomeRow, name)
    if outcome is None:
        sent = last_move(session, name, MoveKind.DISPATCH)
        return Found(enterprise_id=(sent.enterprise_id or sent.first) if sent else None, day=office.today())
    day = office.at(outcome.at_ms).date()
    return Found(enterprise_id=outcome.enterprise_id, day=day, nothing=not outcome.problem_found)


def _visit(session: Session, office: Office, name: str) -> Found | None:
    row = session.get(VisitRow, name)
    if row is None:
        return None
    day = office.at(row.at_ms).date()
    return Found(enterprise_id=row.enterprise_id, day=day, nothing=row.problem_found is False)


def _finding(session: Session, _office: Office, name: str) -> Found | None:
    row = session.get(FindingRow, name)
    return Found(enterprise_id=row.enterprise_id, day=date.fromisoformat(row.first_seen)) if row else None


_READ: dict[str, Callable[[Session, Office, str], Found | None]] = {
    "ticket": _ticket,
    "visit": _visit,
    "finding": _finding,
}
