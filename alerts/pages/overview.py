"""The page `/supervision`: what waits, what today has seen, this month against the last, and where each part is."""

from collections import Counter
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.statistics_told import Cell, cell
from alerts.pages.words import language_of, say
from alerts.pages.words.overview import OVERVIEW
from alerts.pages.words.shell import SHELL
from alerts.store.engine import reading
from alerts.supervision.due import today_seen, waiting
from alerts.supervision.office import Office
from alerts.supervision.statistics import Asked, report
from domain.supervision.statistics import Dimension, named_period

WHERE: Mapping[str, str] = {
    "answers_late": "/",
    "arrivals_late": "/",
    "conflicts": "/supervision/check-ins",
    "results_missing": "/supervision/check-ins",
    "plans_missed": "/supervision/plans",
    "plans_held": "/supervision/plans",
    "rectifications_late": "/supervision/compliance",
    "rectifications_due": "/supervision/compliance",
    "measures_open": "/supervision/compliance",
    "complaints_open": "/supervision/clues",
    "findings_open": "/supervision/data-checks",
}
"""The page on which what waits is dealt with."""
LATE = frozenset({"answers_late", "arrivals_late", "plans_missed", "rectifications_late"})
"""What should have been done by now."""
MONTH = ("found_rate", "found_rate_clue", "found_rate_routine", "visits", "visits_avoided", "dispatches")


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/supervision")
    def get_overview(lang: str = "zh") -> HTMLResponse:
        with reading(office.engine) as session:
            waits, seen = waiting(session, office), today_seen(session, office)
        told = {
            "today": office.today().isoformat(),
            "waits": [(name, amount, WHERE[name], name in LATE) for name, amount in waits.items() if amount],
            "seen": seen,
            **_month(office, say(language_of(lang), SHELL, OVERVIEW)),
        }
        return shell.page("overview.html", here="overview", language=lang, table=OVERVIEW, told=told)

    return router


def _month(office: Office, words: Mapping[str, str]) -> dict[str, object]:
    """Return this month's figures beside those of the last, and who is supervised."""
    month = named_period(f"{office.today():%Y-%m}", office.today())
    of = report(office, Asked(period=month, by=(Dimension.GRADE,)))
    cells: list[Cell] = [cell(name, of.figures[name], words) for name in MONTH]
    grades = {group.key: group.figures["enterprises"].now.value or 0 for group in of.groups[Dimension.GRADE]}
    places = office.register.by_id.values()
    return {
        "month": cells,
        "against": of.against,
        "grades": [(key, int(amount)) for key, amount in sorted(grades.items()) if key],
        "risks": sorted(Counter(place.risk_class for place in places).items()),
        "enterprises": len(places),
        "whitelisted": int(of.figures["white_listed"].now.value or 0),
        "at_cap": int(of.figures["at_cap"].now.value or 0),
    }
