"""Frozen evidence in the database: kept once, never replaced, its hash in the audit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from alerts.evidence.build import Occasion
from alerts.evidence.due import occasions
from alerts.evidence.frozen import Texts, evidence_hash, pack, unpack
from alerts.settings import TicketRules
from alerts.store.audit import record
from alerts.store.engine import reading, writing
from alerts.store.models import AuditRow, EvidenceRow, MoveRow, TicketRow
from alerts.store.numbering import Numbering
from alerts.store.rows import NO_RULES, find, views
from alerts.view import TicketView

FROZEN = "evidence.frozen"
"""The act in the audit that holds an evidence's hash."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that must be frozen."""

    ticket_id: str
    occasion: Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A ticket as it is now with all that was frozen of it, and its rows of the audit, oldest first."""

    ticket: TicketView
    frozen: dict[str, dict[str, bytes]]
    trail: tuple[AuditRow, ...]


class Evidence:
    """The table of evidence. Every call blocks, and raises ConnectionError where the database is away.

    Args:
        engine: Made by `open_store`, its tables by `upgrade`.
        rules: What the advice on a ticket goes by.
    """

    def __init__(self, engine: Engine, rules: TicketRules = NO_RULES) -> None:
        self._engine = engine
        self._rules = rules

    def due_after(self, change: int) -> tuple[int, list[Due]]:
        """Return what is due of tickets that changed after a change's number, and the number to ask from next."""
        asked = select(TicketRow).where(TicketRow.change_seq > change).order_by(TicketRow.change_seq).limit(_AT_ONCE)
        with reading(self._engine) as session:
            rows = session.scalars(asked).all()
            last = rows[-1].change_seq if rows else change
            return last, _due(session, rows)

    def ticket(self, ticket_id: str) -> TicketView:
        """Return the ticket as it is now.

        Raises:
            Problem: 404, there is none of this id.
        """
        with reading(self._engine) as session:
            return views(session, [find(session, ticket_id)], self._rules)[0]

    def standing(self, ticket_id: str) -> list[Occasion]:
        """Return a ticket's occasions as things stand now."""
        with reading(self._engine) as session:
            row = find(session, ticket_id)
            moves = _moves(session, [ticket_id]).get(ticket_id, ())
            return occasions(row.opened_ms, moves)

    def keep(self, due: Due, texts: Texts, now_ms: int) -> bool:
        """Keep what was frozen and record its hash in the audit; say whether it is new. What is there stays."""
        name, digest, blob = due.occasion.name, evidence_hash(texts), pack(texts)
        with writing(self._engine) as session:
            Numbering(session)
            if session.get(EvidenceRow, (due.ticket_id, name)) is not None:
                return False
            row = EvidenceRow(
                ticket_id=due.ticket_id, occasion=name, at_ms=due.occasion.at_ms, sha256=digest, blob=blob
            )
            session.add(row)
            record(session, now_ms, "system", FROZEN, due.ticket_id, {"occasion": name, "evidence_hash": digest})
            return True

    def of(self, ticket_id: str) -> Kept:
        """Return everything about one ticket, as of one moment.

        Raises:
            Problem: 404, there is no ticket of this id.
        """
        with reading(self._engine) as session:
            ticket = views(session, [find(session, ticket_id)], self._rules)[0]
            rows = session.scalars(
                select(EvidenceRow)
                .where(EvidenceRow.ticket_id == ticket_id)
                .order_by(EvidenceRow.at_ms, EvidenceRow.occasion)
            ).all()
            trail = session.scalars(select(AuditRow).where(AuditRow.subject == ticket_id).order_by(AuditRow.seq)).all()
            session.expunge_all()
        return Kept(ticket=ticket, frozen={row.occasion: unpack(row.blob) for row in rows}, trail=tuple(trail))

    def hashes(self, ticket_id: str) -> dict[str, str]:
        """Return occasion → the hash that the audit holds."""
        with reading(self._engine) as session:
            asked = select(AuditRow.detail).where(AuditRow.subject == ticket_id, AuditRow.what == FROZEN)
            told = [msgspec.json.decode(detail, type=dict[str, str]) for detail in session.scalars(asked)]
        return {one["occasion"]: one["evidence_hash"] for one in told}


def _due(session: Session, rows: Sequence[TicketRow]) -> list[Due]:
    ids = [row.id for row in rows]
    if not ids:
        return []
    keys = select(EvidenceRow.ticket_id, EvidenceRow.occasion).where(EvidenceRow.ticket_id.in_(ids))
    done = {(row.ticket_id, row.occasion) for row in session.execute(keys)}
    moved = _moves(session, ids)
    return [
        Due(ticket_id=row.id, occasion=occasion)
        for row in rows
        for occasion in occasions(row.opened_ms, moved.get(row.id, ()))
        if (row.id, occasion.name) not in done
    ]


def _moves(session: Session, ids: Collection[str]) -> dict[str, list[MoveRow]]:
    moved: dict[str, list[MoveRow]] = {}
    for move in session.scalars(select(MoveRow).where(MoveRow.ticket_id.in_(ids)).order_by(MoveRow.version)):
        moved.setdefault(move.ticket_id, []).append(move)
    return moved
