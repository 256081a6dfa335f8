"""Routes of API tokens: everybody's own; an administrator sees and ends all."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.api.problems import problem_responses
from alerts.api.requests import NO_NUL
from alerts.people.gate import Gate, admitted
from alerts.people.known import Way
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.people.tokens import DEFAULT_DAYS, MOST_DAYS, Token, Tokens, Wish
from domain.problem import Problem
from domain.times import to_datetime


class NewToken(BaseModel):
    """A token to make."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL)]
    role: Role | None = Field(None, description="One's own where left out; an administrator may give any.")
    days: int = Field(DEFAULT_DAYS, ge=1, le=MOST_DAYS)


class TokenView(BaseModel):
    """A token, never its text."""

    id: str
    user: str
    role: Role
    label: str
    created_at: datetime
    expires_at: datetime
    revoked: bool


class MadeToken(TokenView):
    """A token and, this once, its text."""

    token: str = Field(description="Send it as `Authorization: Bearer TOKEN`; nowhere kept.")


class TokenList(BaseModel):
    """The newest first."""

    tokens: list[TokenView]


def build_tokens_router(tokens: Tokens, gate: Gate) -> APIRouter:
    """Return the routes under `/tokens`, without the prefix `/api/v1`."""
    refusals: dict[str, Any] = {"responses": problem_responses(401, 403, 404, 422, 503)}
    router = APIRouter(prefix="/tokens", tags=["people"])
    anybody = Depends(gate.needs(ALL_ROLES))

    @router.get("", **refusals, summary="Tokens")
    def list_tokens(person: Person = anybody) -> TokenList:
        return TokenList(tokens=[TokenView(**_told(token)) for token in tokens.all(_scope(person))])

    @router.post("", status_code=201, dependencies=[anybody], **refusals, summary="Make a token")
    def make_token(asked: NewToken, request: Request) -> MadeToken:
        """Needs a signed-in person: a token can't make another and so outlive its own end."""
        known = admitted(gate.known(request), ALL_ROLES)
        if known.way is not Way.SESSION:
            raise Problem(403, "sign_in_needed", "Sign-in needed", "sign in at /login; a token can't make tokens")
        name = known.person.name
        made, text = tokens.make(name, Wish(label=asked.label, role=asked.role, days=asked.days), name)
        return MadeToken(**_told(made), token=text)

    @router.post("/{token_id}/revoke", **refusals, summary="End a token")
    def revoke(token_id: str, person: Person = anybody) -> TokenView:
        return TokenView(**_told(tokens.revoke(token_id, person.name, _scope(person))))

    return router


def _scope(person: Person) -> str | None:
    return None if person.role is Role.ADMIN else person.name


def _told(token: Token) -> dict[str, Any]:
    told = asdict(token)
    return told | {
        "created_at": to_datetime(told.pop("created_ms")),
        "expires_at": to_datetime(told.pop("expires_ms")),
    }
