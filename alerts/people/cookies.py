"""Our cookies: which name, which bounds."""

from starlette.requests import Request
from starlette.responses import Response

from alerts.people.origin import asked_on_loopback

SESSION = "wugan_session"
FORM = "wugan_form"
_BOUND = "__Host-"
"""A browser takes a cookie of such a name only over TLS, from this very host: no neighbour can plant one."""


def may_carry(request: Request) -> bool:
    """Say whether cookies may be set: over TLS, or where HTTP stays within this machine."""
    return _is_secure(request) or asked_on_loopback(request)


def read_cookie(request: Request, name: str) -> str | None:
    """Return a cookie of ours."""
    return request.cookies.get(_full_name(request, name)) or None


def set_cookie(request: Request, response: Response, name: str, value: str, age_s: int) -> None:
    """Set a cookie that no script reads and no other site's page brings along."""
    response.set_cookie(
        _full_name(request, name),
        value,
        max_age=age_s,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Make the browser forget a cookie of ours."""
    set_cookie(request, response, name, "", 0)


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _full_name(request: Request, name: str) -> str:
    return f"{_BOUND}{name}" if _is_secure(request) else name
