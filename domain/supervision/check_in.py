"""A scan and what is known at its own time to one of four answers, the first that applies.

Decision table, judged from the top (`-` = whichever):

| fruitless before | chief's override | cap reached | cause given   | covered | answer         |
|------------------|------------------|-------------|---------------|---------|----------------|
| 3 or more        | no               | -           | -             | -       | blocked        |
| 3 or more        | yes              | as below    | as below      | -       | as below       |
| below 3          | -                | yes         | none, untrue  | -       | over_frequency |
| below 3          | -                | yes         | true          | no      | no_plan        |
| below 3          | -                | yes         | true          | yes     | allowed        |
| below 3          | -                | no          | -             | no      | no_plan        |
| below 3          | -                | no          | -             | yes     | allowed        |

`fruitless before`: visits of the same inspector to the same enterprise within the last 365 days that found no problem.
A visit is fruitless unless a problem found is filed: an outcome that nobody files counts, else not filing would open
the door. A cause `clue` is true when a dispatched ticket covers the visit, `complaint` when a complaint does, `special`
by being said; a true cause is recorded with the visit, an untrue one is not. An override lifts `blocked` alone. A
white-listed enterprise is covered as `white_list` tells. Offline scans are judged by their own time: what happened
after it does not count against them; `late_scans` tells what a late scan changes for visits already let in. Only
`allowed` is a visit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.problem import Problem
from domain.supervision.caps import CapUse, use_of
from domain.supervision.visits import Cause, Cover, CoverKind, Override, Scan, Visit
from domain.supervision.white_list import Listing, cause_past_list, is_listed

FRUITLESS_LIMIT = 3
"""So many fruitless visits by one inspector block the next. Source: the zone's published practice."""
FRUITLESS_WINDOW = timedelta(days=365)
"""How far back fruitless visits count, the first moment included. Source: the zone's published practice."""
CLOCK_ERROR = timedelta(minutes=5)
"""A phone's clock may be so far ahead of ours. Design value."""


class Result(StrEnum):
    """The four answers at the door."""

    BLOCKED = "blocked"
    OVER_FREQUENCY = "over_frequency"
    NO_PLAN = "no_plan"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows when a scan is judged.

    Attributes:
        visits: Those let in, in order of receipt; other enterprises' do no harm.
        covers: Open plans, dispatched tickets and complaints.
        listings: The white list.
        cap: The enterprise's cap of the scan's day.
        zone: The site's time zone.
    """

    visits: Sequence[Visit]
    covers: Sequence[Cover]
    listings: Sequence[Listing]
    cap: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a scan is answered.

    Attributes:
        reason: Why, as a code.
        use: Of the cap, before this visit.
        visit: What to keep; None = not let in.
        repeated: The visit was kept already, and is not to be kept again.
    """

    result: Result
    reason: str
    use: CapUse
    visit: Visit | None = None
    repeated: bool = False


def fruitless(visits: Iterable[Visit], inspector_id: str, enterprise_id: str, at: datetime) -> int:
    """Return how many visits up to `at`, within 365 days, by one inspector to one enterprise found no problem."""
    return sum(
        visit.inspector_id == inspector_id
        and visit.enterprise_id == enterprise_id
        and not visit.problem_found
        and timedelta(0) <= at - visit.at <= FRUITLESS_WINDOW
        for visit in visits
    )


def judge(scan: Scan, known: Known) -> Answer:
    """Answer a scan; the same scan twice is one visit.

    Raises:
        Problem: 409, the scan's id belongs to another visit; 422, a naive or future time, or an override without a
            reason; 403, an override by no chief or by the inspector.
    """
    _check(scan)
    before = next((visit for visit in known.visits if visit.scan_id == scan.scan_id), None)
    if before is not None:
        return _again(scan, before, known)
    use = use_of(known.visits, scan.enterprise_id, scan.at, known.cap, known.zone)
    is_blocked = fruitless(known.visits, scan.inspector_id, scan.enterprise_id, scan.at) >= FRUITLESS_LIMIT
    if is_blocked and scan.override is None:
        return Answer(result=Result.BLOCKED, reason="fruitless_visits", use=use)
    covers = _covers(scan, known)
    if use.reached and not _is_true(scan.cause, covers):
        reason = "cap_reached" if scan.cause is None else "cause_untrue"
        return Answer(result=Result.OVER_FREQUENCY, reason=reason, use=use)
    return _cover(scan, known, use, covers, scan.override if is_blocked else None)


