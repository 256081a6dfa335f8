"""Sign-in through the organisation's identity provider: to it, and back."""

import asyncio
import secrets
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.middleware.sessions import SessionMiddleware

from alerts.api.login import SESSION_S, sign_in_page
from alerts.api.login_form import Place, may_go_to, place_of
from alerts.people.cookies import SESSION, may_carry, set_cookie
from alerts.people.oidc import Newcomers, Provider, client_of, name_of, refused, role_of
from alerts.people.pages import Shown, page
from domain.problem import Problem

START = "/login/oidc"
BACK = "/login/oidc/callback"
MINUTES = 10
"""How long a person may take at the provider. Design value. [min]"""
_NEXT = "next"

log = structlog.get_logger()


def add_oidc(app: FastAPI, provider: Provider, newcomers: Newcomers) -> None:
    """Add the two routes, and the signed cookie that keeps state, nonce and PKCE verifier between them.

    That cookie is SameSite=lax: the way back from the provider begins on another site. Its key lives in this process
    only, so a sign-in that is under way when the desk starts again has to begin anew.
    """
    app.add_middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),
        session_cookie="wugan_oidc",
        max_age=MINUTES * 60,
        path=START,
        same_site="lax",
        https_only=provider.public_url.startswith("https:"),
    )
    app.include_router(build_oidc_router(provider, newcomers))


def build_oidc_router(provider: Provider, newcomers: Newcomers) -> APIRouter:
    """Return the routes; the app needs the session middleware of `add_oidc`."""
    router = APIRouter(include_in_schema=False)
    client = client_of(provider)

    @router.get(START)
    async def start(request: Request) -> Response:
        if not may_carry(request):
            return sign_in_page(request, place_of(request), provider=True)
        request.session.clear()  # one sign-in at a time, so the cookie stays small
        request.session[_NEXT] = place_of(request).next
        try:
            answer: Response = await client.authorize_redirect(request, _back(provider, request))
        except Exception as error:  # noqa: BLE001 - the provider is away or answers anything
            return _page_of(request, _cannot(error))
        return answer

    @router.get(BACK)
    async def back(request: Request) -> Response:
        place = may_go_to(str(request.session.get(_NEXT, "/")))
        try:
            claims = await _claims(client, request)
            name, role = name_of(provider, claims), role_of(provider, claims)
            address = request.client.host if request.client else "unknown"
            key = await asyncio.to_thread(newcomers.enter, name, role, address)
        except Problem as problem:
            log.warning("oidc_refused", why=problem.detail)
            return _page_of(request, problem)
        finally:
            request.session.clear()
        # Not a redirect: its chain began on another site, so the browser would hold the strict cookie back.
        answer = page(Shown(template="onward.html", language=Place(place).lang), next=place)
        set_cookie(request, answer, SESSION, key, SESSION_S)
        return answer

    return router


async def _claims(client: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401 - authlib has no types
    """Return the checked claims of the id token.

    Raises:
        Problem: 403, whatever was wrong.
    """
    try:
        token = await client.authorize_access_token(request)
    except Exception as error:
        raise _cannot(error) from error
    claims = token.get("userinfo")
    if not claims:
        raise refused("the provider sent no id token")
    return dict(claims)


def _cannot(error: Exception) -> Problem:
    log.warning("oidc_failed", error=repr(error)[:200])
    return refused(f"the provider's answer can't be taken ({type(error).__name__})")


def _back(provider: Provider, request: Request) -> str:
    return f"{provider.public_url or str(request.base_url).rstrip('/')}{BACK}"


def _page_of(request: Request, problem: Problem) -> Response:
    return sign_in_page(request, place_of(request), problem, provider=True)
