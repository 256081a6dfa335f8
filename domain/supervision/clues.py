"""A clue from elsewhere → the ticket that it opens, or the open ticket that it joins as corroboration.

Decision table, for one clue and one ticket; "holds" are the first rows that apply:

| the ticket                                                          | the clue                      | joins |
|---------------------------------------------------------------------|-------------------------------|-------|
| is regional or of a sensor, or is closed, dismissed or merged       | any                           | no    |
| was opened by a data check                                          | any                           | no    |
| any                                                                 | is of a data check            | no    |
| began more than `SAME_TIME` after it, or was over as long before it | any                           | no    |
| has a candidate of `LIKELY` or more that the clue speaks of         | names it, or lies on its land | yes   |
| has candidates, none of which the clue names                        | names an enterprise           | no    |
| lies within `SAME_PLACE_M`                                          | any                           | yes   |
| otherwise                                                           | any                           | no    |

A finding of a data check stays a ticket of its own: it is mended on its own, whatever the air does. Of several tickets
the one whose leading candidate the clue speaks of is joined, then the nearest, then the one that began last, then the
first by id. So the order in which tickets are read changes nothing.

Whom a clue's own ticket points at:

| source       | names an enterprise | lies on the land of one | neither   |
|--------------|---------------------|-------------------------|-----------|
| `data_check` | it, 1.0             | it, 0.6                 | nobody    |
| others       | it, 0.8             | it, 0.6                 | nobody    |

The rest of 1 is "unknown". All numbers are design values.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.advice import action_of, score_of
from domain.candidates import leading
from domain.geo import metres_between
from domain.ticket import (
    Candidate,
    HistoryEntry,
    Recommendation,
    Ticket,
    TicketKind,
    TicketState,
    Wind,
)

SAME_TIME = timedelta(minutes=60)
SAME_PLACE_M = 500.0
LIKELY = 0.1
RULE_VERSION = "clues-1"
"""Raised when the tables above change; a ticket tells by which it was opened."""
_CLOSED = (TicketState.CLOSED, TicketState.DISMISSED, TicketState.MERGED)
_NAMED_P, _CHECKED_P, _GROUND_P = 0.8, 1.0, 0.6


class ClueSource(StrEnum):
    """Where a clue comes from, when not from the air."""

    COMPLAINT = "complaint"
    SATELLITE = "satellite"
    DATA_CHECK = "data_check"
    OTHER = "other"


_PRIORITY = {ClueSource.COMPLAINT: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An enterprise that a clue speaks of; `named` = by the clue itself, else by where it lies."""

    enterprise_id: str
    name: str
    lon: float
    lat: float
    named: bool
    whitelisted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A clue from elsewhere, checked; `place` None = it speaks of no enterprise."""

    source: ClueSource
    external_id: str
    at: datetime
    lon: float
    lat: float
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket, and where it stands in people's hands."""

    ticket: Ticket
    state: TicketState


def clue_ticket_id(site: str, source: ClueSource, external_id: str) -> str:
    """Return the id of a clue's own ticket: a hash of site, source and external id (contract, "Determinism")."""
    words = "|".join((site, source.value, external_id))
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def joined_by(clue: Clue, tickets: Iterable[Standing]) -> str | None:
    """Return the id of the ticket that a clue joins; None = it opens its own."""
    if clue.source is ClueSource.DATA_CHECK:
        return None
    fitting = [one.ticket for one in tickets if joins(clue, one)]
    return min(fitting, key=lambda ticket: _rank(clue, ticket)).id if fitting else None


