"""OpenID Connect: a person whom the organisation's provider names, with the role that it gives them.

authlib does the protocol (discovery, state, nonce, PKCE, signature and claims of the id token); here is what it means.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from alerts.people.person import Role
from alerts.people.sessions import open_session
from alerts.people.users import acting, checked_name
from alerts.store.audit import record
from alerts.store.models import UserRow
from domain.problem import Problem

TIMEOUT_S = 10.0
"""How long the provider may take to answer. Design value. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider, and how its claims are read.

    Attributes:
        issuer: Its address; `/.well-known/openid-configuration` below it tells the rest.
        client_id: Our name there.
        client_secret: Our secret there; None: a public client, PKCE alone.
        name_claim: Claim that names a person.
        role_claim: Claim that holds a text or a list of roles or groups.
        roles: What stands there for which role, the first that fits counts.
        public_url: The desk's address as browsers see it, without a slash at the end; empty: as it was asked for.
    """

    issuer: str
    client_id: str
    client_secret: str | None
    name_claim: str
    role_claim: str
    roles: Mapping[str, Role]
    public_url: str = ""


def client_of(provider: Provider) -> Any:  # noqa: ANN401 - authlib has no types
    """Return authlib's client of a provider; connects at the first use."""
    with warnings.catch_warnings():  # authlib is about to move to httpx2; until then it warns at import
        from authlib.deprecate import AuthlibDeprecationWarning  # type: ignore[import-untyped]

        warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it sets a filter of its own before
        from authlib.integrations.starlette_client import OAuth  # type: ignore[import-untyped]

    registry = OAuth()
    return registry.register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": TIMEOUT_S},
    )


def role_of(provider: Provider, claims: Mapping[str, Any]) -> Role:
    """Return the role that the provider gives.

    Raises:
        Problem: 403, none of ours.
    """
    held = claims.get(provider.role_claim)
    held = [held] if isinstance(held, str) else held
    named = {value for value in held if isinstance(value, str)} if isinstance(held, list) else set()
    for name, role in provider.roles.items():
        if name in named:
            return role
    raise refused(f"the claim {provider.role_claim!r} holds no role of this system")


def name_of(provider: Provider, claims: Mapping[str, Any]) -> str:
    """Return whom the provider names.

    Raises:
        Problem: 403, nobody whom we could name.
    """
    try:
        return checked_name(str(claims.get(provider.name_claim) or ""))
    except Problem as problem:
        raise refused(f"the claim {provider.name_claim!r} holds no name that can be used here") from problem


class Newcomers:
    """Lets in whom the provider names; makes them a user at their first sign-in, and keeps their role as it says."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def enter(self, name: str, role: Role, address: str) -> str:
        """Begin a session and return its key.

        Raises:
            Problem: 403 they are shut out, or the name belongs to somebody with a password here.
        """
        now_ms = self._now_ms()
        with acting(self._engine) as session:
            row = session.get(UserRow, name)
            if row is None:
                row = UserRow(
                    name=name, role=role.value, password_hash=None, must_change=False, disabled=False, created_ms=now_ms
                )
                session.add(row)
                session.flush()
                record(session, now_ms, "system", "user.added", name, {"role": role.value, "way": "oidc"})
            if row.password_hash is not None or row.disabled:
                raise refused("this name is shut out, or belongs to an account with a password here")
            if row.role != role.value:
                record(session, now_ms, "system", "user.role", name, {"before": row.role, "after": role.value})
                row.role = role.value
            record(session, now_ms, name, "user.login", name, {"address": address, "way": "oidc"})
            return open_session(session, name, now_ms)


def refused(detail: str) -> Problem:
    """Return the refusal of a sign-in through the provider."""
    return Problem(403, "provider_refused", "Not let in", detail)
