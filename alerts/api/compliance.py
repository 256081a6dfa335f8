"""Routes of compliance: matters and their measures, rectifications, self-checks, guides by industry."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from alerts.api.access import Access
from alerts.api.compliance_requests import (
    FilingRequest,
    MatterFiling,
    MatterRequest,
    MeasureRequest,
    OrderRequest,
    SelfCheckRequest,
)
from alerts.api.moves import ON_THE_WAY
from alerts.api.problems import problem_responses
from alerts.people.person import ALL_ROLES, Person
from alerts.supervision import guides, matters, rectifications, self_checks
from alerts.supervision.guides import Industry
from alerts.supervision.matter_told import Advice, MatterView
from alerts.supervision.office import Office
from alerts.supervision.rectifications import RectificationView
from alerts.supervision.self_checks import SelfCheckView
from domain.supervision.guide import GuideEntry
from domain.supervision.rectification import RectificationState

CREATED, OK = 201, 200
Enterprise = Annotated[str | None, Query(max_length=128, pattern=r"^[^\x00]+$", description="Only of this one.")]
Undecided = Annotated[bool, Query(default_factory=bool, description="Only those for which a person is to choose.")]
Limit = Annotated[int, Query(ge=1, le=500)]
_REFUSALS: dict[str, Any] = {"responses": problem_responses(401, 403, 404, 409, 422, 503)}


class MatterList(BaseModel):
    """Matters, the last found first."""

    matters: list[MatterView]


class RectificationList(BaseModel):
    """Rectifications, those not filed first."""

    rectifications: list[RectificationView]


class SelfCheckList(BaseModel):
    """Self-checks, the last first."""

    self_checks: list[SelfCheckView]


class IndustryList(BaseModel):
    """Industries, most matters first."""

    industries: list[Industry]


class Guide(BaseModel):
    """An industry's guide, most frequent first."""

    industry: str
    entries: list[GuideEntry]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes of compliance, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/compliance", tags=["compliance"])
    _add_matters(router, office, access)
    _add_rectifications(router, office, access)
    _add_self_checks(router, office, access)
    _add_guides(router, office, access)
    return router


def _reads(access: Access) -> dict[str, Any]:
    return {"dependencies": [Depends(access.needs(ALL_ROLES))], **_REFUSALS}


def _add_matters(router: APIRouter, office: Office, access: Access) -> None:
    filer = Depends(access.needs(ON_THE_WAY))

    @router.get("/matters", **_reads(access), summary="Matters found")
    def list_matters(undecided: Undecided, enterprise_id: Enterprise = None, limit: Limit = 100) -> MatterList:
        """Return matters with what is suggested today."""
        return MatterList(matters=matters.matters(office, enterprise_id, undecided=undecided, limit=limit))

    @router.post("/suggestion", **_reads(access), summary="The measure that would be suggested")
    def suggest(asked: MatterRequest) -> Advice:
        """Return measure and reason for a matter before it is filed; writes nothing."""
        return matters.advise(office, asked.filing())

    @router.post("/matters", status_code=CREATED, **_REFUSALS, summary="File a matter")
    def post_matter(asked: MatterFiling, response: Response, person: Annotated[Person, filer]) -> MatterView:
        """File what was found, with the measure where one is chosen; the same twice is one (200)."""
        told, is_new = matters.file(office, asked.filing(), asked.choice(), person.name)
        response.status_code = CREATED if is_new else OK
        return told

    @router.post("/matters/{matter_id}/measure", **_REFUSALS, summary="Choose a measure")
    def post_measure(matter_id: str, asked: MeasureRequest, person: Annotated[Person, filer]) -> MatterView:
        """Choose a matter's measure; `rectification` orders one. Another than suggested needs a note."""
        return matters.choose(office, matter_id, asked.choice(), person.name)


def _add_rectifications(router: APIRouter, office: Office, access: Access) -> None:
    filer = Depends(access.needs(ON_THE_WAY))

    @router.get("/rectifications", **_reads(access), summary="Rectifications")
    def list_rectifications(
        enterprise_id: Enterprise = None,
        state: Annotated[list[RectificationState] | None, Query(description="Only these, as of today.")] = None,
        limit: Limit = 100,
    ) -> RectificationList:
        """Return rectifications, those not filed first by their due day."""
        return RectificationList(
            rectifications=rectifications.rectifications(office, enterprise_id, state or (), limit)
        )

    @router.get("/rectifications/{rectification_id}", **_reads(access), summary="One rectification")
    def get_rectification(rectification_id: str) -> RectificationView:
        """Return a rectification as it stands today."""
        return rectifications.get(office, rectification_id)

    @router.post("/rectifications", status_code=CREATED, **_REFUSALS, summary="Order a rectification")
    def post_order(asked: OrderRequest, response: Response, person: Annotated[Person, filer]) -> RectificationView:
        """Order a rectification by itself; the same words on one day are one order (200)."""
        told, is_new = rectifications.order(office, asked.order(), person.name)
        response.status_code = CREATED if is_new else OK
        return told

    @router.post("/rectifications/{rectification_id}/filing", **_REFUSALS, summary="File a rectification as done")
    def post_filing(rectification_id: str, asked: FilingRequest, person: Annotated[Person, filer]) -> RectificationView:
        """File on the enterprise's behalf what was done, which closes the loop and is a credit fact."""
        return rectifications.file(office, rectification_id, asked.text, asked.on, person.name)


def _add_self_checks(router: APIRouter, office: Office, access: Access) -> None:
    filer = Depends(access.needs(ON_THE_WAY))

    @router.get("/self-checks", **_reads(access), summary="Self-checks")
    def list_self_checks(enterprise_id: Enterprise = None, limit: Limit = 100) -> SelfCheckList:
        """Return self-checks, the last first."""
        return SelfCheckList(self_checks=self_checks.self_checks(office, enterprise_id, limit))

    @router.post("/self-checks", status_code=CREATED, **_REFUSALS, summary="File a self-check")
    def post_self_check(asked: SelfCheckRequest, response: Response, person: Annotated[Person, filer]) -> SelfCheckView:
        """File a self-check on the enterprise's behalf, one a day; it is a credit fact."""
        told, is_new = self_checks.file(office, asked.self_check(), person.name)
        response.status_code = CREATED if is_new else OK
        return told


def _add_guides(router: APIRouter, office: Office, access: Access) -> None:
    @router.get("/industries", **_reads(access), summary="Industries that a guide can be had of")
    def list_industries() -> IndustryList:
        """Return every industry with its enterprises and the matters found there."""
        return IndustryList(industries=guides.industries(office))

    @router.get("/guide", **_reads(access), summary="An industry's compliance guide")
    def get_guide(
        industry: Annotated[str, Query(min_length=1, max_length=128, pattern=r"^[^\x00]+$")],
        most: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Guide:
        """Return the most frequent matters of an industry: what, where demanded, how to do it right."""
        return Guide(industry=industry, entries=list(guides.guide_of(office, industry, most)))
