"""The white list: what the site's register says and what people add and end, each act in the audit.

Decision table, of what a person asks:

| asked                                              | answer                                      |
|----------------------------------------------------|---------------------------------------------|
| to list one whom the register lists                | 409 `already_listed`                        |
| to list one for days of which it is listed on some | 409 `already_listed`                        |
| to list with the last day before the first         | 422 `bad_days`                              |
| to list otherwise                                  | listed from the first day to the last       |
| to end what the register lists                     | 409 `registered`: enterprises.geojson says so |
| to end what has ended                              | 409 `already_ended`                         |
| to end with a last day before yesterday            | 422 `bad_days`: what was judged stays true  |
| to end later than its last day                     | 422 `bad_days`                              |
| to end otherwise                                   | ends with that day; none said: at once      |
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.store import audit
from alerts.store.engine import writing
from alerts.store.models import ListingRow
from alerts.store.numbering import Numbering
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.supervision.white_list import Listing

REGISTERED = "registered"
"""Id and author of what the register lists."""
ALWAYS = date.min
"""First day of what the register lists; it names none."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A listing as people see it; `first` None = the register names no day, `last` None = until further notice."""

    listing_id: str
    enterprise_id: str
    name: str
    first: date | None
    last: date | None
    reason: str
    who: str


def listings(session: Session, office: Office) -> tuple[Listing, ...]:
    """Return the white list as the rules read it: the site's own is listed without days, the store's with them."""
    registered = (one.enterprise_id for one in office.register.by_id.values() if one.whitelisted)
    always = [Listing(enterprise_id=place, first=ALWAYS, reason=REGISTERED) for place in registered]
    rows = session.scalars(select(ListingRow).order_by(ListingRow.first, ListingRow.listing_id))
    return (*always, *map(_listing, rows))


def listed(session: Session, office: Office, enterprise_id: str | None = None) -> list[Listed]:
    """Return the white list as people see it, ended listings too; of one enterprise, or of all."""
    known = office.register.by_id
    told = [
        Listed(
            listing_id=REGISTERED,
            enterprise_id=one.enterprise_id,
            name=one.name,
            first=None,
            last=None,
            reason="",
            who=REGISTERED,
        )
        for one in known.values()
        if one.whitelisted and enterprise_id in (None, one.enterprise_id)
    ]
    asked = select(ListingRow).order_by(ListingRow.first.desc(), ListingRow.listing_id)
    if enterprise_id is not None:
        asked = asked.where(ListingRow.enterprise_id == enterprise_id)
    return told + [_listed(row, office) for row in session.scalars(asked)]


def add_listing(office: Office, wish: Listing, who: str) -> Listed:
    """List an enterprise.

    Raises:
        Problem: 404 unknown enterprise, 409 listed already, 422 days.
    """
    place = office.register.get(wish.enterprise_id)
    if wish.last is not None and wish.last < wish.first:
        raise Problem(422, "bad_days", "Days in the wrong order", "last is before first; exchange or mend them")
    if place.whitelisted:
        raise _listed_already(wish.enterprise_id, "enterprises.geojson lists it")
    with writing(office.engine) as session:
        Numbering(session)
        for row in session.scalars(select(ListingRow).where(ListingRow.enterprise_id == wish.enterprise_id)):
            if _overlap(_listing(row), wish):
                raise _listed_already(wish.enterprise_id, f"from {row.first} to {row.last or 'further notice'}")
        row = ListingRow(
            listing_id=uuid4().hex,
            enterprise_id=wish.enterprise_id,
            first=wish.first.isoformat(),
            last=wish.last.isoformat() if wish.last else None,
            reason=wish.reason,
            who=who,
            at_ms=office.now_ms(),
        )
        session.add(row)
        told = {"listing_id": row.listing_id, "first": row.first, "last": row.last, "reason": row.reason}
        audit.record(session, row.at_ms, who, "white_list.add", wish.enterprise_id, told)
        return _listed(row, office)


def end_listing(office: Office, listing_id: str, last: date | None, reason: str, who: str) -> Listed:
    """End a listing with its last day; None = at once, it holds today no more.

    Raises:
        Problem: 404 unknown listing, 409 the register's or ended already, 422 days.
    """
    yesterday = office.today() - _ONE_DAY
    if listing_id == REGISTERED:
        detail = "the register lists it; set whitelisted to false in enterprises.geojson of the site"
        raise Problem(409, "registered", "Listed by the register", detail)
    with writing(office.engine) as session:
        Numbering(session)
        row = session.get(ListingRow, listing_id) if listing_id.isprintable() else None
        if row is None:
            detail = f"no listing has the id {listing_id[:64]!r}; GET /api/v1/white-list lists them"
            raise Problem(404, "unknown_listing", "Unknown listing", detail)
        ends = _checked_end(_listing(row), last, yesterday)
        told = {"listing_id": listing_id, "before": row.last, "last": ends.isoformat(), "reason": reason}
        row.last = ends.isoformat()
        audit.record(session, office.now_ms(), who, "white_list.end", row.enterprise_id, told)
        return _listed(row, office)


def _checked_end(one: Listing, last: date | None, yesterday: date) -> date:
    if one.last is not None and one.last <= yesterday:
        raise Problem(409, "already_ended", "Listing ended already", f"its last day was {one.last}; add a new listing")
    if last is None:
        return yesterday
    if last < yesterday:
        detail = f"last {last} is past; give {yesterday} or a later day: visits were judged by the list as it was"
        raise Problem(422, "bad_days", "Day in the past", detail)
    if one.last is not None and last > one.last:
        detail = f"it ends with {one.last} already; to prolong it, add a new listing from the day after"
        raise Problem(422, "bad_days", "Later than its end", detail)
    return last


def _overlap(one: Listing, other: Listing) -> bool:
    first, last = max(one.first, other.first), min(one.last or date.max, other.last or date.max)
    return first <= last and (one.last is None or one.first <= one.last)


def _listed_already(enterprise_id: str, how: str) -> Problem:
    detail = f"{enterprise_id} is on the white list: {how}; end that listing first or choose other days"
    return Problem(409, "already_listed", "Listed already", detail)


def _listing(row: ListingRow) -> Listing:
    last = date.fromisoformat(row.last) if row.last else None
    return Listing(enterprise_id=row.enterprise_id, first=date.fromisoformat(row.first), last=last, reason=row.reason)


def _listed(row: ListingRow, office: Office) -> Listed:
    one, place = _listing(row), office.register.by_id.get(row.enterprise_id)
    return Listed(
        listing_id=row.listing_id,
        enterprise_id=row.enterprise_id,
        name=place.name if place else row.enterprise_id,
        first=one.first,
        last=one.last,
        reason=row.reason,
        who=row.who,
    )
