"""What clients send and get of check-ins and visits, checked and described."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.requests import NO_NUL, Id, Text
from alerts.supervision.check_in_lists import ConflictState
from domain.supervision.check_in import Result
from domain.supervision.compliance import Measure
from domain.supervision.visits import Cause, CoverKind

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=NO_NUL)]
ScanId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f/]+$")
]
"""Stands in paths, so without `/`."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)]


class OverrideRequest(BaseModel):
    """A chief's word that a blocked visit goes on."""

    model_config = ConfigDict(extra="forbid")

    user_id: Name
    reason: Reason


class CheckInRequest(BaseModel):
    """A scan of the code at an enterprise's door."""

    model_config = ConfigDict(extra="forbid")

    scan_id: ScanId = Field(description="Made by the phone, new for every scan; the same twice is one visit.")
    inspector_id: Name = Field(description="Who scans; an inspector only themself.")
    enterprise_code: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)] = Field(
        description="What the code says."
    )
    scanned_at: AwareDatetime | None = Field(None, description="The scan's own time; left out: now.")
    ticket_id: Id | None = None
    plan_id: Id | None = None
    cause: Cause | None = Field(None, description="Why the visit is made although the year's visits are used up.")
    override: OverrideRequest | None = None


class ReasonRequest(BaseModel):
    """Why a chief lets a visit go on, or why it took place."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class VisitOutcomeRequest(BaseModel):
    """What a visit found."""

    model_config = ConfigDict(extra="forbid")

    problem_found: bool
    measure: Measure = Measure.NONE
    note: Text | None = None


class CheckInTold(BaseModel):
    """The answer to a scan; `used` counts the year's visits before this one, `told` says it in words."""

    scan_id: str
    result: Result
    reason: str
    told: str
    repeated: bool
    inspector_id: str
    enterprise_id: str
    enterprise_name: str
    scanned_at: str
    received_at: str
    cause: Cause | None
    override_by: str | None
    used: int
    cap: int
    left: int


class VisitTold(BaseModel):
    """A visit; `problem_found` is null until its outcome is filed."""

    scan_id: str
    inspector_id: str
    enterprise_id: str
    enterprise_name: str
    scanned_at: str
    received_at: str
    cause: Cause | None
    cover: CoverKind
    cover_id: str
    override_by: str | None
    override_reason: str | None
    problem_found: bool | None
    measure: Measure | None
    note: str | None
    conflict: str | None
    settled_by: str | None
    settled_reason: str | None


class CheckInPage(BaseModel):
    """Part of the answers, those received last first; `next_cursor` asks for what follows, null at the end."""

    check_ins: list[CheckInTold]
    next_cursor: str | None


class VisitPage(BaseModel):
    """Part of the visits, likewise."""

    visits: list[VisitTold]
    next_cursor: str | None


class _Sought(BaseModel):
    """Which rows of a list, by query parameters."""

    model_config = ConfigDict(extra="forbid")

    enterprise_id: Id | None = None
    inspector_id: Id | None = None
    since: AwareDatetime | None = Field(None, description="Scanned at or after.")
    until: AwareDatetime | None = Field(None, description="Scanned before.")
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, max_length=500, description="`next_cursor` of the page before.")


class CheckInsSought(_Sought):
    """Which answers."""

    result: Result | None = None
    lang: str = Field("zh", max_length=20, description="`en`; else Chinese.")


class VisitsSought(_Sought):
    """Which visits."""

    conflict: ConflictState | None = Field(None, description="Only visits in conflict, open or settled.")
