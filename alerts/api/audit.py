"""Route of the audit: what was done, by whom and when, newest first."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Engine, select

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.people.person import Person, Role
from alerts.store.engine import reading
from alerts.store.models import AuditRow
from domain.times import rfc3339, to_datetime

READERS = frozenset({Role.CHIEF, Role.ADMIN, Role.ANALYST})
"""Who may read the audit."""


class ActView(BaseModel):
    """One act; `hash` covers all other columns and the hash of the row before."""

    seq: int
    at: str
    who: str
    what: str
    subject: str
    detail: dict[str, object]
    previous: str
    hash: str


class AuditPage(BaseModel):
    """Part of the audit, newest first."""

    rows: list[ActView]
    next_before: int | None = Field(description="Send it as `before` for what follows; null at the end.")


def build_router(engine: Engine, access: Access) -> APIRouter:
    """Return the audit's route, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/audit", tags=["audit"])

    @router.get("", response_model=AuditPage, responses=problem_responses(401, 403, 422, 503), summary="Read the audit")
    def read_audit(
        _person: Annotated[Person, Depends(access.needs(READERS))],
        before: Annotated[int | None, Query(ge=1, le=2**62, description="`next_before` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        subject: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
        what: Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")] = None,
    ) -> Response:
        """Return acts, newest first; a page stays right while rows are added."""
        asked = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit + 1)
        if before is not None:
            asked = asked.where(AuditRow.seq < before)
        if subject:
            asked = asked.where(AuditRow.subject == subject)
        if what:
            asked = asked.where(AuditRow.what == what)
        with reading(engine) as session:
            rows = session.scalars(asked).all()
            shown = rows[:limit]
            more = shown[-1].seq if len(rows) > len(shown) else None
            plain = {"rows": [_view(row) for row in shown], "next_before": more}
            return Response(msgspec.json.encode(plain), media_type="application/json")

    return router


def _view(row: AuditRow) -> dict[str, object]:
    return {
        "seq": row.seq,
        "at": rfc3339(to_datetime(row.at_ms)),
        "who": row.who,
        "what": row.what,
        "subject": row.subject,
        "detail": msgspec.Raw(row.detail.encode()),
        "previous": row.previous,
        "hash": row.hash,
    }
