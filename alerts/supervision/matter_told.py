"""Matters in the store → what is suggested for them today, and how people see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from alerts.store.models import MatterRow, RectificationRow
from alerts.supervision.facts import rectification_of
from alerts.supervision.office import Office
from alerts.supervision.rectifications import MOST
from domain.supervision.compliance import Finding, Measure, Mended, Severity, is_repeated, suggest
from domain.supervision.rectification import RectificationState, mended_on, state_on
from domain.times import rfc3339, to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierView:
    """A matter of the same name that was found there before."""

    matter_id: str
    day: date
    measure: Measure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A suggested measure with its reason, and what was found before that speaks to it."""

    measure: Measure
    reason: str
    earlier: tuple[EarlierView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterView:
    """A matter as people see it.

    Attributes:
        mended: As of today.
        suggestion: As of today.
        measure: What was chosen; None = nobody has.
        suggested: What was suggested when it was chosen, or filed.
    """

    matter_id: str
    source: str
    enterprise_id: str
    name: str
    industry: str
    matter: str
    clause: str
    how: str
    severity: Severity
    mended: Mended
    day: date
    suggestion: Advice
    suggested: Measure
    measure: Measure | None
    note: str | None
    filed_by: str
    filed_at: str
    decided_by: str | None
    decided_at: str | None
    rectification_id: str | None
    rectification_state: RectificationState | None
    due: date | None


class Known:
    """What bears on the suggestions for some matters, read at once: their enterprises' matters and their orders."""

    def __init__(self, session: Session, office: Office, rows: Sequence[MatterRow]) -> None:
        self._today = office.today()
        self._orders: dict[str, RectificationRow] = {}
        asked = select(RectificationRow).where(_among(RectificationRow.matter_id, [row.matter_id for row in rows]))
        for order in session.scalars(asked.order_by(RectificationRow.at_ms, RectificationRow.rectification_id)):
            self._orders[order.matter_id or ""] = order
        self._of: defaultdict[tuple[str, str], list[MatterRow]] = defaultdict(list)
        places = sorted({row.enterprise_id for row in rows})
        for one in session.scalars(select(MatterRow).where(_among(MatterRow.enterprise_id, places))):
            self._of[(one.enterprise_id, one.matter)].append(one)

    def last_order(self, matter_id: str) -> RectificationRow | None:
        """Return the last rectification of a matter."""
        return self._orders.get(matter_id)

    def mended(self, row: MatterRow) -> Mended:
        """Return what became of a matter."""
        last = self.last_order(row.matter_id)
        return Mended(row.mended) if last is None else mended_on(self._today, rectification_of(last))

    def state(self, row: MatterRow) -> RectificationState | None:
        """Return how the last rectification stands."""
        last = self.last_order(row.matter_id)
        return None if last is None else state_on(self._today, rectification_of(last))

    def advice(self, row: MatterRow) -> Advice:
        """Return the suggestion for a matter with what was found before."""
        others = [one for one in self._of[(row.enterprise_id, row.matter)] if one.matter_id != row.matter_id]
        told = suggest(finding_of(row, self.mended(row)), (finding_of(one, Mended.OPEN) for one in others))
        return Advice(measure=told.measure, reason=told.reason, earlier=_earlier(row, others))


def _earlier(row: MatterRow, others: Iterable[MatterRow]) -> tuple[EarlierView, ...]:
    """Return those of the others that make this matter a repetition, the last first."""
    own = finding_of(row, Mended.OPEN)
    repeated = [one for one in others if is_repeated(own, [finding_of(one, Mended.OPEN)])]
    return tuple(
        EarlierView(
            matter_id=one.matter_id,
            day=date.fromisoformat(one.day),
            measure=Measure(one.measure) if one.measure else None,
        )
        for one in sorted(repeated, key=lambda one: one.day, reverse=True)
    )


def finding_of(row: MatterRow, mended: Mended) -> Finding:
    """Return a matter as the rules read it."""
    return Finding(
        enterprise_id=row.enterprise_id,
        matter=row.matter,
        on=date.fromisoformat(row.day),
        severity=Severity(row.severity),
        mended=mended,
        industry=row.industry,
        clause=row.clause,
        how=row.how,
    )


def views(session: Session, office: Office, rows: Sequence[MatterRow]) -> list[MatterView]:
    """Return matters as people see them, in the order of the rows."""
    known = Known(session, office, rows)
    return [_view(office, row, known) for row in rows]


def _view(office: Office, row: MatterRow, known: Known) -> MatterView:
    place, last = office.register.by_id.get(row.enterprise_id), known.last_order(row.matter_id)
    return MatterView(
        matter_id=row.matter_id,
        source=row.source,
        enterprise_id=row.enterprise_id,
        name=place.name if place else row.enterprise_id,
        industry=row.industry,
        matter=row.matter,
        clause=row.clause,
        how=row.how,
        severity=Severity(row.severity),
        mended=known.mended(row),
        day=date.fromisoformat(row.day),
        suggestion=known.advice(row),
        suggested=Measure(row.suggested),
        measure=Measure(row.measure) if row.measure else None,
        note=row.note,
        filed_by=row.who,
        filed_at=rfc3339(to_datetime(row.at_ms)),
        decided_by=row.decided_by,
        decided_at=rfc3339(to_datetime(row.decided_ms)) if row.decided_ms is not None else None,
        rectification_id=last.rectification_id if last else None,
        rectification_state=known.state(row),
        due=date.fromisoformat(last.due) if last else None,
    )


def _among(column: InstrumentedAttribute[Any], names: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a row is of one of these; of many, all rows are read."""
    return true() if len(names) > MOST else column.in_(names)


def awaits(one: MatterView) -> bool:
    """Say whether a person is to choose: nobody has, or what is suggested has changed since."""
    return one.measure is None or one.suggestion.measure is not one.suggested


def findings_of(session: Session, industry: str | None = None) -> list[Finding]:
    """Return every matter as the rules read it; of one industry, or of all."""
    asked = select(MatterRow)
    if industry is not None:
        asked = asked.where(MatterRow.industry == industry)
    return [finding_of(row, Mended(row.mended)) for row in session.scalars(asked)]