def joins(clue: Clue, standing: Standing) -> bool:
    """Say whether a clue speaks of a ticket's place and time; see the decision table."""
    ticket = standing.ticket
    if ticket.kind is not TicketKind.LOCAL or standing.state in _CLOSED:
        return False
    if ClueSource.DATA_CHECK in (ticket.source, clue.source):
        return False
    over = ticket.event_end or ticket.updated_at
    if not ticket.event_start - SAME_TIME <= clue.at <= over + SAME_TIME:
        return False
    likely = {one.enterprise_id for one in ticket.candidates if one.probability >= LIKELY}
    if clue.place is not None and clue.place.enterprise_id in likely:
        return True
    if clue.place is not None and clue.place.named and ticket.candidates:
        return False
    return metres_between(clue.lon, clue.lat, ticket.lon, ticket.lat) <= SAME_PLACE_M


def open_ticket(clue: Clue, site: str, now: datetime) -> Ticket:
    """Return the ticket that a clue opens, as one of the air would be: to be decided on by a person."""
    place = clue.place
    probability = _probability(clue)
    candidates = () if place is None else (_candidate(clue, place, probability),)
    unknown = round(1.0 - probability, 3)
    advice = _advice(clue)
    first = leading(candidates, unknown)
    entry = HistoryEntry(
        at=now,
        what="opened",
        who="system",
        state=TicketState.NEW,
        first=first,
        unknown=unknown,
        action=advice.action,
        why=advice.reasons,
    )
    begun = min(clue.at, now)
    return Ticket(
        id=clue_ticket_id(site, clue.source, clue.external_id),
        site=site,
        kind=TicketKind.LOCAL,
        source=clue.source.value,
        state=TicketState.NEW,
        opened_at=now,
        updated_at=now,
        event_start=begun,
        event_end=begun,
        pollutants=(),
        peak=None,
        lon=round(clue.lon, 6),
        lat=round(clue.lat, 6),
        sensors=(),
        excluded=(),
        wind=Wind(speed_ms=None, from_deg=None, calm=True),
        candidates=candidates,
        unknown_probability=unknown,
        recommendation=advice,
        priority=_PRIORITY.get(clue.source, 3),
        rule_version=RULE_VERSION,
        evidence_hash=evidence_hash(clue),
        history=(entry,),
    )


def evidence_hash(clue: Clue) -> str:
    """Return a hash over everything that a clue said."""
    named = clue.place.enterprise_id if clue.place and clue.place.named else ""
    told = (clue.source.value, clue.external_id, clue.at.isoformat(), f"{clue.lon:.6f}", f"{clue.lat:.6f}", named)
    return hashlib.sha256("\x1f".join((*told, clue.text)).encode()).hexdigest()


def _probability(clue: Clue) -> float:
    if clue.place is None:
        return 0.0
    if not clue.place.named:
        return _GROUND_P
    return _CHECKED_P if clue.source is ClueSource.DATA_CHECK else _NAMED_P


def _candidate(clue: Clue, place: Place, probability: float) -> Candidate:
    away_m = metres_between(clue.lon, clue.lat, place.lon, place.lat)
    return Candidate(
        enterprise_id=place.enterprise_id, name=place.name, probability=probability, distance_m=round(away_m)
    )


def _advice(clue: Clue) -> Recommendation:
    place = clue.place
    reasons = [f"clue_{clue.source.value}"]
    reasons.append("source_uncertain" if place is None else "enterprise_named" if place.named else "on_the_ground_of")
    if place is not None and place.whitelisted:
        reasons.append("whitelisted_no_routine")
    if clue.source is not ClueSource.DATA_CHECK:  # its rows are the proof; all else is hearsay until somebody looks
        reasons.append("evidence_thin")
    told = tuple(reasons)
    return Recommendation(action=action_of(score_of(told), told), reasons=told)


def _rank(clue: Clue, ticket: Ticket) -> tuple[bool, float, float, str]:
    lead = leading(ticket.candidates, ticket.unknown_probability)
    speaks_of_it = clue.place is not None and clue.place.enterprise_id == lead
    away_m = metres_between(clue.lon, clue.lat, ticket.lon, ticket.lat)
    return not speaks_of_it, away_m, -ticket.event_start.timestamp(), ticket.id
