"""Routes of the plans: file, list, withdraw; teams and fields."""

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.access import Access
from alerts.api.csv_body import csv_text, rows_refused
from alerts.api.plain import json_response, plain
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL, Id
from alerts.pages.words.plans import filed_in_words
from alerts.people.person import ALL_ROLES, DECIDERS, Person, Role
from alerts.store.engine import reading
from alerts.store.models import PlanRow
from alerts.supervision.office import Office
from alerts.supervision.plans.filing import file_plans, withdraw_plans
from alerts.supervision.plans.listing import Asked, names_of, page_of
from alerts.supervision.plans.registers import fields, set_fields, set_teams, teams
from domain.problem import Problem
from domain.supervision.plans.rows import PlansRefused

PLANNERS = DECIDERS
"""Who may file and withdraw plans, and look at a merging."""
PUBLISHERS = frozenset({Role.CHIEF, Role.ADMIN})
"""Who may publish, and register teams and fields."""
MOST_WITHDRAWN = 5000
DryRun = Annotated[bool, Query(description="Only say what is wrong, or would be taken.")]
Lang = Annotated[Literal["zh", "en"], Query(description="Language of `summary`.")]
File = Annotated[str | None, Query(max_length=100, pattern=NO_NUL, description="The file's name.")]
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
        },
    }
}
CSV: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
REFUSALS = problem_responses(413, 422, 503)


class FiledTold(BaseModel):
    """What a filing took, or with `dry_run` would take.

    Attributes:
        there: Plans that were filed before with the same values.
        unknown: Columns that were left out.
        fields_checked: Whether fields are registered to check the plans by.
        summary: All that in words.
    """

    filed: int
    there: int
    unknown: list[str]
    fields_checked: bool
    dry_run: bool
    summary: str


class PlanTold(BaseModel):
    """A plan, and where it stands; `reason` says why it is held or was withdrawn."""

    plan_id: str
    department: str
    field: str
    enterprise_id: str
    enterprise: str
    earliest: date
    latest: date
    duration_min: int
    special: bool
    state: str
    reason: str | None
    day: date | None
    visit_id: str | None


class PlanPage(BaseModel):
    """Part of the plans, by id; `next_cursor` asks for what follows, null at the end."""

    plans: list[PlanTold]
    next_cursor: str | None


class WithdrawRequest(BaseModel):
    """Plans that shall not take place."""

    model_config = ConfigDict(extra="forbid")

    plan_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_WITHDRAWN)] | Id
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)]


class Withdrawn(BaseModel):
    """How many of the plans were open until now."""

    withdrawn: int


class Registered(BaseModel):
    """How many rows a register has now, or would have."""

    rows: int
    dry_run: bool


class TeamTold(BaseModel):
    """Minutes of a department's team in a day."""

    department: str
    minutes_per_day: int


class FieldTold(BaseModel):
    """A field that a department inspects."""

    department: str
    field: str


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the plans' routes, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/plans", tags=["plans"])
    _add_plans(router, office, access)
    _add_registers(router, office, access)
    return router


def _add_plans(router: APIRouter, office: Office, access: Access) -> None:
    planner = Depends(access.needs(PLANNERS))

    @router.get(
        "",
        dependencies=[Depends(access.needs(ALL_ROLES))],
        response_model=PlanPage,
        responses=problem_responses(422, 503),
        summary="List plans",
    )
    def list_plans(asked: Annotated[Asked, Depends(_asked)], page: Annotated[Page, Depends(_page)]) -> Response:
        """Return plans by id."""
        with reading(office.engine) as session:
            rows, after = page_of(session, asked, *page)
            names = names_of(office)
            return json_response({"plans": [told(row, names) for row in rows], "next_cursor": after})

    @router.post("", response_model=FiledTold, responses=REFUSALS, openapi_extra=BODY, summary="File plans")
    def post_plans(
        request: Request,
        person: Annotated[Person, planner],
        text: Annotated[str, Depends(csv_text)],
        file: File = None,
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
        lang: Lang = "zh",
    ) -> Response:
        """Take a CSV or a JSON list of plans, all or none; a plan that was filed before is not filed twice.

        Columns: `plan_id, department, field, enterprise_id, earliest, latest, duration_min` and optionally `cause`
        (`special` = of a special campaign).
        """
        given = _objects(text) if _is_json(request) else text

        def take() -> object:
            done = file_plans(office, given, person.name, dry_run=dry_run, name=file or "plans.csv")
            return plain(done) | {"summary": filed_in_words(done.filed, done.there, lang, dry_run=dry_run)}

        return _taken(take)

    @router.post("/withdraw", responses=problem_responses(404, 409, 422, 503), summary="Withdraw plans")
    def post_withdrawal(asked: WithdrawRequest, person: Annotated[Person, planner]) -> Withdrawn:
        """Withdraw plans, all or none; the visit leaves the calendar at once."""
        asked_for = [asked.plan_ids] if isinstance(asked.plan_ids, str) else asked.plan_ids
        return Withdrawn(withdrawn=withdraw_plans(office, asked_for, asked.reason, person.name))


