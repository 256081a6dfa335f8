"""Clues from elsewhere into the store: each opens a ticket or joins one, once; a person, or its source, may settle it.

Everything of one clue is one transaction that holds the numbering, so that 1,000 at once are one after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import shapely
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.incoming import take_in
from alerts.store.models import ClueRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.store.outbox import EventType, put
from alerts.store.rows import views
from alerts.supervision.office import Office
from domain.problem import Problem
from domain.site import Enterprise
from domain.supervision.clues import SAME_TIME, Clue, ClueSource, Place, Standing, joined_by, open_ticket
from domain.ticket import TicketKind, TicketState
from domain.times import to_datetime, to_ms
from domain.wire import decode_ticket

FUTURE = timedelta(minutes=5)
"""A clue may be so far in the future; clocks differ (contract)."""
AROUND_DEG = 0.5
"""A clue further from everything registered is of another place, or its lon and lat are swapped. Design value."""
LONGEST_OPEN_MS = 7 * 86_400_000
"""Tickets that nobody touched for longer are not looked at when a clue comes. Design value. [ms]"""
LATE_MS = 3_600_000
"""A ticket opens at most so long after its event began. Design value. [ms]"""
OPEN_STATES = tuple(
    state.value for state in TicketState if state not in (TicketState.CLOSED, TicketState.DISMISSED, TicketState.MERGED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A clue as somebody tells it, not checked yet; no position = at the enterprise that it names."""

    source: ClueSource
    external_id: str
    at: datetime
    text: str
    lon: float | None = None
    lat: float | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a clue: the ticket that it opened, or that it joined; `is_new` false = it was known already."""

    ticket_id: str
    number: int
    opened: bool
    is_new: bool


def post_clue(office: Office, told: Told, who: str) -> Taken:
    """Take in a clue; the same (source, external id) again gives what became of the first.

    Raises:
        Problem: 404, 422: the enterprise is unknown, the place is elsewhere, the time is in the future.
    """
    clue = checked(office, told)
    with writing(office.engine) as session:
        return take_clue(session, Numbering(session), office, clue, who)


def take_clue(session: Session, numbering: Numbering, office: Office, clue: Clue, who: str) -> Taken:
    """Take in a checked clue within the caller's transaction."""
    known = session.get(ClueRow, (clue.source.value, clue.external_id))
    if known is not None:
        ticket = session.get_one(TicketRow, known.ticket_id)
        return Taken(ticket_id=ticket.id, number=ticket.number, opened=known.opened, is_new=False)
    now_ms = office.now_ms()
    joined = joined_by(clue, _open_tickets(session, office, clue.at))
    row = _clue_row(clue, who, now_ms, joined)
    session.add(row)
    ticket = _open(session, numbering, office, clue, row) if joined is None else session.get_one(TicketRow, joined)
    _stand(row, ticket)
    what = "clue.opened" if joined is None else "clue.joined"
    told = {"ticket": ticket.id, "source": row.source, "enterprise_id": row.enterprise_id}
    record(session, now_ms, who, what, _name(row), told)
    if joined is not None:
        tell_ticket(session, numbering, office, ticket, now_ms)
    session.flush()
    return Taken(ticket_id=ticket.id, number=ticket.number, opened=row.opened, is_new=True)


def close_clue(office: Office, source: ClueSource, external_id: str, note: str, who: str) -> ClueRow:
    """Settle a clue; it no longer speaks for its ticket, which stays as it is.

    Raises:
        Problem: 404 no such clue; 409 it is settled already.
    """
    with writing(office.engine) as session:
        numbering = Numbering(session)
        row = find_clue(session, source, external_id)
        if row.closed_ms is not None:
            at = to_datetime(row.closed_ms).isoformat()
            raise Problem(409, "clue_closed", "The clue is settled", f"{_name(row)} was settled at {at}; nothing to do")
        now_ms = office.now_ms()
        row.closed_ms = now_ms
        record(session, now_ms, who, "clue.closed", _name(row), {"note": note, "ticket": row.ticket_id})
        tell_ticket(session, numbering, office, session.get_one(TicketRow, row.ticket_id), now_ms)
        session.flush()
        session.expunge(row)
        return row


