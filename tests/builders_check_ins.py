"""An office on a real store with one enterprise at its door, and scans of its code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry import box
from sqlalchemy import Engine, select

from alerts.lifecycle import Move, MoveKind, Outcome
from alerts.people.person import Person, Role
from alerts.store import Tickets
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, ClueRow, PlanRow, UserRow, VisitRow
from alerts.supervision.check_ins import Asked, CheckedIn, check_in
from alerts.supervision.office import Office
from alerts.supervision.register import register_of
from alerts.supervision.visits import Found, file_outcome
from domain.site import Enterprise
from domain.supervision.compliance import Measure
from domain.supervision.credit import CreditTable
from domain.supervision.grades import GradeRules
from domain.supervision.history import SupervisionTable
from domain.supervision.visits import Cause
from domain.times import to_datetime, to_ms
from tests.builders_alerts import make_ticket
from tests.builders_supervision import NOON, ZONE

DUTY = Person(name="duty", role=Role.DUTY)
CHIEF = Person(name="wang", role=Role.CHIEF)
PLACE = "e-112"
CODE = "QR-112"


def an_enterprise(enterprise_id: str = PLACE, **more: Any) -> Enterprise:
    ground = box(116.5, 39.78, 116.502, 39.782)
    return Enterprise(enterprise_id=enterprise_id, name="示例一厂", geometry=ground, **{"code": CODE, **more})


@dataclass
class Door:
    """An office, a clock in the test's hands, and what stands behind the door."""

    engine: Engine
    enterprises: Sequence[Enterprise] = (an_enterprise(), an_enterprise("e-113", code=""))
    now_ms: int = field(default_factory=lambda: to_ms(NOON))
    office: Office = field(init=False)
    tickets: Tickets = field(init=False)

    def __post_init__(self) -> None:
        self.tickets = Tickets(self.engine, [one.enterprise_id for one in self.enterprises])
        self.office = Office(
            site_id="etown",
            engine=self.engine,
            register=register_of(self.enterprises),
            table=SupervisionTable(grades=GradeRules(), credit=CreditTable()),
            zone=ZONE,
            now_ms=lambda: self.now_ms,
            rules=self.tickets.rules,
        )

    def scan(
        self,
        scan_id: str = "s1",
        *,
        at: datetime | None = NOON,
        who: str = "li",
        by: Person = DUTY,
        code: str = CODE,
        cause: str | None = None,
        ticket_id: str | None = None,
        chief: str | None = None,
        reason: str = "再次投诉 / complained of again",
    ) -> CheckedIn:
        if at is not None:
            self.now_ms = max(self.now_ms, to_ms(at))
        return check_in(
            self.office,
            Asked(
                scan_id=scan_id,
                inspector_id=who,
                enterprise_code=code,
                scanned_at=at,
                ticket_id=ticket_id,
                cause=Cause(cause) if cause else None,
                override_by=chief,
                override_reason=reason,
            ),
            by,
        )

    def found(self, scan_id: str, *, problem: bool, by: Person = DUTY, measure: Measure = Measure.NONE) -> VisitRow:
        return file_outcome(self.office, scan_id, Found(problem_found=problem, measure=measure, note=None), by)

    def visits(self) -> list[VisitRow]:
        with reading(self.engine) as session:
            return list(session.scalars(select(VisitRow).order_by(VisitRow.at_ms, VisitRow.seq)))

    def conflicts(self) -> dict[str, str]:
        return {row.scan_id: row.conflict for row in self.visits() if row.conflict}

    def audited(self) -> list[str]:
        with reading(self.engine) as session:
            return list(session.scalars(select(AuditRow.what).order_by(AuditRow.seq)))

    def add_plan(self, plan_id: str = "p1", *, state: str = "filed", place: str = PLACE, **more: Any) -> None:
        told = {"earliest": "2020-01-01", "latest": "2040-01-01", "day": None, "reason": None} | more
        with writing(self.engine) as session:
            session.add(
                PlanRow(
                    plan_id=plan_id,
                    department="D01",
                    field="F01",
                    enterprise_id=place,
                    duration_min=60,
                    state=state,
                    who="plan",
                    at_ms=0,
                    **told,
                )
            )

    def add_plans(self, place: str = PLACE) -> None:
        """Add plans for so many visits as a test makes; each visit does one."""
        for number in range(9):
            self.add_plan(f"p{number}", place=place)

    def add_chief(self, name: str = CHIEF.name, role: Role = Role.CHIEF, *, disabled: bool = False) -> None:
        with writing(self.engine) as session:
            session.add(
                UserRow(
                    name=name, role=role.value, password_hash=None, must_change=False, disabled=disabled, created_ms=0
                )
            )

    def add_complaint(self, *, at: datetime = NOON - timedelta(days=1), closed: datetime | None = None) -> None:
        with writing(self.engine) as session:
            session.add(
                ClueRow(
                    source="complaint",
                    external_id="12369-7",
                    at_ms=to_ms(at),
                    received_ms=to_ms(at),
                    lon=116.5,
                    lat=39.78,
                    enterprise_id=PLACE,
                    text="异味",
                    who="hotline",
                    ticket_id="t-complaint",
                    opened=True,
                    closed_ms=to_ms(closed) if closed else None,
                )
            )

    def dispatch(self, ticket_id: str = "a1", at: datetime = NOON - timedelta(hours=1), **said: Any) -> None:
        self.tickets.upsert([make_ticket(ticket_id, opened_at=to_datetime(to_ms(at - timedelta(minutes=9))))])
        self.tickets.decide(ticket_id, Move(kind=MoveKind.DISPATCH, who="duty", at=to_datetime(to_ms(at)), **said))

    def close(self, ticket_id: str, at: datetime, *, problem: bool = False, who: str = "li", **said: Any) -> None:
        outcome = Outcome(problem_found=problem, measure=Measure.NONE, note=None)
        move = Move(kind=MoveKind.OUTCOME, who=who, at=to_datetime(to_ms(at)), outcome=outcome, **said)
        self.tickets.decide(ticket_id, move)

    def state(self, ticket_id: str = "a1") -> str:
        return self.tickets.get(ticket_id).state.value