def _add_registers(router: APIRouter, office: Office, access: Access) -> None:
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))], "responses": problem_responses(503)}
    publisher = Depends(access.needs(PUBLISHERS))
    writes: dict[str, Any] = {"response_model": Registered, "responses": REFUSALS, "openapi_extra": CSV}

    @router.get("/teams", **reads, summary="Teams")
    def list_teams() -> list[TeamTold]:
        """Return the teams that are registered; any other works 480 minutes a day."""
        with reading(office.engine) as session:
            return [TeamTold(department=one, minutes_per_day=n) for one, n in sorted(teams(session).items())]

    @router.get("/fields", **reads, summary="Fields")
    def list_fields() -> list[FieldTold]:
        """Return the fields that are registered; without any, plans are not checked by them."""
        with reading(office.engine) as session:
            return [FieldTold(department=one.department, field=one.field) for one in fields(session)]

    @router.post("/teams", **writes, summary="Register teams")
    def post_teams(
        person: Annotated[Person, publisher],
        text: Annotated[str, Depends(csv_text)],
        file: File = None,
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
    ) -> Response:
        """Take a CSV `department,minutes_per_day` in place of the teams before, all rows or none."""
        name = file or "teams.csv"
        return _taken(
            lambda: {"rows": set_teams(office, text, person.name, dry_run=dry_run, name=name), "dry_run": dry_run}
        )

    @router.post("/fields", **writes, summary="Register fields")
    def post_fields(
        person: Annotated[Person, publisher],
        text: Annotated[str, Depends(csv_text)],
        file: File = None,
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
    ) -> Response:
        """Take a CSV `department,field` in place of the fields before, all rows or none."""
        name = file or "fields.csv"
        return _taken(
            lambda: {"rows": set_fields(office, text, person.name, dry_run=dry_run, name=name), "dry_run": dry_run}
        )


Page = tuple[int, str | None]
Word = Annotated[str | None, Query(max_length=128, pattern=NO_NUL)]


def _asked(
    state: Annotated[Literal["filed", "placed", "held", "withdrawn", "done"] | None, Query()] = None,
    department: Word = None,
    enterprise_id: Word = None,
    first: Annotated[date | None, Query(alias="from", description="On this day of the schedule or later.")] = None,
    last: Annotated[date | None, Query(alias="to", description="On this day of the schedule or before.")] = None,
) -> Asked:
    return Asked(
        state=state,
        department=department or None,
        enterprise_id=enterprise_id or None,
        first=first.isoformat() if first else None,
        last=last.isoformat() if last else None,
    )


def _page(
    limit: Annotated[int, Query(ge=1, le=5000)] = 200,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before.")] = None,
) -> Page:
    return limit, cursor


def told(row: PlanRow, names: dict[str, str]) -> dict[str, object]:
    """Return a plan as a client reads it."""
    stands = row.day if row.state in ("placed", "done") else None
    return {
        "plan_id": row.plan_id,
        "department": row.department,
        "field": row.field,
        "enterprise_id": row.enterprise_id,
        "enterprise": names.get(row.enterprise_id, row.enterprise_id),
        "earliest": row.earliest,
        "latest": row.latest,
        "duration_min": row.duration_min,
        "special": row.special,
        "state": row.state,
        "reason": row.reason,
        "day": stands,
        "visit_id": f"{row.enterprise_id}@{stands}" if stands else None,
    }


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _objects(text: str) -> list[object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Problem(400, "not_json", "Not JSON", "the body is not JSON; send a list of plans, or a CSV") from None
    if not isinstance(found, list):
        detail = "the body is no list; send [{plan}, {plan}], or a CSV with Content-Type: text/csv"
        raise Problem(422, "no_list", "Not a list", detail)
    return found


def _taken(take: Callable[[], object]) -> Response:
    try:
        return json_response(take())
    except PlansRefused as refused:
        raise rows_refused(refused.faults) from None
