"""Answers at the door → marks: each scan by its last answer, and whether it was ever blocked."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import CheckInRow, PlanRow
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.window import Window
from domain.supervision.check_in import Result
from domain.supervision.statistics import Mark, What

LISTED = "white_listed"
"""Reason of an answer: a white-listed enterprise's door stayed closed."""
_LAST = {
    Result.ALLOWED: What.SCAN_ALLOWED,
    Result.BLOCKED: What.SCAN_BLOCKED,
    Result.OVER_FREQUENCY: What.SCAN_OVER_FREQUENCY,
    Result.NO_PLAN: What.SCAN_NO_PLAN,
}


_COLUMNS = (CheckInRow.scan_id, CheckInRow.enterprise_id, CheckInRow.at_ms, CheckInRow.result, CheckInRow.reason)


def marks_of_scans(session: Session, window: Window, labeller: Labeller) -> Iterator[Mark]:
    """Yield the marks of scans; one that was asked again with a cause is one scan."""
    asked = (
        select(*_COLUMNS, PlanRow.department)
        .outerjoin(PlanRow, PlanRow.plan_id == CheckInRow.plan_id)
        .where(window.has_at(CheckInRow.at_ms))
        .order_by(CheckInRow.scan_id, CheckInRow.attempt)
    )
    rows = session.execute(asked).all()
    blocked = {row.scan_id for row in rows if row.result == Result.BLOCKED.value}
    for scan_id, row in {row.scan_id: row for row in rows}.items():
        day = window.day(row.at_ms)
        labels = labeller.of(row.enterprise_id, day, department=row.department or "")
        yield Mark(_LAST[Result(row.result)], day, labels)
        if row.reason == LISTED:
            yield Mark(What.TURNED_AWAY, day, labels)
        if scan_id in blocked:
            yield Mark(What.EVER_BLOCKED, day, labels)
