"""Routes of check-ins: a scan and its answer, what a visit found, a chief's word, and lists."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from alerts.api.access import Access
from alerts.api.check_in_schemas import (
    CheckInPage,
    CheckInRequest,
    CheckInsSought,
    CheckInTold,
    ReasonRequest,
    VisitOutcomeRequest,
    VisitPage,
    VisitsSought,
    VisitTold,
)
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL
from alerts.pages.check_in_words import in_words
from alerts.people.person import ALL_ROLES, DECIDERS, Person, Role
from alerts.store.engine import reading
from alerts.store.models import CheckInRow, VisitRow
from alerts.supervision.check_in_lists import Sought, answers, visits
from alerts.supervision.check_ins import Asked, CheckedIn, check_in, override
from alerts.supervision.office import Office
from alerts.supervision.visits import CHIEFS, Found, file_outcome, settle
from domain.supervision.check_in import Result
from domain.supervision.compliance import Measure
from domain.supervision.visits import Cause, CoverKind
from domain.times import rfc3339, to_datetime, to_ms

SCANNERS = DECIDERS | {Role.INSPECTOR}
"""Who may scan, and tell what was found."""
ScanId = Annotated[str, Path(max_length=128, pattern=NO_NUL)]
Language = Annotated[str, Query(alias="lang", max_length=20, description="`en`; else Chinese.")]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes of check-ins, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/check-ins", tags=["supervision"])
    _add_scans(router, office, access)
    _add_visits(router, office, access)
    _add_lists(router, office, access)
    return router


def _add_scans(router: APIRouter, office: Office, access: Access) -> None:
    scanner, chief = Depends(access.needs(SCANNERS)), Depends(access.needs(frozenset({Role.CHIEF})))
    refusals = problem_responses(400, 401, 403, 404, 409, 422, 503)

    @router.post("", responses=refusals, summary="Check in")
    def post_check_in(
        asked: CheckInRequest, person: Annotated[Person, scanner], language: Language = "zh"
    ) -> CheckInTold:
        """Answer a scan: blocked, over_frequency, no_plan or allowed, judged in that order by the scan's own time.

        Ask again with the same `scan_id` and a `cause`, or a chief's `override`, to go on; only `allowed` is a visit.
        """
        said = Asked(
            scan_id=asked.scan_id,
            inspector_id=asked.inspector_id,
            enterprise_code=asked.enterprise_code,
            scanned_at=asked.scanned_at,
            ticket_id=asked.ticket_id,
            plan_id=asked.plan_id,
            cause=asked.cause,
            override_by=asked.override.user_id if asked.override else None,
            override_reason=asked.override.reason if asked.override else "",
        )
        return _answered(office, check_in(office, said, person), language)

    @router.post("/{scan_id}/override", responses=refusals, summary="Let a blocked scan in")
    def post_override(
        scan_id: ScanId, asked: ReasonRequest, person: Annotated[Person, chief], language: Language = "zh"
    ) -> CheckInTold:
        """Answer a blocked scan again, with the word of the chief who asks."""
        return _answered(office, override(office, scan_id, asked.reason, person), language)


def _add_visits(router: APIRouter, office: Office, access: Access) -> None:
    scanner, chief = Depends(access.needs(SCANNERS)), Depends(access.needs(CHIEFS))
    refusals = problem_responses(401, 403, 404, 409, 422, 503)

    @router.post("/{scan_id}/outcome", responses=refusals, summary="Tell what a visit found")
    def post_outcome(scan_id: ScanId, asked: VisitOutcomeRequest, person: Annotated[Person, scanner]) -> VisitTold:
        """Tell what was found; of a visit for a dispatched ticket it is the ticket's result, which closes it."""
        found = Found(problem_found=asked.problem_found, measure=asked.measure, note=asked.note)
        return visit_told(office, file_outcome(office, scan_id, found, person))

    @router.post("/{scan_id}/settle", responses=refusals, summary="Settle a conflict")
    def post_settle(scan_id: ScanId, asked: ReasonRequest, person: Annotated[Person, chief]) -> VisitTold:
        """Record why a visit took place that, as is known now, lacked a chief's word or a cause."""
        return visit_told(office, settle(office, scan_id, asked.reason, person))


def _add_lists(router: APIRouter, office: Office, access: Access) -> None:
    reads: dict[str, Any] = {
        "dependencies": [Depends(access.needs(ALL_ROLES))],
        "responses": problem_responses(401, 422, 503),
    }

    @router.get("", **reads, summary="Answers to scans")
    def list_check_ins(asked: Annotated[CheckInsSought, Query()]) -> CheckInPage:
        """Return answers, those received last first; a scan that was asked again has several."""
        with reading(office.engine) as session:
            rows, following = answers(session, _sought(asked))
            told = [_told(office, row, asked.lang, repeated=False) for row in rows]
            return CheckInPage(check_ins=told, next_cursor=following)

    @router.get("/visits", **reads, summary="Visits")
    def list_visits(asked: Annotated[VisitsSought, Query()]) -> VisitPage:
        """Return visits, those received last first."""
        with reading(office.engine) as session:
            rows, following = visits(session, _sought(asked))
            return VisitPage(visits=[visit_told(office, row) for row in rows], next_cursor=following)


def _sought(asked: CheckInsSought | VisitsSought) -> Sought:
    return Sought(
        enterprise_id=asked.enterprise_id,
        inspector_id=asked.inspector_id,
        since_ms=to_ms(asked.since) if asked.since else None,
        until_ms=to_ms(asked.until) if asked.until else None,
        limit=asked.limit,
        cursor=asked.cursor,
        result=asked.result if isinstance(asked, CheckInsSought) else None,
        conflict=asked.conflict if isinstance(asked, VisitsSought) else None,
    )


def _answered(office: Office, done: CheckedIn, language: str) -> CheckInTold:
    return _told(office, done.row, language, repeated=done.repeated)


def _told(office: Office, row: CheckInRow, language: str, *, repeated: bool) -> CheckInTold:
    return CheckInTold(
        scan_id=row.scan_id,
        result=Result(row.result),
        reason=row.reason,
        told=in_words(row, language),
        repeated=repeated,
        inspector_id=row.inspector_id,
        enterprise_id=row.enterprise_id,
        enterprise_name=office.register.name_of(row.enterprise_id),
        scanned_at=_time(row.at_ms),
        received_at=_time(row.received_ms),
        cause=Cause(row.cause) if row.cause else None,
        override_by=row.override_by,
        used=row.used,
        cap=row.cap,
        left=max(0, row.cap - row.used),
    )


def visit_told(office: Office, row: VisitRow) -> VisitTold:
    """Return a visit as clients see it."""
    return VisitTold(
        scan_id=row.scan_id,
        inspector_id=row.inspector_id,
        enterprise_id=row.enterprise_id,
        enterprise_name=office.register.name_of(row.enterprise_id),
        scanned_at=_time(row.at_ms),
        received_at=_time(row.received_ms),
        cause=Cause(row.cause) if row.cause else None,
        cover=CoverKind(row.cover_kind),
        cover_id=row.cover_id,
        override_by=row.override_by,
        override_reason=row.override_reason,
        problem_found=row.problem_found,
        measure=Measure(row.measure) if row.measure else None,
        note=row.note,
        conflict=row.conflict,
        settled_by=row.settled_by,
        settled_reason=row.settled_reason,
    )


def _time(at_ms: int) -> str:
    return rfc3339(to_datetime(at_ms).astimezone(UTC))
