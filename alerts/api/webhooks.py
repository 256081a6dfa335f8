"""Routes of the deliveries: endpoints and how they fare, the log, re-send, enable."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from pydantic.dataclasses import dataclass

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.delivery.letters import Asked, Health, Letter, Letters, Tried
from alerts.people.person import ALL_ROLES, Person, Role
from domain.times import rfc3339

JSON = "application/json"
SENDERS = frozenset({Role.CHIEF, Role.ADMIN})
"""Who may send again and enable."""


@dataclass(frozen=True, kw_only=True)
class EndpointList:
    """Every endpoint."""

    endpoints: list[Health]


@dataclass(frozen=True, kw_only=True)
class LetterPage:
    """Part of the deliveries, newest first; `next_cursor` asks for what follows, null at the end."""

    deliveries: list[Letter]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class LetterLog:
    """One delivery and every attempt."""

    delivery: Letter
    attempts: list[Tried]


def build_router(letters: Letters, now_ms: Callable[[], int], access: Access) -> APIRouter:
    """Return the webhooks' routes, without the prefix `/api/v1`.

    Args:
        letters: The deliveries; blocking calls run in threads.
        now_ms: The time of a re-send. [ms]
        access: Tells who asks.
    """
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])
    _add_reads(router, letters, now_ms, access)
    _add_acts(router, letters, now_ms, access)
    return router


def _add_reads(router: APIRouter, letters: Letters, now_ms: Callable[[], int], access: Access) -> None:
    reads: dict[str, Any] = {"dependencies": [Depends(access.needs(ALL_ROLES))]}

    @router.get("", **reads, response_model=EndpointList, responses=problem_responses(503), summary="List endpoints")
    def list_endpoints() -> Response:
        """Return every endpoint with its circuit, its queue and its dead letters; addresses without their secrets."""
        return _json({"endpoints": letters.endpoints(now_ms())})

    @router.get(
        "/deliveries", **reads, response_model=LetterPage, responses=problem_responses(422, 503), summary="Deliveries"
    )
    def list_deliveries(
        state: Annotated[Literal["waiting", "delivered", "dead"] | None, Query(description="Only this state.")] = None,
        endpoint: Annotated[str | None, Query(max_length=64, description="Only to this endpoint.")] = None,
        ticket: Annotated[str | None, Query(max_length=64, description="Only of this ticket.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before.")] = None,
    ) -> Response:
        """Return deliveries, newest first; `state=dead` are the dead letters."""
        asked = Asked(state=state, endpoint=endpoint, ticket_id=ticket, limit=limit, cursor=cursor)
        page, next_cursor = letters.page(asked)
        return _json({"deliveries": page, "next_cursor": next_cursor})

    @router.get(
        "/deliveries/{delivery_id}",
        **reads,
        response_model=LetterLog,
        responses=problem_responses(404, 503),
        summary="One delivery's log",
    )
    def get_delivery(delivery_id: str) -> Response:
        """Return a delivery with the answer to every attempt."""
        letter, tried = letters.log(delivery_id)
        return _json({"delivery": letter, "attempts": tried})


def _add_acts(router: APIRouter, letters: Letters, now_ms: Callable[[], int], access: Access) -> None:
    sender = Depends(access.needs(SENDERS))
    refusals = problem_responses(404, 409, 503)

    @router.post("/deliveries/{delivery_id}/resend", response_model=Letter, responses=refusals, summary="Send again")
    def resend(delivery_id: str, person: Annotated[Person, sender]) -> Response:
        """Send a delivery again with the same id; a dead letter has 24 h anew."""
        return _json(letters.resend(delivery_id, person.name, now_ms()))

    @router.post("/{endpoint}/enable", status_code=204, responses=refusals, summary="Enable an endpoint")
    def enable(endpoint: str, person: Annotated[Person, sender]) -> None:
        """Use an endpoint again that was disabled by its own 410; dead letters are sent again one by one."""
        letters.enable(endpoint, person.name, now_ms())


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(_plain(content)), media_type=JSON)


def _plain(content: object) -> object:
    """Return dataclasses as dicts, and times as the contract writes them."""
    if isinstance(content, datetime):
        return rfc3339(content)
    if isinstance(content, list):
        return [_plain(one) for one in content]
    if isinstance(content, Health | Letter | Tried):
        content = asdict(content)
    if isinstance(content, dict):
        return {name: _plain(value) for name, value in content.items()}
    return content
