"""Route of the evidence: a ticket's package as a zip."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.evidence.package import package
from alerts.evidence.store import Evidence
from alerts.people.person import ALL_ROLES, Person

ZIP = "application/zip"
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]")


def build_router(evidence: Evidence, access: Access) -> APIRouter:
    """Return the route, without the prefix `/api/v1`; its blocking calls run in threads."""
    router = APIRouter(prefix="/tickets", tags=["tickets"])
    answers: dict[int | str, dict[str, Any]] = {
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}, "description": "The package"},
        **problem_responses(401, 403, 404, 503),
    }

    @router.get("/{ticket_id}/evidence", response_class=Response, responses=answers, summary="Evidence of a ticket")
    def get_evidence(ticket_id: str, _person: Annotated[Person, Depends(access.needs(ALL_ROLES))]) -> Response:
        """Return what was frozen when the ticket opened, was decided and closed; `wugan verify` checks it."""
        kept = evidence.of(ticket_id)
        name = f"evidence-{kept.ticket.number}-{_NO_NAME.sub('_', kept.ticket.id)[:64]}.zip"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(package(kept), headers=headers, media_type=ZIP)

    return router
