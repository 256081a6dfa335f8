"""Tickets and what people decided on them → marks of clues, decisions, and how long things took.

Decision table, of tickets of kind `local` (others are only counted, by their kind):

| what the store has                                       | mark                                                  |
|----------------------------------------------------------|-------------------------------------------------------|
| opened in the period                                     | clue, at its opening                                  |
| dispatched, watched, dismissed in the period             | that decision, at its time                            |
| … and taken back (`undo`)                                | none                                                  |
| dismissed by the system (a finding that is mended)       | none                                                  |
| dismissed in the period, and dismissed still             | a visit avoided, too                                  |
| opened in the period, a first decision                   | to decision: minutes from the opening, at the opening |
| … no decision, and new, acknowledged or watched still    | undecided                                             |
| opened in the period, an arrival or a scan under it      | to site: minutes from the opening to the first        |
| opened in the period, a result                           | to close: minutes from the opening to the last        |

A ticket is labelled with the enterprise of its result, else of its last dispatch, else with its leading candidate;
its rule is the version of the air's rules, the rule of the data check, or for others the source.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from alerts.lifecycle import SYSTEM, MoveKind
from alerts.store.models import ClueRow, FindingRow, MoveRow, OutcomeRow, TicketRow, VisitRow
from alerts.supervision.office import Office
from alerts.supervision.statistics.labels import Labeller
from alerts.supervision.statistics.window import Window
from domain.candidates import leading
from domain.supervision.statistics import Labels, Mark, What
from domain.ticket import Candidate, TicketKind, TicketState

MINUTE_MS = 60_000
DECISIONS = {
    MoveKind.DISPATCH.value: What.DISPATCHED,
    MoveKind.WATCH.value: What.WATCHED,
    MoveKind.DISMISS.value: What.DISMISSED,
}
_MOVES = (*DECISIONS, MoveKind.UNDO.value, MoveKind.ARRIVE.value)
_COLUMNS = tuple(getattr(MoveRow, name) for name in ("ticket_id", "move", "at_ms", "who", "enterprise_id", "first"))
_WAITING = (TicketState.NEW.value, TicketState.ACKNOWLEDGED.value, TicketState.WATCHING.value)
_OTHERS = {TicketKind.REGIONAL.value: What.REGIONAL_NOTICE, TicketKind.SENSOR.value: What.SENSOR_TICKET}


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that was not taken back."""

    what: What
    at_ms: int
    enterprise_id: str | None
    by_person: bool


@dataclass(slots=True, kw_only=True)
class Told:
    """What is counted of one ticket."""

    ticket_id: str
    kind: str
    state: str
    opened_ms: int
    source: str
    rule: str
    lead: str | None
    decisions: list[Decision] = field(default_factory=list)
    on_site_ms: int | None = None
    result: OutcomeRow | None = None

    @property
    def enterprise_id(self) -> str | None:
        """Where it belongs to."""
        if self.result and self.result.enterprise_id:
            return self.result.enterprise_id
        sent = [one.enterprise_id for one in self.decisions if one.what is What.DISPATCHED and one.enterprise_id]
        return sent[-1] if sent else self.lead


@dataclass(frozen=True, slots=True)
class _System:
    """What is read of the system's side."""

    source: str
    rule_version: str
    candidates: tuple[Candidate, ...]
    unknown_probability: float


_decoder = msgspec.json.Decoder(_System)


def tickets_of(session: Session, office: Office, window: Window) -> dict[str, Told]:
    """Return by id the tickets that were opened, moved, visited or closed in a period, with all that became of them."""
    wanted = TicketRow.site == office.site_id, _touched(window)
    asked = select(TicketRow.id, TicketRow.kind, TicketRow.state, TicketRow.opened_ms, TicketRow.system).where(*wanted)
    ids = select(TicketRow.id).where(*wanted)
    rules = _rules_of_findings(session)
    told: dict[str, Told] = {}
    for row in session.execute(asked.execution_options(yield_per=500)):
        system = _decoder.decode(row.system)
        told[row.id] = Told(
            ticket_id=row.id,
            kind=row.kind,
            state=row.state,
            opened_ms=row.opened_ms,
            source=system.source,
            rule=system.rule_version if system.source == "air" else rules.get(row.id, system.source),
            lead=leading(system.candidates, system.unknown_probability),
        )
    for result in session.scalars(select(OutcomeRow).where(OutcomeRow.ticket_id.in_(ids))):
        told[result.ticket_id].result = result
    moves = select(*_COLUMNS).where(MoveRow.ticket_id.in_(ids), MoveRow.move.in_(_MOVES))
    for move in session.execute(moves.order_by(MoveRow.ticket_id, MoveRow.version)):
        _take_in(told[move.ticket_id], move)
    scans = select(VisitRow.cover_id, VisitRow.at_ms).where(VisitRow.cover_kind == "ticket", VisitRow.cover_id.in_(ids))
    for scan in session.execute(scans):
        _was_on_site(told[scan.cover_id], scan.at_ms)
    return told


