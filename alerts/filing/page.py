"""An enterprise in, its page out: what it is to put right, its self-check, the guide of its industry."""

from dataclasses import dataclass

import jinja2
from starlette.responses import HTMLResponse

from alerts.filing.words import FILING
from alerts.pages.words import language_of, say
from alerts.pages.words.compliance import COMPLIANCE
from alerts.pages.words.shell import SHELL
from alerts.supervision import guides, rectifications, self_checks
from alerts.supervision.office import Office
from alerts.templates import environment
from domain.supervision.rectification import RectificationState

ANSWERS = ("ok", "mended", "not")
_CLOSED = (RectificationState.CLOSED, RectificationState.CLOSED_LATE)
_SHOWN_BEFORE = 10
_ENVIRONMENT = environment(jinja2.PackageLoader("alerts.filing"))


@dataclass(frozen=True, slots=True)
class FilingPages:
    """Draws the pages of one site."""

    office: Office
    site_name: str

    def enterprise(self, enterprise_id: str, path: str, lang: str, *, done: bool) -> HTMLResponse:
        """Return an enterprise's page; `done` = it has just filed.

        Raises:
            Problem: 404, nobody knows the enterprise.
        """
        place = self.office.register.get(enterprise_id)
        every = rectifications.rectifications(self.office, enterprise_id)
        checks = self_checks.self_checks(self.office, enterprise_id, limit=1)
        told = {
            "place": place,
            "path": path,
            "done": done,
            "open": [one for one in every if one.state not in _CLOSED],
            "closed": [one for one in every if one.state in _CLOSED][:_SHOWN_BEFORE],
            "checked": bool(checks) and checks[0].day == self.office.today(),
            "questions": guides.guide_of(self.office, place.industry) if place.industry else (),
            "answers": ANSWERS,
        }
        return self._page("enterprise.html", lang, told, 200)

    def refusal(self, lang: str, status: int, detail: str, back: str) -> HTMLResponse:
        """Return the page of a refusal; `back` leads to the enterprise's page, empty = nowhere."""
        return self._page("refused.html", lang, {"detail": detail, "back": back}, status)

    def _page(self, template: str, lang: str, told: dict[str, object], status: int) -> HTMLResponse:
        language = language_of(lang)
        text = _ENVIRONMENT.get_template(template).render(
            w=say(language, SHELL, COMPLIANCE, FILING), lang=language, site_name=self.site_name, **told
        )
        return HTMLResponse(text, status, _headers())


def _headers() -> dict[str, str]:
    own = "style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; {own}",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
