"""The ticket as the outside sees it: the system's side and the person's side in one."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from domain.ticket import HistoryEntry, Ticket, TicketState


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry(HistoryEntry):
    """A person's move in the history; `first`, `unknown` and `action` as they stood at that moment."""

    note: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSide:
    """What people have done with a ticket.

    Attributes:
        number: Short number for speaking, per site.
        state: Where the ticket stands.
        entries: A person's moves, oldest first.
    """

    number: int
    state: TicketState
    entries: tuple[PersonEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView(Ticket):
    """A ticket with both sides; null where it is not known.

    Attributes:
        number: Short number for speaking, per site.
        deadline: When a person must have answered.
        confidence: 0..1.
        merged_into: Id of the ticket that took this one in.
        amended: When the system last amended it.
        version: How many moves people have made; sent back with a decision it tells two deciders apart.
    """

    history: tuple[HistoryEntry | PersonEntry, ...]
    number: int
    deadline: datetime | None = None
    confidence: float | None = None
    merged_into: str | None = None
    amended: datetime | None = None
    version: int = 0


def view(ticket: Ticket, person: PersonSide) -> TicketView:
    """Return the ticket as the outside sees it.

    The opening stays first; all that follows is in order of time, the system before a person in the same millisecond.
    """
    both: dict[str, Any] = {item.name: getattr(ticket, item.name) for item in fields(ticket)}
    opening, later = ticket.history[:1], (*ticket.history[1:], *person.entries)
    both["history"] = (*opening, *sorted(later, key=lambda entry: entry.at))
    both["state"] = person.state
    both["updated_at"] = max((ticket.updated_at, *(entry.at for entry in person.entries)))
    amendments = [entry.at for entry in ticket.history if entry.what == "amended"]
    return TicketView(
        **both, number=person.number, amended=amendments[-1] if amendments else None, version=len(person.entries)
    )