def find_clue(session: Session, source: ClueSource, external_id: str) -> ClueRow:
    """Return a clue's row.

    Raises:
        Problem: 404, nobody told it.
    """
    row = session.get(ClueRow, (source.value, external_id)) if external_id.isprintable() else None
    if row is None:
        detail = f"no clue {source.value}:{external_id[:60]!r}; GET /api/v1/clues lists them"
        raise Problem(404, "unknown_clue", "Unknown clue", detail)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A clue and the ticket that it is on."""

    clue: ClueRow
    number: int
    state: str


def list_clues(
    office: Office, *, source: ClueSource | None = None, is_open: bool | None = None, limit: int = 100
) -> list[Listed]:
    """Return clues, the last received first."""
    asked = select(ClueRow, TicketRow.number, TicketRow.state).join(TicketRow, TicketRow.id == ClueRow.ticket_id)
    if source is not None:
        asked = asked.where(ClueRow.source == source.value)
    if is_open is not None:
        asked = asked.where(_is_open() if is_open else ClueRow.closed_ms.is_not(None))
    order = (ClueRow.received_ms.desc(), ClueRow.source, ClueRow.external_id)
    with reading(office.engine) as session:
        rows = session.execute(asked.order_by(*order).limit(limit)).all()
        session.expunge_all()
        return [Listed(clue=row, number=number, state=state) for row, number, state in rows]


def _is_open() -> ColumnElement[bool]:
    return ClueRow.closed_ms.is_(None)


def checked(office: Office, told: Told) -> Clue:
    """Return a clue that can be taken in.

    Raises:
        Problem: 404 the enterprise is unknown; 422 place or time can't be.
    """
    named = None if told.enterprise_id is None else office.register.get(told.enterprise_id)
    lon, lat = told.lon, told.lat
    if lon is None or lat is None:
        if named is None or lon is not None or lat is not None:
            raise _wrong("lon, lat: a place is missing; give both, or the enterprise_id whose place it is")
        lon, lat = named.lon, named.lat
    _check_near(office, lon, lat)
    if told.at > to_datetime(office.now_ms()) + FUTURE:
        raise _wrong(f"time: {told.at.isoformat()} is in the future; send when it was seen")
    place = named or _on_the_ground(office, lon, lat)
    return Clue(
        source=told.source,
        external_id=told.external_id,
        at=told.at,
        lon=lon,
        lat=lat,
        text=told.text,
        place=None
        if place is None
        else Place(
            enterprise_id=place.enterprise_id,
            name=place.name,
            lon=place.lon,
            lat=place.lat,
            named=named is not None,
            whitelisted=place.whitelisted,
        ),
    )


def _on_the_ground(office: Office, lon: float, lat: float) -> Enterprise | None:
    point = shapely.Point(lon, lat)
    return next((one for one in office.register.by_id.values() if one.geometry.covers(point)), None)


def _check_near(office: Office, lon: float, lat: float) -> None:
    shapes = [one.geometry for one in office.register.by_id.values()]
    if not shapes:
        return
    west, south, east, north = shapely.total_bounds(shapes)
    if west - AROUND_DEG <= lon <= east + AROUND_DEG and south - AROUND_DEG <= lat <= north + AROUND_DEG:
        return
    middle = f"{(west + east) / 2:.2f}, {(south + north) / 2:.2f}"
    raise _wrong(f"lon, lat: {lon}, {lat} is far from this zone (about {middle}); mend them, perhaps they are swapped")


def _open_tickets(session: Session, office: Office, at: datetime) -> Iterator[Standing]:
    """Yield the open tickets that a clue of that time may join; those of other days are not read."""
    since_ms = to_ms(at) - LONGEST_OPEN_MS
    asked = select(TicketRow).where(
        TicketRow.site == office.site_id,
        TicketRow.kind == TicketKind.LOCAL.value,
        TicketRow.state.in_(OPEN_STATES),
        or_(TicketRow.system_ms >= since_ms, TicketRow.updated_ms >= since_ms),
        TicketRow.opened_ms <= to_ms(at + SAME_TIME) + LATE_MS,
    )
    for row in session.scalars(asked.order_by(TicketRow.id)):
        yield Standing(decode_ticket(row.system.encode()), TicketState(row.state))


def _clue_row(clue: Clue, who: str, now_ms: int, joined: str | None) -> ClueRow:
    return ClueRow(
        source=clue.source.value,
        external_id=clue.external_id,
        at_ms=to_ms(clue.at),
        received_ms=now_ms,
        lon=clue.lon,
        lat=clue.lat,
        enterprise_id=clue.place.enterprise_id if clue.place else None,
        text=clue.text,
        who=who,
        ticket_id=joined or "",
        opened=joined is None,
        closed_ms=None,
    )


def _open(session: Session, numbering: Numbering, office: Office, clue: Clue, row: ClueRow) -> TicketRow:
    """Open the clue's own ticket, as one of the air is opened: timed, told and audited."""
    ticket = open_ticket(clue, office.site_id, to_datetime(row.received_ms))
    row.ticket_id = ticket.id
    session.flush()
    take_in(session, numbering, session.get(TicketRow, ticket.id), ticket, office.rules)
    return session.get_one(TicketRow, ticket.id)


def _stand(row: ClueRow, ticket: TicketRow) -> None:
    """Keep how the ticket stood at that moment."""
    last = decode_ticket(ticket.system.encode()).history[-1]
    row.state, row.first, row.unknown, row.action = ticket.state, last.first, last.unknown, last.action.value


def tell_ticket(session: Session, numbering: Numbering, office: Office, ticket: TicketRow, now_ms: int) -> None:
    """Tell followers of the feed and endpoints that a ticket's clues changed; whoever decides on it still may."""
    ticket.updated_ms = max(ticket.updated_ms, now_ms)
    ticket.change_seq = numbering.next_change()
    session.flush()
    put(session, EventType.UPDATED, views(session, [ticket], office.rules)[0], now_ms, ticket.change_seq)


def _name(row: ClueRow) -> str:
    return f"{row.source}:{row.external_id}"


def _wrong(detail: str) -> Problem:
    return Problem(422, "bad_clue", "Clue not understood", detail)
