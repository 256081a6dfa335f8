"""The page `/supervision`: who is supervised, and where each part of supervision is."""

from collections import Counter

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words.overview import OVERVIEW
from alerts.supervision.office import Office


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/supervision")
    def get_overview(lang: str = "zh") -> HTMLResponse:
        places = office.register.by_id.values()
        told = {
            "enterprises": len(places),
            "whitelisted": sum(place.whitelisted for place in places),
            "risks": sorted(Counter(place.risk_class for place in places).items()),
            "today": office.today().isoformat(),
        }
        return shell.page("overview.html", here="overview", language=lang, table=OVERVIEW, told=told)

    return router
