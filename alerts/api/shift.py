"""Route of the shift's figures."""

from datetime import datetime, time

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.people.person import ALL_ROLES
from alerts.store.engine import reading
from alerts.store.today import today
from alerts.supervision.office import Office
from domain.times import to_ms


class ShiftTold(BaseModel):
    """Figures of the day in the site's zone."""

    opened: int = Field(description="Tickets of any kind that opened today.")
    opened_last_hour: int
    target_an_hour: int = Field(description="How many an hour one operator can weigh.")
    dispatched: int = Field(description="Of today; what was undone is not counted.")
    dismissed: int
    watched: int


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the route, without the prefix `/api/v1`."""
    router = APIRouter(tags=["tickets"])

    @router.get(
        "/shift",
        dependencies=[Depends(access.needs(ALL_ROLES))],
        responses=problem_responses(503),
        summary="Figures of the day for the desk's head line",
    )
    def get_shift() -> ShiftTold:
        """Return what opened today and in the last hour, and what was decided today."""
        begins = datetime.combine(office.today(), time(), office.zone)
        with reading(office.engine) as session:
            found = today(session, to_ms(begins), office.now_ms())
        return ShiftTold.model_validate(found, from_attributes=True)

    return router
