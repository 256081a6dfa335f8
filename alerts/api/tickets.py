"""Routes of the clue tickets: list, one, acknowledge, decide."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Response

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.requests import AcknowledgeRequest, Cursor, DecisionRequest, Since, States, TicketPage
from alerts.lifecycle import Move, MoveKind
from alerts.people.person import ALL_ROLES, DECIDERS, Person
from alerts.store import Tickets, Wanted
from alerts.view import TicketView
from domain.wire import encode_ticket, ticket_fields

JSON = "application/json"

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same body gives the first answer again; kept for 24 h.",
    ),
]


def build_router(tickets: Tickets, now: Callable[[], datetime], access: Access) -> APIRouter:
    """Return the tickets' routes, without the prefix `/api/v1`.

    Args:
        tickets: The store; its blocking calls run in threads.
        now: The time of a person's move.
        access: Tells who asks, in whose name moves are recorded.
    """
    router = APIRouter(prefix="/tickets", tags=["tickets"])
    _add_reads(router, tickets, access)
    _add_moves(router, tickets, now, access)
    return router


def _add_reads(router: APIRouter, tickets: Tickets, access: Access) -> None:
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


def _add_moves(router: APIRouter, tickets: Tickets, now: Callable[[], datetime], access: Access) -> None:
    decider = Depends(access.needs(DECIDERS))
    refusals = problem_responses(400, 404, 409, 422, 503)

    @router.post("/{ticket_id}/decision", response_model=TicketView, responses=refusals, summary="Decide")
    def decide(ticket_id: str, asked: DecisionRequest, key: Key = None, person: Person = decider) -> Response:
        """Dispatch, watch or dismiss; answers with the ticket as it is then."""
        move = Move(
            kind=MoveKind(asked.action.value),
            who=person.name,
            at=now(),
            reason_code=asked.reason_code,
            note=asked.note,
            enterprise_id=asked.enterprise_id,
            seen=asked.version,
        )
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)

    @router.post("/{ticket_id}/acknowledge", response_model=TicketView, responses=refusals, summary="Acknowledge")
    def acknowledge(
        ticket_id: str, asked: AcknowledgeRequest | None = None, key: Key = None, person: Person = decider
    ) -> Response:
        """Say that a person has seen the ticket."""
        move = Move(kind=MoveKind.ACKNOWLEDGE, who=person.name, at=now(), seen=asked.version if asked else None)
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)
