"""A ticket to those before it that are alike, how each ended, and photographs of the spot.

Alike: of the same site, a local source's, not merged away, opened in the 365 days before it; of the same pollutant
where it has a peak; and with the same leading enterprise, or a place within `NEAR_M`.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import cos, radians

from sqlalchemy import ColumnElement, Engine, Select, select
from sqlalchemy.orm import Session

from alerts.lifecycle import MoveKind
from alerts.store.engine import reading
from alerts.store.models import MoveRow, OutcomeRow, PhotoRow, TicketRow
from alerts.store.rows import find
from domain.geo import DEGREE_M, metres_between
from domain.likeness import Alike, Ending, Likeness, Shot, ending_of, likeness_of
from domain.ticket import TicketKind, TicketState
from domain.times import to_datetime
from domain.wire import decode_ticket

NEAR_M = 500.0
"""Two tickets so near each other tell of the same place. Design value. [m]"""
YEAR_MS = 365 * 86_400_000
CONSIDERED = 200
"""No more are looked at on either ground, the newest. Design value."""
SHOWN = 5
PHOTOS_EACH = 3
"""So many photographs of each ticket that is shown are told of, the newest."""


def similar(engine: Engine, ticket_id: str) -> Likeness:
    """Return the tickets before this one that are alike: how many were confirmed, and the newest of them.

    Raises:
        Problem: 404, there is none of this id.
        ConnectionError: The database is away.
    """
    with reading(engine) as session:
        row = find(session, ticket_id)
        found = _alike(session, row)
        endings = _endings(session, found)
        shown = found[:SHOWN]
        photos = _photos(session, [one.id for one in shown])
        return likeness_of(endings, [_told(one, row, endings[at], photos[one.id]) for at, one in enumerate(shown)])


def _alike(session: Session, row: TicketRow) -> list[TicketRow]:
    """Return those that are alike, last opened first."""
    if row.kind != TicketKind.LOCAL.value:
        return []
    led = [] if row.lead is None else session.scalars(_before(row, TicketRow.lead == row.lead)).all()
    around = [] if row.lat is None else session.scalars(_before(row, *_box(row))).all()
    placed = [one for one in around if _is_near(one, row)]
    both = {one.id: one for one in (*led, *placed)}
    return sorted(both.values(), key=lambda one: (-one.opened_ms, one.id))[:CONSIDERED]


def _before(row: TicketRow, *grounds: ColumnElement[bool]) -> Select[TicketRow]:
    """Ask on one ground at a time: each goes by an index of its own."""
    asked = select(TicketRow).where(
        *grounds,
        TicketRow.opened_ms >= row.opened_ms - YEAR_MS,
        TicketRow.opened_ms <= row.opened_ms,
        TicketRow.id != row.id,
        TicketRow.site == row.site,
        TicketRow.kind == TicketKind.LOCAL.value,
        TicketRow.state != TicketState.MERGED.value,
    )
    if row.pollutant is not None:
        asked = asked.where(TicketRow.pollutant == row.pollutant)
    return asked.order_by(TicketRow.opened_ms.desc(), TicketRow.id).limit(CONSIDERED)


def _box(row: TicketRow) -> tuple[ColumnElement[bool], ...]:
    lon, lat = row.lon or 0.0, row.lat or 0.0
    high = NEAR_M / DEGREE_M
    wide = high / max(cos(radians(lat)), 0.01)
    return TicketRow.lat.between(lat - high, lat + high), TicketRow.lon.between(lon - wide, lon + wide)


def _is_near(one: TicketRow, row: TicketRow) -> bool:
    if one.lon is None or one.lat is None or row.lon is None or row.lat is None:
        return False
    return metres_between(row.lon, row.lat, one.lon, one.lat) <= NEAR_M


def _endings(session: Session, rows: Sequence[TicketRow]) -> list[Ending]:
    ids = [row.id for row in rows]
    found: dict[str, OutcomeRow] = {}
    reasons: dict[str, str | None] = {}
    if ids:
        found = {one.ticket_id: one for one in session.scalars(select(OutcomeRow).where(OutcomeRow.ticket_id.in_(ids)))}
        dismissed = select(MoveRow.ticket_id, MoveRow.reason_code).where(
            MoveRow.ticket_id.in_(ids), MoveRow.move == MoveKind.DISMISS.value
        )
        reasons = {one.ticket_id: one.reason_code for one in session.execute(dismissed.order_by(MoveRow.version))}
    return [_ending(row, found.get(row.id), reasons.get(row.id)) for row in rows]


def _ending(row: TicketRow, outcome: OutcomeRow | None, reason: str | None) -> Ending:
    visit = (outcome.problem_found, outcome.measure) if outcome else None
    return ending_of(TicketState(row.state), visit, reason)


def _photos(session: Session, ids: Sequence[str]) -> dict[str, tuple[Shot, ...]]:
    told: dict[str, tuple[Shot, ...]] = defaultdict(tuple)
    if not ids:
        return told
    asked = select(PhotoRow.id, PhotoRow.ticket_id, PhotoRow.at_ms).where(PhotoRow.ticket_id.in_(ids))
    for shot in session.execute(asked.order_by(PhotoRow.at_ms.desc(), PhotoRow.id)):
        if len(told[shot.ticket_id]) < PHOTOS_EACH:
            told[shot.ticket_id] += (Shot(id=shot.id, at=to_datetime(shot.at_ms)),)
    return told


def _told(one: TicketRow, row: TicketRow, ending: Ending, photos: tuple[Shot, ...]) -> Alike:
    ticket = decode_ticket(one.system.encode())
    leads = ticket.candidates[0] if one.lead is not None else None
    return Alike(
        id=one.id,
        number=one.number,
        opened_at=ticket.opened_at,
        state=TicketState(one.state),
        source=ticket.source,
        pollutant=one.pollutant,
        peak=ticket.peak.value if ticket.peak else None,
        leading=leads.name if leads else None,
        same_lead=one.lead is not None and one.lead == row.lead,
        same_place=_is_near(one, row),
        ending=ending,
        photos=photos,
    )
