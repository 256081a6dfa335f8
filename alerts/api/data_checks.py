"""Routes of the data checks: file a run's findings, list them, one with its proving rows."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL, Id
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.store.models import FindingRow
from alerts.supervision.findings import Run, file_run, find_finding, list_findings
from alerts.supervision.office import Office
from domain.supervision.data_checks import Finding

CHECKERS = frozenset({Role.ANALYST, Role.CHIEF, Role.ADMIN})
"""Who may file findings."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)]
Cell = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NUL)]
Rows = Annotated[list[dict[Cell, Cell]], Field(max_length=50)]
MOST = 5000
"""Findings of one run. Design value."""


class FindingTold(BaseModel):
    """What a rule found of one subject, as `wugan data-checks run --json` gives it; its state follows from the run."""

    model_config = ConfigDict(extra="ignore")

    rule_id: Name
    enterprise_id: Id
    subject: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NO_NUL)]
    message: Words
    proof: dict[Name, Rows] = Field(default_factory=dict)


class RunTold(BaseModel):
    """All that a run of a set of checks found."""

    model_config = ConfigDict(extra="forbid")

    rules: list[Name] = Field(min_length=1, max_length=500, description="Rules that were judged; others stay.")
    as_of: date
    findings: list[FindingTold] = Field(max_length=MOST)


class FiledTold(BaseModel):
    """What the run changed."""

    new: int
    still_open: int
    mended: int
    returned: int
    tickets: list[str] = Field(description="Tickets that were opened, or opened anew.")
    dry_run: bool


class FindingShown(BaseModel):
    """A finding as it stands; `proof` holds the proving rows by table."""

    finding_id: str
    checks: str
    rule_id: str
    enterprise_id: str
    subject: str
    message: str
    state: Literal["open", "mended"]
    first_seen: date
    last_seen: date
    ticket_id: str | None
    proof: dict[str, list[dict[str, str]]]


class FindingList(BaseModel):
    """Findings, open ones first."""

    findings: list[FindingShown]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/data-checks", tags=["data checks"])
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))]}

    @router.post("/{checks}/findings", responses=problem_responses(401, 403, 422, 503), summary="File a run's findings")
    def post_run(
        checks: Name,
        told: RunTold,
        person: Annotated[Person, Depends(access.needs(CHECKERS))],
        dry_run: Annotated[bool, Query(description="Only say what would change.")] = False,  # noqa: FBT002
    ) -> FiledTold:
        """File all findings of a run, or none: each is one clue ticket; those no longer found close themselves."""
        findings = tuple(_finding(one, told.as_of) for one in told.findings)
        run = Run(checks=checks, rules=tuple(told.rules), as_of=told.as_of, findings=findings)
        return FiledTold.model_validate(file_run(office, run, person.name, dry_run=dry_run), from_attributes=True)

    @router.get("/findings", **reads, responses=problem_responses(422, 503), summary="List findings")
    def get_findings(
        open: Annotated[bool | None, Query(description="Only open, or only mended ones.")] = None,  # noqa: A002
        limit: Annotated[int, Query(ge=1, le=MOST)] = 500,
    ) -> FindingList:
        """Return findings with their proving rows, open ones first."""
        return FindingList(findings=[finding_shown(row) for row in list_findings(office, is_open=open, limit=limit)])

    @router.get("/findings/{finding_id}", **reads, responses=problem_responses(404, 503), summary="One finding")
    def get_finding(finding_id: str) -> FindingShown:
        """Return a finding with the rows that prove it."""
        return finding_shown(find_finding(office, finding_id))

    return router


def finding_shown(row: FindingRow) -> FindingShown:
    """Return a finding as routes and pages show it."""
    told = {name: getattr(row, name) for name in FindingShown.model_fields if name != "proof"}
    return FindingShown.model_validate(told | {"proof": msgspec.json.decode(row.proof)})


def _finding(told: FindingTold, as_of: date) -> Finding:
    return Finding(
        rule_id=told.rule_id,
        enterprise_id=told.enterprise_id,
        subject=told.subject,
        message=told.message,
        proof={table: tuple(rows) for table, rows in told.proof.items()},
        first_seen=as_of,
        last_seen=as_of,
    )
