"""Which fields a department has, and how long its team works in a day; each CSV takes the place of the one before."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import writing
from alerts.store.models import FieldRow, TeamRow
from alerts.store.numbering import Numbering
from alerts.supervision.office import Office
from domain.site_files.faults import Fault
from domain.supervision.plans.rows import PlansRefused
from domain.supervision.plans.tables import parse_fields, parse_teams

T = TypeVar("T", bound=Collection[Any])


def fields(session: Session) -> Sequence[FieldRow]:
    """Return the registered fields; none = fields are not checked."""
    return session.scalars(select(FieldRow).order_by(FieldRow.department, FieldRow.field)).all()


def teams(session: Session) -> dict[str, int]:
    """Return minutes of a day by department, of those that are registered."""
    return {row.department: row.minutes_per_day for row in session.scalars(select(TeamRow))}


def set_fields(office: Office, text: str, who: str, *, dry_run: bool = False, name: str = "fields.csv") -> int:
    """Register the fields of a CSV in place of those before, all or none; returns how many.

    Raises:
        PlansRefused: With every fault of every row.
    """
    pairs = _some(parse_fields(text, name), name)
    rows = [FieldRow(department=department, field=field) for department, field in sorted(pairs)]
    return _set(office, FieldRow, rows, ("plans.fields", who), dry_run=dry_run)


def set_teams(office: Office, text: str, who: str, *, dry_run: bool = False, name: str = "teams.csv") -> int:
    """Register the teams of a CSV in place of those before, all or none; returns how many.

    Raises:
        PlansRefused: With every fault of every row.
    """
    found = _some(parse_teams(text, name), name)
    rows = [TeamRow(department=department, minutes_per_day=worked) for department, worked in found.items()]
    return _set(office, TeamRow, rows, ("plans.teams", who), dry_run=dry_run)


def _some(found: T, name: str) -> T:
    if not found:
        raise PlansRefused([Fault(name, 0, "no row below the header", "add one a department")])
    return found


def _set(
    office: Office,
    table: type[FieldRow | TeamRow],
    rows: Sequence[FieldRow | TeamRow],
    act: tuple[str, str],
    *,
    dry_run: bool,
) -> int:
    if not dry_run:
        with writing(office.engine) as session:
            Numbering(session)
            session.execute(delete(table))
            session.add_all(rows)
            audit.record(session, office.now_ms(), act[1], act[0], office.site_id, {"rows": len(rows)})
    return len(rows)
