"""Routes of the clues from elsewhere: tell one, list them, settle one."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL, Id, Text
from alerts.people.person import ALL_ROLES, DECIDERS, Person, Role
from alerts.store.models import ClueRow
from alerts.supervision.clues import Listed, Told, close_clue, list_clues, post_clue
from alerts.supervision.office import Office
from domain.supervision.clues import ClueSource
from domain.times import rfc3339, to_datetime

TELLERS = DECIDERS | {Role.ANALYST, Role.INSPECTOR}
"""Who may tell a clue; a system from elsewhere has a token of one of these."""
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ClueRequest(BaseModel):
    """A clue from elsewhere."""

    model_config = ConfigDict(extra="forbid")

    source: ClueSource
    external_id: ExternalId = Field(description="Names the clue at its source; the same twice is one.")
    time: AwareDatetime = Field(description="When it was seen, RFC 3339 with offset.")
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False, description="Degrees, WGS-84.")
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    enterprise_id: Id | None = Field(None, description="Whom it names; without lon and lat the place is there.")
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)]


class CloseRequest(BaseModel):
    """Why a clue is settled."""

    model_config = ConfigDict(extra="forbid")

    note: Text = ""


class ClueAnswer(BaseModel):
    """What became of a clue."""

    result: Literal["opened", "joined"] = Field(description="It opened a ticket, or joined an open one.")
    is_new: bool = Field(description="False: this clue was known, nothing changed.")
    ticket_id: str
    number: int = Field(description="The ticket's short number.")


class ClueShown(BaseModel):
    """A clue, and the ticket that it is on."""

    source: ClueSource
    external_id: str
    time: str
    received_at: str
    lon: float
    lat: float
    enterprise_id: str | None
    text: str
    who: str
    result: Literal["opened", "joined"]
    closed_at: str | None
    ticket_id: str
    number: int
    ticket_state: str


class ClueList(BaseModel):
    """Clues, the last received first."""

    clues: list[ClueShown]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes of the clues, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/clues", tags=["clues"])
    _add_reads(router, office, access)
    _add_acts(router, office, access)
    return router


def _add_reads(router: APIRouter, office: Office, access: Access) -> None:
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))]}

    @router.get("", **reads, responses=problem_responses(422, 503), summary="List clues from elsewhere")
    def get_clues(
        source: Annotated[ClueSource | None, Query(description="Only of this source.")] = None,
        open: Annotated[bool | None, Query(description="Only open, or only settled ones.")] = None,  # noqa: A002
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ClueList:
        """Return clues, the last received first."""
        return ClueList(clues=[clue_shown(one) for one in list_clues(office, source=source, is_open=open, limit=limit)])


def _add_acts(router: APIRouter, office: Office, access: Access) -> None:
    teller, decider = Depends(access.needs(TELLERS)), Depends(access.needs(DECIDERS))
    refusals = problem_responses(400, 401, 403, 404, 422, 503)

    @router.post("", status_code=201, responses=refusals, summary="Tell a clue from elsewhere")
    def tell(asked: ClueRequest, answer: Response, person: Annotated[Person, teller]) -> ClueAnswer:
        """Take in a clue: 201 it is new, 200 the same (source, external_id) came before and nothing changed."""
        told = Told(
            source=asked.source,
            external_id=asked.external_id,
            at=asked.time,
            text=asked.text,
            lon=asked.lon,
            lat=asked.lat,
            enterprise_id=asked.enterprise_id,
        )
        taken = post_clue(office, told, person.name)
        if not taken.is_new:
            answer.status_code = 200
        return ClueAnswer(
            result="opened" if taken.opened else "joined",
            is_new=taken.is_new,
            ticket_id=taken.ticket_id,
            number=taken.number,
        )

    @router.post(
        "/{source}/{external_id:path}/close",
        status_code=204,
        responses=problem_responses(401, 403, 404, 409, 422, 503),
        summary="Settle a clue",
    )
    def close(source: ClueSource, external_id: str, asked: CloseRequest, person: Annotated[Person, decider]) -> None:
        """Say that what a clue told of is settled; its ticket stays, without this clue's word."""
        close_clue(office, source, external_id, asked.note, person.name)


def clue_shown(one: Listed) -> ClueShown:
    """Return a clue as routes and pages show it."""
    row: ClueRow = one.clue
    return ClueShown(
        source=ClueSource(row.source),
        external_id=row.external_id,
        time=rfc3339(to_datetime(row.at_ms)),
        received_at=rfc3339(to_datetime(row.received_ms)),
        lon=row.lon,
        lat=row.lat,
        enterprise_id=row.enterprise_id,
        text=row.text,
        who=row.who,
        result="opened" if row.opened else "joined",
        closed_at=None if row.closed_ms is None else rfc3339(to_datetime(row.closed_ms)),
        ticket_id=row.ticket_id,
        number=one.number,
        ticket_state=one.state,
    )
