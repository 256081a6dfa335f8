"""`GET /api/v1/session`: who I am and what I may do, for the desk's pages."""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from alerts.api.problems import problem_responses
from alerts.people.gate import Gate, admitted
from alerts.people.known import Way
from alerts.people.person import ALL_ROLES, DECIDERS, Role


class SessionView(BaseModel):
    """Who asks."""

    name: str
    role: Role
    may_decide: bool = Field(description="Whether this role may move tickets at the desk.")
    signed_in: bool = Field(description="Whether there is a session to sign out of.")


def build_session_router(gate: Gate) -> APIRouter:
    """Return the route, without the prefix `/api/v1`."""
    router = APIRouter(tags=["people"])
    anybody = [Depends(gate.needs(ALL_ROLES))]

    @router.get("/session", dependencies=anybody, responses=problem_responses(401, 403), summary="Who I am")
    def get_session(request: Request) -> SessionView:
        known = admitted(gate.known(request), ALL_ROLES)
        person = known.person
        return SessionView(
            name=person.name,
            role=person.role,
            may_decide=person.role in DECIDERS,
            signed_in=known.way is Way.SESSION,
        )

    return router
