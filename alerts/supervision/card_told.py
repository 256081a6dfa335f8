"""What a card lists, as people see it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """A ticket that is not settled: `probability` that this enterprise is the source, `sent_here` = dispatched here."""

    ticket_id: str
    number: int
    source: str
    state: str
    opened_at: datetime
    probability: float
    sent_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PastClue:
    """A settled ticket that a person answered with this enterprise in mind."""

    ticket_id: str
    number: int
    source: str
    state: str
    opened_at: datetime
    reason_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A clue from elsewhere that names the enterprise."""

    source: str
    external_id: str
    time: datetime
    text: str
    ticket_id: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found: of a ticket, or of a visit that no ticket's result speaks of."""

    of: str
    id: str
    at: datetime
    problem_found: bool
    measure: str
    note: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A scan that was let in."""

    scan_id: str
    at: datetime
    inspector_id: str
    cover_kind: str
    cover_id: str
    cause: str | None
    problem_found: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """What a data check found and is not mended."""

    finding_id: str
    rule_id: str
    message: str
    first_seen: date
    ticket_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRectification:
    """What the enterprise is to put right and has not filed."""

    rectification_id: str
    text: str
    due: date
    state: str
