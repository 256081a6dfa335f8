"""Matters that visits and data checks found: filed, with a suggested measure, and the measure that a person chose.

Decision table, of a filing:

| same source and matter | the rest     | answer                            |
|------------------------|--------------|-----------------------------------|
| not filed              | -            | filed, with the suggestion        |
| filed                  | the same     | as it stands: twice is one        |
| filed                  | another      | 409 `already_filed`               |

What is suggested follows what became of the matter: mended on the spot, or the state of its last rectification. A
chosen measure may be chosen anew as long as that suggestion may change; every choice stands in the audit.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import MatterRow
from alerts.store.numbering import Numbering
from alerts.supervision.matter_told import Advice, Known, MatterView, awaits, views
from alerts.supervision.office import Office
from alerts.supervision.rectifications import MOST, Order, bad_due, order_in
from alerts.supervision.sources import found_at
from domain.problem import Problem
from domain.supervision.choice import ChoiceFault, choice_fault
from domain.supervision.compliance import Measure, Mended, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A matter as somebody files it.

    Attributes:
        source: `ticket:ID`, `visit:SCAN` or `finding:ID`.
        matter: What; the same name is the same matter.
        clause: Where it is demanded.
        how: How to do it right.
        mended: Whether it was put right on the spot.
        enterprise_id: Where the source does not say.
    """

    source: str
    matter: str
    severity: Severity
    clause: str = ""
    how: str = ""
    mended: bool = False
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The measure that a person chooses; the note says why where it is not the one suggested."""

    measure: Measure
    note: str = ""
    due: date | None = None


def advise(office: Office, filing: Filing) -> Advice:
    """Return what would be suggested for a matter, before it is filed; writes nothing.

    Raises:
        Problem: As of `file`.
    """
    with reading(office.engine) as session:
        place, day = found_at(session, office, filing.source, filing.enterprise_id)
        row = _row(office, filing, place, day, "")
        return Known(session, office, [row]).advice(row)


def file(office: Office, filing: Filing, choice: Choice | None, who: str) -> tuple[MatterView, bool]:
    """File a matter, and choose its measure where one is given; all or nothing.

    Returns:
        It, and whether it is new.

    Raises:
        Problem: 404 unknown source or enterprise; 409 it found nothing, or filed otherwise; 422 what is said.
    """
    with writing(office.engine) as session:
        Numbering(session)
        place, day = found_at(session, office, filing.source, filing.enterprise_id)
        row = _row(office, filing, place, day, who)
        before = session.get(MatterRow, row.matter_id)
        if before is not None:
            _check_same(before, row, choice)
            return views(session, office, [before])[0], False
        advice = Known(session, office, [row]).advice(row)
        row.suggested, row.reason = advice.measure.value, advice.reason
        session.add(row)
        session.flush()
        told = {"source": row.source, "matter": row.matter, "severity": row.severity, "suggested": row.suggested}
        told |= {"enterprise_id": row.enterprise_id, "reason": row.reason, "mended": row.mended}
        audit.record(session, row.at_ms, who, "matter.file", row.matter_id, told)
        if choice is not None:
            _choose(session, office, row, choice, who)
        return views(session, office, [row])[0], True


def choose(office: Office, matter_id: str, choice: Choice, who: str) -> MatterView:
    """Choose a matter's measure; a rectification is ordered with it.

    Raises:
        Problem: 404 unknown, 409 under an order still, 422 what is said.
    """
    with writing(office.engine) as session:
        Numbering(session)
        row = session.get(MatterRow, matter_id) if matter_id.isprintable() else None
        if row is None:
            detail = f"no matter has the id {matter_id[:64]!r}; GET /api/v1/compliance/matters lists them"
            raise Problem(404, "unknown_matter", "Unknown matter", detail)
        _choose(session, office, row, choice, who)
        return views(session, office, [row])[0]


def matters(
    office: Office, enterprise_id: str | None = None, *, undecided: bool = False, limit: int = MOST
) -> list[MatterView]:
    """Return matters, the last found first.

    Args:
        office: The site's supervision.
        enterprise_id: Only of this one.
        undecided: Only those whose measure nobody has chosen, or is no more the one suggested.
        limit: At most so many.
    """
    asked = select(MatterRow).order_by(MatterRow.day.desc(), MatterRow.at_ms.desc(), MatterRow.matter_id)
    if enterprise_id is not None:
        asked = asked.where(MatterRow.enterprise_id == enterprise_id)
    with reading(office.engine) as session:
        rows = session.scalars(asked if undecided else asked.limit(limit)).all()
        told = views(session, office, rows)
    return [one for one in told if not undecided or awaits(one)][:limit]


def _choose(session: Session, office: Office, row: MatterRow, choice: Choice, who: str) -> None:
    known = Known(session, office, [row])
    advice, today = known.advice(row), office.today()
    fault = choice_fault(choice.measure, advice.measure, choice.note, choice.due, today)
    if fault is not None:
        raise _bad_choice(fault, advice, today)
    last = known.last_order(row.matter_id)
    is_ordered = choice.measure is Measure.RECTIFICATION
    if is_ordered and last is not None and last.filed is None:
        detail = f"rectification {last.rectification_id} is due on {last.due} and not filed; file that one first"
        raise Problem(409, "under_order", "Under an order already", detail)
    row.suggested, row.reason = advice.measure.value, advice.reason
    row.measure, row.note = choice.measure.value, choice.note or None
    row.decided_by, row.decided_ms = who, office.now_ms()
    session.flush()
    told = {"measure": row.measure, "suggested": row.suggested, "reason": row.reason, "note": row.note}
    audit.record(session, row.decided_ms, who, "matter.measure", row.matter_id, told)
    if is_ordered:
        text = f"{row.matter}：{row.how}" if row.how else row.matter
        wish = Order(enterprise_id=row.enterprise_id, text=text, due=choice.due, matter_id=row.matter_id)
        order_in(session, office, wish, who)


def _bad_choice(fault: ChoiceFault, advice: Advice, today: date) -> Problem:
    if fault is ChoiceFault.NOTE_MISSING:
        detail = f"{advice.measure.value} is suggested ({advice.reason}); say in note why another measure is chosen"
        return Problem(422, fault.value, "Another measure needs a note", detail, {"suggested": advice.measure.value})
    if fault is ChoiceFault.DUE_WITHOUT_ORDER:
        detail = "due is the last day of a rectification; leave it out, or choose rectification"
        return Problem(422, fault.value, "Only a rectification has a due day", detail)
    return bad_due(fault, today)


def _row(office: Office, filing: Filing, place: str, day: date, who: str) -> MatterRow:
    told = "\0".join((office.site_id, filing.source, filing.matter))
    return MatterRow(
        matter_id=hashlib.sha256(told.encode()).hexdigest()[:16],
        source=filing.source,
        enterprise_id=place,
        industry=office.register.get(place).industry or "",
        matter=filing.matter,
        clause=filing.clause,
        how=filing.how,
        severity=filing.severity.value,
        day=day.isoformat(),
        suggested="",
        reason="",
        mended=(Mended.IN_TIME if filing.mended else Mended.OPEN).value,
        who=who,
        at_ms=office.now_ms(),
    )


_SAID = ("enterprise_id", "clause", "how", "severity", "mended")


def _check_same(before: MatterRow, row: MatterRow, choice: Choice | None) -> None:
    others = [name for name in _SAID if getattr(before, name) != getattr(row, name)]
    if choice is not None and (choice.measure.value, choice.note or None) != (before.measure, before.note):
        others.append("measure")
    if others:
        detail = (
            f"matter {before.matter_id} of this source was filed by {before.who} with another {', '.join(others)}; "
            f"choose its measure by POST /api/v1/compliance/matters/{before.matter_id}/measure"
        )
        raise Problem(409, "already_filed", "Filed already", detail, {"matter_id": before.matter_id})
