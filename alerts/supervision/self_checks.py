"""Self-checks that enterprises file: questions and answers of a day, each a credit fact by `facts`.

Decision table:

| enterprise and day | the rest | answer                             |
|--------------------|----------|------------------------------------|
| none filed         | -        | filed                              |
| filed              | the same | as it stands: twice is one         |
| filed              | another  | 409 `already_filed`: one a day     |

A day after today, or more than `OLDEST` ago, is refused.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from sqlalchemy import select

from alerts.store import audit
from alerts.store.engine import reading, writing
from alerts.store.models import SelfCheckRow
from alerts.store.numbering import Numbering
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.times import rfc3339, to_datetime

MOST = 500
OLDEST = timedelta(days=31)
"""A self-check is filed at most so long after its day. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheck:
    """A self-check as an enterprise files it; `day` None = today."""

    enterprise_id: str
    answers: Mapping[str, str]
    note: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckView:
    """A self-check as people see it."""

    self_check_id: str
    enterprise_id: str
    name: str
    day: date
    answers: dict[str, str]
    note: str
    who: str
    filed_at: str


def file(office: Office, filing: SelfCheck, who: str) -> tuple[SelfCheckView, bool]:
    """File a self-check.

    Returns:
        It, and whether it is new.

    Raises:
        Problem: 404 unknown enterprise, 409 filed otherwise, 422 day.
    """
    office.register.get(filing.enterprise_id)
    today = office.today()
    day = filing.day or today
    if not today - OLDEST <= day <= today:
        detail = f"day {day} is not from {today - OLDEST} to {today}; mend it or leave it out for today"
        raise Problem(422, "bad_day", "Day out of range", detail)
    name = hashlib.sha256(f"{office.site_id}\0{filing.enterprise_id}\0{day}".encode()).hexdigest()[:16]
    answers = msgspec.json.encode(dict(filing.answers)).decode()
    with writing(office.engine) as session:
        Numbering(session)
        row = session.get(SelfCheckRow, name)
        if row is not None:
            if (_answers(row), row.note) != (dict(filing.answers), filing.note):
                detail = (
                    f"{row.who} filed one of {filing.enterprise_id} for {day} with other answers; file the next day"
                )
                raise Problem(409, "already_filed", "Filed already", detail)
            return _view(office, row), False
        row = SelfCheckRow(
            self_check_id=name,
            enterprise_id=filing.enterprise_id,
            day=day.isoformat(),
            answers=answers,
            note=filing.note,
            who=who,
            at_ms=office.now_ms(),
        )
        session.add(row)
        told = {"enterprise_id": row.enterprise_id, "day": row.day, "answers": len(filing.answers)}
        audit.record(session, row.at_ms, who, "self_check.file", name, told)
        return _view(office, row), True


def self_checks(office: Office, enterprise_id: str | None = None, limit: int = MOST) -> list[SelfCheckView]:
    """Return self-checks, the last day first; of one enterprise, or of all."""
    asked = select(SelfCheckRow).order_by(SelfCheckRow.day.desc(), SelfCheckRow.self_check_id).limit(limit)
    if enterprise_id is not None:
        asked = asked.where(SelfCheckRow.enterprise_id == enterprise_id)
    with reading(office.engine) as session:
        return [_view(office, row) for row in session.scalars(asked)]


def _view(office: Office, row: SelfCheckRow) -> SelfCheckView:
    known = office.register.by_id.get(row.enterprise_id)
    return SelfCheckView(
        self_check_id=row.self_check_id,
        enterprise_id=row.enterprise_id,
        name=known.name if known else row.enterprise_id,
        day=date.fromisoformat(row.day),
        answers=_answers(row),
        note=row.note,
        who=row.who,
        filed_at=rfc3339(to_datetime(row.at_ms)),
    )


def _answers(row: SelfCheckRow) -> dict[str, str]:
    return msgspec.json.decode(row.answers, type=dict[str, str])
