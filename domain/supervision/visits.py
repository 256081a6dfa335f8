"""What the rules of a visit read: scans, visits that were let in, and what covers a visit."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Cause(StrEnum):
    """Why a visit above the cap, or to a white-listed enterprise, is made."""

    CLUE = "clue"
    COMPLAINT = "complaint"
    SPECIAL = "special"


class CoverKind(StrEnum):
    """What covers a visit: an entry of the plan, a dispatched ticket, a complaint."""

    PLAN = "plan"
    TICKET = "ticket"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Something that covers visits of one enterprise, from the first day to the last in the site's zone.

    Attributes:
        last: None = until it is closed, which the store knows: closed ones are not handed in.
        special: A plan of a special campaign.
    """

    kind: CoverKind
    cover_id: str
    enterprise_id: str
    first: date
    last: date | None = None
    special: bool = False

    def covers(self, enterprise_id: str, day: date) -> bool:
        """Say whether a visit there on that day is covered."""
        return self.enterprise_id == enterprise_id and self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A chief's word that a blocked visit goes on; `by_chief` is what the directory of people says of `user_id`."""

    user_id: str
    reason: str
    by_chief: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan of an enterprise's code.

    Attributes:
        at: When it was scanned, aware; an offline phone's own time.
        received_at: When it arrived, aware.
        ticket_id: The ticket that the inspector names, if any; likewise `plan_id`.
    """

    scan_id: str
    inspector_id: str
    enterprise_id: str
    at: datetime
    received_at: datetime
    ticket_id: str | None = None
    plan_id: str | None = None
    cause: Cause | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A scan that was let in, in the order of receipt where many are handed over.

    Attributes:
        at: The scan's own time, aware.
        problem_found: None = the outcome is not filed yet.
        cause: What let it in above the cap or past the white list.
        cover_id: The plan, ticket or complaint that covered it, of the kind `cover_kind`.
        override: What let it in although it was blocked.
    """

    scan_id: str
    inspector_id: str
    enterprise_id: str
    at: datetime
    problem_found: bool | None = None
    cause: Cause | None = None
    cover_id: str | None = None
    cover_kind: CoverKind | None = None
    override: Override | None = None
