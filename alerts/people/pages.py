"""The sign-in pages' HTML and the headers that go with it."""

import secrets
from dataclasses import dataclass

import jinja2
from starlette.responses import HTMLResponse

from alerts.people.words import words
from alerts.templates import environment

_ENVIRONMENT = environment(jinja2.PackageLoader("alerts.people"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows.

    Attributes:
        template: Its file.
        language: `zh` or `en`.
        status: HTTP status code.
        trouble: Name of the words that say what went wrong; empty: nothing.
        wait_min: How long to wait, where the words name it. [min]
    """

    template: str
    language: str
    status: int = 200
    trouble: str = ""
    wait_min: int = 0


def page(shown: Shown, **told: object) -> HTMLResponse:
    """Return a page that loads nothing, runs no script, and sends its form only to us."""
    table, nonce = words(shown.language), secrets.token_urlsafe(16)
    trouble = table[shown.trouble].replace("{wait}", str(shown.wait_min)) if shown.trouble else ""
    text = _ENVIRONMENT.get_template(shown.template).render(
        w=table, lang=shown.language, nonce=nonce, trouble=trouble, **told
    )
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(text, shown.status, headers)
