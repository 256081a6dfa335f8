"""`GET /statistics`: a period, dimensions and filters in, figures as JSON or CSV out."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.statistics_form import Statistics
from alerts.people.person import ALL_ROLES
from alerts.supervision.office import Office
from alerts.supervision.statistics import Asked, report
from alerts.supervision.statistics.asking import asked_of
from alerts.supervision.statistics.told import as_csv, as_plain
from domain.supervision.statistics import Dimension

CSV = "text/csv; charset=utf-8"
UTF8_MARK = "\ufeff"
"""Spreadsheets take a file without it for another encoding."""
DIMENSIONS = (Dimension.GRADE, Dimension.DEPARTMENT, Dimension.RULE, Dimension.ENTERPRISE)
Key = Annotated[str, Query(max_length=128)]


def build_router(office: Office, access: Access) -> APIRouter:
    """Return the routes, without the prefix `/api/v1`."""
    router = APIRouter(tags=["statistics"])
    asking = _asking(office)
    reads: dict[str, Any] = {
        "dependencies": [Depends(access.needs(ALL_ROLES))],
        "responses": problem_responses(422, 503),
    }

    @router.get("/statistics", **reads, response_model=Statistics, summary="Figures of a period")
    def get_statistics(asked: Annotated[Asked, Depends(asking)]) -> Response:
        """Return figures of a period beside those of the one before; what each is: docs/statistics.md."""
        plain = as_plain(report(office, asked), office)
        return Response(msgspec.json.encode(plain), media_type="application/json")

    @router.get("/statistics.csv", **reads, response_class=Response, summary="Figures of a period as CSV")
    def get_statistics_csv(asked: Annotated[Asked, Depends(asking)]) -> Response:
        """Return the same as CSV, a row a figure and group."""
        name = f"statistics-{asked.period.first}-{asked.period.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(UTF8_MARK + as_csv(report(office, asked), office), headers=headers, media_type=CSV)

    return router


def _asking(office: Office) -> Callable[..., Asked]:
    def asked(  # noqa: PLR0913 - one a query parameter
        *,
        period: Annotated[str | None, Query(max_length=40, description="2026, 2026-Q4, 2026-11, 2026-W48 …")] = None,
        first: Annotated[date | None, Query(alias="from", description="With `until`, instead of `period`.")] = None,
        until: Annotated[date | None, Query(description="The last day, included.")] = None,
        by: Annotated[list[Dimension], Query(description="Group by; may be repeated.")] = list(DIMENSIONS),  # noqa: B006 - FastAPI copies
        grade: Key = "",
        department: Key = "",
        rule: Key = "",
        source: Key = "",
        industry: Key = "",
        enterprise: Key = "",
    ) -> Asked:
        only = {
            Dimension.GRADE: grade,
            Dimension.DEPARTMENT: department,
            Dimension.RULE: rule,
            Dimension.SOURCE: source,
            Dimension.INDUSTRY: industry,
            Dimension.ENTERPRISE: enterprise,
        }
        return asked_of(period, (first, until), by, only, office.today())

    return asked
