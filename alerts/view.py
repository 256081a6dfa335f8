"""The ticket as the outside sees it: the system's side and the person's side in one."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from domain.advice import Advised, EnterpriseHistory, with_history
from domain.ticket import HistoryEntry, Ticket, TicketKind, TicketState


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry(HistoryEntry):
    """A person's move in the history; `first`, `unknown` and `action` as they stood at that moment."""

    note: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What is due for a ticket, None = nothing; see `TicketView`."""

    deadline: datetime | None = None
    watch_until: datetime | None = None
    undo_until: datetime | None = None
    shelved_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueTold:
    """A clue from elsewhere that a ticket tells of.

    Attributes:
        at: When what it tells of happened.
        enterprise_id: Whom it names; null = nobody.
        opened: Whether it opened a ticket; else it joined one.
        closed_at: When it was settled; null = not yet.
    """

    source: str
    external_id: str
    at: datetime
    text: str
    enterprise_id: str | None
    opened: bool
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSide:
    """What people have done with a ticket.

    Attributes:
        number: Short number for speaking, per site.
        state: Where the ticket stands.
        advice: The advice by all that is known, the enterprise's history too; None = nothing is known of that.
        entries: Moves, oldest first.
        version: How many moves were made.
        merged_into: The ticket that took this one in.
        times: What is due.
        clues: Clues from elsewhere, as they came.
    """

    number: int
    state: TicketState
    advice: Advised | None = None
    entries: tuple[PersonEntry, ...] = ()
    version: int = 0
    merged_into: str | None = None
    times: Times = field(default_factory=Times)
    clues: tuple[ClueTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView(Ticket):
    """A ticket with both sides; null where it is not known.

    Attributes:
        recommendation: The advice by all that is known now; once decided, by all that was known then.
        number: Short number for speaking, per site.
        deadline: When a person must have answered; of a dispatch when an inspector must have arrived.
        confidence: Probability of the leading candidate, 0..1; null where there is none.
        merged_into: Id of the ticket that took this one in.
        amended: When the system last amended it; that entry's `why` tells what was before and what is after.
        version: How many moves were made; sent back with a decision it tells two deciders apart.
        watch_until: When watching ends and the ticket comes back.
        undo_until: When a dispatch leaves for the inspectors; until then it can be undone.
        shelved_until: When shelving ends and the ticket comes back.
        clues: Clues from elsewhere that opened or joined the ticket, as they came.
    """

    recommendation: Advised
    history: tuple[HistoryEntry | PersonEntry, ...]
    number: int
    deadline: datetime | None = None
    confidence: float | None = None
    merged_into: str | None = None
    amended: datetime | None = None
    version: int = 0
    watch_until: datetime | None = None
    undo_until: datetime | None = None
    shelved_until: datetime | None = None
    clues: tuple[ClueTold, ...] = ()


def view(ticket: Ticket, person: PersonSide, others: Iterable[PersonEntry] = ()) -> TicketView:
    """Return the ticket as the outside sees it.

    The opening stays first; all that follows is in order of time, the system before a person in the same millisecond.

    Args:
        ticket: The system's side.
        person: The person's side.
        others: Entries that are no moves: what reached the endpoints, clues that joined.
    """
    entries = (*person.entries, *others)
    both: dict[str, Any] = {item.name: getattr(ticket, item.name) for item in fields(ticket)}
    opening, later = ticket.history[:1], (*ticket.history[1:], *entries)
    both["history"] = (*opening, *sorted(later, key=lambda entry: entry.at))
    both["state"] = person.state
    both["updated_at"] = max((ticket.updated_at, *(entry.at for entry in entries)))
    both["recommendation"] = person.advice or with_history(ticket, EnterpriseHistory())
    both |= {item.name: getattr(person.times, item.name) for item in fields(person.times)}
    amendments = [entry.at for entry in ticket.history if entry.what == "amended"]
    return TicketView(
        **both,
        number=person.number,
        confidence=_confidence(ticket),
        merged_into=person.merged_into,
        amended=amendments[-1] if amendments else None,
        version=person.version,
        clues=person.clues,
    )


def _confidence(ticket: Ticket) -> float | None:
    if ticket.kind is not TicketKind.LOCAL or not ticket.candidates:
        return None
    return ticket.candidates[0].probability
