"""Routes by which people move tickets; every answer is the ticket as it is then."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from alerts.api.access import Access
from alerts.api.problems import problem_responses
from alerts.api.requests import AcknowledgeRequest, DecisionRequest, MergeRequest, OutcomeRequest, ShelveRequest
from alerts.lifecycle import Move, MoveKind, Outcome
from alerts.people.person import DECIDERS, Person, Role
from alerts.store import Tickets
from alerts.view import TicketView

JSON = "application/json"
ON_THE_WAY = DECIDERS | {Role.INSPECTOR}
"""Who may tell how a visit goes."""

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
_REFUSALS = problem_responses(400, 401, 403, 404, 409, 422, 503)
Now = Callable[[], datetime]


def add_moves(router: APIRouter, tickets: Tickets, now: Now, access: Access) -> None:
    """Add every move: the desk's own, and those of a visit."""
    _add_decision(router, tickets, now, access)
    _add_other_moves(router, tickets, now, access)
    _add_bare_moves(router, tickets, now, access)
    _add_outcome(router, tickets, now, access)


def _add_decision(router: APIRouter, tickets: Tickets, now: Now, access: Access) -> None:
    decider = Depends(access.needs(DECIDERS))

    @router.post("/{ticket_id}/decision", response_model=TicketView, responses=_REFUSALS, summary="Decide")
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
            minutes=asked.minutes,
        )
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)


def _add_other_moves(router: APIRouter, tickets: Tickets, now: Now, access: Access) -> None:
    decider = Depends(access.needs(DECIDERS))

    @router.post("/{ticket_id}/merge", response_model=TicketView, responses=_REFUSALS, summary="Merge into another")
    def merge(ticket_id: str, asked: MergeRequest, key: Key = None, person: Person = decider) -> Response:
        """Let another ticket take this one in; both histories tell of it."""
        move = Move(
            kind=MoveKind.MERGE, who=person.name, at=now(), note=asked.note, seen=asked.version, into=asked.into
        )
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)

    @router.post("/{ticket_id}/shelve", response_model=TicketView, responses=_REFUSALS, summary="Shelve")
    def shelve(ticket_id: str, asked: ShelveRequest, key: Key = None, person: Person = decider) -> Response:
        """Keep the ticket quiet for a while: no reminders and no escalation; then it comes back as new."""
        move = Move(
            kind=MoveKind.SHELVE, who=person.name, at=now(), note=asked.note, seen=asked.version, minutes=asked.minutes
        )
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)


def _add_bare_moves(router: APIRouter, tickets: Tickets, now: Now, access: Access) -> None:
    """Add the moves that need no words."""
    decider, visitor = Depends(access.needs(DECIDERS)), Depends(access.needs(ON_THE_WAY))

    def make(ticket_id: str, kind: MoveKind, asked: AcknowledgeRequest | None, key: str | None, who: str) -> Response:
        move = Move(kind=kind, who=who, at=now(), seen=asked.version if asked else None)
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)

    @router.post("/{ticket_id}/acknowledge", response_model=TicketView, responses=_REFUSALS, summary="Acknowledge")
    def acknowledge(
        ticket_id: str, asked: AcknowledgeRequest | None = None, key: Key = None, person: Person = decider
    ) -> Response:
        """Say that a person has seen the ticket."""
        return make(ticket_id, MoveKind.ACKNOWLEDGE, asked, key, person.name)

    @router.post("/{ticket_id}/undo", response_model=TicketView, responses=_REFUSALS, summary="Undo a dispatch")
    def undo(
        ticket_id: str, asked: AcknowledgeRequest | None = None, key: Key = None, person: Person = decider
    ) -> Response:
        """Take a dispatch back before it leaves for the inspectors; the ticket is then where it was before."""
        return make(ticket_id, MoveKind.UNDO, asked, key, person.name)

    @router.post("/{ticket_id}/accept", response_model=TicketView, responses=_REFUSALS, summary="Accept a dispatch")
    def accept(
        ticket_id: str, asked: AcknowledgeRequest | None = None, key: Key = None, person: Person = visitor
    ) -> Response:
        """Say that an inspector is on the way."""
        return make(ticket_id, MoveKind.ACCEPT, asked, key, person.name)

    @router.post("/{ticket_id}/arrive", response_model=TicketView, responses=_REFUSALS, summary="Arrive")
    def arrive(
        ticket_id: str, asked: AcknowledgeRequest | None = None, key: Key = None, person: Person = visitor
    ) -> Response:
        """Say that an inspector is there."""
        return make(ticket_id, MoveKind.ARRIVE, asked, key, person.name)


def _add_outcome(router: APIRouter, tickets: Tickets, now: Now, access: Access) -> None:
    visitor = Depends(access.needs(ON_THE_WAY))

    @router.post("/{ticket_id}/outcome", response_model=TicketView, responses=_REFUSALS, summary="Report the result")
    def report(ticket_id: str, asked: OutcomeRequest, key: Key = None, person: Person = visitor) -> Response:
        """Say what was found, which closes the ticket; feeds the advice on the next one."""
        move = Move(
            kind=MoveKind.OUTCOME,
            who=person.name,
            at=now(),
            enterprise_id=asked.enterprise_id,
            seen=asked.version,
            outcome=Outcome(problem_found=asked.problem_found, measure=asked.measure, note=asked.note),
        )
        return Response(tickets.decide(ticket_id, move, key), media_type=JSON)
