"""Incidents that ended of late and may come back: how long each is remembered, and which have come back."""

from collections.abc import Sequence

from domain.channels import MINUTE_MS
from domain.incident import Incident
from domain.times import to_ms
from domain.zone import Zone


def still_known(ended: tuple[Incident, ...], clock_ms: int, zone: Zone) -> tuple[Incident, ...]:
    """Return those whose ticket ended no longer than `reopen_min` ago."""
    oldest_ms = clock_ms - zone.rules.reopen_min * MINUTE_MS
    return tuple(one for one in ended if one.ticket and ended_ms(one) >= oldest_ms)


def not_back(ended: Sequence[Incident], living: Sequence[Incident]) -> tuple[Incident, ...]:
    """Return those that have not come back to life."""
    back = {one.ticket.id for one in living if one.ticket}
    return tuple(one for one in ended if one.ticket and one.ticket.id not in back)


def ended_ms(incident: Incident) -> int:
    """Return when an incident's ticket was last told to have ended, -1 = never. [ms]"""
    history = incident.ticket.history if incident.ticket else ()
    return max((to_ms(entry.at) for entry in history if entry.what == "ended"), default=-1)
