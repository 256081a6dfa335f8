"""Who may call a route: the port that routers ask, and the form without accounts."""

from collections.abc import Callable
from typing import Protocol

from fastapi import Request

from alerts.people.person import Person, Role

Needed = frozenset[Role]


class Access(Protocol):
    """Tells who asks; made by `app/` with accounts, or without (`NoAccounts`)."""

    def needs(self, roles: Needed) -> Callable[[Request], Person]:
        """Return a dependency that answers with the person, 401 where nobody signed in, 403 where the role may not."""
        ...


class NoAccounts:
    """Everybody is one person: tests, and a demo on loopback."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def needs(self, roles: Needed) -> Callable[[Request], Person]:  # noqa: ARG002 - they may all
        """Return a dependency that answers with the one person."""

        def everybody(request: Request) -> Person:  # noqa: ARG001 - FastAPI's form
            return self._person

        return everybody
