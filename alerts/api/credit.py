"""Routes of the credit: facts from a CSV, and how everybody stands on a day."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from alerts.api.access import Access
from alerts.api.csv_body import csv_text, rows_refused
from alerts.api.plain import json_response
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.store.engine import reading
from alerts.supervision.asked import asked_day
from alerts.supervision.credit_import import FactsRefused, import_facts
from alerts.supervision.office import Office
from alerts.supervision.standing import Standing, standings

FILERS = frozenset({Role.CHIEF, Role.ADMIN})
"""Who may file facts."""
CSV_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
AsOf = Annotated[date | None, Query(description="Day of the site's zone, as 2026-03-01; today where it is left out.")]


class ImportTold(BaseModel):
    """What an import took, or with `dry_run` would take; `unknown` names columns that were left out."""

    facts: int
    enterprises: int
    dry_run: bool
    unknown: list[str]


class GradeTold(BaseModel):
    """How one enterprise stands on a day."""

    enterprise_id: str
    name: str
    risk_class: str
    registered_credit: str
    credit: str
    score: float
    grade: str
    cap: int
    visits_used: int
    visits_left: int
    whitelisted: bool


class GradeList(BaseModel):
    """How everybody stands on a day."""

    day: date
    enterprises: list[GradeTold]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes, without the prefix `/api/v1`."""
    router = APIRouter(tags=["supervision"])

    @router.post(
        "/credit-facts",
        response_model=ImportTold,
        responses=problem_responses(413, 422, 503),
        openapi_extra=CSV_BODY,
        summary="File credit facts",
    )
    def post_facts(
        person: Annotated[Person, Depends(access.needs(FILERS))],
        text: Annotated[str, Depends(csv_text)],
        dry_run: Annotated[bool, Query(description="Only say what is wrong, or would be taken.")] = False,  # noqa: FBT002
        file: Annotated[str, Query(max_length=100, pattern=NO_NUL, description="The file's name.")] = "facts.csv",
    ) -> Response:
        """Take a CSV `fact_id,enterprise_id,kind,on,note`: all rows, or none and every fault with its row."""
        try:
            return json_response(import_facts(office, text, file, person.name, dry_run=dry_run))
        except FactsRefused as refused:
            raise rows_refused(refused.faults) from None

    @router.get(
        "/grades",
        dependencies=[Depends(access.needs(ALL_ROLES))],
        response_model=GradeList,
        responses=problem_responses(422, 503),
        summary="Grades, caps and visits of everybody",
    )
    def list_grades(as_of: AsOf = None) -> Response:
        """Return grade, cap, visits used and left of all enterprises on a day."""
        day = asked_day(as_of) or office.today()
        with reading(office.engine) as session:
            found = standings(session, office, day)
        return json_response({"day": day, "enterprises": [grade_told(one) for one in found]})

    return router


def grade_told(one: Standing) -> dict[str, object]:
    """Return a standing in brief."""
    return {
        "enterprise_id": one.place.enterprise_id,
        "name": one.place.name,
        "risk_class": one.place.risk_class,
        "registered_credit": one.place.credit_grade,
        "credit": one.credit.grade,
        "score": one.credit.score,
        "grade": one.graded.grade,
        "cap": one.graded.cap,
        "visits_used": one.use.used,
        "visits_left": one.use.left,
        "whitelisted": one.listed,
    }
