"""Who asks, and whether their role may: the dependency that every route names."""

from dataclasses import dataclass

from starlette.requests import Request

from alerts.people.cookies import SESSION, read_cookie
from alerts.people.known import Known, Way
from alerts.people.origin import check_origin, is_local
from alerts.people.person import Person, Role
from alerts.people.sessions import Sessions
from alerts.people.tokens import Tokens
from domain.problem import Problem

_BEARER = "bearer "


class SignInFirst(Exception):
    """A page was asked for by nobody: the answer is the sign-in page."""


class ChangePasswordFirst(Exception):
    """A page was asked for with a one-time password: the answer is the page that changes it."""


class Gate:
    """Knows people by token, by session, or, where it is set so, by being on this very machine.

    Args:
        sessions: Signed-in browsers.
        tokens: API tokens.
        local: Who everybody on this machine is without signing in; None: nobody.
    """

    def __init__(self, sessions: Sessions, tokens: Tokens, local: Person | None = None) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._local = local

    def needs(self, roles: frozenset[Role]) -> "Need":
        """Return a dependency that answers with the person, 401 where nobody signed in, 403 where the role may not."""
        return Need(self, roles)

    def page(self, roles: frozenset[Role]) -> "PageNeed":
        """Return the same for a page: nobody is led to the sign-in page."""
        return PageNeed(self, roles)

    def known(self, request: Request) -> Known | None:
        """Return who asks.

        Raises:
            Problem: 401 the token is not (or no longer) one of ours; 403 a page of another site asked.
        """
        if (told := request.headers.get("authorization")) is not None:
            return self._by_token(told)
        known = self._by_session(request)
        if known is None and self._local is not None and is_local(request):
            known = Known(person=self._local, way=Way.AUTO)
        if known is not None:
            check_origin(request)
        return known

    def _by_token(self, told: str) -> Known:
        text = told[len(_BEARER) :].strip() if told.lower().startswith(_BEARER) else ""
        known = self._tokens.known(text) if text else None
        if known is None:
            raise Problem(
                401, "bad_token", "Token not accepted", "the token is unknown, expired or revoked; make another"
            )
        return known

    def _by_session(self, request: Request) -> Known | None:
        key = read_cookie(request, SESSION)
        return self._sessions.known(key) if key else None


@dataclass(frozen=True, slots=True)
class Need:
    """A dependency of a route; `roles` is what a table of routes reads."""

    gate: Gate
    roles: frozenset[Role]

    def __call__(self, request: Request) -> Person:
        return admitted(self.gate.known(request), self.roles).person


@dataclass(frozen=True, slots=True)
class PageNeed:
    """The same for a page."""

    gate: Gate
    roles: frozenset[Role]

    def __call__(self, request: Request) -> Person:
        known = self.gate.known(request)
        if known is None:
            raise SignInFirst
        if known.must_change:
            raise ChangePasswordFirst
        return admitted(known, self.roles).person


def admitted(known: Known | None, roles: frozenset[Role]) -> Known:
    """Return who asks where their role may.

    Raises:
        Problem: 401 nobody; 403 a role that may not, or a password that must be changed first.
    """
    if known is None:
        raise Problem(401, "not_signed_in", "Not signed in", "sign in at /login, or send Authorization: Bearer TOKEN")
    if known.must_change:
        raise Problem(403, "must_change_password", "Password must be changed", "choose your own password at /password")
    if known.person.role not in roles:
        named = sorted(role.value for role in roles)
        mend = f"role {known.person.role} may not do this; it needs {' or '.join(named)}"
        raise Problem(403, "role_may_not", "Not allowed", mend, {"needs": named})
    return known
