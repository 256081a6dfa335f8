"""An office of supervision over a store, with a day in the test's hands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shapely.geometry import box
from sqlalchemy import Engine

from alerts.store.engine import writing
from alerts.store.models import Base, OutcomeRow, RectificationRow, SelfCheckRow, TicketRow, VisitRow
from alerts.supervision.office import Office
from alerts.supervision.register import register_of
from domain.site import Enterprise
from domain.supervision.credit import CreditTable
from domain.supervision.grades import GradeRules
from domain.supervision.history import SupervisionTable
from domain.times import to_ms

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 6, 1, 12, tzinfo=ZONE)
TABLE = SupervisionTable(grades=GradeRules(), credit=CreditTable())


@dataclass
class Clock:
    """A clock in the test's hands."""

    at: datetime = NOON

    def __call__(self) -> int:
        return to_ms(self.at)


def an_enterprise(enterprise_id: str = "e1", **told: Any) -> Enterprise:
    fields: dict[str, Any] = {"name": f"示例企业 {enterprise_id}", "industry": "涂装"} | told
    return Enterprise(enterprise_id=enterprise_id, geometry=box(116.5, 39.78, 116.501, 39.781), **fields)


def an_office(engine: Engine, *enterprises: Enterprise, clock: Clock | None = None) -> Office:
    """Return an office of e1 (risk II, credit B), e2 (risk I, credit A) and e3, or of those that are given."""
    standing = (an_enterprise(), an_enterprise("e2", risk_class="I", credit_grade="A"), an_enterprise("e3"))
    return Office(
        site_id="etown",
        engine=engine,
        register=register_of(enterprises or standing),
        table=TABLE,
        zone=ZONE,
        now_ms=clock or Clock(),
    )


def ticket_row(ticket_id: str, number: int = 1) -> TicketRow:
    """Return a bare row for others to refer to; nobody can read it as a ticket."""
    at_ms = to_ms(NOON)
    return TicketRow(
        id=ticket_id,
        site="etown",
        number=number,
        kind="local",
        priority=1,
        opened_ms=at_ms,
        updated_ms=at_ms,
        system="{}",
        system_ms=at_ms,
        system_entries=1,
        state="closed",
        version=1,
        change_seq=number,
    )


def outcome_row(ticket_id: str, at: datetime = NOON, **told: Any) -> OutcomeRow:
    fields: dict[str, Any] = {"enterprise_id": "e1", "problem_found": True, "measure": "none", "note": None} | told
    return OutcomeRow(ticket_id=ticket_id, at_ms=to_ms(at), who="test", **fields)


def visit_row(scan_id: str, at: datetime = NOON, seq: int = 1, **told: Any) -> VisitRow:
    fields: dict[str, Any] = {"inspector_id": "i1", "enterprise_id": "e1", "cover_kind": "plan", "cover_id": "p1"}
    return VisitRow(scan_id=scan_id, seq=seq, at_ms=to_ms(at), received_ms=to_ms(at), **(fields | told))


def rectification_row(name: str, ordered: str, due: str, filed: str | None = None) -> RectificationRow:
    return RectificationRow(
        rectification_id=name,
        enterprise_id="e1",
        text="加盖 / cover it",
        ordered=ordered,
        due=due,
        filed=filed,
        who="test",
        at_ms=to_ms(NOON),
    )


def self_check_row(name: str, day: str) -> SelfCheckRow:
    return SelfCheckRow(
        self_check_id=name, enterprise_id="e1", day=day, answers="{}", note="", who="test", at_ms=to_ms(NOON)
    )


def keep(engine: Engine, *rows: Base) -> None:
    """Write rows, one after the other."""
    with writing(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()