def _cover(scan: Scan, known: Known, use: CapUse, covers: Sequence[Cover], override: Override | None) -> Answer:
    """Answer a scan that neither fruitless visits nor the cap hold back."""
    if not covers:
        return Answer(result=Result.NO_PLAN, reason="nothing_covers", use=use)
    cover, cause = covers[0], scan.cause if _is_true(scan.cause, covers) else None
    if is_listed(known.listings, scan.enterprise_id, scan.at.astimezone(known.zone).date()):
        openings = ((one, cause_past_list(one)) for one in covers)
        opening = next(((one, by) for one, by in openings if by is not None), None)
        if opening is None:
            return Answer(result=Result.NO_PLAN, reason="white_listed", use=use)
        cover, cause = opening[0], cause or opening[1]
    visit = Visit(
        scan_id=scan.scan_id,
        inspector_id=scan.inspector_id,
        enterprise_id=scan.enterprise_id,
        at=scan.at,
        cause=cause,
        cover_id=cover.cover_id,
        cover_kind=cover.kind,
        override=override,
    )
    reason = "overridden" if override else f"covered_by_{cover.kind}"
    return Answer(result=Result.ALLOWED, reason=reason, use=use, visit=visit)


def _covers(scan: Scan, known: Known) -> list[Cover]:
    """Return what covers the visit: what the inspector names first, then tickets, complaints and plans."""
    day = scan.at.astimezone(known.zone).date()
    order = (CoverKind.TICKET, CoverKind.COMPLAINT, CoverKind.PLAN)
    named = {scan.ticket_id: 0, scan.plan_id: 0}
    covering = [cover for cover in known.covers if cover.covers(scan.enterprise_id, day)]
    return sorted(covering, key=lambda one: (named.get(one.cover_id, 1), order.index(one.kind), one.cover_id))


def _is_true(cause: Cause | None, covers: Sequence[Cover]) -> bool:
    """Say whether a cause is given, and what it says is so."""
    needed = {Cause.CLUE: CoverKind.TICKET, Cause.COMPLAINT: CoverKind.COMPLAINT}
    if cause is None or cause is Cause.SPECIAL:
        return cause is Cause.SPECIAL
    return any(cover.kind is needed[cause] for cover in covers)


def _again(scan: Scan, before: Visit, known: Known) -> Answer:
    """Answer a scan that was let in before: the same words, no second visit."""
    if (scan.inspector_id, scan.enterprise_id, scan.at) != (before.inspector_id, before.enterprise_id, before.at):
        detail = f"scan_id {scan.scan_id[:64]!r} belongs to another visit; make a new id for every scan"
        raise Problem(409, "scan_id_reused", "Scan id used twice", detail)
    others = [visit for visit in known.visits if visit.scan_id != scan.scan_id]
    use = use_of(others, scan.enterprise_id, scan.at, known.cap, known.zone)
    return Answer(result=Result.ALLOWED, reason="same_scan", use=use, visit=before, repeated=True)


def _check(scan: Scan) -> None:
    """Refuse what cannot be judged."""
    if scan.at.tzinfo is None or scan.received_at.tzinfo is None:
        raise Problem(422, "naive_time", "Time without a zone", "scanned_at: write as 2026-03-01T08:00:00+08:00")
    if scan.at > scan.received_at + CLOCK_ERROR:
        raise Problem(422, "scan_in_future", "Scan in the future", "scanned_at: set the phone's clock and scan again")
    if scan.override is None:
        return
    if not scan.override.reason.strip():
        raise Problem(422, "no_reason", "Override without a reason", "override.reason: say why the visit goes on")
    if not scan.override.by_chief or scan.override.user_id == scan.inspector_id:
        raise Problem(403, "not_a_chief", "Override not allowed", "override.user_id: ask a chief other than yourself")
