"""The photographs of tickets, in the ticket store: added, listed, given out; never changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, defer

from alerts.inspector.photo import Photo
from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.models import PhotoRow
from alerts.store.numbering import Numbering
from alerts.store.rows import find
from domain.problem import Problem
from domain.times import to_datetime

MOST_PER_TICKET = 20
"""How many photographs a ticket takes. Design value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoInfo:
    """What is told of a photograph; `sha256` is of the file as it is given out."""

    id: str
    at: datetime
    who: str
    media_type: str
    sha256: str
    bytes: int


class Photos:
    """Stores photographs. Every call may block, and raises ConnectionError where the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, ticket_id: str, who: str, at_ms: int, photo: Photo) -> str:
        """Add a photograph to a ticket and return its id; the same one twice is one.

        Raises:
            Problem: 404, unknown ticket; 409, the ticket has as many as it takes.
        """
        photo_id = "ph_" + hashlib.sha256(f"{ticket_id}/{photo.given_sha256}".encode()).hexdigest()[:32]
        with writing(self._engine) as session:
            Numbering(session)
            find(session, ticket_id)
            if session.scalar(select(PhotoRow.id).where(PhotoRow.id == photo_id)) is None:
                _check_room(session, ticket_id)
                session.add(_row(photo_id, ticket_id, who, at_ms, photo))
                record(session, at_ms, who, "photo.added", ticket_id, {"photo": photo_id, "sha256": photo.sha256})
        return photo_id

    def of(self, ticket_id: str) -> tuple[PhotoInfo, ...]:
        """Return what is told of a ticket's photographs, oldest first.

        Raises:
            Problem: 404, unknown ticket.
        """
        asked = select(PhotoRow, func.length(PhotoRow.blob)).options(defer(PhotoRow.blob))
        asked = asked.where(PhotoRow.ticket_id == ticket_id).order_by(PhotoRow.at_ms, PhotoRow.id)
        with reading(self._engine) as session:
            find(session, ticket_id)
            return tuple(_info(row, length) for row, length in session.execute(asked))

    def file(self, ticket_id: str, photo_id: str) -> tuple[str, bytes]:
        """Return a photograph's media type and file.

        Raises:
            Problem: 404, the ticket has no such photograph.
        """
        with reading(self._engine) as session:
            row = session.get(PhotoRow, photo_id) if photo_id.isprintable() else None
            if row is None or row.ticket_id != ticket_id:
                detail = (
                    f"ticket {ticket_id} has no photograph {photo_id!r}; /api/v1/tickets/{ticket_id}/photos lists them"
                )
                raise Problem(404, "unknown_photo", "Unknown photograph", detail)
            return row.media_type, row.blob


def _check_room(session: Session, ticket_id: str) -> None:
    there = session.scalar(select(func.count()).select_from(PhotoRow).where(PhotoRow.ticket_id == ticket_id)) or 0
    if there >= MOST_PER_TICKET:
        detail = f"ticket {ticket_id} has {there} photographs and takes no more; send the result without"
        raise Problem(409, "photos_full", "Enough photographs", detail)


def _row(photo_id: str, ticket_id: str, who: str, at_ms: int, photo: Photo) -> PhotoRow:
    return PhotoRow(
        id=photo_id,
        ticket_id=ticket_id,
        at_ms=at_ms,
        who=who,
        media_type=photo.media_type,
        sha256=photo.sha256,
        blob=photo.blob,
    )


def _info(row: PhotoRow, length: int) -> PhotoInfo:
    at = to_datetime(row.at_ms)
    return PhotoInfo(id=row.id, at=at, who=row.who, media_type=row.media_type, sha256=row.sha256, bytes=length)
