"""CSV or objects of plans → rows of the store, all or none; plans that are withdrawn."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import PlanRow
from alerts.store.numbering import Numbering
from alerts.supervision.office import Office
from alerts.supervision.plans.registers import fields
from alerts.supervision.plans.rows import DONE, FILED, WITHDRAWN, plan_of
from alerts.supervision.white_list import listings
from domain.problem import Problem
from domain.supervision.plans.filing import Desk
from domain.supervision.plans.model import Plan
from domain.supervision.plans.tables import Read, Registers, parse_plan_objects, parse_plans
from domain.supervision.white_list import Listing

NAMED = 3
"""A refusal names so many plans. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What came of a file.

    Attributes:
        filed: New plans; none of them is kept where `dry_run`.
        there: Plans that were filed before with the same values.
        unknown: Columns that nobody reads.
        fields_checked: Whether there is a register of fields to check them by.
    """

    filed: int
    there: int
    unknown: tuple[str, ...]
    fields_checked: bool
    dry_run: bool


def file_plans(
    office: Office, given: str | Sequence[object], who: str, *, dry_run: bool = False, name: str = "plans.csv"
) -> Filed:
    """File plans, all or none.

    Args:
        office: The site's supervision.
        given: A CSV with its header, or JSON objects with the columns as keys.
        who: In whose name.
        dry_run: Check all, keep nothing.
        name: What the faults call a CSV.

    Raises:
        PlansRefused: With every fault of every row.
    """
    with _session(office, dry_run=dry_run) as session:
        if not dry_run:
            Numbering(session)
        desk, registers = _desk(session, office), _registers(session, office)
        read = _read(given, registers, desk, name)
        new = [plan for plan in read.plans if plan.plan_id not in desk.filed]
        if new and not dry_run:
            _keep(session, office, new, who)
    return Filed(
        filed=len(new),
        there=len(read.plans) - len(new),
        unknown=read.unknown,
        fields_checked=registers.fields is not None,
        dry_run=dry_run,
    )


def _session(office: Office, *, dry_run: bool) -> AbstractContextManager[Session]:
    return reading(office.engine) if dry_run else writing(office.engine)


def _read(given: str | Sequence[object], known: Registers, desk: Desk, name: str) -> Read:
    if isinstance(given, str):
        return parse_plans(given, known, name, desk.faults)
    return parse_plan_objects(given, known, desk.faults)


def _registers(session: Session, office: Office) -> Registers:
    registered = frozenset((one.department, one.field) for one in fields(session))
    return Registers(enterprises=frozenset(office.register.by_id), fields=registered or None)


def _desk(session: Session, office: Office) -> Desk:
    rows = session.scalars(select(PlanRow))
    filed = {row.plan_id: None if row.state == WITHDRAWN else plan_of(row) for row in rows}
    return Desk(filed=filed, listings=by_enterprise(listings(session, office)), today=office.today())


def by_enterprise(white_list: Iterable[Listing]) -> dict[str, list[Listing]]:
    """Return the white list by enterprise."""
    found: dict[str, list[Listing]] = {}
    for one in white_list:
        found.setdefault(one.enterprise_id, []).append(one)
    return found


def _keep(session: Session, office: Office, plans: Sequence[Plan], who: str) -> None:
    at_ms = office.now_ms()
    session.add_all(
        PlanRow(
            plan_id=plan.plan_id,
            department=plan.department,
            field=plan.field,
            enterprise_id=plan.enterprise_id,
            earliest=plan.earliest.isoformat(),
            latest=plan.latest.isoformat(),
            duration_min=plan.duration_min,
            special=plan.special,
            state=FILED,
            who=who,
            at_ms=at_ms,
        )
        for plan in plans
    )
    told = {"plans": len(plans), "departments": sorted({plan.department for plan in plans})}
    audit.record(session, at_ms, who, "plans.filed", office.site_id, told)


def withdraw_plans(office: Office, plan_ids: Sequence[str], reason: str, who: str) -> int:
    """Withdraw plans, all or none; returns how many were open until now.

    Raises:
        Problem: 404, nobody filed one of them; 409, one is done.
    """
    with writing(office.engine) as session:
        Numbering(session)
        asked = dict.fromkeys(plan_ids)
        rows = {row.plan_id: row for row in session.scalars(select(PlanRow).where(PlanRow.plan_id.in_(asked)))}
        _check_withdrawal(list(asked), rows)
        going = [row for row in rows.values() if row.state != WITHDRAWN]
        for row in going:
            row.state, row.reason = WITHDRAWN, reason
        for row in going:
            told = {"reason": reason, "day": row.day, "enterprise_id": row.enterprise_id}
            audit.record(session, office.now_ms(), who, "plans.withdrawn", row.plan_id, told)
        return len(going)


def _check_withdrawal(asked: Sequence[str], rows: dict[str, PlanRow]) -> None:
    unknown = [plan_id for plan_id in asked if plan_id not in rows]
    if unknown:
        detail = f"nobody filed {_some(unknown)}; GET /api/v1/plans lists the plans"
        raise Problem(404, "unknown_plan", "Unknown plan", detail)
    done = [row.plan_id for row in rows.values() if row.state == DONE]
    if done:
        detail = f"the visit of {_some(done)} took place; leave what is done out"
        raise Problem(409, "plan_done", "Plan done already", detail)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(repr(one[:60]) for one in names[:NAMED]) + more
