"""Content-Security-Policy of the pages: only scripts and styles with this page's nonce, nothing from elsewhere."""

from urllib.parse import urlsplit

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def policy(nonce: str, base_map_url: str = "", *, served: bool = True) -> str:
    """Return the policy's text.

    Args:
        nonce: What each script and inline style of the page carries.
        base_map_url: Tiles' address template; its host may be asked for images.
        served: Whether the page comes from the desk (else it is one file that may load nothing at all).
    """
    own = " 'self'" if served else ""
    parts = [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src 'nonce-{nonce}'{own}",
        f"img-src data:{own}{_tiles_host(base_map_url)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if served:
        parts += ["connect-src 'self'", "frame-ancestors 'none'"]
    return "; ".join(parts)


def _tiles_host(base_map_url: str) -> str:
    parts = urlsplit(base_map_url)
    if not parts.netloc:
        return ""
    return f" {parts.scheme}://{parts.netloc.replace('{s}', '*')}"