def marks_of_tickets(told: dict[str, Told], window: Window, labeller: Labeller) -> Iterator[Mark]:
    """Yield the marks of tickets."""
    for ticket in told.values():
        if ticket.kind in _OTHERS:
            if window.has(ticket.opened_ms):
                day = window.day(ticket.opened_ms)
                yield Mark(_OTHERS[TicketKind(ticket.kind)], day, _labels(ticket, day, labeller))
            continue
        yield from _decided(ticket, window, labeller)
        if window.has(ticket.opened_ms):
            day = window.day(ticket.opened_ms)
            labels = _labels(ticket, day, labeller)
            yield Mark(What.CLUE, day, labels)
            yield from _took(ticket, day, labels)


def marks_of_joined(session: Session, window: Window, labeller: Labeller) -> Iterator[Mark]:
    """Yield a mark a clue from elsewhere that joined an open ticket."""
    asked = select(ClueRow).where(ClueRow.opened.is_(False), window.has_at(ClueRow.received_ms))
    for row in session.scalars(asked):
        day = window.day(row.received_ms)
        yield Mark(What.CLUE_JOINED, day, labeller.of(row.enterprise_id, day, rule=row.source, source=row.source))


def _touched(window: Window) -> ColumnElement[bool]:
    moved = select(MoveRow.ticket_id).where(window.has_at(MoveRow.at_ms))
    closed = select(OutcomeRow.ticket_id).where(window.has_at(OutcomeRow.at_ms))
    visited = select(VisitRow.cover_id).where(VisitRow.cover_kind == "ticket", window.has_at(VisitRow.at_ms))
    chosen = TicketRow.id
    return or_(window.has_at(TicketRow.opened_ms), chosen.in_(moved), chosen.in_(closed), chosen.in_(visited))


def _rules_of_findings(session: Session) -> dict[str, str]:
    asked = select(FindingRow.ticket_id, FindingRow.rule_id).where(FindingRow.ticket_id.is_not(None))
    return {str(row.ticket_id): row.rule_id for row in session.execute(asked.order_by(FindingRow.finding_id))}


def _take_in(ticket: Told, row: Row[Any]) -> None:
    if row.move == MoveKind.ARRIVE.value:
        _was_on_site(ticket, row.at_ms)
    elif row.move != MoveKind.UNDO.value:
        place, by_person = row.enterprise_id or row.first, row.who != SYSTEM
        ticket.decisions.append(Decision(DECISIONS[row.move], row.at_ms, place, by_person))
    elif ticket.decisions:
        ticket.decisions.pop()


def _was_on_site(ticket: Told, at_ms: int) -> None:
    if at_ms >= ticket.opened_ms:
        ticket.on_site_ms = at_ms if ticket.on_site_ms is None else min(ticket.on_site_ms, at_ms)


def _decided(ticket: Told, window: Window, labeller: Labeller) -> Iterator[Mark]:
    decisions: Sequence[Decision] = ticket.decisions
    for one in decisions:
        if one.by_person and window.has(one.at_ms):
            day = window.day(one.at_ms)
            yield Mark(one.what, day, _labels(ticket, day, labeller))
    last = decisions[-1] if decisions else None
    if ticket.state == TicketState.DISMISSED.value and last and last.what is What.DISMISSED and window.has(last.at_ms):
        day = window.day(last.at_ms)
        yield Mark(What.AVOIDED_DISMISSED, day, _labels(ticket, day, labeller))


def _took(ticket: Told, day: date, labels: Labels) -> Iterator[Mark]:
    first = next((one.at_ms for one in ticket.decisions if one.by_person), None)
    if first is None and ticket.state in _WAITING:
        yield Mark(What.UNDECIDED, day, labels)
    done = ticket.result.at_ms if ticket.result else None
    times = {What.TO_DECISION: first, What.TO_SITE: ticket.on_site_ms, What.TO_CLOSE: done}
    for what, at_ms in times.items():
        if at_ms is not None and at_ms >= ticket.opened_ms:
            yield Mark(what, day, labels, (at_ms - ticket.opened_ms) / MINUTE_MS)


def _labels(ticket: Told, day: date, labeller: Labeller) -> Labels:
    return labeller.of(ticket.enterprise_id, day, rule=ticket.rule, source=ticket.source)


def by_ticket(told: dict[str, Told]) -> dict[str, tuple[str, str]]:
    """Return rule and source by ticket id; of a ticket that nobody knows, those of a clue."""
    known = {ticket_id: (ticket.rule, ticket.source) for ticket_id, ticket in told.items()}
    return defaultdict(lambda: ("clue", "clue"), known)
