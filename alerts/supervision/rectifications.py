"""Orders to put something right, and what enterprises file of it; each act is audited and told to the endpoints.

Decision table, of a filing:

| rectification   | filing                              | answer                              |
|-----------------|-------------------------------------|-------------------------------------|
| not filed       | from the order's day to today       | filed that day, on whose behalf     |
| not filed       | before the order, or after today    | 422 `bad_day`                       |
| filed           | the same words and day              | as it stands: the same twice is one |
| filed           | others                              | 409 `already_filed`                 |
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import RectificationRow
from alerts.store.numbering import Numbering
from alerts.supervision.facts import rectification_of
from alerts.supervision.office import Office
from alerts.supervision.rectification_events import Happened, tell
from domain.problem import Problem
from domain.supervision.choice import LONGEST_TERM, ChoiceFault, due_fault
from domain.supervision.rectification import REMIND, TERM, RectificationState, state_on

MOST = 500
"""No list is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationView:
    """A rectification as people see it; days are the site's. `matter_id` None = ordered by itself."""

    rectification_id: str
    enterprise_id: str
    name: str
    matter_id: str | None
    text: str
    ordered: date
    due: date
    days_left: int
    state: RectificationState
    filed: date | None
    filed_text: str | None
    filed_by: str | None
    reminded: date | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an enterprise is to put right; `due` None = in the ordinary term."""

    enterprise_id: str
    text: str
    due: date | None = None
    matter_id: str | None = None


def order(office: Office, wish: Order, who: str) -> tuple[RectificationView, bool]:
    """Order a rectification; the same words to the same enterprise on one day are one order.

    Returns:
        It, and whether it is new.

    Raises:
        Problem: 404 unknown enterprise, 409 ordered today with another due day, 422 due day.
    """
    office.register.get(wish.enterprise_id)
    with writing(office.engine) as session:
        Numbering(session)
        row, is_new = order_in(session, office, wish, who)
        return view(office, row), is_new


def order_in(session: Session, office: Office, wish: Order, who: str) -> tuple[RectificationRow, bool]:
    """Order a rectification in the caller's transaction, which holds the numbering.

    Raises:
        Problem: 409 ordered today with another due day, 422 due day.
    """
    today = office.today()
    fault = due_fault(wish.due, today)
    if fault is not None:
        raise bad_due(fault, today)
    due = wish.due or today + TERM
    name = _name(session, office, wish)
    found = session.get(RectificationRow, name)
    if found is not None:
        if found.due != due.isoformat():
            why = f"{found.who} ordered the same today, due on {found.due}; file that one, or say it in other words"
            raise Problem(409, "already_ordered", "Ordered already", why, {"rectification_id": name})
        return found, False
    row = RectificationRow(
        rectification_id=name,
        enterprise_id=wish.enterprise_id,
        matter_id=wish.matter_id,
        text=wish.text,
        ordered=today.isoformat(),
        due=due.isoformat(),
        reminded=today.isoformat() if due - today <= REMIND else None,  # the order itself says how soon
        who=who,
        at_ms=office.now_ms(),
    )
    session.add(row)
    session.flush()
    tell(session, office, row, Happened.ORDERED)
    detail = {"enterprise_id": row.enterprise_id, "due": row.due, "matter_id": row.matter_id, "text": row.text}
    audit.record(session, row.at_ms, who, "rectification.order", name, detail)
    return row, True


def _name(session: Session, office: Office, wish: Order) -> str:
    """Return an order's id: by its words and day, of a matter by its number."""
    words = (wish.text, office.today().isoformat())
    if wish.matter_id is not None:
        asked = select(func.count()).where(RectificationRow.matter_id == wish.matter_id)
        words = (wish.matter_id, str(session.scalar(asked)))
    told = "\0".join((office.site_id, wish.enterprise_id, *words))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def bad_due(fault: ChoiceFault, today: date) -> Problem:
    """Return the refusal of a due day."""
    why = "is past" if fault is ChoiceFault.DUE_PAST else f"is more than {LONGEST_TERM.days} days away"
    detail = f"due {why}; give a day from {today} to {today + LONGEST_TERM}, or leave it out for {TERM.days} days"
    return Problem(422, fault.value, "Due day out of range", detail)


def file(office: Office, rectification_id: str, text: str, on: date | None, who: str) -> RectificationView:
    """File a rectification as done on a day, which closes it; None = today.

    Raises:
        Problem: 404 unknown, 409 filed already, 422 day.
    """
    with writing(office.engine) as session:
        Numbering(session)
        row = find(session, rectification_id)
        today = office.today()
        day = on or (date.fromisoformat(row.filed) if row.filed and row.filed_text == text else today)
        if row.filed is None:
            _check_day(row, day, today)
            row.filed, row.filed_text, row.filed_by = day.isoformat(), text, who
            session.flush()
            tell(session, office, row, Happened.FILED)
            detail = {"enterprise_id": row.enterprise_id, "filed": row.filed, "due": row.due, "text": text}
            audit.record(session, office.now_ms(), who, "rectification.file", rectification_id, detail)
        elif (row.filed, row.filed_text) != (day.isoformat(), text):
            why = f"{row.filed_by} filed it for {row.filed}; a filing is not changed, order another rectification"
            raise Problem(409, "already_filed", "Filed already", why)
        return view(office, row)


