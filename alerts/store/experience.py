"""What a live system knows of a ticket's leading candidate, out of the store → the advice with that history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.settings import PlaceToday, TicketRules
from alerts.store.clues import Clues, clues_of, corroborating
from alerts.store.models import MoveRow, OutcomeRow, TicketRow
from alerts.store.moves import detail_of
from alerts.store.satellite import seen_of
from domain.advice import Advised, EnterpriseHistory, with_history
from domain.candidates import leading
from domain.geo import metres_between
from domain.supervision.grids import NOTHING
from domain.ticket import Ticket, TicketKind, TicketState
from domain.times import to_ms
from domain.wire import decode_ticket

NEARBY_M = 500.0
"""A dispatch so near is on its way to the same place. Design value. [m]"""
YEAR_MS = 365 * 86_400_000
DECISIONS = (MoveKind.DISPATCH, MoveKind.WATCH, MoveKind.DISMISS)
"""Moves that answer an advice, which is kept beside them."""
_OUT = (TicketState.DISPATCHED.value, TicketState.ON_SITE.value)


@dataclass(frozen=True, slots=True)
class _Dispatch:
    """A dispatch that is still open."""

    ticket_id: str
    enterprise_id: str | None
    lon: float
    lat: float


class Experience:
    """Outcomes and open dispatches, read once for all the tickets that are asked about."""

    def __init__(
        self, session: Session, tickets: Sequence[Ticket], rules: TicketRules, clues: Clues | None = None
    ) -> None:
        self._seen = seen_of(session, tickets)
        self._clues = clues_of(session, [ticket.id for ticket in tickets]) if clues is None else clues
        local = [ticket for ticket in tickets if ticket.kind is TicketKind.LOCAL]
        places = {place for place in map(_lead, local) if place is not None}
        since_ms = max((to_ms(ticket.updated_at) for ticket in local), default=0) - YEAR_MS
        self._outcomes = _outcomes(session, places)
        self._agreed = _agreed(session, places, rules, since_ms)
        self._out = _open_dispatches(session) if local else []

    def advice(self, ticket: Ticket) -> Advised:
        """Return the advice on a ticket by all that is known now."""
        return with_history(ticket, self._history(ticket))

    def _history(self, ticket: Ticket) -> EnterpriseHistory:
        place = _lead(ticket)
        joined = corroborating(ticket.site, ticket.id, self._clues.get(ticket.id, ()))
        nearby = tuple(one.ticket_id for one in self._out if one.ticket_id != ticket.id and _is_near(one, ticket))
        seen = self._seen.get(ticket.id, NOTHING)
        known = EnterpriseHistory(
            open_nearby=nearby, corroborated=joined, satellite=seen.told, satellite_reason=seen.reason
        )
        if place is None:
            return known
        found, nothing = self._outcomes[place]
        agreed = self._agreed.get(place, PlaceToday())
        return replace(
            known,
            found=found,
            nothing=nothing,
            visits=agreed.visits,
            cap=agreed.cap,
            whitelisted=agreed.whitelisted,
        )


def advice_told(moves: Sequence[MoveRow]) -> Advised | None:
    """Return the advice that stood when a person decided; None where nobody has."""
    for move in reversed(moves):
        told = detail_of(move).get("advice") if move.move in DECISIONS else None
        if told is not None:
            return msgspec.convert(told, Advised)
    return None


def _lead(ticket: Ticket) -> str | None:
    return leading(ticket.candidates, ticket.unknown_probability)


def _outcomes(session: Session, places: set[str]) -> dict[str, tuple[int, int]]:
    """Return by enterprise how many visits found something, and nothing."""
    counted: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    asked = select(OutcomeRow.enterprise_id, OutcomeRow.problem_found, func.count())
    asked = asked.where(OutcomeRow.enterprise_id.in_(places)).group_by(
        OutcomeRow.enterprise_id, OutcomeRow.problem_found
    )
    for place, found, amount in session.execute(asked) if places else ():
        before = counted[str(place)]
        counted[str(place)] = (before[0] + amount, before[1]) if found else (before[0], before[1] + amount)
    return counted


def _agreed(session: Session, places: set[str], rules: TicketRules, since_ms: int) -> Mapping[str, PlaceToday]:
    """Return what holds for enterprises: today's where somebody reads it, else what the settings say."""
    if not places:
        return {}
    if rules.agreed is not None:
        return rules.agreed(session, places)
    visits = _visits(session, places, since_ms)
    return {
        place: PlaceToday(cap=agreed.cap, whitelisted=agreed.whitelisted, visits=visits[place])
        for place, agreed in ((place, rules.places.get(place, PlaceToday())) for place in places)
    }


def _visits(session: Session, places: set[str], since_ms: int) -> dict[str, int]:
    asked = select(OutcomeRow.enterprise_id, func.count()).where(
        OutcomeRow.enterprise_id.in_(places), OutcomeRow.at_ms >= since_ms
    )
    counted = session.execute(asked.group_by(OutcomeRow.enterprise_id)) if places else ()
    return defaultdict(int, {str(place): amount for place, amount in counted})


def _open_dispatches(session: Session) -> list[_Dispatch]:
    """Return every dispatch whose result has not come, the longest first."""
    rows = session.scalars(select(TicketRow).where(TicketRow.state.in_(_OUT)).order_by(TicketRow.number)).all()
    sent = select(MoveRow).where(
        MoveRow.ticket_id.in_([row.id for row in rows]), MoveRow.move == MoveKind.DISPATCH.value
    )
    last = {move.ticket_id: move for move in session.scalars(sent.order_by(MoveRow.version))} if rows else {}
    dispatches = []
    for row in rows:
        ticket, move = decode_ticket(row.system.encode()), last.get(row.id)
        place = (move.enterprise_id or move.first) if move else None
        dispatches.append(_Dispatch(row.id, place, ticket.lon, ticket.lat))
    return dispatches


def _is_near(sent: _Dispatch, ticket: Ticket) -> bool:
    if sent.enterprise_id is not None and sent.enterprise_id == _lead(ticket):
        return True
    return metres_between(ticket.lon, ticket.lat, sent.lon, sent.lat) <= NEARBY_M
