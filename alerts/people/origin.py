"""Whether a request comes from a page of ours, and whether it stays within this machine.

Cookies go along with requests that another site's page makes, so what they allow needs a second proof. Browsers say by
themselves where a request began (`Sec-Fetch-Site`, else `Origin`), and no page can change that.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from domain.problem import Problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def check_origin(request: Request) -> None:
    """Refuse a request that changes something and was made by a page of another site.

    A request that says neither comes from no browser of the last years; nobody else sends a victim's cookie.

    Raises:
        Problem: 403.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site in ("same-origin", "none")  # none: a person's own act, as a bookmark
    else:
        ours = origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
    if not ours:
        raise Problem(
            403, "foreign_origin", "Foreign origin", "a page of another site asked for this; use the desk's own"
        )


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def asked_on_loopback(request: Request) -> bool:
    """Say whether the browser's address line names this machine: then HTTP without TLS crosses no network."""
    return is_loopback(_host_name(request))


def is_local(request: Request) -> bool:
    """Say whether a request came from this machine, to this machine's own name, and through no proxy.

    The name counts too: a foreign site's name may lead to 127.0.0.1 (DNS rebinding).
    """
    return is_from_here(request) and asked_on_loopback(request)


def is_from_here(request: Request) -> bool:
    """Say whether a request came from this machine and through no proxy that says so."""
    peer = request.client.host if request.client else ""
    return is_loopback(peer) and not any(name in request.headers for name in _FORWARDED)


def _host_name(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""
