"""An enterprise's card: its standing, and what the store tells of it, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import ClueRow, FindingRow, OutcomeRow, RectificationRow, VisitRow
from alerts.supervision.card_tickets import MOST, open_tickets, past_clues
from alerts.supervision.card_told import (
    OpenFinding,
    OpenRectification,
    OpenTicket,
    PastClue,
    PastVisit,
    Report,
    Result,
)
from alerts.supervision.facts import rectification_of
from alerts.supervision.office import Office
from alerts.supervision.standing import Standing, standing
from alerts.supervision.white_list import Listed, listed
from domain.supervision.rectification import state_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that is told of one enterprise."""

    standing: Standing
    white_list: Sequence[Listed]
    open_tickets: Sequence[OpenTicket]
    past_clues: Sequence[PastClue]
    reports: Sequence[Report]
    outcomes: Sequence[Result]
    visits: Sequence[PastVisit]
    findings: Sequence[OpenFinding]
    rectifications: Sequence[OpenRectification]


def card(session: Session, office: Office, enterprise_id: str, day: date | None = None) -> Card:
    """Return an enterprise's card; `day` dates its standing (None = today), the rest is as it is now.

    Raises:
        Problem: 404, nobody knows it.
    """
    return Card(
        standing=standing(session, office, enterprise_id, day),
        white_list=listed(session, office, enterprise_id),
        open_tickets=open_tickets(session, office, enterprise_id),
        past_clues=past_clues(session, office, enterprise_id),
        reports=_reports(session, office, enterprise_id),
        outcomes=_outcomes(session, office, enterprise_id),
        visits=_visits(session, office, enterprise_id),
        findings=_findings(session, enterprise_id),
        rectifications=_rectifications(session, office, enterprise_id),
    )


def _reports(session: Session, office: Office, enterprise_id: str) -> list[Report]:
    asked = select(ClueRow).where(ClueRow.enterprise_id == enterprise_id).order_by(ClueRow.at_ms.desc()).limit(MOST)
    return [
        Report(
            source=row.source,
            external_id=row.external_id,
            time=office.at(row.at_ms),
            text=row.text,
            ticket_id=row.ticket_id,
            open=row.closed_ms is None,
        )
        for row in session.scalars(asked)
    ]


def _outcomes(session: Session, office: Office, enterprise_id: str) -> list[Result]:
    asked = select(OutcomeRow).where(OutcomeRow.enterprise_id == enterprise_id)
    rows = session.scalars(asked.order_by(OutcomeRow.at_ms.desc()).limit(MOST)).all()
    told = {row.ticket_id for row in rows}
    results = [
        Result(
            of="ticket",
            id=row.ticket_id,
            at=office.at(row.at_ms),
            problem_found=row.problem_found,
            measure=row.measure,
            note=row.note or "",
            who=row.who,
        )
        for row in rows
    ]
    seen = select(VisitRow).where(VisitRow.enterprise_id == enterprise_id, VisitRow.problem_found.is_not(None))
    results += [
        Result(
            of="visit",
            id=row.scan_id,
            at=office.at(row.at_ms if row.outcome_ms is None else row.outcome_ms),
            problem_found=bool(row.problem_found),
            measure=row.measure or "none",
            note=row.note or "",
            who=row.inspector_id,
        )
        for row in session.scalars(seen.order_by(VisitRow.at_ms.desc()).limit(MOST))
        if row.cover_kind != "ticket" or row.cover_id not in told
    ]
    return sorted(results, key=lambda one: one.at, reverse=True)[:MOST]


def _visits(session: Session, office: Office, enterprise_id: str) -> list[PastVisit]:
    asked = select(VisitRow).where(VisitRow.enterprise_id == enterprise_id).order_by(VisitRow.at_ms.desc()).limit(MOST)
    return [
        PastVisit(
            scan_id=row.scan_id,
            at=office.at(row.at_ms),
            inspector_id=row.inspector_id,
            cover_kind=row.cover_kind,
            cover_id=row.cover_id,
            cause=row.cause,
            problem_found=row.problem_found,
        )
        for row in session.scalars(asked)
    ]


def _findings(session: Session, enterprise_id: str) -> list[OpenFinding]:
    asked = select(FindingRow).where(FindingRow.enterprise_id == enterprise_id, FindingRow.state == "open")
    return [
        OpenFinding(
            finding_id=row.finding_id,
            rule_id=row.rule_id,
            message=row.message,
            first_seen=date.fromisoformat(row.first_seen),
            ticket_id=row.ticket_id,
        )
        for row in session.scalars(asked.order_by(FindingRow.first_seen.desc(), FindingRow.finding_id).limit(MOST))
    ]


def _rectifications(session: Session, office: Office, enterprise_id: str) -> list[OpenRectification]:
    asked = select(RectificationRow).where(
        RectificationRow.enterprise_id == enterprise_id, RectificationRow.filed.is_(None)
    )
    today = office.today()
    return [
        OpenRectification(
            rectification_id=row.rectification_id,
            text=row.text,
            due=date.fromisoformat(row.due),
            state=state_on(today, rectification_of(row)).value,
        )
        for row in session.scalars(asked.order_by(RectificationRow.due, RectificationRow.rectification_id).limit(MOST))
    ]
