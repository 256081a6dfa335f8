"""What waits for somebody now, and what today has seen, counted out of the store.

Decision table, of what waits:

| what                | is                                                                              |
|---------------------|---------------------------------------------------------------------------------|
| `answers_late`      | tickets that nobody answered by their deadline                                  |
| `arrivals_late`     | dispatches where nobody arrived by their deadline                               |
| `conflicts`         | visits that late scans put in conflict, not settled by a chief                  |
| `results_missing`   | visits of the day before or earlier without a result                            |
| `plans_missed`      | plans whose day in the schedule is over, without a visit                        |
| `plans_held`        | plans without a day, for a reason                                               |
| `rectifications_late` | rectifications not filed, due before today                                    |
| `rectifications_due`  | rectifications not filed, due today or within the days of the reminder        |
| `measures_open`     | matters found whose measure nobody has chosen                                   |
| `complaints_open`   | complaints that are not closed                                                  |
| `findings_open`     | findings of data checks that are not mended                                     |
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from alerts.store.models import (
    CheckInRow,
    ClueRow,
    FindingRow,
    MatterRow,
    OutcomeRow,
    PlanRow,
    RectificationRow,
    TicketRow,
    TimerRow,
    VisitRow,
)
from alerts.supervision.made import visits_made
from alerts.supervision.office import Office
from alerts.supervision.statistics.window import begin_ms
from domain.supervision.check_in import Result
from domain.supervision.rectification import REMIND
from domain.ticket import TicketState

_UNANSWERED = (TicketState.NEW.value, TicketState.ACKNOWLEDGED.value)


def waiting(session: Session, office: Office) -> Mapping[str, int]:
    """Return how many of each wait."""
    today = office.today()
    day, soon = today.isoformat(), (today + REMIND).isoformat()
    from_ms = begin_ms(today, office.zone)
    due, unfiled = RectificationRow.due, RectificationRow.filed.is_(None)
    no_result = VisitRow.problem_found.is_(None), VisitRow.at_ms < from_ms, ~_has_result()
    return {
        "answers_late": _late(session, office, _UNANSWERED),
        "arrivals_late": _late(session, office, (TicketState.DISPATCHED.value,)),
        "conflicts": _count(session, VisitRow.conflict.is_not(None), VisitRow.settled_by.is_(None)),
        "results_missing": _count(session, *no_result),
        "plans_missed": _count(session, PlanRow.state == "placed", PlanRow.day < day),
        "plans_held": _count(session, PlanRow.state == "held"),
        "rectifications_late": _count(session, unfiled, due < day),
        "rectifications_due": _count(session, unfiled, due >= day, due <= soon),
        "measures_open": _count(session, MatterRow.measure.is_(None)),
        "complaints_open": _count(session, ClueRow.source == "complaint", ClueRow.closed_ms.is_(None)),
        "findings_open": _count(session, FindingRow.state == "open"),
    }


def today_seen(session: Session, office: Office) -> Mapping[str, int]:
    """Return what today has seen: clues, visits, problems, scans by their last answer, planned visits."""
    today = office.today()
    from_ms, until_ms = begin_ms(today, office.zone), begin_ms(today + timedelta(days=1), office.zone)
    here = TicketRow.site == office.site_id, TicketRow.kind == "local"
    made = [one for one in visits_made(session, None, from_ms) if one.at < office.at(until_ms)]
    stands = PlanRow.state.in_(("placed", "done")), PlanRow.day == today.isoformat()
    planned = select(PlanRow.enterprise_id).where(*stands).distinct().subquery()
    answers = select(CheckInRow.scan_id, CheckInRow.result).where(
        CheckInRow.at_ms >= from_ms, CheckInRow.at_ms < until_ms
    )
    last = {
        row.scan_id: row.result for row in session.execute(answers.order_by(CheckInRow.scan_id, CheckInRow.attempt))
    }
    refused = {result.value: sum(one == result.value for one in last.values()) for result in Result}
    return {
        "clues": _count(session, *here, TicketRow.opened_ms >= from_ms, TicketRow.opened_ms < until_ms),
        "planned_today": session.scalar(select(func.count()).select_from(planned)) or 0,
        "visits": len(made),
        "problems_found": sum(bool(one.problem_found) for one in made),
        "scans_blocked": refused[Result.BLOCKED.value],
        "scans_over_frequency": refused[Result.OVER_FREQUENCY.value],
        "scans_no_plan": refused[Result.NO_PLAN.value],
    }


def _late(session: Session, office: Office, states: tuple[str, ...]) -> int:
    late = select(TimerRow.ticket_id).where(TimerRow.deadline_ms < office.now_ms())
    return _count(session, TicketRow.site == office.site_id, TicketRow.state.in_(states), TicketRow.id.in_(late))


def _has_result() -> ColumnElement[bool]:
    """Return the condition that the ticket under which a visit was made has a result at that enterprise."""
    result = select(OutcomeRow.ticket_id).where(
        OutcomeRow.ticket_id == VisitRow.cover_id,
        VisitRow.cover_kind == "ticket",
        OutcomeRow.enterprise_id == VisitRow.enterprise_id,
    )
    return result.exists()


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0
