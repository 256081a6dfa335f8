"""Pages of check-ins: what waits for a chief, what was answered, and the codes to print."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import ceil
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from alerts.pages.check_in_words import because
from alerts.pages.codes import code_svg
from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words import Words
from alerts.pages.words.check_ins import CAUSES, CONFLICTS, COVERS, PAGE, RESULTS
from alerts.store.engine import reading
from alerts.supervision.check_in_lists import Sought, answers, awaiting, blocked, counts, visits
from alerts.supervision.office import Office
from alerts.supervision.register import code_of
from domain.shared_words import MEASURES, under
from domain.site import Enterprise
from domain.supervision.check_in import Result
from domain.supervision.compliance import Measure
from domain.supervision.visits import Cause
from domain.times import to_ms

SHOWN = 100
BLOCKED_DAYS = 30
CODES_PER_PAGE = 100
TABLE: Words = {
    **PAGE,
    **under("result.", RESULTS),
    **under("cause.", CAUSES),
    **under("cover.", COVERS),
    **under("measure.", MEASURES),
    **under("conflict.", CONFLICTS),
}


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(prefix="/supervision/check-ins", include_in_schema=False, dependencies=kept_by(guard))

    @router.get("")
    def get_check_ins(lang: str = "zh", day: date | None = None) -> HTMLResponse:
        with reading(office.engine) as session:
            told = _told(session, office, day or office.today(), lang)
        return _page(shell, "check_ins.html", lang, told)

    @router.get("/codes")
    def get_codes(lang: str = "zh", page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> HTMLResponse:
        places = sorted(office.register.by_id.values(), key=lambda one: one.enterprise_id)
        pages = max(1, ceil(len(places) / CODES_PER_PAGE))
        shown = places[(page - 1) * CODES_PER_PAGE : page * CODES_PER_PAGE]
        return _page(shell, "codes.html", lang, {"codes": map(_code, shown), "page": page, "pages": pages})

    @router.get("/codes/{enterprise_id:path}")
    def get_code(enterprise_id: str, lang: str = "zh") -> HTMLResponse:
        place = office.register.get(enterprise_id)
        return _page(shell, "codes.html", lang, {"codes": [_code(place)], "page": 1, "pages": 0})

    return router


def _page(shell: Shell, template: str, lang: str, told: Mapping[str, object]) -> HTMLResponse:
    return shell.page(template, here="check_ins", language=lang, table=TABLE, told=told)


def _code(place: Enterprise) -> dict[str, object]:
    code = code_of(place)
    return {"name": place.name, "id": place.enterprise_id, "code": code, "svg": code_svg(code)}


def _told(session: Session, office: Office, day: date, lang: str) -> dict[str, object]:
    first, after = (datetime(one.year, one.month, one.day, tzinfo=office.zone) for one in _next(day))
    of_day = Sought(since_ms=to_ms(first), until_ms=to_ms(after), limit=SHOWN)
    counted = Counter(counts(session, of_day))
    since_ms = office.now_ms() - BLOCKED_DAYS * 86_400_000
    return {
        "day": day.isoformat(),
        "scan_id": uuid4().hex,
        "figures": {result.value: counted[result.value] for result in Result},
        "answers": answers(session, of_day)[0],
        "blocked": blocked(session, since_ms)[:SHOWN],
        "conflicts": visits(session, Sought(conflict="open", limit=SHOWN))[0],
        "awaiting": awaiting(session, SHOWN),
        "causes": list(Cause),
        "measures": list(Measure),
        "name_of": office.register.name_of,
        "because": lambda row: because(row, lang),
        "time": lambda at_ms: office.at(at_ms).strftime("%Y-%m-%d %H:%M"),
        "is_late": lambda row: row.received_ms - row.at_ms > 3_600_000,
    }


def _next(day: date) -> tuple[date, date]:
    """Return a day and the one after it, within what a calendar holds."""
    kept = min(max(day, date(1970, 1, 2)), date(9999, 12, 30))
    return kept, kept + timedelta(days=1)
