"""Route of the tickets that are alike, and how they ended."""

from fastapi import APIRouter, Depends
from sqlalchemy import Engine

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.people.person import ALL_ROLES
from alerts.store.similar import similar
from domain.likeness import Likeness


def build_router(engine: Engine, access: Access) -> APIRouter:
    """Return the route, without the prefix `/api/v1`; its blocking calls run in threads."""
    router = APIRouter(prefix="/tickets", tags=["tickets"], dependencies=[Depends(access.needs(ALL_ROLES))])

    @router.get(
        "/{ticket_id}/similar",
        response_model=Likeness,
        responses=problem_responses(404, 503),
        summary="Tickets of the year before that are alike, and how they ended",
    )
    def get_similar(ticket_id: str) -> Likeness:
        """Return how many were confirmed of how many visited, and the five newest.

        Alike is a local ticket of the same pollutant with the same leading enterprise, or within 500 m, opened in the
        365 days before.
        """
        return similar(engine, ticket_id)

    return router