def _check_day(row: RectificationRow, day: date, today: date) -> None:
    if not row.ordered <= day.isoformat() <= today.isoformat():
        detail = f"on {day} is not from {row.ordered}, when it was ordered, to {today}; mend the day or leave it out"
        raise Problem(422, "bad_day", "Day out of range", detail)


def find(session: Session, rectification_id: str) -> RectificationRow:
    """Return a rectification's row.

    Raises:
        Problem: 404, nobody knows it.
    """
    row = session.get(RectificationRow, rectification_id) if rectification_id.isprintable() else None
    if row is None:
        detail = f"no rectification has the id {rectification_id[:64]!r}; GET /api/v1/compliance/rectifications"
        raise Problem(404, "unknown_rectification", "Unknown rectification", detail)
    return row


def get(office: Office, rectification_id: str) -> RectificationView:
    """Return one rectification.

    Raises:
        Problem: 404, nobody knows it.
    """
    with reading(office.engine) as session:
        return view(office, find(session, rectification_id))


def rectifications(
    office: Office,
    enterprise_id: str | None = None,
    states: Collection[RectificationState] = (),
    limit: int = MOST,
) -> list[RectificationView]:
    """Return rectifications, those not filed first by their due day, then the last filed.

    Args:
        office: The site's supervision.
        enterprise_id: Only of this one.
        states: Only these, as of today; empty = all.
        limit: At most so many.
    """
    chosen: list[ColumnElement[bool]] = []
    if enterprise_id is not None:
        chosen.append(RectificationRow.enterprise_id == enterprise_id)
    closed = {RectificationState.CLOSED, RectificationState.CLOSED_LATE}
    if states and not closed & set(states):
        chosen.append(RectificationRow.filed.is_(None))
    asked = select(RectificationRow).where(*chosen)
    ordered = asked.order_by(
        RectificationRow.filed.is_not(None),
        RectificationRow.filed.desc(),
        RectificationRow.due,
        RectificationRow.rectification_id,
    )
    with reading(office.engine) as session:
        told = (view(office, row) for row in session.scalars(ordered))
        return [one for one in told if not states or one.state in states][:limit]


def remind(office: Office) -> int:
    """Tell of what is due within `REMIND` and of what is overdue, each once; return how many were told of.

    Raises:
        ConnectionError: The store is away.
    """
    with reading(office.engine) as session:
        if session.scalars(select(RectificationRow.rectification_id).where(*_due(office)).limit(1)).first() is None:
            return 0
    with writing(office.engine) as session:
        Numbering(session)
        rows = session.scalars(select(RectificationRow).where(*_due(office)).order_by(RectificationRow.due)).all()
        for row in rows:
            is_over = row.due < office.today().isoformat()
            row.reminded = office.today().isoformat()
            tell(session, office, row, Happened.OVERDUE if is_over else Happened.REMINDED)
            what = "rectification.overdue" if is_over else "rectification.remind"
            told = {"enterprise_id": row.enterprise_id, "due": row.due}
            audit.record(session, office.now_ms(), "system", what, row.rectification_id, told)
        return len(rows)


def _due(office: Office) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that somebody is to be told; a reminder is told once, and once that it is overdue."""
    today, soon = office.today().isoformat(), (office.today() + REMIND).isoformat()
    row = RectificationRow
    near = (row.due >= today) & (row.due <= soon) & row.reminded.is_(None)
    over = (row.due < today) & (row.reminded.is_(None) | (row.reminded <= row.due))
    return row.filed.is_(None), near | over


def view(office: Office, row: RectificationRow) -> RectificationView:
    """Return a row as people see it."""
    today, due = office.today(), date.fromisoformat(row.due)
    known = office.register.by_id.get(row.enterprise_id)
    return RectificationView(
        rectification_id=row.rectification_id,
        enterprise_id=row.enterprise_id,
        name=known.name if known else row.enterprise_id,
        matter_id=row.matter_id,
        text=row.text,
        ordered=date.fromisoformat(row.ordered),
        due=due,
        days_left=(due - today).days,
        state=state_on(today, rectification_of(row)),
        filed=date.fromisoformat(row.filed) if row.filed else None,
        filed_text=row.filed_text,
        filed_by=row.filed_by,
        reminded=date.fromisoformat(row.reminded) if row.reminded else None,
        who=row.who,
    )
