"""`POST /shift/taken-over`: the incoming officer signs for a shift."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.access import Access
from alerts.api.plain import json_response
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL
from alerts.people.person import DECIDERS, Person
from alerts.sensors.hand_over import Shifts
from alerts.store.taking_over import TakenOver
from domain.times import rfc3339, to_datetime

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]


class TakeOverRequest(BaseModel):
    """For which hours somebody signs; the last twelve unless told."""

    model_config = ConfigDict(extra="forbid")

    since: datetime | None = Field(None, alias="from", description="Without an offset: the site's own time.")
    until: datetime | None = None
    note: Note = ""


def add_signing(router: APIRouter, shifts: Shifts, access: Access) -> None:
    """Add the route."""
    refusals = problem_responses(401, 403, 422, 503)

    @router.post("/shift/taken-over", status_code=201, responses=refusals, summary="Take a shift over")
    def post_taken_over(asked: TakeOverRequest, person: Annotated[Person, Depends(access.needs(DECIDERS))]) -> Response:
        """Sign for a shift as it stands now; the same person's second press within a minute is the first one's."""
        signed = shifts.take_over(person.name, asked.since, asked.until, asked.note)
        return json_response(signed_plain(signed), 201)


def signed_plain(one: TakenOver) -> dict[str, object]:
    """Return a signature as JSON knows it."""
    return {
        "at": rfc3339(to_datetime(one.at_ms)),
        "who": one.who,
        "from": rfc3339(to_datetime(one.since_ms)),
        "until": rfc3339(to_datetime(one.until_ms)),
        "note": one.note,
        "counts": one.counts,
    }
