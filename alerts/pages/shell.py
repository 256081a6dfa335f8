"""A page's template and what it shows → HTML inside the shell, with the headers that keep it to itself."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse

from alerts.pages.words import Words, language_of, say
from alerts.pages.words.shell import SHELL
from alerts.templates import environment

STATIC = "/static/pages/"
NAVIGATION = (
    ("overview", "/supervision"),
    ("enterprises", "/supervision/enterprises"),
    ("check_ins", "/supervision/check-ins"),
    ("plans", "/supervision/plans"),
    ("data_checks", "/supervision/data-checks"),
    ("clues", "/supervision/clues"),
    ("compliance", "/supervision/compliance"),
    ("statistics", "/supervision/statistics"),
)
"""Pages by the name of their words; a page names itself by `here`."""
DUTY = (
    ("shift", "/shift"),
    ("sensors", "/sensors"),
    ("deliveries", "/deliveries"),
    ("settings", "/settings"),
)
"""The duty's own pages, in a row of their own."""
_FOLDER = Path(__file__).parent
_ENVIRONMENT = environment(jinja2.PackageLoader("alerts.pages"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The shell of one site's pages."""

    site_name: str

    def page(
        self,
        template: str,
        *,
        here: str,
        language: str,
        table: Words,
        told: Mapping[str, object],
        status: int = 200,
    ) -> HTMLResponse:
        """Return a page.

        Args:
            template: Its file in `templates/`, which extends `shell.html`.
            here: Its name in `NAVIGATION` or `DUTY`, or of the one it belongs to.
            language: What was asked for, as `en`.
            table: The page's own words.
            told: What the template shows.
            status: HTTP status code.
        """
        lang, nonce = language_of(language), secrets.token_urlsafe(16)
        text = _ENVIRONMENT.get_template(template).render(
            w=say(lang, SHELL, table),
            shell=say(lang, SHELL),
            lang=lang,
            nonce=nonce,
            here=here,
            navigation=NAVIGATION,
            duty=DUTY,
            site_name=self.site_name,
            static=STATIC,
            **told,
        )
        return HTMLResponse(text, status, page_headers(nonce))


def mount_static(app: FastAPI) -> None:
    """Serve the shell's style and scripts."""
    app.mount(STATIC.rstrip("/"), StaticFiles(directory=_FOLDER / "static"), name="pages")


def page_headers(nonce: str) -> dict[str, str]:
    """Return the headers of a page whose own style and scripts carry the nonce."""
    policy = (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; script-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
