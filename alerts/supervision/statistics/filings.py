"""Findings of data checks, rectifications and self-checks → marks of what was found, mended and filed in a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store.models import ClueRow, FindingRow, RectificationRow, SelfCheckRow
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.window import Window
from domain.supervision.data_checks import FindingState
from domain.supervision.statistics import Mark, What

DATA_CHECK = "data_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A finding: from which day it was known, and from which day it is mended; None = it is open."""

    rule_id: str
    enterprise_id: str
    first: date
    mended: date | None

    def is_open(self, day: date) -> bool:
        """Say whether it was known and not mended at the end of a day."""
        return self.first <= day and (self.mended is None or day < self.mended)


def findings_seen(session: Session, window: Window) -> list[Seen]:
    """Return every finding.

    It is mended on the day on which its clue was closed; where it never became a clue, on the day of the last run
    that still saw it: nothing later is known of it.
    """
    name = FindingRow.checks + ":" + FindingRow.rule_id + ":" + FindingRow.finding_id
    asked = select(FindingRow, ClueRow.closed_ms).outerjoin(
        ClueRow, (ClueRow.source == DATA_CHECK) & (ClueRow.external_id == name)
    )
    return [
        Seen(
            rule_id=row.rule_id,
            enterprise_id=row.enterprise_id,
            first=date.fromisoformat(row.first_seen),
            mended=_mended(row, closed_ms, window),
        )
        for row, closed_ms in session.execute(asked)
    ]


def marks_of_filings(session: Session, window: Window, labeller: Labeller) -> Iterator[Mark]:
    """Yield the marks of findings, rectifications and self-checks."""
    for seen in findings_seen(session, window):
        for what, day in ((What.FINDING_NEW, seen.first), (What.FINDING_MENDED, seen.mended)):
            if day is not None and day in window.period:
                labels = labeller.of(seen.enterprise_id, day, rule=seen.rule_id, source=DATA_CHECK)
                yield Mark(what, day, labels)
    filed = select(RectificationRow).where(window.has_day(RectificationRow.filed))  # type: ignore[arg-type]
    for row in session.scalars(filed):
        day = date.fromisoformat(row.filed or row.due)
        is_late = row.filed is not None and row.filed > row.due
        yield Mark(What.RECTIFIED_LATE if is_late else What.RECTIFIED_IN_TIME, day, labeller.of(row.enterprise_id, day))
    for check in session.scalars(select(SelfCheckRow).where(window.has_day(SelfCheckRow.day))):
        day = date.fromisoformat(check.day)
        yield Mark(What.SELF_CHECK, day, labeller.of(check.enterprise_id, day))


def _mended(row: FindingRow, closed_ms: int | None, window: Window) -> date | None:
    if row.state != FindingState.MENDED.value:
        return None
    return date.fromisoformat(row.last_seen) if closed_ms is None else window.day(closed_ms)
