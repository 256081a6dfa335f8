"""The pages `/supervision/data-checks`: findings, open ones first, and one with the rows that prove it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from alerts.pages.guard import Guard, kept_by
from alerts.pages.shell import Shell
from alerts.pages.words.clues import DATA_CHECKS
from alerts.store.models import FindingRow
from alerts.supervision.findings import find_finding, finding_of, list_findings, numbers_of_tickets
from alerts.supervision.office import Office

SHOWN = 500
"""So many findings stand on the page; the API lists more. Design value."""
_SHOWS = {"open": True, "mended": False, "all": None}


def build_pages(office: Office, shell: Shell, guard: Guard | None) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False, dependencies=kept_by(guard))

    @router.get("/supervision/data-checks")
    def get_findings(lang: str = "zh", show: Annotated[str, Query(max_length=8)] = "open") -> HTMLResponse:
        shown = show if show in _SHOWS else "open"
        rows = list_findings(office, is_open=_SHOWS[shown], limit=SHOWN)
        numbers = numbers_of_tickets(office, rows)
        told = {
            "show": shown,
            "findings": [_told(office, row) | {"ticket": numbers.get(row.ticket_id or "")} for row in rows],
            "rules": sorted(Counter((row.checks, row.rule_id) for row in rows).items()),
        }
        return shell.page("data_checks.html", here="data_checks", language=lang, table=DATA_CHECKS, told=told)

    @router.get("/supervision/data-checks/{finding_id}")
    def get_finding(finding_id: str, lang: str = "zh") -> HTMLResponse:
        row = find_finding(office, finding_id)
        ticket = numbers_of_tickets(office, [row]).get(row.ticket_id or "")
        tables = [(name, _columns(rows), rows) for name, rows in finding_of(row).proof.items()]
        told = _told(office, row) | {"ticket": ticket, "tables": tables}
        return shell.page("finding.html", here="data_checks", language=lang, table=DATA_CHECKS, told=told)

    return router


def _columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return every column that a row has, in the order of their first standing."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _told(office: Office, row: FindingRow) -> dict[str, object]:
    place = office.register.by_id.get(row.enterprise_id)
    return {
        "finding_id": row.finding_id,
        "checks": row.checks,
        "rule_id": row.rule_id,
        "enterprise_id": row.enterprise_id,
        "enterprise": place.name if place else row.enterprise_id,
        "subject": row.subject,
        "message": row.message,
        "state": row.state,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
    }
