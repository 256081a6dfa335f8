"""The pages `/supervision/enterprises`: everybody's grade and visits, one enterprise's card, its credit report."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from alerts.pages.credit_report import Frame, report_html, told_lines
from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell, page_headers
from alerts.pages.words import language_of, say
from alerts.pages.words.enterprises import ENTERPRISES
from alerts.store.engine import reading
from alerts.supervision.asked import asked_day
from alerts.supervision.card import card
from alerts.supervision.office import Office
from alerts.supervision.standing import Standing, standing, standings
from alerts.supervision.white_list import Listed
from domain.problem import Problem
from domain.supervision.grades import Grade

PAGE = 200
"""So many enterprises stand on one page of the list. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list shall show; empty = all."""

    q: str = ""
    grade: str = ""
    listed: str = ""

    def holds(self, one: Standing) -> bool:
        """Say whether an enterprise is wanted."""
        text = self.q.strip().casefold()
        named = text in one.place.name.casefold() or text in one.place.enterprise_id.casefold()
        return named and self.grade in ("", one.graded.grade) and (not self.listed or one.listed)


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(prefix="/supervision/enterprises", include_in_schema=False, dependencies=kept_by(guard))

    @router.get("")
    def get_list(
        lang: str = "zh",
        q: Annotated[str, Query(max_length=100)] = "",
        grade: Annotated[str, Query(max_length=1)] = "",
        listed: Annotated[str, Query(max_length=1)] = "",
        page: Annotated[int, Query(ge=0, le=10_000)] = 0,
        as_of: str = "",
    ) -> HTMLResponse:
        day = _day(as_of) or office.today()
        with reading(office.engine) as session:
            everybody = standings(session, office, day)
        told = _list_told(everybody, Wanted(q=q, grade=grade, listed=listed), day, lang, page)
        return shell.page("enterprises.html", here="enterprises", language=lang, table=ENTERPRISES, told=told)

    @router.get("/{enterprise_id:path}/credit-report")  # an id may hold a slash; the longer path first
    def get_report(enterprise_id: str, lang: str = "zh", as_of: str = "") -> HTMLResponse:
        with reading(office.engine) as session:
            one = standing(session, office, enterprise_id, _day(as_of))
        nonce, made_at = secrets.token_urlsafe(16), office.at(office.now_ms())
        frame = Frame(site_name=shell.site_name, table=office.table, made_at=made_at, language=lang)
        return HTMLResponse(report_html(one, frame, nonce), headers=page_headers(nonce))

    @router.get("/{enterprise_id:path}")
    def get_card(enterprise_id: str, lang: str = "zh", as_of: str = "") -> HTMLResponse:
        with reading(office.engine) as session:
            found = card(session, office, enterprise_id, _day(as_of))
        words = say(language_of(lang), ENTERPRISES)
        told = {
            "card": found,
            "one": found.standing,
            "lines": told_lines(found.standing, office.table.credit, words),
            "running": _running(found.white_list, office.today()),
        }
        return shell.page("enterprise.html", here="enterprises", language=lang, table=ENTERPRISES, told=told)

    return router


def _list_told(everybody: list[Standing], wanted: Wanted, day: date, lang: str, page: int) -> dict[str, object]:
    found = [one for one in everybody if wanted.holds(one)]
    asked = {"lang": lang, "q": wanted.q, "grade": wanted.grade, "listed": wanted.listed, "as_of": day.isoformat()}
    return _sums(everybody) | {
        "rows": found[page * PAGE : (page + 1) * PAGE],
        "found": len(found),
        "day": day,
        "q": wanted.q,
        "chosen": wanted.grade,
        "only_listed": bool(wanted.listed),
        "before": urlencode(asked | {"page": page - 1}) if page else None,
        "after": urlencode(asked | {"page": page + 1}) if len(found) > (page + 1) * PAGE else None,
    }


def _sums(everybody: list[Standing]) -> dict[str, object]:
    grades = Counter(one.graded.grade for one in everybody)
    return {
        "amounts": [(grade.value, grades[grade]) for grade in Grade],
        "listed_amount": sum(one.listed for one in everybody),
        "reached_amount": sum(one.use.reached for one in everybody),
    }


def _running(listings: Iterable[Listed], today: date) -> Listed | None:
    """Return the listing that a person may end: one that has not ended."""
    return next((one for one in listings if one.first and (one.last is None or one.last >= today)), None)


def _day(text: str) -> date | None:
    """Return the day that a form sent; an empty field is none.

    Raises:
        Problem: 422, it is no day.
    """
    if not text:
        return None
    try:
        return asked_day(date.fromisoformat(text))
    except ValueError:
        raise Problem(422, "bad_day", "No day", f"as_of {text[:40]!r}: write as 2026-03-01") from None
