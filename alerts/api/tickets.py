"""Routes of the clue tickets: list, one, storm mode; the moves are in `moves.py`."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Response

from alerts.api.access import Access
from alerts.api.moves import add_moves
from alerts.api.problems import problem_responses
from alerts.api.requests import Cursor, Since, States, StormStatus, TicketPage
from alerts.people.person import ALL_ROLES
from alerts.store import Tickets, Wanted
from alerts.view import TicketView
from domain.times import to_ms
from domain.wire import encode_ticket, ticket_fields

JSON = "application/json"


def build_router(tickets: Tickets, now: Callable[[], datetime], access: Access) -> APIRouter:
    """Return the tickets' routes, without the prefix `/api/v1`.

    Args:
        tickets: The store; its blocking calls run in threads.
        now: The time of a person's move.
        access: Tells who asks, in whose name moves are recorded.
    """
    router = APIRouter(prefix="/tickets", tags=["tickets"])
    _add_reads(router, tickets, now, access)
    add_moves(router, tickets, now, access)
    return router


def _add_reads(router: APIRouter, tickets: Tickets, now: Callable[[], datetime], access: Access) -> None:
    reads = [Depends(access.needs(ALL_ROLES))]

    @router.get(
        "", dependencies=reads, response_model=TicketPage, responses=problem_responses(422, 503), summary="List tickets"
    )
    def list_tickets(
        state: Annotated[States, Query(description="Only these states; may be repeated.")] = [],  # noqa: B006 - FastAPI copies
        since: Annotated[Since, Query(description="Changed at or after, RFC 3339 with offset.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: Annotated[Cursor, Query(description="`next_cursor` of the page before.")] = None,
    ) -> Response:
        """Return tickets, last opened first; a page stays right while tickets are added."""
        page = tickets.page(Wanted(states=state, since=since, limit=limit, cursor=cursor))
        plain = {"tickets": [ticket_fields(ticket) for ticket in page.tickets], "next_cursor": page.next_cursor}
        return Response(msgspec.json.encode(plain), media_type=JSON)

    @router.get("/storm", dependencies=reads, responses=problem_responses(503), summary="Storm mode")
    def get_storm() -> StormStatus:
        """Say whether too many tickets open at once, and how many were ever told of together."""
        storm = tickets.storm(to_ms(now()))
        return StormStatus(active=storm.active, gathered=storm.gathered, notices=storm.notices)

    @router.get(
        "/{ticket_id}",
        dependencies=reads,
        response_model=TicketView,
        responses=problem_responses(404, 503),
        summary="One ticket",
    )
    def get_ticket(ticket_id: str) -> Response:
        """Return a ticket with the system's side and what people did with it."""
        return Response(encode_ticket(tickets.get(ticket_id)), media_type=JSON)
