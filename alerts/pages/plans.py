"""The page `/supervision/plans`: the month's visits by team and enterprise, plans that are held, and the schedule."""

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from alerts.api.requests import NO_NUL
from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words import language_of
from alerts.pages.words.plans import PLANS
from alerts.store.engine import reading
from alerts.supervision.office import Office
from alerts.supervision.plans.calendar import departments, held_plans, month_of, waiting
from alerts.supervision.plans.listing import names_of, versions
from domain.problem import Problem

MOST = 200
"""So many rows of a list stand on the page. Design value."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
Word = Annotated[str, Query(max_length=128, pattern=NO_NUL)]


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/supervision/plans")
    def get_plans(lang: str = "zh", month: Word = "", department: Word = "", enterprise: Word = "") -> HTMLResponse:
        first = _month(month) if month else office.today().replace(day=1)
        place, team = enterprise.strip() or None, department or None
        with reading(office.engine) as session:
            shown = month_of(session, office, first, team, place)
            published = versions(session, office, 10)
            told = {
                "month": shown,
                "held": held_plans(session, office, first, team, place),
                "waiting": waiting(session),
                "versions": published,
                "departments": departments(session),
            }
        asked = {"lang": language_of(lang), "department": department, "enterprise": enterprise}
        told |= {
            "department": department,
            "enterprise": enterprise,
            "places": sorted(names_of(office).items()),
            "earlier": urlencode(asked | {"month": _text(first - timedelta(days=1))}),
            "later": urlencode(asked | {"month": _text(first + timedelta(days=31))}),
            "now": urlencode(asked),
            "today": office.today(),
            "most": MOST,
            "last": published[0].figures if published else {"weekends": False, "closed": []},
            "download": urlencode({"department": department}) if department else "",
        }
        return shell.page("plans.html", here="plans", language=lang, table=PLANS, told=told)

    return router


def _month(text: str) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = date.min
    if not FIRST_YEAR < first.year < LAST_YEAR:
        raise Problem(422, "bad_month", "No month", f"month {text[:40]!r}: write as 2026-03")
    return first


def _text(day: date) -> str:
    return f"{day:%Y-%m}"
