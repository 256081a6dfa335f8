"""Administrators' routes: who may sign in."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.people.person import Person, Role
from alerts.people.users import User, Users
from domain.times import to_datetime

ADMINS = frozenset({Role.ADMIN})


class NewUser(BaseModel):
    """A person to add."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=64)
    role: Role


class UserView(BaseModel):
    """A person who may sign in."""

    name: str
    role: Role
    disabled: bool
    must_change: bool = Field(description="Whether they must choose a password before all else.")
    has_password: bool = Field(description="False: only through the identity provider.")
    created_at: datetime


class UserList(BaseModel):
    """Everybody."""

    users: list[UserView]


class OneTimePassword(BaseModel):
    """Shown this once."""

    name: str
    one_time_password: str = Field(description="Nowhere kept; must be changed at the first sign-in.")


def build_users_router(users: Users, access: Access) -> APIRouter:
    """Return the routes under `/users`, without the prefix `/api/v1`."""
    refusals: dict[str, Any] = {"responses": problem_responses(401, 403, 404, 409, 422, 503)}
    router = APIRouter(prefix="/users", tags=["people"])
    admin = Depends(access.needs(ADMINS))

    @router.get("", dependencies=[admin], **refusals, summary="Everybody")
    def list_users() -> UserList:
        return UserList(users=[_view(user) for user in users.all()])

    @router.post("", status_code=201, **refusals, summary="Add a person")
    def add_user(asked: NewUser, person: Person = admin) -> OneTimePassword:
        """Answers with a one-time password that is shown this once."""
        password = users.add(asked.name, asked.role, person.name)
        return OneTimePassword(name=asked.name, one_time_password=password)

    @router.post("/{name}/disable", **refusals, summary="Shut a person out")
    def disable(name: str, person: Person = admin) -> UserView:
        """Ends their sessions and tokens at once."""
        return _view(users.set_disabled(name, person.name, disabled=True))

    @router.post("/{name}/enable", **refusals, summary="Let a person in again")
    def enable(name: str, person: Person = admin) -> UserView:
        return _view(users.set_disabled(name, person.name, disabled=False))

    @router.post("/{name}/password", **refusals, summary="Give a new one-time password")
    def reset_password(name: str, person: Person = admin) -> OneTimePassword:
        """Ends their sessions; they must choose a password at the next sign-in."""
        return OneTimePassword(name=name, one_time_password=users.reset_password(name, person.name))

    return router


def _view(user: User) -> UserView:
    told = asdict(user)
    created_at = to_datetime(told.pop("created_ms"))
    return UserView(**told, created_at=created_at)
