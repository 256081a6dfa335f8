"""Routes of the white list: who is on it, since when, by whom; list and end."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL, Id
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.store.engine import reading
from alerts.supervision.office import Office
from alerts.supervision.white_list import Listed, add_listing, end_listing, listed
from domain.supervision.white_list import Listing

SETTERS = frozenset({Role.CHIEF, Role.ADMIN})
"""Who may list and end."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)]


class ListingRequest(BaseModel):
    """An enterprise that shall get no routine visits."""

    model_config = ConfigDict(extra="forbid")

    enterprise_id: Id
    first: date | None = Field(None, description="First day; today where it is left out.")
    last: date | None = Field(None, description="Last day; until further notice where it is left out.")
    reason: Reason


class EndRequest(BaseModel):
    """A listing that shall end."""

    model_config = ConfigDict(extra="forbid")

    last: date | None = Field(None, description="Last day; left out: it ends at once.")
    reason: Reason


class ListingTold(BaseModel):
    """A listing; `first` is null where the register lists it, `last` is null until further notice."""

    listing_id: str
    enterprise_id: str
    name: str
    first: date | None
    last: date | None
    reason: str
    who: str


class WhiteList(BaseModel):
    """The white list, ended listings too."""

    listings: list[ListingTold]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the white list's routes, without the prefix `/api/v1`."""
    router = APIRouter(prefix="/white-list", tags=["supervision"])
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))]}
    setter = Depends(access.needs(SETTERS))

    @router.get("", **reads, responses=problem_responses(503), summary="The white list")
    def list_listings() -> WhiteList:
        """Return all listings: the register's, then those by people, the newest first."""
        with reading(office.engine) as session:
            return WhiteList(listings=[_told(one) for one in listed(session, office)])

    @router.post("", status_code=201, responses=problem_responses(404, 409, 422, 503), summary="List an enterprise")
    def post_listing(asked: ListingRequest, person: Annotated[Person, setter]) -> ListingTold:
        """Put an enterprise on the white list: from then on only a clue, a complaint or a campaign opens its door."""
        wish = Listing(
            enterprise_id=asked.enterprise_id,
            first=asked.first or office.today(),
            last=asked.last,
            reason=asked.reason,
        )
        return _told(add_listing(office, wish, person.name))

    @router.post("/{listing_id}/close", responses=problem_responses(404, 409, 422, 503), summary="End a listing")
    def close_listing(listing_id: str, asked: EndRequest, person: Annotated[Person, setter]) -> ListingTold:
        """End a listing, at once or with a day; the reason stands in the audit."""
        return _told(end_listing(office, listing_id, asked.last, asked.reason, person.name))

    return router


def _told(one: Listed) -> ListingTold:
    return ListingTold(**asdict(one))
