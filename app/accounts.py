"""Accounts of a desk: settings and an engine in; the gate of every route, and the pages and API of people, out."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from sqlalchemy import Engine

from alerts.api.api_tokens import build_tokens_router
from alerts.api.login import build_login_router, install_login_handlers
from alerts.api.login_oidc import add_oidc
from alerts.api.session import build_session_router
from alerts.api.users import build_users_router
from alerts.people.attempts import Attempts
from alerts.people.gate import Gate, admitted
from alerts.people.oidc import Newcomers, Provider
from alerts.people.origin import is_from_here, is_loopback
from alerts.people.passwords import Passwords
from alerts.people.person import ALL_ROLES, Person, Role
from alerts.people.sessions import Sessions
from alerts.people.sign_in import SignIn
from alerts.people.tokens import Tokens
from alerts.people.users import FIRST_USER, Users
from app.settings import Settings, SettingsRefused

LOCAL = Person(name="duty", role=Role.DUTY)
"""Who everybody at this machine is where `login` is `auto`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Everything about people at one desk."""

    gate: Gate
    users: Users
    tokens: Tokens
    sessions: Sessions
    sign_in: SignIn
    newcomers: Newcomers
    provider: Provider | None = None

    def add_to(self, app: FastAPI, prefix: str) -> None:
        """Add the pages and the API of people; `prefix` is the API's."""
        install_login_handlers(app)
        has_provider = self.provider is not None
        app.include_router(build_login_router(self.gate, self.sessions, self.sign_in, provider=has_provider))
        for router in (
            build_session_router(self.gate),
            build_users_router(self.users, self.gate),
            build_tokens_router(self.tokens, self.gate),
        ):
            app.include_router(router, prefix=prefix)
        if self.provider is not None:
            add_oidc(app, self.provider, self.newcomers)

    def may_watch(self, request: Request) -> None:
        """Let in who watches the desk's health from this machine, or may read anyhow.

        Raises:
            Problem: 401 or 403.
        """
        if not is_from_here(request):
            admitted(self.gate.known(request), ALL_ROLES)


def accounts_of(
    settings: Settings, engine: Engine, now_ms: Callable[[], int], passwords: Passwords | None = None
) -> Accounts:
    """Put a desk's accounts together.

    Raises:
        SettingsRefused: The identity provider's settings are wrong.
    """
    passwords = passwords or Passwords()
    sessions, tokens = Sessions(engine, now_ms), Tokens(engine, now_ms)
    return Accounts(
        gate=Gate(sessions, tokens, LOCAL if settings.login == "auto" else None),
        users=Users(engine, passwords, now_ms),
        tokens=tokens,
        sessions=sessions,
        sign_in=SignIn(engine, passwords, Attempts(now_ms), now_ms),
        newcomers=Newcomers(engine, now_ms),
        provider=provider_of(settings),
    )


def say_first_password(settings: Settings, accounts: Accounts) -> None:
    """Make the first administrator where nobody can sign in yet, and print how; never into the log."""
    if settings.login == "auto":
        return
    password = accounts.users.add_first()
    if password is not None:
        sys.stdout.write(f"first sign-in   name {FIRST_USER}   one-time password {password}   (shown this once)\n")
        sys.stdout.flush()


def provider_of(settings: Settings) -> Provider | None:
    """Return the identity provider that settings name.

    Raises:
        SettingsRefused: They are incomplete or wrong.
    """
    if not settings.oidc_issuer:
        return None
    address = urlsplit(settings.oidc_issuer)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        raise SettingsRefused("WUGAN_OIDC_ISSUER: must be https://, or who listens could sign in as anybody")
    if not settings.oidc_client_id:
        raise SettingsRefused("WUGAN_OIDC_CLIENT_ID: needed beside WUGAN_OIDC_ISSUER")
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.secret("oidc_client_secret"),
        name_claim=settings.oidc_name_claim,
        role_claim=settings.oidc_role_claim,
        roles=_roles(settings.oidc_roles),
        public_url=settings.public_url.rstrip("/"),
    )


def _roles(text: str) -> dict[str, Role]:
    if not text.strip():
        return {role.value: role for role in (Role.ADMIN, Role.CHIEF, Role.DUTY, Role.ANALYST, Role.INSPECTOR)}
    roles: dict[str, Role] = {}
    for part in text.split(","):
        name, _, role = part.rpartition("=")
        if not name.strip() or role.strip() not in {known.value for known in Role}:
            known = ", ".join(Role)
            raise SettingsRefused(f"WUGAN_OIDC_ROLES: {part.strip()!r} is not GROUP=ROLE; a role is {known}")
        roles[name.strip()] = Role(role.strip())
    return roles
