"""What the store knows of enterprises to their credit facts: those that were filed, and those that follow from acts.

Decision table, of one act:

| act                                                     | fact                    | its day                |
|---------------------------------------------------------|-------------------------|------------------------|
| an outcome that found nothing                           | none                    | -                      |
| an outcome with a penalty                               | `penalty`               | the outcome was filed  |
| another outcome of a ticket that a complaint speaks of  | `complaint_upheld`      | the outcome was filed  |
| any other outcome that found a problem                  | `problem_found`         | the outcome was filed  |
| a visit under a ticket whose outcome speaks of it       | none: the ticket's says | -                      |
| a matter's penalty, of a source with that outcome       | none: the outcome's     | -                      |
| a matter's penalty otherwise, once a source             | `penalty`               | first chosen           |
| a rectification filed in time                           | `rectified`             | it was filed           |
| a rectification not filed in time                       | `rectification_overdue` | the day after it ended |
| a self-check filed                                      | `self_check`            | the self-check's       |

One outcome is one fact, the gravest. A fact of a kind that the site's table does not weigh bears nothing: `facts_of`
leaves it out, `every_fact` still names it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from alerts.store.models import (
    ClueRow,
    CreditFactRow,
    MatterRow,
    OutcomeRow,
    RectificationRow,
    SelfCheckRow,
    VisitRow,
)
from alerts.supervision.office import Office
from domain.supervision.credit import CreditFact
from domain.supervision.rectification import Rectification, fact_on

FEW = 500
"""Up to so many enterprises are asked for by name; beyond, all rows are read and those not asked for left out."""
_TICKET, _VISIT = "ticket:", "visit:"

Facts = dict[str, tuple[CreditFact, ...]]
Wanted = Collection[str] | None


def facts_of(session: Session, office: Office, enterprise_ids: Wanted = None, day: date | None = None) -> Facts:
    """Return the facts that weigh, by enterprise, oldest first; every enterprise asked for has an entry.

    Args:
        session: A reading or writing session.
        office: The site's supervision.
        enterprise_ids: Whose; None = of all that are registered.
        day: What is overdue by this day counts; None = today. Facts after it are in as well: `credit_on` leaves
            them out.
    """
    weighed = office.table.credit.kinds
    found = every_fact(session, office, enterprise_ids, day)
    return {place: tuple(fact for fact in facts if fact.kind in weighed) for place, facts in found.items()}


def every_fact(session: Session, office: Office, enterprise_ids: Wanted = None, day: date | None = None) -> Facts:
    """Return all facts as `facts_of`, those that weigh nothing too."""
    asked = None if enterprise_ids is None else frozenset(enterprise_ids)
    known = asked if asked is not None else frozenset(office.register.by_id)
    found: dict[str, list[CreditFact]] = defaultdict(list)
    acts = (
        _of_outcomes(session, office, asked),
        _of_visits(session, office, asked),
        _of_matters(session, office, asked),
    )
    for source in (_filed(session, asked), *acts):
        for fact in source:
            found[fact.enterprise_id].append(fact)
    for fact in _of_filings(session, asked, day or office.today()):
        found[fact.enterprise_id].append(fact)
    return {place: tuple(sorted(found[place], key=lambda one: (one.on, one.fact_id))) for place in sorted(known)}


def _among(column: InstrumentedAttribute[Any], places: frozenset[str] | None) -> ColumnElement[bool]:
    """Return the condition that a row is of one asked for; of many, all rows are read."""
    return true() if places is None or len(places) > FEW else column.in_(places)


def _filed(session: Session, places: frozenset[str] | None) -> Iterator[CreditFact]:
    for row in session.scalars(select(CreditFactRow).where(_among(CreditFactRow.enterprise_id, places))):
        yield CreditFact(
            fact_id=row.fact_id,
            enterprise_id=row.enterprise_id,
            kind=row.kind,
            on=date.fromisoformat(row.day),
            note=row.note,
        )


def _of_outcomes(session: Session, office: Office, places: frozenset[str] | None) -> Iterator[CreditFact]:
    complaint = (
        select(ClueRow.ticket_id).where(ClueRow.ticket_id == OutcomeRow.ticket_id, ClueRow.source == "complaint")
    ).exists()
    asked = select(OutcomeRow, complaint).where(OutcomeRow.problem_found, _among(OutcomeRow.enterprise_id, places))
    for row, is_complaint in session.execute(asked):
        if row.enterprise_id is None:  # nobody knows where
            continue
        yield CreditFact(
            fact_id=f"ticket:{row.ticket_id}",
            enterprise_id=row.enterprise_id,
            kind=_kind(row.measure, is_complaint=is_complaint),
            on=office.at(row.at_ms).date(),
            note=row.note or "",
        )


def _of_visits(session: Session, office: Office, places: frozenset[str] | None) -> Iterator[CreditFact]:
    told = (
        select(OutcomeRow.ticket_id).where(
            VisitRow.cover_kind == "ticket",
            OutcomeRow.ticket_id == VisitRow.cover_id,
            OutcomeRow.enterprise_id == VisitRow.enterprise_id,
        )
    ).exists()
    asked = select(VisitRow).where(VisitRow.problem_found.is_(True), ~told, _among(VisitRow.enterprise_id, places))
    for row in session.scalars(asked):
        yield CreditFact(
            fact_id=f"visit:{row.scan_id}",
            enterprise_id=row.enterprise_id,
            kind=_kind(row.measure, is_complaint=row.cover_kind == "complaint"),
            on=office.at(row.at_ms if row.outcome_ms is None else row.outcome_ms).date(),
            note=row.note or "",
        )


def _of_matters(session: Session, office: Office, places: frozenset[str] | None) -> Iterator[CreditFact]:
    """Yield the penalties that were chosen for matters after an outcome without one, as for what was not mended."""
    by_ticket = select(OutcomeRow.ticket_id).where(
        MatterRow.source.startswith(_TICKET),
        OutcomeRow.ticket_id == func.substr(MatterRow.source, len(_TICKET) + 1),
        OutcomeRow.measure == "penalty",
    )
    by_visit = select(VisitRow.scan_id).where(
        MatterRow.source.startswith(_VISIT),
        VisitRow.scan_id == func.substr(MatterRow.source, len(_VISIT) + 1),
        VisitRow.measure == "penalty",
    )
    asked = (
        select(MatterRow.source, MatterRow.enterprise_id, func.min(MatterRow.decided_ms))
        .where(MatterRow.measure == "penalty", ~by_ticket.exists(), ~by_visit.exists())
        .where(_among(MatterRow.enterprise_id, places))
        .group_by(MatterRow.source, MatterRow.enterprise_id)
    )
    for source, place, at_ms in session.execute(asked):
        yield CreditFact(
            fact_id=f"matter:{source}", enterprise_id=place, kind="penalty", on=office.at(at_ms or 0).date()
        )


def _of_filings(session: Session, places: frozenset[str] | None, day: date) -> Iterator[CreditFact]:
    for row in session.scalars(select(RectificationRow).where(_among(RectificationRow.enterprise_id, places))):
        fact = fact_on(day, rectification_of(row))
        if fact is not None:
            yield fact
    for check in session.scalars(select(SelfCheckRow).where(_among(SelfCheckRow.enterprise_id, places))):
        yield CreditFact(
            fact_id=f"self_check:{check.self_check_id}",
            enterprise_id=check.enterprise_id,
            kind="self_check",
            on=date.fromisoformat(check.day),
        )


def rectification_of(row: RectificationRow) -> Rectification:
    """Return a row as the rules read it."""
    return Rectification(
        rectification_id=row.rectification_id,
        enterprise_id=row.enterprise_id,
        ordered=date.fromisoformat(row.ordered),
        due=date.fromisoformat(row.due),
        filed=date.fromisoformat(row.filed) if row.filed else None,
    )


def _kind(measure: str | None, *, is_complaint: bool) -> str:
    if measure == "penalty":
        return "penalty"
    return "complaint_upheld" if is_complaint else "problem_found"
