"""Scans, visits, covers and facts for tests of supervision."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.supervision.check_in import Known
from domain.supervision.credit import CreditFact
from domain.supervision.visits import Cause, Cover, CoverKind, Override, Scan, Visit
from domain.supervision.white_list import Listing

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 6, 1, 12, tzinfo=ZONE)
CHIEF = Override(user_id="chief", reason="重复投诉 / complained of again", by_chief=True)


def make_scan(
    scan_id: str = "s1",
    at: datetime = NOON,
    *,
    inspector: str = "i1",
    cause: Cause | None = None,
    override: Override | None = None,
    received_at: datetime | None = None,
    ticket_id: str | None = None,
) -> Scan:
    return Scan(
        scan_id=scan_id,
        inspector_id=inspector,
        enterprise_id="e1",
        at=at,
        received_at=received_at or at,
        cause=cause,
        override=override,
        ticket_id=ticket_id,
    )


def make_visit(days: float, *, scan_id: str = "", inspector: str = "i1", found: bool | None = False) -> Visit:
    """Return a visit so many days before `NOON`."""
    at = NOON - timedelta(days=days)
    name = scan_id or f"v{days:g}"
    return Visit(scan_id=name, inspector_id=inspector, enterprise_id="e1", at=at, problem_found=found)


def make_cover(kind: CoverKind = CoverKind.PLAN, cover_id: str = "", enterprise: str = "e1") -> Cover:
    return Cover(kind=kind, cover_id=cover_id or f"{kind}-1", enterprise_id=enterprise, first=date(2020, 1, 1))


def make_known(
    *visits: Visit, covers: tuple[Cover, ...] = (make_cover(),), listed: bool = False, cap: int = 12
) -> Known:
    listings = (Listing(enterprise_id="e1", first=date(2020, 1, 1)),) if listed else ()
    return Known(visits=visits, covers=covers, listings=listings, cap=cap, zone=ZONE)


def make_fact(fact_id: str, kind: str, on: date) -> CreditFact:
    return CreditFact(fact_id=fact_id, enterprise_id="e1", kind=kind, on=on)
