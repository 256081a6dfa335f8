"""Routes of the tickets' photographs, for people who are signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, Field

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.inspector.photos import Photos
from alerts.inspector.routes import PHOTO_HEADERS
from alerts.people.person import ALL_ROLES


class PhotoTold(BaseModel):
    """What is told of a photograph."""

    id: str
    at: AwareDatetime
    who: str = Field(description="Who sent it; `(link)` behind a name that was typed on the inspector's page.")
    media_type: str
    sha256: Annotated[str, Field(description="Of the file as it is given out.")]
    bytes: int
    url: str


class PhotoList(BaseModel):
    """A ticket's photographs, oldest first."""

    photos: list[PhotoTold]


def build_photo_router(photos: Photos, access: Access, prefix: str) -> APIRouter:
    """Return the photographs' routes, without the prefix.

    Args:
        photos: The store; its blocking calls run in threads.
        access: Tells who asks; every role may look.
        prefix: Where the router will be included, for the addresses of the files.
    """
    router = APIRouter(prefix="/tickets", tags=["tickets"], dependencies=[Depends(access.needs(ALL_ROLES))])

    @router.get(
        "/{ticket_id}/photos",
        response_model=PhotoList,
        responses=problem_responses(404, 503),
        summary="A ticket's photographs",
    )
    def list_photos(ticket_id: str) -> PhotoList:
        """Return what is told of the photographs that inspectors sent."""
        told = [
            PhotoTold(
                id=one.id,
                at=one.at,
                who=one.who,
                media_type=one.media_type,
                sha256=one.sha256,
                bytes=one.bytes,
                url=f"{prefix}/tickets/{ticket_id}/photos/{one.id}",
            )
            for one in photos.of(ticket_id)
        ]
        return PhotoList(photos=told)

    @router.get(
        "/{ticket_id}/photos/{photo_id}",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}}, **problem_responses(404, 503)},
        summary="One photograph",
    )
    def get_photo(ticket_id: str, photo_id: str) -> Response:
        """Return the file."""
        media_type, blob = photos.file(ticket_id, photo_id)
        return Response(blob, media_type=media_type, headers=PHOTO_HEADERS)

    return router
