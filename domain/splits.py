"""Incidents that came to be two: sensors of one ticket that another's source explains now → `split` in its history."""

from dataclasses import replace
from datetime import datetime

from domain.decisions import Decision, DecisionMade
from domain.incident import Incident
from domain.ticket import Ticket
from domain.times import to_ms
from domain.writeup import write_split


def tell_splits(
    living: list[Incident], tickets: list[Ticket], at: datetime
) -> tuple[list[Incident], list[Ticket], list[DecisionMade]]:
    """Tell each ticket once of every later one whose source has taken over sensors of its own.

    Args:
        living: Incidents in the order of their opening, written up as of this minute.
        tickets: Those that this minute brought forth.
        at: The tick of the zone clock.

    Returns:
        The incidents, the tickets (the newest word of each stands in its place), and what was decided.
    """
    incidents, made = list(living), list[DecisionMade]()
    for place, first in enumerate(living):
        for later in living[place + 1 :]:
            ticket = incidents[place].ticket
            if ticket is None or later.ticket is None or not _takes_over(first, later) or _is_told(ticket, later):
                continue
            ticket = write_split(ticket, later.ticket.id, at)
            incidents[place] = replace(incidents[place], ticket=ticket)
            tickets = [*(one for one in tickets if one.id != ticket.id), ticket]
            made.append(DecisionMade(to_ms(at), Decision.SPLIT, ticket.id))
    return incidents, tickets, made


def _takes_over(first: Incident, later: Incident) -> bool:
    """Say whether sensors that were heard of the first are the later one's, and no longer the first's."""
    return bool((set(first.sensors) & set(later.claimed)) - set(first.claimed))


def _is_told(ticket: Ticket, later: Incident) -> bool:
    return any(entry.what == "split" and later.ticket and later.ticket.id in entry.why for entry in ticket.history)
