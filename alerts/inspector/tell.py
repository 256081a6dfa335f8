"""What an inspector says in, the ticket's move out; said twice it is one move."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.inspector.form import MOVES, Act, Said
from alerts.inspector.link import Visit
from alerts.inspector.matters import InspectorMatters
from alerts.inspector.page import accepted, since_dispatch
from alerts.inspector.photo import read_photo
from alerts.inspector.photos import Photos
from alerts.lifecycle import Move
from alerts.view import TicketView
from domain.problem import Problem
from domain.times import to_ms

MARK = " (link)"
"""Stands behind a name that was typed: nobody has checked it, and it is no user's name."""
_TRIES = 4
_WORDS = {Act.ACCEPT: "accepted", Act.ARRIVED: "arrived"}


class Deciding(Protocol):
    """The ticket store, as far as inspectors go."""

    def get(self, ticket_id: str) -> TicketView: ...

    def decide(self, ticket_id: str, move: Move, key: str | None = None) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the inspectors' moves. Every call may block, and raises ConnectionError where the database is away."""

    tickets: Deciding
    photos: Photos
    now: Callable[[], datetime]
    keep_position: bool
    matters: InspectorMatters | None = None

    def tell(self, visit: Visit, act: Act, said: Said) -> TicketView:
        """Make a move and return the ticket as it is then.

        Raises:
            Problem: 404 unknown ticket; 409 not allowed now; 413, 415 a photograph is refused; 422 no name.
        """
        who = visit.who or _typed(said.name)
        if act is Act.RESULT:
            self._result(visit.ticket_id, who, said)
        else:
            self._step(visit.ticket_id, who, act)
        return self.tickets.get(visit.ticket_id)

    def _result(self, ticket_id: str, who: str, said: Said) -> None:
        """Keep the photographs, then the result: the ticket closes with all that belongs to it; then what was found.

        Who is cut off between the two sends the same form again, and both are one.
        """
        photos = [read_photo(raw, keep_position=self.keep_position) for raw in said.photos]
        at = self.now()
        for photo in photos:
            self.photos.add(ticket_id, who, to_ms(at), photo)
        outcome = said.outcome
        if outcome and said.matter and self.matters:
            outcome = self.matters.with_words(ticket_id, said.matter, outcome)
        move = Move(kind=MOVES[Act.RESULT], who=who, at=at, outcome=outcome)
        self.tickets.decide(ticket_id, move, said.key or None)
        if outcome and said.matter and self.matters:
            self.matters.file(ticket_id, said.matter, outcome, who)

    def _step(self, ticket_id: str, who: str, act: Act) -> None:
        """Make a move unless the same person has made it since the dispatch."""
        for attempt in range(_TRIES):
            ticket = self.tickets.get(ticket_id)
            if any(entry.what == _WORDS[act] and entry.who == who for entry in since_dispatch(ticket)):
                return
            _check_free(ticket, act)
            move = Move(kind=MOVES[act], who=who, at=self.now(), seen=ticket.version)
            try:
                self.tickets.decide(ticket_id, move)
            except Problem as problem:
                if problem.code != "moved_on" or attempt == _TRIES - 1:
                    raise
            else:
                return


def _typed(name: str) -> str:
    if not name:
        fault = "write your name"
        raise Problem(
            422, "invalid", "Request not understood", f"who: {fault}", {"errors": [{"where": "who", "fault": fault}]}
        )
    return name + MARK


def _check_free(ticket: TicketView, act: Act) -> None:
    """Refuse to accept what somebody else accepted."""
    by = accepted(ticket) if act is Act.ACCEPT else None
    if by is not None:
        detail = f"ticket {ticket.id} was accepted by {by[0]}; look at it again"
        raise Problem(409, "accepted_already", "Accepted by somebody else", detail, {"state": ticket.state.value})
