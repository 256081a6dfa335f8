"""How tickets like one that asks have ended → one ending each in a word, and how many were confirmed of how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ticket import TicketState


class End(StrEnum):
    """How a ticket ended."""

    CONFIRMED = "confirmed"
    NOTHING_FOUND = "nothing_found"
    DISMISSED = "dismissed"
    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a ticket ended: what a visit took as a measure, or for which reason it was dismissed."""

    end: End
    measure: str | None = None
    reason_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A photograph of the spot."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A ticket like the one that asks; `peak` in µg/m³, `leading` is the name of the leading enterprise."""

    id: str
    number: int
    opened_at: datetime
    state: TicketState
    source: str
    pollutant: str | None
    peak: float | None
    leading: str | None
    same_lead: bool
    same_place: bool
    ending: Ending
    photos: tuple[Shot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What is known of tickets that are alike.

    Attributes:
        tickets: The newest, newest first.
        alike: How many there are in all.
        visited: Of how many a visit's result is known; `confirmed` is part of it.
        confirmed: At how many a visit found a problem.
        dismissed: How many were put aside without a visit.
    """

    tickets: tuple[Alike, ...]
    alike: int
    visited: int
    confirmed: int
    dismissed: int


def ending_of(state: TicketState, visit: tuple[bool, str] | None, reason_code: str | None) -> Ending:
    """Return how a ticket ended; what was found on the spot outweighs what was said at the desk.

    Args:
        state: Where the ticket stands.
        visit: Whether a visit found a problem, and the measure taken; None = no result.
        reason_code: Why it was last dismissed, if it ever was.
    """
    if visit is not None:
        found, measure = visit
        return Ending(end=End.CONFIRMED if found else End.NOTHING_FOUND, measure=measure)
    if state is TicketState.DISMISSED:
        return Ending(end=End.DISMISSED, reason_code=reason_code)
    return Ending(end=End.CLOSED if state is TicketState.CLOSED else End.OPEN)


def likeness_of(endings: Sequence[Ending], shown: Sequence[Alike]) -> Likeness:
    """Count all endings, beside the tickets that are shown."""
    ends = [one.end for one in endings]
    confirmed = ends.count(End.CONFIRMED)
    return Likeness(
        tickets=tuple(shown),
        alike=len(ends),
        visited=confirmed + ends.count(End.NOTHING_FOUND),
        confirmed=confirmed,
        dismissed=ends.count(End.DISMISSED),
    )
